"""How moments and lengths are said to people, in the reader's language and the location's zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.dates import MONTHS_3, MONTHS_ALT
from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.wording import NBSP

WEEKDAYS = (
    pgettext_lazy("short weekday", "Mon"),
    pgettext_lazy("short weekday", "Tue"),
    pgettext_lazy("short weekday", "Wed"),
    pgettext_lazy("short weekday", "Thu"),
    pgettext_lazy("short weekday", "Fri"),
    pgettext_lazy("short weekday", "Sat"),
    pgettext_lazy("short weekday", "Sun"),
)
SOON_DAYS = 6
"""Within these days a weekday alone is clear."""


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """18:30 or 6:30 pm by the clock of ``zone``; in the hour that autumn shows twice, with its offset."""
    local = moment.astimezone(zone)
    text = f"{local:%H:%M}" if get_language() == "ru" else f"{local:%I:%M %p}".lstrip("0").lower().replace(" ", NBSP)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{text} ({offset(moment, zone)})" if twice else text


def offset(moment: datetime, zone: ZoneInfo) -> str:
    """UTC+3, UTC+5:30."""
    minutes = int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def weekday(day: date) -> str:
    return str(WEEKDAYS[day.weekday()])


def day_and_month(day: date) -> str:
    """28 января, 28 January."""
    return f"{day.day}{NBSP}{MONTHS_ALT[day.month]}" if get_language() == "ru" else f"{day.day}{NBSP}{day:%B}"


def numbered(number: int) -> str:
    """№ 12, #12: a visit's."""
    return _("#%(number)s") % {"number": number}


def long_day(day: date) -> str:
    """вт 28 января, Tue 28 January."""
    return f"{weekday(day)}{NBSP}{day_and_month(day)}"


def spoken_day(day: date, today: date) -> str:
    """сегодня, завтра, чт, пт 27 ноя."""
    distance = (day - today).days
    if distance == 0:
        return _("today")
    if distance == 1:
        return _("tomorrow")
    return weekday(day) if 1 < distance <= SOON_DAYS else short_day(day)


def short_day(day: date) -> str:
    """пт 27 ноя, Fri 27 Nov: for a button."""
    month = str(MONTHS_3[day.month])
    return f"{weekday(day)} {day.day}{NBSP}{month if get_language() == 'ru' else month.title()}"


def first_of_month(day: date) -> str:
    """1 дек, 1 Dec: where a month begins in a row of days."""
    return short_day(day).partition(" ")[2]


def spoken(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """сегодня 18:30, чт 12:15."""
    day = spoken_day(moment.astimezone(zone).date(), now.astimezone(zone).date())
    return f"{day} {clock(moment, zone)}"


def exact(moment: datetime, zone: ZoneInfo) -> str:
    """вт 28 января, 18:30."""
    return f"{long_day(moment.astimezone(zone).date())}, {clock(moment, zone)}"


def length(minutes: int) -> str:
    """60 мин, 1 ч 30 мин."""
    hours, rest = divmod(minutes, 60)
    if hours == 0 or minutes == 60:
        return pgettext("duration", "%(minutes)d min").replace(" ", NBSP) % {"minutes": minutes}
    text = pgettext("duration", "%(hours)d h") % {"hours": hours}
    if rest:
        text += " " + pgettext("duration", "%(minutes)d min") % {"minutes": rest}
    return text.replace(" ", NBSP)


def cancellation_rule(percent: int, free_until: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """What cancelling costs, said before anybody books or cancels."""
    if not percent or free_until is None:
        return _("You can move or cancel the visit free of charge until it starts.")
    if free_until <= now:
        return _("Cancelling is no longer free of charge: %(percent)s%% of the price is kept from what was paid.") % {
            "percent": percent
        }
    return _(
        "Cancelling is free of charge until %(time)s; later %(percent)s%% of the price is kept from what was paid."
    ) % {
        "time": exact(free_until, zone),
        "percent": percent,
    }


def times_count(count: int) -> str:
    """6 окон."""
    return ngettext("%(count)d time", "%(count)d times", count) % {"count": count}


PARTS = (
    (6, pgettext_lazy("part of the day", "Night")),
    (12, pgettext_lazy("part of the day", "Morning")),
    (17, pgettext_lazy("part of the day", "Afternoon")),
    (24, pgettext_lazy("part of the day", "Evening")),
)


def by_part_of_day(moments: list[datetime], zone: ZoneInfo) -> list[tuple[str, list[datetime]]]:
    """Morning, afternoon, evening, each with its moments; parts without any are left out."""
    groups: dict[str, list[datetime]] = {}
    for moment in moments:
        hour = moment.astimezone(zone).hour
        name = next(str(name) for end, name in PARTS if hour < end)
        groups.setdefault(name, []).append(moment)
    return list(groups.items())
