"""The asynchronous door of booking: thin, and nothing depends on it."""

from celery import shared_task

from booking.commands import expire_overdue_holds
from booking.commands.once import forget_old_keys


@shared_task
def tidy_overdue_holds() -> int:
    """End holds that ran out. Whoever needs their time has long done it himself."""
    return expire_overdue_holds()


@shared_task
def forget_once_keys() -> int:
    """Delete one-time keys that nobody can repeat any more."""
    return forget_old_keys()
