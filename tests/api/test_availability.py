"""GET availability/: what clients can book, day by day."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.queries import facts
from booking.queries.calendars import DAYS
from booking.queries.catalogue import CATALOGUES
from catalog.models import Holiday, Location, ServiceSpecialist
from tests.api.caller import Caller, problems, wish
from tests.factories import Salon, book, make_service, make_specialist

pytestmark = pytest.mark.django_db


def question(salon: Salon, first: int = 3, last: int | None = None, **more):
    days = {"date_from": salon.day(first), "date_to": salon.day(first if last is None else last)}
    return {"location": salon.location.pk, "service": salon.service.pk, **days, **more}


def ask(salon: Salon, first: int = 3, last: int | None = None, **more):
    return Caller().get("availability/", **question(salon, first, last, **more))


def starts(answer) -> list[str]:
    return [slot["start"] for day in answer.json()["days"] for slot in day["slots"]]


def test_availability_tells_of_every_day_that_was_asked_for():
    salon = Salon(hours=(datetime.min.time().replace(hour=9), datetime.min.time().replace(hour=11)), chairs=1)
    Holiday.objects.create(location=salon.location, date=salon.day(4))

    answer = ask(salon, 3, 4)

    slots = [
        {
            "start": salon.at(9, minute, days=3).isoformat(),
            "end": salon.at(10, minute, days=3).isoformat(),
            "specialist": salon.specialist.pk,
            "workplace": salon.chairs[0].pk,
            "price": "1000.00",
        }
        for minute in (0, 15, 30, 45)
    ]
    slots.append(
        slots[0] | {"start": salon.at(10, days=3).isoformat(), "end": salon.at(11, days=3).isoformat()},
    )
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "timezone": "Europe/Moscow",
            "step_minutes": 15,
            "days": [
                {"date": salon.day(3).isoformat(), "slots": slots},
                {"date": salon.day(4).isoformat(), "slots": []},
            ],
        },
    )


def test_times_carry_the_offset_of_the_location():
    salon = Salon(timezone="Asia/Tbilisi")

    [first, *_] = starts(ask(salon))

    assert first == f"{salon.day(3).isoformat()}T09:00:00+04:00"


def test_a_start_is_listed_for_everybody_who_can_take_it():
    salon = Salon(specialists=3)
    for number, specialist in enumerate(salon.specialists):
        offers = ServiceSpecialist.objects.filter(specialist=specialist)
        offers.update(custom_price=Decimal(1000 + number))
    book(salon.slot(12, days=3, specialist=salon.specialists[1]))

    slots = [slot for day in ask(salon).json()["days"] for slot in day["slots"]]

    noon = [(slot["specialist"], slot["price"]) for slot in slots if slot["start"] == salon.at(12, days=3).isoformat()]
    assert noon == [(salon.specialists[0].pk, "1000.00"), (salon.specialists[2].pk, "1002.00")]


def test_one_specialist_is_asked_for_alone():
    salon = Salon(specialists=2)

    slots = [slot for day in ask(salon, specialist=salon.specialists[1].pk).json()["days"] for slot in day["slots"]]

    assert slots
    assert {slot["specialist"] for slot in slots} == {salon.specialists[1].pk}


def test_whatever_is_listed_can_be_booked_and_whatever_is_not_is_refused():
    salon = Salon(specialists=2)
    book(salon.slot(10, days=3, specialist=salon.specialists[0]))
    listed = {(slot["start"], slot["specialist"]) for day in ask(salon).json()["days"] for slot in day["slots"]}
    asked = [(salon.at(hour, days=3).isoformat(), who.pk) for hour in (8, 10, 11, 19, 20) for who in salon.specialists]

    statuses = {
        pair: Caller().post("appointments/book/", wish(salon) | {"start": pair[0], "specialist": pair[1]}).status_code
        for pair in asked
    }

    assert statuses == {pair: 201 if pair in listed else 409 for pair in asked}
    assert set(statuses.values()) == {201, 409}


def test_what_somebody_holds_is_taken_from_everybody_but_himself():
    salon = Salon()
    holder = Caller()
    holder.browser.cookies["device"] = "a browser"
    held = holder.book(salon, 10).json()["start"]

    assert held not in starts(ask(salon))
    assert held in starts(holder.get("availability/", **question(salon)))


def test_days_that_are_over_or_too_far_have_nothing():
    salon = Salon()

    past, far, farthest = (
        ask(salon, date_from=first, date_to=last)
        for first, last in (
            (salon.day(-3), salon.day(-1)),
            (salon.day(61), salon.day(70)),
            (date(9999, 12, 30), date(9999, 12, 31)),
        )
    )

    assert [answer.status_code for answer in (past, far, farthest)] == [200, 200, 200]
    assert [len(answer.json()["days"]) for answer in (past, far, farthest)] == [3, 10, 2]
    assert starts(past) + starts(far) + starts(farthest) == []


def test_sixty_two_days_are_answered_and_sixty_three_are_not():
    salon = Salon()

    most, more = ask(salon, 0, 61), ask(salon, 0, 62)

    assert (most.status_code, len(most.json()["days"])) == (200, 62)
    assert (more.status_code, problems(more)) == (400, {"date_to": "invalid"})


@pytest.mark.parametrize("field", ["location", "service", "specialist"])
def test_what_is_not_there_is_named(field):
    salon = Salon()

    answer = ask(salon, **{field: 2**40})

    assert (answer.status_code, problems(answer)) == (400, {field: "does_not_exist"})


@pytest.mark.parametrize("field", ["service", "specialist"])
def test_what_is_another_company_s_is_not_there(field):
    salon, stranger = Salon(), Salon()
    pk = {"service": stranger.service.pk, "specialist": stranger.specialist.pk}[field]

    answer = ask(salon, company=salon.company.slug, **{field: pk})

    assert (answer.status_code, problems(answer)) == (400, {field: "does_not_exist"})


def test_a_location_that_is_switched_off_is_not_there():
    salon = Salon()
    assert ask(salon).status_code == 200

    Location.objects.filter(pk=salon.location.pk).update(is_active=False)

    assert problems(ask(salon)) == {"location": "does_not_exist"}


def test_a_service_that_nobody_performs_here_has_no_times():
    salon = Salon()
    other = make_service(salon.company)

    assert starts(ask(salon, service=other.pk)) == []


def cost(salon: Salon, first: int, last: int) -> int:
    """Statements of one call by somebody who remembers nothing."""
    query = question(salon, first, last)
    for memory in (CATALOGUES, facts.FACTS, DAYS):
        memory.forget()
    with CaptureQueriesContext(
        connection,
    ) as context:
        assert Caller().get("availability/", **query).status_code == 200
    return len(context)


def test_the_number_of_statements_is_fixed():
    salon = Salon()
    one = cost(salon, 3, 3)
    for number in range(2):
        make_specialist(salon.location, salon.service, position=number)
    for hour in (10, 12, 14):
        book(salon.slot(hour, days=3))

    assert [cost(salon, 3, 3), cost(salon, 0, 61)] == [one, one]
    assert one == 12


def test_the_days_are_those_of_the_location():
    """Midnight in Tbilisi is an hour before midnight in Moscow."""
    salon = Salon(timezone="Asia/Tbilisi")

    days = ask(salon, 3, 4).json()["days"]

    zone = timedelta(hours=4)
    assert {datetime.fromisoformat(slot["start"]).utcoffset() for day in days for slot in day["slots"]} == {zone}
    assert all(slot["start"].startswith(day["date"]) for day in days for slot in day["slots"])
