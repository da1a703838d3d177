"""The ten rules of domain §4: what each alone rejects, and the neighbour that it does not."""

from dataclasses import dataclass, field, replace

import pytest

from booking.availability import (
    OUTSIDE_RULES,
    STAFF_WAIVES,
    Candidate,
    Question,
    Reason,
    Seat,
    free_starts,
    rejection,
    terms_at,
)
from tests.booking.availability.small import ask, at, make_candidate, make_place, make_terms, make_visit, span


@dataclass(frozen=True)
class Case:
    """Where one rule alone says no, and a neighbour to which it says yes."""

    reason: Reason
    rejected: int
    question: Question = field(default_factory=ask)
    candidate: Candidate = field(default_factory=make_candidate)
    accepted: int | None = None
    accepted_question: Question | None = None
    accepted_candidate: Candidate | None = None


def one_chair(*busy: tuple[int, int], **terms) -> Candidate:
    return make_candidate(terms=[make_terms(Seat(1, busy), **terms)])


CASES = {
    "inactive location": Case(
        Reason.INACTIVE, at(10), ask(make_place(is_active=False)), accepted_question=ask(make_place(is_active=True))
    ),
    "inactive specialist": Case(
        Reason.INACTIVE, at(10), candidate=make_candidate(is_active=False), accepted_candidate=make_candidate()
    ),
    "cannot do the service": Case(
        Reason.INACTIVE, at(10), candidate=make_candidate(terms=()), accepted_candidate=make_candidate()
    ),
    "before opening": Case(
        Reason.CLOSED, at(9), ask(make_place(openings=(span(10, 18),))), accepted=at(10)
    ),
    "over closing": Case(
        Reason.CLOSED, at(16, 15), ask(make_place(openings=(span(9, 17),))), accepted=at(16)
    ),
    "over a lunch that closes": Case(
        Reason.CLOSED, at(12, 15), ask(make_place(openings=(span(9, 13), span(14, 18)))), accepted=at(12)
    ),
    "before the shift": Case(
        Reason.OFF_SHIFT, at(9, 45), candidate=make_candidate(shifts=(span(10, 18),)), accepted=at(10)
    ),
    "over the end of the shift": Case(
        Reason.OFF_SHIFT, at(16, 15), candidate=make_candidate(shifts=(span(9, 17),)), accepted=at(16)
    ),
    "into a break": Case(
        Reason.ON_BREAK, at(12, 15), candidate=make_candidate(breaks=(span(13, 14),)), accepted=at(12)
    ),
    "during a break": Case(
        Reason.ON_BREAK, at(13, 45), candidate=make_candidate(breaks=(span(13, 14),)), accepted=at(14)
    ),
    "into the next visit": Case(
        Reason.SPECIALIST_BUSY,
        at(11, 15),
        candidate=make_candidate(visits=[make_visit(at(12), at(13))]),
        accepted=at(11),
    ),
    "into the break after a visit": Case(
        Reason.SPECIALIST_BUSY,
        at(11),
        ask(step=5),
        make_candidate(visits=[make_visit(at(10), at(11), rest=15)]),
        accepted=at(11, 15),
    ),
    "its own break into the next visit": Case(
        Reason.SPECIALIST_BUSY,
        at(11),
        candidate=make_candidate(visits=[make_visit(at(12), at(13))], terms=[make_terms(rest=15)]),
        accepted=at(10, 45),
    ),
    "the only chair taken": Case(
        Reason.NO_WORKPLACE, at(11, 45), candidate=one_chair(span(11, 12)), accepted=at(12)
    ),
    "its own break into the chair's next visit": Case(
        Reason.NO_WORKPLACE, at(10), candidate=one_chair(span(11, 12), rest=15), accepted=at(9, 45)
    ),
    "the location full": Case(
        Reason.LOCATION_FULL,
        at(10, 15),
        ask(make_place(capacity=2, presence=(span(11, 12), span(11, 12)))),
        accepted=at(10),
    ),
    "the client elsewhere": Case(
        Reason.CLIENT_BUSY, at(10, 15), ask(client_visits=(span(11, 12),)), accepted=at(10)
    ),
    "between the grid's minutes": Case(Reason.OFF_GRID, at(10, 10), accepted=at(10, 15)),
    "before the notice": Case(Reason.TOO_SOON, at(9, 59), ask(earliest=at(10), step=1), accepted=at(10)),
    "after the horizon": Case(Reason.TOO_FAR, at(10, 1), ask(latest=at(10), step=1), accepted=at(10)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_rule_rejects_its_case_and_accepts_the_neighbour(case):
    question = case.accepted_question or case.question
    candidate = case.accepted_candidate or case.candidate
    neighbour = case.rejected if case.accepted is None else case.accepted

    assert rejection(case.question, case.candidate, case.rejected) is case.reason
    assert case.rejected not in free_starts(case.question, case.candidate)
    assert rejection(question, candidate, neighbour) is None
    assert neighbour in free_starts(question, candidate)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_rule_that_is_waived_rejects_nothing(case):
    waiving = replace(case.question, waived=frozenset({case.reason, Reason.OFF_GRID}))

    if case.reason is Reason.INACTIVE and not case.candidate.terms:
        assert rejection(waiving, case.candidate, case.rejected) is Reason.INACTIVE
    else:
        assert rejection(waiving, case.candidate, case.rejected) is None


def test_every_rule_has_a_case():
    assert {case.reason for case in CASES.values()} == set(Reason)


# --- the first rule that rejects speaks ------------------------------------------------------------------------------


def test_of_several_rules_the_first_speaks():
    """A slot against everything at once, from which one obstacle after another is taken away."""
    taken = (span(10, 11),)
    obstacles = [
        (Reason.INACTIVE, {}, {"is_active": False}),
        (Reason.CLOSED, {"openings": (span(14, 18),)}, {}),
        (Reason.OFF_SHIFT, {}, {"shifts": (span(14, 18),)}),
        (Reason.ON_BREAK, {}, {"breaks": taken}),
        (Reason.SPECIALIST_BUSY, {}, {"visits": [make_visit(*taken[0])]}),
        (Reason.NO_WORKPLACE, {}, {"terms": [make_terms(Seat(1, taken))]}),
        (Reason.LOCATION_FULL, {"capacity": 1, "presence": taken}, {}),
    ]
    question = {"client_visits": taken, "step": 7, "earliest": at(12), "latest": at(9)}
    left = [Reason.CLIENT_BUSY, Reason.OFF_GRID, Reason.TOO_SOON, Reason.TOO_FAR]

    heard = []
    while obstacles:
        place = {key: value for _, fields, _ in obstacles for key, value in fields.items()}
        person = {key: value for _, _, fields in obstacles for key, value in fields.items()}
        heard.append(rejection(ask(make_place(**place), **question), make_candidate(**person), at(10)))
        obstacles.pop(0)
    for easier in ({"client_visits": ()}, {"step": 15}, {"earliest": at(9)}, {"latest": at(12)}):
        heard.append(rejection(ask(**question), make_candidate(), at(10)))
        question |= easier

    assert heard == [*list(Reason)[:7], *left]
    assert rejection(ask(**question), make_candidate(), at(10)) is None


def test_of_several_workplaces_the_one_that_comes_furthest_speaks():
    taken, free = Seat(1, (span(10, 11),)), Seat(2)
    two_chairs = make_candidate(terms=[make_terms(taken), make_terms(free)])

    assert rejection(ask(), two_chairs, at(10)) is None
    assert rejection(ask(earliest=at(12)), two_chairs, at(10)) is Reason.TOO_SOON


# --- what fits -------------------------------------------------------------------------------------------------------


def test_a_visit_with_its_break_ends_and_the_next_begins_in_the_same_minute():
    """Guarantees: 60 + 15 minutes that end at 11:00 refuse 11:10 and let 11:15 in."""
    after = make_candidate(visits=[make_visit(at(10), at(11), rest=15)])

    assert rejection(ask(step=5), after, at(11, 10)) is Reason.SPECIALIST_BUSY
    assert rejection(ask(step=5), after, at(11, 15)) is None


def test_a_break_after_the_visit_need_not_fit_before_closing():
    assert rejection(ask(), make_candidate(terms=[make_terms(rest=45)]), at(17)) is None


def test_a_visit_need_not_end_its_break_before_the_specialists_own_break():
    candidate = make_candidate(breaks=(span(12, 13),), terms=[make_terms(rest=45)])

    assert rejection(ask(), candidate, at(11)) is None


def test_a_visit_may_run_from_one_interval_into_the_next_that_touches_it():
    place = make_place(openings=(span(9, 12), span(12, 18)))
    candidate = make_candidate(shifts=(span(9, 13), span(13, 18)))

    assert rejection(ask(place), candidate, at(11, 30)) is None
    assert rejection(ask(place), candidate, at(12, 30)) is None


def test_back_to_back_visits_are_allowed_on_both_sides():
    between = make_candidate(visits=[make_visit(at(9), at(10)), make_visit(at(11), at(12))])

    assert free_starts(ask(latest=at(12)), between) == [at(10), at(12)]


def test_a_visit_as_long_as_the_day_has_one_start():
    assert free_starts(ask(), make_candidate(terms=[make_terms(length=9 * 60)])) == [at(9)]
    assert free_starts(ask(), make_candidate(terms=[make_terms(length=9 * 60 + 1)])) == []


def test_a_night_shift_offers_times_on_both_sides_of_midnight():
    night = (at(20), at(28))

    found = free_starts(
        ask(make_place(openings=(night,)), step=60, window=(at(0), at(48))), make_candidate(shifts=(night,))
    )

    assert found == [at(hour) for hour in range(20, 28)]


def test_the_window_limits_starts_and_not_ends():
    question = ask(window=(at(17), at(17, 1)))

    assert free_starts(question, make_candidate()) == [at(17)]


# --- the grid --------------------------------------------------------------------------------------------------------


def test_the_grid_counts_from_the_start_of_each_working_interval():
    place = make_place(openings=((at(9), at(12)), (at(12, 50), at(18))))
    candidate = make_candidate(shifts=((at(9, 10), at(18)),))

    found = free_starts(ask(place, step=60), candidate)

    assert found == [
        minute for minute in range(at(0), at(24)) if rejection(ask(place, step=60), candidate, minute) is None
    ]
    assert found == [at(9, 10), at(10, 10), at(12, 50), at(13, 50), at(14, 50), at(15, 50), at(16, 50)]


def test_the_grid_begins_anew_in_an_interval_that_touches_the_last():
    place = make_place(openings=((at(9, 40), at(12)), (at(12), at(15))))

    assert free_starts(ask(place, step=60), make_candidate()) == [
        at(9, 40),
        at(10, 40),
        at(11, 40),
        at(12),
        at(13),
        at(14),
    ]


def test_breaks_and_visits_never_move_the_grid():
    untouched = free_starts(ask(step=40), make_candidate())

    busy = make_candidate(breaks=((at(11, 10), at(11, 25)),), visits=[make_visit(at(13, 7), at(13, 52), rest=3)])

    found = free_starts(ask(step=40), busy)
    assert found
    assert set(found) < set(untouched)


def test_workplaces_with_their_own_duration_offer_the_times_of_any():
    long, short = make_terms(Seat(1), length=120), make_terms(Seat(2, (span(9, 16),)), length=30)

    found = free_starts(ask(step=60), make_candidate(terms=[long, short]))

    assert found == [at(hour) for hour in (9, 10, 11, 12, 13, 14, 15, 16, 17)]
    assert terms_at(ask(), make_candidate(terms=[long, short]), at(17)) == short


# --- capacity --------------------------------------------------------------------------------------------------------


def test_capacity_counts_heads_at_one_moment_and_not_visits():
    one_after_another = (span(10, 11), span(11, 12))
    at_once = (span(10, 12), span(11, 12))

    assert (
        rejection(
            ask(make_place(capacity=2, presence=one_after_another)),
            make_candidate(terms=[make_terms(length=120)]),
            at(10),
        )
        is None
    )
    assert (
        rejection(ask(make_place(capacity=2, presence=at_once)), make_candidate(terms=[make_terms(length=120)]), at(10))
        is Reason.LOCATION_FULL
    )


def test_capacity_counts_without_the_break_after_a_visit():
    resting = make_candidate(terms=[make_terms(rest=30)])

    assert rejection(ask(make_place(capacity=1, presence=(span(11, 12),))), resting, at(10)) is None


def test_the_clients_other_visit_counts_without_the_break_after_this_one():
    resting = make_candidate(terms=[make_terms(rest=30)])

    assert rejection(ask(client_visits=(span(11, 12),)), resting, at(10)) is None


def test_a_capacity_lowered_below_what_is_booked_refuses_new_visits_only_then():
    place = make_place(capacity=1, presence=(span(10, 11), span(10, 11), span(10, 11)))

    assert free_starts(ask(place, step=60), make_candidate()) == [at(9), *(at(hour) for hour in range(11, 18))]


# --- who is bound by what --------------------------------------------------------------------------------------------


def test_staff_are_not_bound_by_grid_notice_horizon_and_the_clients_other_visits():
    strict = {"earliest": at(12), "latest": at(9), "client_visits": (span(10, 11),)}

    assert rejection(ask(**strict), make_candidate(), at(10, 7)) is Reason.CLIENT_BUSY
    assert rejection(ask(**strict, waived=STAFF_WAIVES), make_candidate(), at(10, 7)) is None


@pytest.mark.parametrize(
    ("reason", "place", "candidate"),
    [
        (Reason.CLOSED, make_place(openings=()), make_candidate()),
        (Reason.OFF_SHIFT, make_place(), make_candidate(shifts=())),
        (Reason.ON_BREAK, make_place(), make_candidate(breaks=(span(9, 18),))),
    ],
)
def test_the_second_step_waives_hours_shifts_and_breaks_which_staff_are_bound_by(reason, place, candidate):
    assert rejection(ask(place, waived=STAFF_WAIVES), candidate, at(10)) is reason
    assert rejection(ask(place, waived=OUTSIDE_RULES), candidate, at(10)) is None


@pytest.mark.parametrize(
    ("reason", "place", "candidate"),
    [
        (Reason.INACTIVE, make_place(is_active=False), make_candidate()),
        (Reason.SPECIALIST_BUSY, make_place(), make_candidate(visits=[make_visit(at(10), at(11))])),
        (Reason.NO_WORKPLACE, make_place(), one_chair(span(10, 11))),
        (Reason.LOCATION_FULL, make_place(capacity=1, presence=(span(10, 11),)), make_candidate()),
    ],
)
def test_nobody_may_overlap_or_exceed_a_capacity(reason, place, candidate):
    assert rejection(ask(place, waived=OUTSIDE_RULES), candidate, at(10)) is reason
    assert free_starts(ask(place, waived=OUTSIDE_RULES, window=(at(10), at(10, 30))), candidate) == []


def test_staff_are_shown_every_minute_that_they_may_book():
    found = free_starts(ask(waived=STAFF_WAIVES, window=span(16, 24)), make_candidate())

    assert found == list(range(at(16), at(17) + 1))


# --- terms -----------------------------------------------------------------------------------------------------------


def test_the_usual_workplace_of_the_shift_comes_first():
    first, usual = make_terms(Seat(1)), make_terms(Seat(2))
    candidate = make_candidate(workplaces=((span(9, 12), 2),), terms=[first, usual])

    assert terms_at(ask(), candidate, at(10)) == usual
    assert terms_at(ask(), candidate, at(13)) == first


def test_another_free_workplace_is_taken_when_the_usual_one_is_busy():
    free, usual = make_terms(Seat(1)), make_terms(Seat(2, (span(10, 11),)))
    candidate = make_candidate(workplaces=((span(9, 18), 2),), terms=[free, usual])

    assert terms_at(ask(), candidate, at(10)) == free


def test_no_terms_when_no_workplace_is_free():
    taken = (span(10, 11),)
    candidate = make_candidate(terms=[make_terms(Seat(1, taken)), make_terms(Seat(2, taken))])

    assert terms_at(ask(), candidate, at(10)) is None
    assert rejection(ask(), candidate, at(10)) is Reason.NO_WORKPLACE
