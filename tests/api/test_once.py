"""Idempotency-Key: the same request twice has one effect and one answer (guarantee 11)."""

from typing import Any

import pytest

from accounts.values import Role
from booking.models import Appointment, OnceKey
from tests.api.caller import CONTACT, Caller, client_user, problems, row, wish
from tests.booking.steps import nothing_changes
from tests.factories import Salon, book, make_client, make_user
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

KEY = "9f1c2a5e-0b7d-4c53-8a44-0d2f6f3f4c11"
ACTIONS = ("confirm", "extend", "release", "reschedule", "cancel")
HOLDS = ("confirm", "extend", "release")


class Stage:
    """A salon, somebody who calls, and what he calls about."""

    def __init__(self, caller: Caller | None = None) -> None:
        self.salon, self.caller = Salon(specialists=2), caller or Caller()
        self.held = self.caller.book(self.salon, 10).json()
        self.visit = self.caller.visit(self.salon, 14)

    def act(self, action: str, *, key: str | None = KEY, **more: Any):
        if action == "confirm":
            body = {"id": self.held["id"], "token": self.held["token"], **CONTACT, **more}
            return self.caller.post("appointments/confirm/", body, key=key)
        about = self.held if action in HOLDS else self.visit
        start = {"start": self.salon.at(16, days=3).isoformat()} if action == "reschedule" else {}
        return self.caller.act(action, about["id"], {"token": about["token"], **start, **more}, key=key)

    def subject(self, action: str) -> Appointment:
        return row(self.held if action in HOLDS else self.visit)


def stage_and_salon() -> tuple[Stage, Salon]:
    """And a salon of the same company in which nothing is booked yet."""
    stage = Stage()
    return stage, Salon(company=stage.salon.company, specialists=2)


built = lasting(stage_and_salon)


@pytest.fixture
def stage(built) -> Stage:
    return copied(built)[0]


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)[1]


OTHERWISE = {
    "confirm": {"comment": "Another"},
    "extend": {"token": "A" * 22},
    "release": {"token": "A" * 22},
    "reschedule": {"specialist": 1},
    "cancel": {"reason": "mistake"},
}


def test_a_repeated_booking_is_the_same_hold(salon):
    caller = Caller()
    first = caller.book(salon, key=KEY)

    with nothing_changes():
        second = caller.book(salon, key=KEY)

    assert (second.status_code, second.json()) == (201, first.json())


def test_without_a_key_a_stranger_s_booking_is_another_one(salon):
    """The control: it is the key that makes them one."""
    caller = Caller()

    first, second = caller.book(salon), caller.book(salon)

    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_repeated_action_hears_the_same_answer(stage, action):
    first = stage.act(action)

    with nothing_changes():
        second = stage.act(action)

    assert (first.status_code, second.status_code, second.json()) == (200, 200, first.json())


def test_without_a_key_a_second_extension_is_refused(stage):
    """The control of the repeated one."""
    stage.act("extend")

    assert stage.act("extend", key=None).status_code == 409


def test_a_repeated_move_does_not_move_what_was_moved_on(stage):
    stage.act("reschedule")
    elsewhere = stage.salon.at(18, days=3).isoformat()
    stage.caller.act("reschedule", stage.visit["id"], {"start": elsewhere, "token": stage.visit["token"]})

    again = stage.act("reschedule")

    assert (again.status_code, again.json()["start"]) == (200, elsewhere)


@pytest.mark.parametrize("action", ["confirm", "reschedule", "cancel"])
def test_the_same_key_with_another_body_is_refused(stage, action):
    assert stage.act(action).status_code == 200

    with nothing_changes():
        answer = stage.act(action, **OTHERWISE[action])

    assert (answer.status_code, answer.json()["code"], answer.json()["alternatives"]) == (422, "key_reused", [])


def test_the_same_key_for_another_booking_is_refused(salon):
    caller = Caller()
    caller.book(salon, 10, key=KEY)

    with nothing_changes():
        answer = caller.book(salon, 12, key=KEY)

    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize(("first", "second"), [("reschedule", "cancel"), ("extend", "release")])
def test_the_same_key_at_another_address_is_refused(stage, first, second):
    assert stage.act(first).status_code == 200

    with nothing_changes():
        answer = stage.act(second)

    assert answer.status_code == 422


def test_a_body_that_means_the_same_is_the_same(salon):
    """Digits for a number, a field that is left out, the order: no other request."""
    caller = Caller()
    body = wish(salon)
    first = caller.post("appointments/book/", body, key=KEY)

    again = caller.post(
        "appointments/book/", dict(reversed((body | {"location": str(salon.location.pk)}).items())), key=KEY
    )

    assert (again.status_code, again.json()) == (201, first.json())


def test_a_refusal_is_not_remembered(salon):
    salon, caller = Salon(company=salon.company), Caller()
    rival = book(salon.slot(10, days=3))
    assert caller.book(salon, key=KEY).status_code == 409
    Appointment.objects.filter(pk=rival.pk).update(status="CANCELLED")

    assert caller.book(salon, key=KEY).status_code == 201
    assert OnceKey.objects.count() == 1


def test_a_key_does_not_open_another_person_s_answer(salon):
    """The same key and the same body, by another user: his own hold, or a refusal, but not the first one's."""
    callers = [
        Caller(client_user(make_client(salon.company))),
        Caller(client_user(make_client(salon.company))),
    ]

    first, second = (caller.book(salon, key=KEY).json() for caller in callers)

    assert first["id"] != second["id"]
    assert first["token"] != second["token"]


def test_a_key_does_not_open_another_browser_s_answer(salon):
    callers = [Caller(), Caller()]
    for number, caller in enumerate(callers):
        caller.browser.cookies["device"] = f"browser {number}"

    first, second = (caller.book(salon, key=KEY).json() for caller in callers)

    assert first["id"] != second["id"]


@pytest.mark.parametrize(("key", "is_shared"), [(KEY, True), ("1", False), ("x" * 15, False), ("x" * 16, True)])
def test_a_key_that_can_be_guessed_counts_from_its_own_address_only(salon, key, is_shared):
    """A stranger is known by nothing but his key; a telephone changes its address between two tries."""
    here, there = Caller(), Caller()
    there.browser.defaults["REMOTE_ADDR"] = "192.0.2.7"

    first, again, elsewhere = (caller.book(salon, key=key).json() for caller in (here, here, there))

    assert again == first
    assert (elsewhere["id"] == first["id"]) is is_shared


def test_a_key_of_one_company_is_another_one_in_the_next():
    salon, other = Salon(), Salon()

    answers = [Caller().book(each, company=each.company.slug, key=KEY) for each in (salon, other)]

    assert [answer.status_code for answer in answers] == [201, 201]


def test_a_key_helps_nobody_to_what_he_may_no_longer_do(salon):
    user = make_user(salon.company, Role.OPERATOR)
    visit = book(salon.slot(10, days=3))
    caller = Caller(user)
    assert caller.act("cancel", visit.pk, key=KEY).status_code == 200

    user.role = Role.ACCOUNTANT
    user.save(update_fields=["role"])

    assert caller.act("cancel", visit.pk, key=KEY).status_code == 403


def test_a_key_without_its_token_opens_nothing(stage):
    stage.act("cancel")

    answer = stage.caller.act("cancel", stage.visit["id"], {}, key=KEY)

    assert answer.status_code == 404


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ", "a\tb", "a\0b"])
def test_a_key_that_is_none_is_named(salon, key):
    headers = {"HTTP_IDEMPOTENCY_KEY": key}

    answer = Caller().browser.post("/api/v1/appointments/book/", wish(salon), "application/json", **headers)

    assert (answer.status_code, problems(answer)) == (400, {"Idempotency-Key": "invalid"})


def test_the_table_of_keys_holds_none_in_clear(salon):
    Caller().book(salon, key=KEY)

    assert KEY not in repr(OnceKey.objects.values().get())
