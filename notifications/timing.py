"""When a reminder is due: pure, on plain values (domain §8)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

NOT_LATER_THAN = timedelta(minutes=30)
"""Before the start: a reminder that quiet hours would hold up longer goes out before they begin."""
BEFORE_QUIET = timedelta(minutes=15)


def due_at(start: datetime, lead: timedelta, quiet: tuple[int, int], zone: ZoneInfo) -> datetime:
    """When the reminder ``lead`` before ``start`` goes out, given the ``quiet`` hours (from, until) of the local clock.

    In quiet hours it waits for their end, or, if that is later than half an hour before the start, goes out before
    they begin.
    """
    start = start.astimezone(UTC)  # where an hour is an hour
    wanted = start - lead
    span = quiet_span(wanted, quiet, zone)
    if span is None:
        return wanted
    begin, end = span
    return end if end <= start - NOT_LATER_THAN else begin - BEFORE_QUIET


def is_quiet(moment: datetime, quiet: tuple[int, int], zone: ZoneInfo) -> bool:
    return quiet_span(moment, quiet, zone) is not None


def quiet_span(moment: datetime, quiet: tuple[int, int], zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """The quiet hours that ``moment`` falls into, as [begin, end), or None; equal hours mean that there are none."""
    from_hour, until_hour = quiet
    local = moment.astimezone(zone)
    first = local.date() - timedelta(days=1)
    for day in (first, local.date()):
        begin = datetime.combine(day, time(from_hour), zone)
        end = datetime.combine(day + timedelta(days=from_hour >= until_hour), time(until_hour), zone)
        if from_hour != until_hour and begin <= local < end:
            return begin, end
    return None
