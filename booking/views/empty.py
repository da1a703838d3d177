"""Why a day has no free times: the reason a receptionist would give."""

from datetime import date

from django.utils.translation import gettext as _

from booking import wording
from booking.availability import Absence
from booking.queries.storefront import DayStrip
from catalog.models import Specialist


def why_empty(strip: DayStrip, specialist: Specialist | None) -> str:
    day, calendar = strip.chosen, strip.openings.calendar
    if day is None:
        return _("There are no free times in these two weeks.")
    special = calendar.facts.special_days.get(day)
    if special and not special.is_working:
        return _("We are closed on this day: %(name)s.") % {"name": special.name} if special.name else closed()
    if not touches(calendar.days.place.openings, calendar.span_of(day)):
        return closed()
    if specialist and (away := absence_on(calendar.facts.absences.get(specialist.pk, []), day)):
        return _("%(name)s is away until %(day)s.") % {"name": specialist.name, "day": wording.long_day(away.last)}
    if specialist and not touches(calendar.days.people[specialist.pk].shifts.spans, calendar.span_of(day)):
        return _("%(name)s does not work on this day.") % {"name": specialist.name}
    return _("There are no free times left on this day.")


def closed() -> str:
    return _("We are closed on this day.")


def touches(spans: tuple[tuple[int, int], ...], day: tuple[int, int]) -> bool:
    return any(start < day[1] and end > day[0] for start, end in spans)


def absence_on(absences: list[Absence], day: date) -> Absence | None:
    """A whole-day absence that covers ``day``."""
    return next((each for each in absences if each.start is None and each.first <= day <= each.last), None)
