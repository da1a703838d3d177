"""What the tests of the demo share."""

from datetime import UTC, datetime

FRIDAY = datetime(2026, 11, 20, 11, 40, tzinfo=UTC)
