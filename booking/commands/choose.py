"""Find the specialist and the workplace for a wanted slot, or say why there is none."""

from collections.abc import Sequence
from dataclasses import replace

from booking.availability import Candidate, Choice, Minute, Question, Reason, choose, rejection, terms_at
from booking.availability.rules import ORDER
from booking.availability.wallclock import minute_of, moment_of
from booking.errors import SlotRefused, refusal_for
from booking.queries.calendars import Calendar
from booking.queries.facts import BusyRow
from booking.values import FreeSlot, Slot


def require_free(
    calendar: Calendar,
    slot: Slot,
    waived: frozenset[Reason] = frozenset(),
    client_visits: Sequence[BusyRow] = (),
) -> FreeSlot:
    """The slot with its specialist, workplace, length and price.

    With any specialist the company's policy chooses among those who are free together with a workplace.
    Raises SlotTaken or SlotRefused with the reason that came furthest.
    """
    question, start = calendar.question(waived, client_visits), minute_of(slot.start)
    if slot.start != moment_of(start):
        raise SlotRefused(Reason.OFF_GRID)
    candidates = asked_for(calendar, slot)
    choices = [Choice(candidate, terms) for candidate in candidates if (terms := terms_at(question, candidate, start))]
    if not choices:
        raise refusal_for(furthest_reason(question, candidates, start))
    if slot.specialist_id:
        return calendar.free_slot(slot.service_id, slot.start, choices[0])
    day = calendar.span_of(slot.start.astimezone(calendar.location.zone).date())
    choice = choose(calendar.location.company.assignment_policy, choices, start, day)
    return calendar.free_slot(slot.service_id, slot.start, choice)


def asked_for(calendar: Calendar, slot: Slot) -> list[Candidate]:
    """Who may serve the slot: its specialist or all, at its workplace or any."""
    candidates = calendar.candidates(slot.service_id, slot.specialist_id)
    if slot.workplace_id is None:
        return candidates
    return [
        replace(who, terms=tuple(terms for terms in who.terms if terms.seat and terms.seat.id == slot.workplace_id))
        for who in candidates
    ]


def furthest_reason(question: Question, candidates: Sequence[Candidate], start: Minute) -> Reason:
    """The reason of the candidate who came furthest; INACTIVE when nobody performs the service here."""
    reasons = [rejection(question, candidate, start) for candidate in candidates]
    return max((reason for reason in reasons if reason), key=ORDER.__getitem__, default=Reason.INACTIVE)
