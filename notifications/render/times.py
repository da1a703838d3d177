"""When a visit is and was, in the reader's language and by the clock of its location."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.text import capfirst
from django.utils.translation import get_language

from booking.models import Appointment, AppointmentEvent, EventType
from booking.values import whole_minutes
from booking.wording import clock, length, long_day, offset


@dataclass(frozen=True, slots=True)
class Times:
    """``was`` is the start before a move. ``is_abroad``: by another clock than the company's, which is then named."""

    start: datetime
    end: datetime
    was: datetime | None
    zone: ZoneInfo
    is_abroad: bool

    @property
    def date_before(self) -> date:
        """The day on which it was before this event, which is the same unless it was moved."""
        return (self.was or self.start).astimezone(self.zone).date()

    @property
    def clock(self) -> str:
        """18:30; abroad 18:30 (UTC+4)."""
        return self.named(clock(self.start, self.zone))

    @property
    def day(self) -> str:
        """Вт 28 января."""
        return capfirst(long_day(self.start.astimezone(self.zone).date()))

    @property
    def when(self) -> str:
        """вт 28 января, 18:30."""
        return self.said(self.start)

    @property
    def before(self) -> str:
        return self.said(self.was) if self.was else ""

    @property
    def span(self) -> str:
        """вт 28 января, 18:30–19:30."""
        day = long_day(self.start.astimezone(self.zone).date())
        return self.named(f"{day}, {clock(self.start, self.zone)}–{clock(self.end, self.zone)}")

    @property
    def stamp(self) -> str:
        """28.01.2026 14:00, as source 001 §6.1 writes it; 28 Jan 2026, 2:00 pm."""
        local = self.start.astimezone(self.zone)
        day = f"{local:%d.%m.%Y}" if get_language() == "ru" else f"{local.day} {local:%b %Y},"
        return self.named(f"{day} {clock(self.start, self.zone)}")

    @property
    def move(self) -> str:
        """28.01 14:00 → 29.01 10:30."""
        return self.named(f"{self.short(self.was)} → {self.short(self.start)}") if self.was else ""

    @property
    def length(self) -> str:
        """60 мин."""
        return length(whole_minutes(self.end - self.start))

    def days_from(self, now: datetime) -> int:
        """0 when it is today by the location's calendar, 1 when it is tomorrow."""
        return (self.start.astimezone(self.zone).date() - now.astimezone(self.zone).date()).days

    def said(self, moment: datetime) -> str:
        return self.named(f"{long_day(moment.astimezone(self.zone).date())}, {clock(moment, self.zone)}")

    def short(self, moment: datetime) -> str:
        local = moment.astimezone(self.zone)
        day = f"{local:%d.%m}" if get_language() == "ru" else f"{local.day} {local:%b}"
        return f"{day} {clock(moment, self.zone)}"

    def named(self, text: str) -> str:
        """With the offset of the clock, unless it is there because the hour comes twice that night."""
        return f"{text} ({offset(self.start, self.zone)})" if self.is_abroad and "UTC" not in text else text


def times_of(event: AppointmentEvent) -> Times:
    """Of a move as the event says, for the visit may have moved on since; else as the visit is now."""
    visit = event.appointment
    changed = event.payload.get("changed", {}) if event.event_type == EventType.BOOKING_RESCHEDULED else {}
    was, start = (
        (datetime.fromisoformat(text) for text in changed["start_time"])
        if "start_time" in changed
        else (
            None,
            visit.start_time,
        )
    )
    end = datetime.fromisoformat(changed["end_time"][1]) if "end_time" in changed else visit.end_time
    return Times(start, end, was, visit.location.zone, is_abroad(visit))


def is_abroad(visit: Appointment) -> bool:
    return visit.location.timezone != visit.company.timezone
