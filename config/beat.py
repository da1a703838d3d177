"""Beat's clock: an outage of the database is waited for."""

from typing import Any

import structlog
from django_celery_beat.schedulers import DatabaseScheduler

from config.middleware import OUTAGES

SECONDS_TO_WAIT = 5

log = structlog.get_logger()


class PatientScheduler(DatabaseScheduler):
    """Reads its schedule from the console's tables, as ever, and does not die when they cannot be read."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        try:
            seconds: float = super().tick(*args, **kwargs)  # type: ignore[no-untyped-call]  # celery has no types
        except OUTAGES as error:
            log.error("beat_waits", error=type(error).__name__)
            return SECONDS_TO_WAIT
        return seconds
