"""The REST endpoints of notifications (contract §4): settings, advertisements, push subscriptions."""
