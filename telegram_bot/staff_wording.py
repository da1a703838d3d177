"""How staff read visits, people and days in a chat: one short line for each."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from booking import wording
from booking.availability.spans import Span
from booking.availability.wallclock import moment_of
from booking.models import Appointment, Status
from booking.queries.columns import DayOff, Kind, Line, Off
from booking.values import whole_minutes
from telegram_bot.wording import short

NAME = 30
"""Letters of a name, a service or a reason in a line at most."""
SIGNS = {
    Status.CONFIRMED: "○",
    Status.ARRIVED: "●",
    Status.COMPLETED: "✔",
    Status.NO_SHOW: "✖",
    Status.CANCELLED: "✖",
}


def short_name(visit: Appointment) -> str:
    """Иванова И.: the last word and an initial; a single word as it is."""
    words = short(visit.person, 4 * NAME).split()
    if not words:
        return _("Guest")
    return short(words[0] if len(words) == 1 else f"{words[-1]} {words[0][0]}.", NAME)


def surname(visit: Appointment) -> str:
    """For a button."""
    words = short(visit.person, 4 * NAME).split()
    return short(words[-1], NAME) if words else _("Guest")


def times(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """10:00–11:00."""
    return f"{wording.clock(start, zone)}–{wording.clock(end, zone)}"


def hours(spans: Iterable[Span], zone: ZoneInfo) -> str:
    """9:00–13:00, 14:00–18:00."""
    return ", ".join(times(moment_of(start), moment_of(end), zone) for start, end in spans)


def visit_line(visit: Appointment) -> str:
    """10:00–11:00 ● Иванова И. — Стрижка · пришёл."""
    zone = visit.location.zone
    state = "" if visit.status == Status.CONFIRMED else f" · {visit.get_status_display().lower()}"
    what = f"{short_name(visit)} — {short(visit.service.name, NAME)}"
    return f"{times(visit.start_time, visit.end_time, zone)} {SIGNS[Status(visit.status)]} {what}{state}"


def line_in_words(line: Line, zone: ZoneInfo) -> str:
    """Something in the course of a specialist's day."""
    when = times(line.start, line.end, zone)
    if line.kind == Kind.VISIT and line.visit:
        return visit_line(line.visit)
    if line.kind == Kind.HELD:
        return f"{when} ⏳ " + _("somebody is booking this time")
    if line.kind == Kind.AWAY and line.absence:
        return f"{when} ☕ {short(line.absence.reason, NAME) or _('break')}"
    free = wording.length(whole_minutes(line.end - line.start))
    return "⋯ " + pgettext("between two visits", "%(length)s free") % {"length": free} + " ⋯"


def day_name(day: date, today: date) -> str:
    """Вт 28 января; with the year when it is not this one."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{capfirst(wording.long_day(day))}{year}"


def button_day(day: date) -> str:
    """вт 28."""
    return f"{wording.weekday(day)} {day.day}"


def visits_count(count: int) -> str:
    """6 визитов."""
    return ngettext("%(count)d visit", "%(count)d visits", count) % {"count": count}


def off_in_words(off: DayOff) -> str:
    """Why he does not work that day."""
    note = short(off.note, 2 * NAME)
    if off.why == Off.AWAY:
        text = "🏖 " + (note or _("You are away."))
        until = _("until %(day)s") % {"day": wording.short_day(off.until)} if off.until else ""
        return f"{text} ({until})" if until else text
    if off.why == Off.NO_SHIFT:
        return "🌿 " + _("Day off.")
    closed = _("The salon is closed: %(why)s") % {"why": note} if note else _("The salon is closed.")
    return ("🎉 " if off.why == Off.HOLIDAY else "🚪 ") + closed


def off_in_short(off: DayOff) -> str:
    """The same in a list of days."""
    if off.why == Off.AWAY:
        return short(off.note, NAME) or pgettext("a day", "away")
    return pgettext("a day", "closed") if off.why in (Off.HOLIDAY, Off.CLOSED) else _("day off")
