"""For worker processes beside a test: the tests' settings, with everything that waits waiting less."""

from datetime import timedelta

from tests.settings import *  # noqa: F403 - a settings file is read whole
from tests.settings import CELERY_BEAT_SCHEDULE

NOTIFICATION_WAITS = (timedelta(seconds=1), timedelta(seconds=2))
NOTIFICATION_LEASE = timedelta(seconds=3)
FINDERS = ("notifications.tasks.sweep", "notifications.tasks.wake_broadcasts")
CELERY_BEAT_SCHEDULE = {
    name: {**entry, "schedule": 1.0} if entry["task"] in FINDERS else entry
    for name, entry in CELERY_BEAT_SCHEDULE.items()
}
