"""When a reminder is due: quiet hours wait for their end, or it goes out before they begin."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from notifications.timing import due_at, is_quiet

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = (22, 8)
DAY, TWO_HOURS = timedelta(hours=24), timedelta(hours=2)


def moscow(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("start", "lead", "due"),
    [
        (moscow(28, 18, 30), DAY, moscow(27, 18, 30)),
        (moscow(28, 18, 30), TWO_HOURS, moscow(28, 16, 30)),
        (moscow(28, 9), TWO_HOURS, moscow(28, 8)),  # 7:00 is quiet: at its end, an hour before
        (moscow(28, 8, 30), TWO_HOURS, moscow(28, 8)),  # exactly half an hour before is early enough
        (moscow(28, 8, 15), TWO_HOURS, moscow(27, 21, 45)),  # the end would be too late: before the night begins
        (moscow(28, 5), TWO_HOURS, moscow(27, 21, 45)),
        (moscow(28, 23, 30), DAY, moscow(28, 8)),
        (moscow(28, 0, 30), TWO_HOURS, moscow(27, 21, 45)),  # 22:30 is quiet already
        (moscow(28, 0), TWO_HOURS, moscow(27, 21, 45)),  # 22:00 is the first quiet minute
        (moscow(27, 23, 59), TWO_HOURS, moscow(27, 21, 59)),
        (moscow(28, 8), DAY, moscow(27, 8)),  # 8:00 is quiet no more
    ],
)
def test_a_reminder_is_due_outside_the_quiet_hours(start, lead, due):
    assert due_at(start, lead, NIGHT, MOSCOW) == due


def test_quiet_hours_may_lie_within_a_day():
    assert due_at(moscow(28, 16), TWO_HOURS, (13, 15), MOSCOW) == moscow(28, 15)


def test_equal_hours_mean_no_quiet_hours():
    assert due_at(moscow(28, 5), TWO_HOURS, (0, 0), MOSCOW) == moscow(28, 3)
    assert due_at(moscow(28, 5), TWO_HOURS, (22, 22), MOSCOW) == moscow(28, 3)


def test_the_night_of_the_locations_clock_counts():
    start = datetime(2026, 1, 28, 12, tzinfo=UTC)

    due = due_at(start, TWO_HOURS, NIGHT, ZoneInfo("America/New_York"))  # 5:00 there; the night ends at 13:00 UTC

    assert due == datetime(2026, 1, 28, 2, 45, tzinfo=UTC)


def test_a_lead_is_real_hours_across_the_change_of_the_clock():
    start = datetime(2026, 3, 29, 12, tzinfo=BERLIN)  # that night 2:00 became 3:00

    assert due_at(start, DAY, NIGHT, BERLIN) == datetime(2026, 3, 28, 11, tzinfo=BERLIN)


def test_quiet_hours_end_by_the_wall_clock_of_that_night():
    start = datetime(2026, 10, 25, 9, tzinfo=BERLIN)  # that night 3:00 became 2:00

    assert due_at(start, TWO_HOURS, NIGHT, BERLIN) == datetime(2026, 10, 25, 8, tzinfo=BERLIN)


def test_quiet_hours_include_their_beginning_and_not_their_end():
    moments = [moscow(28, 7, 59), moscow(28, 8), moscow(28, 21, 59), moscow(28, 22)]

    assert [is_quiet(moment, NIGHT, MOSCOW) for moment in moments] == [True, False, False, True]
