"""Forget everything that is remembered: what this process knows, and what Redis does."""

from django.core.cache import cache

from booking.queries.calendars import DAYS
from booking.queries.catalogue import CATALOGUES
from booking.queries.facts import FACTS


def forget_calendars() -> None:
    """As after a booking: the catalogue is in mind, what occupies time is not."""
    FACTS.forget()
    DAYS.forget()
    cache.clear()


def forget() -> None:
    CATALOGUES.forget()
    forget_calendars()
