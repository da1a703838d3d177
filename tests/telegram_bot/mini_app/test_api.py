"""The REST API from a Mini App: ``Authorization: tma <initData>`` (contract §4)."""

import pytest

from accounts.models import Client
from accounts.values import Channel, Role
from booking.models import Appointment, AppointmentEvent
from notifications.models import PushSubscription
from tests.api.caller import Caller, problems, row
from tests.factories import Salon, make_client, make_user
from tests.telegram_bot.mini_app.opening import ANNA, BORIS, HOUR, MINUTE, fields_of, init_data, signed

pytestmark = pytest.mark.django_db


def caller(user: dict = ANNA, staff=None, **opening) -> Caller:
    return Caller(staff, authorization=f"tma {init_data(user, **opening)}")


def availability(who: Caller, salon: Salon):
    day = salon.day().isoformat()
    query = {"location": salon.location.pk, "service": salon.service.pk, "date_from": day, "date_to": day}
    return who.get("availability/", **query)


def test_a_client_books_by_his_telegram(salon):
    me = caller()

    hold = me.book(salon)
    visit = me.confirm(hold.json())

    [mine] = Client.objects.all()
    assert (hold.status_code, visit.status_code) == (201, 200)
    assert (mine.company, mine.tg_id, mine.first_name, mine.phone) == (salon.company, ANNA["id"], "Анна", None)
    assert (row(visit.json()).client, row(visit.json()).source) == (mine, Channel.TELEGRAM)
    himself = {"user_id": None, "role": "client", "channel": "tg_bot", "client_id": mine.pk}
    assert [event.initiated_by for event in AppointmentEvent.objects.all()] == [himself, himself]


def test_a_client_changes_his_visits_without_their_tokens_and_nobody_else_s(salon):
    visit = caller().visit(salon)

    others = caller(BORIS).act("cancel", visit["id"])
    own = caller().act("cancel", visit["id"])

    assert (others.status_code, own.status_code) == (404, 200)
    assert Appointment.objects.get().status == "CANCELLED"


def test_looking_makes_nobody_a_client(salon):
    assert availability(caller(), salon).status_code == 200
    assert Client.objects.count() == 0


@pytest.mark.parametrize(
    ("age", "reads", "writes"),
    [
        (HOUR - MINUTE, 200, 201),
        (HOUR + MINUTE, 200, 401),
        (24 * HOUR - MINUTE, 200, 401),
        (24 * HOUR + MINUTE, 401, 401),
        (-5 * MINUTE, 401, 401),
    ],
)
def test_reading_may_come_within_a_day_and_writing_within_an_hour(salon, age, reads, writes):
    me = caller(age=age)

    answers = availability(me, salon), me.book(salon)

    assert [answer.status_code for answer in answers] == [reads, writes]


@pytest.mark.parametrize("raw", [signed(fields_of(), "42:OTHER"), "", "nonsense", init_data().replace("%3A7", "%3A8")])
def test_a_forgery_is_told_so_and_books_nothing(salon, raw):
    answer = Caller(authorization=f"tma {raw}").book(salon)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "tma"
    assert list(problems(answer)) == [None]
    assert Appointment.objects.count() == 0


def test_staff_in_the_same_browser_are_clients_here(salon):
    """Neither does the sign-in of the console give the Mini App a right, nor does its own forgery fall back on it."""
    admin, theirs = make_user(salon.company, Role.ADMIN, tg_id=ANNA["id"]), caller(BORIS).visit(salon)
    client = make_client(salon.company)
    asked = {"client": client.pk}

    by_staff = Caller(admin).book(salon, 12, **asked)
    by_client = caller(staff=admin).book(salon, 14, **asked)
    of_another = caller(staff=admin).act("cancel", theirs["id"])
    forged = Caller(admin, authorization=f"tma {signed(fields_of(), '42:OTHER')}").act("cancel", theirs["id"])

    answers = (by_staff, by_client, of_another, forged)
    assert [answer.status_code for answer in answers] == [201, 403, 404, 401]


def test_a_card_that_the_salon_closed_is_told_so(salon):
    make_client(salon.company, tg_id=ANNA["id"], is_active=False)

    answer = caller().book(salon)

    assert (answer.status_code, answer.json()["code"]) == (409, "card_closed")


def test_the_same_request_twice_is_one_booking(salon):
    me = caller()

    first, second = me.book(salon, key="mine"), me.book(salon, key="mine")
    others = caller(BORIS).book(salon, 12, key="mine")

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert (others.status_code, Appointment.objects.count()) == (201, 2)


def test_the_session_of_the_pages_is_no_sign_in_to_the_api(salon):
    """Its cookie travels in frames; the API asks for the proof itself."""
    me = Caller()
    me.browser.get("/?tg=1")
    me.browser.post("/tg/app/session", headers={"authorization": f"tma {init_data()}"})

    me.book(salon)

    assert Appointment.objects.get().client is None


def test_a_device_that_he_subscribed_he_may_forget(salon):
    mine = make_client(salon.company, tg_id=ANNA["id"])
    device = PushSubscription.objects.create(company=salon.company, client=mine, endpoint="https://push.example/1")

    others = caller(BORIS).send("delete", f"push-subscriptions/{device.pk}/")
    own = caller().send("delete", f"push-subscriptions/{device.pk}/")

    assert (others.status_code, own.status_code) == (404, 204)
    assert PushSubscription.objects.count() == 0
