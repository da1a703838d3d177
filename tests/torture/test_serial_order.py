"""Any two deeds upon one visit at once end as if one had come after the other: nothing between, nothing twice."""

from collections.abc import Callable
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import pytest

from booking.commands import (
    book_now,
    cancel_appointment,
    complete_appointment,
    confirm_appointment,
    correct_status,
    extend_hold,
    hold_slot,
    mark_arrived,
    mark_no_show,
    release_hold,
    reschedule_appointment,
    undo_reschedule,
)
from booking.models import Appointment
from tests.booking.steps import ANNA, BORIS, history, make_overdue, operator_of
from tests.depth import SECONDS
from tests.factories import WEB, Salon
from tests.torture.rivals import Outcome, at_once, doubles, say

pytestmark = pytest.mark.usefixtures("crowd")
Deed = Callable[[Salon, Appointment], Any]

# --- a visit of yesterday, moved from nine to ten, and what the desk may do with it -----------------------------------


def moved_visit() -> tuple[Salon, Appointment]:
    salon = Salon()
    desk = operator_of(salon)
    visit = book_now(salon.slot(9, days=-1), desk, ANNA)
    return salon, reschedule_appointment(visit.pk, salon.at(10, days=-1), desk)


def missed_visit() -> tuple[Salon, Appointment]:
    salon, visit = moved_visit()
    return salon, mark_no_show(visit.pk, operator_of(salon))


def by_the_desk(command: Callable[..., Appointment]) -> Deed:
    return lambda salon, visit: command(visit.pk, operator_of(salon))


def to_noon(salon: Salon, visit: Appointment) -> Appointment:
    return reschedule_appointment(visit.pk, salon.at(12, days=-1), operator_of(salon))


def somebody_else(hour: int) -> Deed:
    return lambda salon, visit: book_now(salon.slot(hour, 30, days=-1), operator_of(salon), BORIS)


OF_A_VISIT: dict[str, Deed] = {
    "cancel": by_the_desk(cancel_appointment),
    "arrive": by_the_desk(mark_arrived),
    "complete": by_the_desk(complete_appointment),
    "no-show": by_the_desk(mark_no_show),
    "undo": by_the_desk(undo_reschedule),
    "to noon": to_noon,
    "somebody else at half past nine": somebody_else(9),
    "somebody else at half past ten": somebody_else(10),
    "somebody else at half past twelve": somebody_else(12),
}
OF_A_MISSED_VISIT: dict[str, Deed] = {
    "correct": by_the_desk(correct_status),
    "somebody else at half past ten": somebody_else(10),
}

# --- a hold, live or run out, and what its holder and others may do with it -------------------------------------------


def live_hold() -> tuple[Salon, Appointment]:
    salon = Salon()
    return salon, hold_slot(salon.slot(10), WEB)


def overdue_hold() -> tuple[Salon, Appointment]:
    salon, hold = live_hold()
    make_overdue(hold)
    return salon, hold


OF_A_HOLD: dict[str, Deed] = {
    "confirm": lambda salon, hold: confirm_appointment(hold.pk, WEB, ANNA),
    "release": lambda salon, hold: release_hold(hold.pk, WEB),
    "extend": lambda salon, hold: extend_hold(hold.pk, WEB),
    "somebody else's hold": lambda salon, hold: hold_slot(salon.slot(10, 30), WEB),
    "the desk": lambda salon, hold: book_now(salon.slot(10, 15), operator_of(salon), BORIS),
}


def what_came_of_it(visit: Appointment, outcomes: list[Outcome]) -> tuple:
    """Who succeeded, who was refused for what, and what is in the tables."""
    visit.refresh_from_db()
    others = Appointment.objects.filter(location=visit.location_id).exclude(pk=visit.pk)
    return (
        tuple(getattr(outcome.error, "code", outcome.error) for outcome in outcomes),
        (visit.status, visit.start_time.hour, visit.version, tuple(history(visit))),
        sorted(others.values_list("status", "start_time__hour")),
    )


def one_after_the_other(deeds: list[Callable[[], Any]]) -> list[Outcome]:
    return [at_once([deed])[0] for deed in deeds]


STORIES = {
    "a visit": (moved_visit, OF_A_VISIT),
    "a missed visit": (missed_visit, OF_A_MISSED_VISIT),
    "a live hold": (live_hold, OF_A_HOLD),
    "an overdue hold": (overdue_hold, OF_A_HOLD),
}
PAIRS = [(story, *pair) for story, (_, deeds) in STORIES.items() for pair in combinations_with_replacement(deeds, 2)]
LOOKED_AT = PAIRS if SECONDS else PAIRS[::7]


def test_two_deeds_at_once_end_as_if_one_came_after_the_other():
    for story, *names in LOOKED_AT:
        begin, deeds = STORIES[story]

        def play(how: Callable[[list], list[Outcome]], order: int = 1, begin=begin, deeds=deeds, names=names) -> tuple:
            salon, visit = begin()
            outcomes = how([partial(deeds[name], salon, visit) for name in names[::order]])[::order]
            return what_came_of_it(visit, outcomes)

        legal = [play(one_after_the_other), play(one_after_the_other, order=-1)]
        for _ in range(5 if SECONDS else 1):
            assert play(at_once) in legal, (story, names)
    assert doubles() == 0
    say(f"{len(LOOKED_AT)} pairs of deeds: always one after the other")
