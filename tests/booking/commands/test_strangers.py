"""Whoever types a number that he has not proved makes its owner hear of the visit: not as often as he likes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.values import Actor, Channel, Role
from booking.commands import book_now, cancel_appointment, confirm_appointment, hold_slot
from booking.errors import TooManyVisits
from booking.models import Appointment, Status
from booking.queries.visits import visits_of_strangers
from tests.api.caller import Caller
from tests.booking.plans import fill_up, plan_of
from tests.booking.steps import ANNA, BORIS, operator_of, refused
from tests.factories import WEB, Salon, book, make_client, make_company
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

NUMBER = "+79990000001"


@pytest.fixture(autouse=True)
def _two_at_most(settings) -> None:
    settings.BOOKING_VISITS_OF_STRANGERS = 2


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


def book_twice(salon: Salon) -> list[Appointment]:
    return [book(salon.slot(hour), WEB, phone=NUMBER) for hour in (10, 11)]


def held(salon: Salon, hour: int = 12, actor: Actor = WEB, **whose) -> Appointment:
    return hold_slot(salon.slot(hour), actor, **whose)


def client_actor(client) -> Actor:
    return Actor(Role.CLIENT, Channel.WEB, client_id=client.pk, company_id=client.company_id)


def test_a_stranger_books_so_many_visits_and_no_more(salon):
    book_twice(salon)
    hold = held(salon)

    with refused(TooManyVisits, "too_many_visits"):
        confirm_appointment(hold.pk, WEB, ANNA)

    assert Appointment.objects.get(pk=hold.pk).status == Status.HOLD


def test_control_without_the_limit_he_books_on(salon, settings):
    settings.BOOKING_VISITS_OF_STRANGERS = 3
    book_twice(salon)

    assert confirm_appointment(held(salon).pk, WEB, ANNA).status == Status.CONFIRMED


@pytest.mark.parametrize("is_known", [True, False])
def test_known_and_unknown_numbers_are_answered_alike(salon, is_known):
    if is_known:
        make_client(salon.company, phone=NUMBER)

    answers = []
    for hour in (10, 11, 12):
        try:
            answers.append(book(salon.slot(hour), WEB, phone=NUMBER).status)
        except TooManyVisits as refusal:
            answers.append(f"{refusal.code}: {refusal}")

    assert answers == [
        "CONFIRMED",
        "CONFIRMED",
        "too_many_visits: No more visits can be booked online with this number for now. Please call us.",
    ]


def test_cancelling_at_once_buys_no_further_visit(salon):
    """Each has been told of twice."""
    for visit in book_twice(salon):
        cancel_appointment(visit.pk, WEB)

    with pytest.raises(TooManyVisits):
        confirm_appointment(held(salon).pk, WEB, ANNA)


def test_visits_of_the_past_count_no_more(salon):
    visits = book_twice(salon)
    day = timedelta(days=2)
    for visit in visits:
        times = {name: getattr(visit, name) - 2 * day for name in ("start_time", "end_time", "busy_until")}
        Appointment.objects.filter(pk=visit.pk).update(created_at=visit.created_at - day, **times)

    assert confirm_appointment(held(salon).pk, WEB, ANNA).status == Status.CONFIRMED


def test_another_number_and_another_company_have_their_own_count(salon):
    book_twice(salon)
    other = Salon(company=make_company())

    assert confirm_appointment(held(salon).pk, WEB, BORIS).status == Status.CONFIRMED
    assert confirm_appointment(held(other).pk, WEB, ANNA).status == Status.CONFIRMED


def test_staff_and_whoever_has_proved_who_he_is_book_on(salon):
    book_twice(salon)
    client = Appointment.objects.earliest("pk").client
    mine = client_actor(client)

    by_staff = book_now(salon.slot(13), operator_of(salon), ANNA)
    by_himself = confirm_appointment(held(salon, 14, mine, client_id=client.pk).pk, mine, ANNA, client_id=client.pk)

    assert (by_staff.status, by_himself.status) == (Status.CONFIRMED, Status.CONFIRMED)


def test_what_staff_and_the_client_himself_booked_does_not_count(salon):
    """Or a stranger would learn that the number is somebody's, and its owner could not book without signing in."""
    client = make_client(salon.company, phone=NUMBER)
    mine = client_actor(client)
    for hour in (10, 11):
        book_now(salon.slot(hour), operator_of(salon), ANNA)
    for hour in (12, 13):
        confirm_appointment(held(salon, hour, mine, client_id=client.pk).pk, mine, ANNA, client_id=client.pk)

    assert visits_of_strangers(salon.company.pk, NUMBER) == 0
    assert confirm_appointment(held(salon, 14).pk, WEB, ANNA).status == Status.CONFIRMED


def test_holds_that_came_to_nothing_do_not_count(salon):
    for hour in (10, 11, 12):
        held(salon, hour)
    Appointment.objects.update(contact_phone=NUMBER)

    assert visits_of_strangers(salon.company.pk, NUMBER) == 0


def test_a_repeated_confirmation_is_the_same_visit(salon):
    *_, last = book_twice(salon)

    assert confirm_appointment(last.pk, WEB, ANNA) == last


def test_the_page_says_so_and_keeps_what_was_typed(client, salon):
    book_twice(salon)
    times = reverse("booking:times", args=[salon.location.slug, salon.service.pk])
    details = client.post(times, {"slot": salon.at(12).isoformat()}).url

    page = client.post(details, {"name": "Anna", "phone": "8 999 000-00-01", "comment": "Tea"})

    assert page.status_code == 409
    assert page.context["form"].non_field_errors() == [str(TooManyVisits.message)]
    assert page.context["form"]["comment"].value() == "Tea"


def test_the_api_says_so(salon):
    book_twice(salon)
    caller = Caller()
    hold = caller.book(salon, 12).json()

    answer = caller.post(
        "appointments/confirm/", {"id": hold["id"], "token": hold["token"], "first_name": "Anna", "phone": NUMBER}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_visits")


def test_visits_are_counted_by_the_index_on_the_phone(salon):
    fill_up(salon)
    with CaptureQueriesContext(connection) as captured:
        visits_of_strangers(salon.company.pk, NUMBER)

    assert "visits_by_phone_ending" in plan_of(captured.captured_queries[0]["sql"])
