"""Read which coming visits a changed calendar no longer covers: hours, holidays, shifts, breaks, or a retired row."""

from collections.abc import Iterable, Sequence
from datetime import date

from booking.availability import Span, openings, shifts_of
from booking.availability.spans import crowded, holds, starts_that_fit, starts_that_touch
from booking.availability.wallclock import Shifts, minute_of
from booking.models import COMING, Appointment
from booking.models.appointment import AppointmentQuerySet, ClockTimestamp
from booking.queries.catalogue import read_hours, read_shifts
from booking.queries.facts import read_absences, read_special_days, round_up
from catalog.models import Location


def visits_outside(visits: AppointmentQuerySet) -> list[Appointment]:
    """Those of ``visits`` that are still to come and could no longer be booked as they are, soonest first.

    Those booked outside the rules on purpose are left alone. One statement, and four for each location.
    """
    coming = visits.filter(status__in=COMING, start_time__gt=ClockTimestamp(), outside_rules=False)
    by_location: dict[Location, list[Appointment]] = {}
    for visit in coming.with_everything_shown().order_by("start_time", "pk"):
        by_location.setdefault(visit.location, []).append(visit)
    outside = [visit for location, rows in by_location.items() for visit in not_covered(location, rows)]
    return sorted(outside, key=lambda visit: (visit.start_time, visit.pk))


def not_covered(location: Location, visits: Sequence[Appointment]) -> list[Appointment]:
    zone = location.zone
    first, last = (visit.start_time.astimezone(zone).date() for visit in (visits[0], visits[-1]))
    people = {visit.specialist_id for visit in visits}
    special_days = read_special_days(location, first, last)
    spans = openings(zone, read_hours(location), special_days, first, last)
    shifts = shifts_between(location, people, first, last)
    return [visit for visit in visits if is_retired(visit) or not fits(visit, spans, shifts[visit.specialist_id])]


def shifts_between(location: Location, people: Iterable[int], first: date, last: date) -> dict[int, Shifts]:
    people = list(people)
    weekly, absences = read_shifts(location), read_absences(people, first, last)
    return {pk: shifts_of(location.zone, weekly[pk], absences.get(pk, ()), first, last) for pk in people}


def is_retired(visit: Appointment) -> bool:
    """Whether something the visit needs has been switched off."""
    by_people = visit.location.is_active and visit.service.is_active and visit.specialist.is_active
    return not (by_people and (visit.workplace is None or visit.workplace.is_active))


def fits(visit: Appointment, open_spans: Sequence[Span], shifts: Shifts) -> bool:
    start, length = minute_of(visit.start_time), round_up(visit.end_time) - minute_of(visit.start_time)
    return (
        holds(starts_that_fit(open_spans, length), start)
        and holds(starts_that_fit(shifts.spans, length), start)
        and not holds(starts_that_touch(shifts.breaks, length), start)
    )


def overfull(location: Location) -> list[Appointment]:
    """Coming visits that begin when more are booked than the location holds now: one statement.

    They stay: a capacity lowered later moves nobody out (guarantee 3).
    """
    if location.capacity is None:
        return []
    visits = Appointment.objects.filter(location=location, start_time__gt=ClockTimestamp())
    coming = list(visits.alive().with_everything_shown().order_by("start_time", "pk"))
    presence = [(minute_of(visit.start_time), round_up(visit.end_time)) for visit in coming]
    too_many = crowded(presence, location.capacity + 1)
    return [visit for visit in coming if holds(too_many, minute_of(visit.start_time))]
