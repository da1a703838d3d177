"""Wiring only, no business rule: settings, addresses, the servers a newcomer needs."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
