"""What is done with a hold or a visit by whoever has its token: extend, release, reschedule, cancel."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from booking.models import Appointment
from catalog.models import ServiceSpecialist
from tests.api.caller import NOBODYS_TOKEN, Caller, client_user, row
from tests.booking.steps import history, last_event
from tests.console import begun
from tests.factories import Salon, book, make_client
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


@pytest.fixture
def caller() -> Caller:
    return Caller()


def test_extend_gives_more_time_once(salon, caller):
    hold = caller.book(salon).json()

    first = caller.act("extend", hold["id"], {"token": hold["token"]})
    second = caller.act("extend", hold["id"], {"token": hold["token"]})

    before, after = (datetime.fromisoformat(said["expires_at"]) for said in (hold, first.json()))
    assert (first.status_code, after - before, first.json()["token"]) == (200, timedelta(seconds=300), hold["token"])
    assert (second.status_code, second.json()["code"]) == (409, "already_extended")


def test_release_frees_the_time_at_once(salon, caller):
    hold = caller.book(salon).json()
    assert Caller().book(salon).status_code == 409

    answer = caller.act("release", hold["id"], {"token": hold["token"]})

    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELLED")
    assert Caller().book(salon).status_code == 201
    assert caller.confirm(hold).json()["code"] == "hold_released"


def test_reschedule_moves_the_same_visit(salon, caller):
    visit = caller.visit(salon, 10)
    start = salon.at(12, 30, days=4).isoformat()

    answer = caller.act("reschedule", visit["id"], {"start": start, "token": visit["token"]})

    assert (answer.status_code, answer.json()) == (
        200, visit | {"start": start, "end": salon.at(13, 30, days=4).isoformat()},
    )  # fmt: skip
    assert Caller().book(salon, 10).status_code == 201


def test_reschedule_follows_another_specialist_and_his_price(salon, caller):
    salon = Salon(company=salon.company, specialists=2)
    other = salon.specialists[1]
    ServiceSpecialist.objects.filter(specialist=other).update(custom_price=Decimal("1250.50"))
    hold = caller.book(salon, specialist=salon.specialists[0].pk).json()
    visit = caller.confirm(hold).json()

    moved = caller.act(
        "reschedule", visit["id"], {"start": visit["start"], "specialist": other.pk, "token": visit["token"]}
    ).json()

    assert (moved["specialist"], moved["price"]) == (other.pk, "1250.50")


def test_a_move_to_a_taken_time_is_refused_with_alternatives(salon, caller):
    visit = caller.visit(salon, 10)
    book(salon.slot(15, days=3))

    answer = caller.act("reschedule", visit["id"], {"start": salon.at(15, days=3).isoformat(), "token": visit["token"]})

    said = answer.json()
    assert (answer.status_code, said["code"]) == (409, "slot_taken")
    assert {slot["specialist"] for slot in said["alternatives"]} == {salon.specialist.pk}
    assert row(visit).start_time == salon.at(10, days=3)


def test_cancel_frees_the_time_and_keeps_the_reason(salon, caller):
    visit = caller.visit(salon)

    answer = caller.act("cancel", visit["id"], {"token": visit["token"], "reason": "client_asked"})

    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELLED")
    assert last_event(row(visit)).payload["reason"] == "client_asked"
    assert Caller().book(salon).status_code == 201


def test_cancel_again_says_the_same_and_happens_once(salon, caller):
    visit = caller.visit(salon)

    first, second = (caller.act("cancel", visit["id"], {"token": visit["token"]}) for _ in range(2))

    assert (second.status_code, second.json()) == (200, first.json())
    assert history(row(visit)).count("booking_cancelled") == 1


@pytest.mark.parametrize("what", ["reschedule", "cancel"])
def test_a_visit_that_has_begun_is_the_salon_s_affair(salon, caller, what):
    visit = caller.visit(salon)
    begun(row(visit))
    body = {"start": salon.at(12, days=4).isoformat()} if what == "reschedule" else {}

    answer = caller.act(what, visit["id"], {"token": visit["token"], **body})

    assert (answer.status_code, answer.json()) == (
        409,
        {
            "code": "too_late",
            "message": "The visit has already begun. Please call the salon.",
            "alternatives": [],
        },
    )


@pytest.mark.parametrize(
    ("what", "purpose"),
    [("extend", "hold"), ("release", "hold"), ("confirm", "hold"), ("reschedule", "visit"), ("cancel", "visit")],
)
def test_without_its_own_token_nobody_hears_that_there_is_such_a_row(salon, caller, what, purpose):
    """The same answer as for a number that was never given."""
    asked, other = (caller.book(salon, at).json() if purpose == "hold" else caller.visit(salon, at) for at in (10, 14))
    mine = row(asked)
    tokens = {
        "empty": "",
        "nobody's": NOBODYS_TOKEN,
        "of another": other["token"],
        "of the other purpose": mine.visit_token if purpose == "hold" else mine.hold_token,
    }
    given = {"none": {}} | {whose: {"token": token} for whose, token in tokens.items()}
    before = Appointment.objects.filter(pk=mine.pk).values().get()

    answers = {whose: [attempt(caller, salon, what, pk, by) for pk in (mine.pk, 2**40)] for whose, by in given.items()}
    after = Appointment.objects.filter(pk=mine.pk).values().get()
    holder = attempt(caller, salon, what, mine.pk, {"token": asked["token"]})

    assert {whose for whose, both in answers.items() if [one.status_code for one in both] != [404, 404]} == set()
    assert {whose for whose, (there, nowhere) in answers.items() if there.json() != nowhere.json()} == set()
    assert after == before
    assert holder.status_code == 200


def attempt(caller: Caller, salon: Salon, what: str, pk: int, given: dict):
    if what == "confirm":
        return caller.post("appointments/confirm/", {"id": pk, "first_name": "A", "phone": "+79990000001", **given})
    start = {"start": salon.at(17, days=3).isoformat()} if what == "reschedule" else {}
    return caller.act(what, pk, {**given, **start})


def test_the_visit_s_token_does_not_open_what_is_only_held(salon, caller):
    """It is not given away before, and an expired hold is no visit."""
    hold = caller.book(salon).json()

    answer = caller.act("cancel", hold["id"], {"token": row(hold).visit_token})

    assert (answer.status_code, row(hold).status) == (404, "HOLD")


def test_a_client_who_has_signed_in_needs_no_token_for_his_own(salon, caller):
    client = make_client(salon.company)
    mine = Caller(client_user(client))
    visit = mine.visit(salon)
    assert row(visit).client == client

    answer = mine.act("cancel", visit["id"])

    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELLED")


def test_a_client_who_has_signed_in_does_not_open_another_s(salon, caller):
    visit = caller.visit(salon)

    answer = Caller(client_user(make_client(salon.company))).act("cancel", visit["id"])

    assert (answer.status_code, row(visit).status) == (404, "CONFIRMED")
