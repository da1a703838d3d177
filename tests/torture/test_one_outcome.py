"""The same visit, the same hold, the same request, wanted by many at once: one outcome, and nobody hears an error."""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from accounts import transactions
from booking.commands import (
    cancel_appointment,
    confirm_appointment,
    expire_overdue_holds,
    hold_slot,
    progress,
    reschedule_appointment,
)
from booking.commands.once import once as one_time_key
from booking.errors import OtherBody, SlotTaken
from booking.models import Appointment, OnceKey, Status
from booking.values import Contact, Slot
from tests.booking.steps import ANNA, API, history, make_overdue, operator_of
from tests.factories import WEB, Salon, book, make_client
from tests.torture.rivals import (
    CONSTRAINTS,
    FOLLOW,
    Meeting,
    after,
    at_once,
    before_locking,
    doubles,
    rounds,
    say,
    winners,
    without,
)

pytestmark = pytest.mark.usefixtures("crowd")


def hold(slot: Slot) -> Callable[[], Appointment]:
    return partial(hold_slot, slot, WEB)


# --- moves -----------------------------------------------------------------------------------------------------------


def test_two_clients_who_move_into_each_others_time_lose_nothing():
    for _ in rounds(quick=4):
        salon = Salon()
        ten, twelve = book(salon.slot(10)), book(salon.slot(12), phone="+79990000002")

        outcomes = at_once(
            [
                partial(reschedule_appointment, ten.pk, salon.at(12), WEB),
                partial(reschedule_appointment, twelve.pk, salon.at(10), WEB),
            ]
            * 3
        )

        assert winners(outcomes) == []
        now = dict(Appointment.objects.filter(location=salon.location).values_list("pk", "start_time"))
        assert now == {ten.pk: salon.at(10), twelve.pk: salon.at(12)}


def test_a_time_that_is_being_left_is_taken_only_by_a_legal_order():
    followed = tried = 0
    for number in rounds(quick=4):
        salon, late = Salon(), random.Random(number).uniform(0, 0.1)
        leaving, following = book(salon.slot(10)), book(salon.slot(12), phone="+79990000002")

        left, followed_it = at_once(
            [
                partial(reschedule_appointment, leaving.pk, salon.at(14), WEB),
                after(late, partial(reschedule_appointment, following.pk, salon.at(10, 15), WEB)),
            ]
        )

        assert len(winners([left])) == 1
        assert followed_it.won or isinstance(followed_it.error, SlotTaken)
        followed, tried = followed + followed_it.won, tried + 1
    assert doubles() == 0
    say(f"a time being left was taken {followed} times of {tried}")


def test_rivals_who_move_to_one_time_get_it_once():
    for _ in rounds(quick=1):
        salon = Salon(specialists=8, chairs=8)
        visits = [
            book(salon.slot(10, specialist=one), phone=f"+7999000000{n}") for n, one in enumerate(salon.specialists)
        ]
        wanted = salon.specialists[0].pk

        outcomes = at_once(
            partial(reschedule_appointment, visit.pk, salon.at(14), WEB, specialist_id=wanted) for visit in visits
        )

        assert len(winners(outcomes)) == 1
        assert Appointment.objects.filter(location=salon.location, status=Status.CONFIRMED).count() == 8
    assert doubles() == 0


# --- the end of a hold -----------------------------------------------------------------------------------------------


def test_a_hold_at_its_boundary_is_confirmed_or_given_away_and_never_both():
    confirmed = tried = 0
    for number in rounds(quick=8):
        salon, chance = Salon(), random.Random(number)
        mine = hold_slot(salon.slot(10), WEB)
        make_overdue(mine, by=timedelta(milliseconds=chance.uniform(-25, 5)))

        confirm, rival, *_ = at_once(
            [
                partial(confirm_appointment, mine.pk, WEB, ANNA),
                hold(salon.slot(10)),
                hold(salon.slot(10)),
                expire_overdue_holds,
            ]
        )[:3]

        occupying = list(Appointment.objects.alive().filter(location=salon.location))
        assert len(occupying) == 1
        assert confirm.won == (occupying[0].pk == mine.pk)
        assert confirm.won or isinstance(confirm.error, SlotTaken)
        assert rival.won or rival.refused
        confirmed, tried = confirmed + confirm.won, tried + 1
    say(f"at the boundary: {confirmed} confirmed, {tried - confirmed} given away, 0 both of {tried}")


def test_a_hold_at_its_boundary_control_without_any_mechanism_it_is_both(monkeypatch):
    salon = Salon()
    mine = hold_slot(salon.slot(10), WEB)
    make_overdue(mine)
    expire_overdue_holds()
    before_locking(monkeypatch, Meeting(2).wait, lock=False)

    with without(constraints=CONSTRAINTS, triggers=[FOLLOW]):
        outcomes = at_once([partial(confirm_appointment, mine.pk, WEB, ANNA), hold(salon.slot(10))])
        found = doubles()

    assert [outcome.won for outcome in outcomes] == [True, True]
    assert found == 1


def test_an_overdue_hold_is_taken_over_by_one_of_many():
    for _ in rounds(quick=1):
        salon = Salon(chairs=1)
        overdue = hold_slot(salon.slot(10), WEB)
        make_overdue(overdue)

        outcomes = at_once([hold(salon.slot(10))] * 12)

        assert len(winners(outcomes)) == 1
        assert history(overdue) == ["hold_placed", "hold_expired"]
    assert doubles() == 0


# --- the same again --------------------------------------------------------------------------------------------------


def test_one_visit_cancelled_by_ten_is_cancelled_once():
    for _ in rounds(quick=1):
        salon = Salon()
        visit = book(salon.slot(10))
        desk = operator_of(salon)

        outcomes = at_once(partial(cancel_appointment, visit.pk, actor) for actor in [WEB, desk] * 5)

        assert {answer.status for answer in winners(outcomes)} <= {Status.CANCELLED}
        assert history(visit) == ["hold_placed", "booking_created", "booking_cancelled"]


def test_one_visit_cancelled_control_without_locks_it_is_told_more_than_once(monkeypatch):
    salon = Salon()
    visit = book(salon.slot(10))
    meeting = Meeting(4)
    before_locking(monkeypatch, lambda: None, lock=False)
    monkeypatch.setattr(transactions, "OPENING", "SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
    monkeypatch.setattr(progress, "require_step", lambda *args: meeting.wait())

    at_once([partial(cancel_appointment, visit.pk, WEB)] * 4)

    assert history(visit).count("booking_cancelled") > 1


def test_one_visit_cancelled_and_moved_at_once_ends_as_one_of_both():
    for _ in rounds(quick=4):
        salon = Salon()
        visit = book(salon.slot(10))

        cancelled, moved = at_once(
            [
                partial(cancel_appointment, visit.pk, WEB),
                partial(reschedule_appointment, visit.pk, salon.at(14), WEB),
            ]
        )

        visit.refresh_from_db()
        assert winners([cancelled])
        assert moved.won or moved.refused
        assert (visit.status, visit.start_time) == (Status.CANCELLED, salon.at(14 if moved.won else 10))
        assert len(history(visit)) == 3 + moved.won


def test_one_hold_confirmed_twenty_times_is_one_visit():
    for _ in rounds(quick=1):
        salon = Salon()
        mine = hold_slot(salon.slot(10), WEB)

        outcomes = at_once([partial(confirm_appointment, mine.pk, WEB, Contact("Anna", phone="+79991112233"))] * 20)

        answers = winners(outcomes)
        assert len(answers) == 20
        assert {(answer.pk, answer.status, answer.version) for answer in answers} == {(mine.pk, Status.CONFIRMED, 2)}
        assert history(mine) == ["hold_placed", "booking_created"]
        assert salon.company.clients.count() == 1


def test_new_clients_with_one_phone_are_one_client():
    for _ in rounds(quick=1):
        salon = Salon(specialists=8)
        holds = [hold_slot(salon.slot(10, specialist=one), WEB) for one in salon.specialists]

        outcomes = at_once(partial(confirm_appointment, one.pk, WEB, ANNA) for one in holds)

        assert len(winners(outcomes)) == 8
        assert salon.company.clients.count() == 1


def ask_once(salon: Salon, hour: int = 10) -> Callable[[], Appointment]:
    request = one_time_key("browser", "key", start=salon.at(hour))
    return partial(hold_slot, salon.slot(hour), API, request=request)


def test_one_key_twenty_times_has_one_effect_and_one_answer():
    for _ in rounds(quick=1):
        salon = Salon(specialists=3)

        outcomes = at_once([ask_once(salon)] * 20)

        assert len(set(winners(outcomes))) == 1
        assert Appointment.objects.filter(location=salon.location).count() == 1
        forget_key()


def test_one_key_with_two_bodies_serves_one_and_refuses_the_other():
    for _ in rounds(quick=1):
        salon = Salon(specialists=3)

        outcomes = at_once([ask_once(salon, 10), ask_once(salon, 12)] * 6)

        assert len(set(winners(outcomes))) == 1
        assert {type(outcome.error) for outcome in outcomes if outcome.refused} == {OtherBody}
        assert Appointment.objects.filter(location=salon.location).count() == 1
        forget_key()


def forget_key() -> None:
    OnceKey.objects.all().delete()


def test_one_key_control_without_remembering_it_has_several_effects(monkeypatch):
    salon = Salon(specialists=3)
    monkeypatch.setattr("booking.commands.hold.remember_answer", lambda request, appointment: None)

    outcomes = at_once([ask_once(salon)] * 6)

    assert len(set(winners(outcomes))) == 3


def test_a_proved_client_holds_no_more_than_the_limit_however_fast():
    for _ in rounds(quick=1):
        salon = Salon(specialists=8)
        client = make_client(salon.company)

        outcomes = at_once(
            partial(hold_slot, salon.slot(9 + n, specialist=one), API, client_id=client.pk)
            for n, one in enumerate(salon.specialists)
        )

        assert len(winners(outcomes)) == salon.company.live_holds_limit
