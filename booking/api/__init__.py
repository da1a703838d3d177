"""The REST endpoints of booking (contract §4): free times, holds and visits."""
