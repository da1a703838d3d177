"""The desk's booking form: one visit for one form, refusals with a way out, and nothing typed is lost."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from accounts.values import Channel, Role
from catalog.models import Location
from tests.booking.desk import ADD, new_visits, typed
from tests.console import World, sent_to
from tests.factories import make_client, make_specialist
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


@pytest.fixture
def desk(world):
    return world.browser(Role.OPERATOR)


def test_a_visit_is_booked_for_a_client_found_by_search(world, desk):
    answer = desk.post(ADD, typed(world, desk, client=world.client.pk, comment="у окна"))

    (visit,) = new_visits(world)
    assert answer.url == reverse("admin:booking_appointment_change", args=[visit.pk])
    assert (visit.client, visit.person, visit.notes) == (world.client, f"{world.mark} client", "у окна")
    assert (visit.start_time, visit.specialist) == (world.salon.at(12, days=2), world.salon.specialist)
    assert (visit.source, visit.events.get().initiated_by["role"]) == (Channel.ADMIN, "operator")


def test_a_visit_is_booked_for_somebody_new(world, desk):
    desk.post(ADD, typed(world, desk, first_name="Пётр", last_name="Новый", phone="8 916 123-45-67"))

    (visit,) = new_visits(world)
    assert (str(visit.client.phone), visit.person) == ("+79161234567", "Пётр Новый")


def test_a_known_number_needs_no_name(world, desk):
    desk.post(ADD, typed(world, desk, phone=world.phone))

    (visit,) = new_visits(world)
    assert (visit.client, visit.person) == (world.client, world.client.full_name)


def test_a_new_number_needs_one(world, desk):
    answer = sent_to(desk, ADD, typed(world, desk, phone="+79161234567"))

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"first_name": ["This number is new. Enter the name."]}


def test_a_guest_leaves_nothing(world, desk):
    answer = desk.post(ADD, typed(world, desk), follow=True)

    (visit,) = new_visits(world)
    assert (visit.client, visit.person) == (None, "")
    assert "Guest" in answer.content.decode()


def test_a_client_without_a_phone_is_booked_too(world, desk):
    client = make_client(world.company, first_name="Без телефона", phone=None)

    desk.post(ADD, typed(world, desk, client=client.pk))

    assert [visit.client for visit in new_visits(world)] == [client]


def test_the_same_form_twice_is_one_visit(world, desk):
    form = typed(world, desk, first_name="Пётр", phone="+79161234567")

    answers = [desk.post(ADD, form), desk.post(ADD, form)]

    (visit,) = new_visits(world)
    assert {answer.url for answer in answers} == {reverse("admin:booking_appointment_change", args=[visit.pk])}


def test_a_sent_form_with_other_details_is_refused(world, desk):
    form = typed(world, desk)
    desk.post(ADD, form)

    answer = desk.post(ADD, form | {"time": "15:00"})

    assert answer.status_code == 409
    assert "This form has already been sent with other details." in answer.content.decode()
    assert len(new_visits(world)) == 1


def test_a_taken_time_is_refused_with_others_and_nothing_is_lost(world, desk):
    form = typed(world, desk, hour=10, days=1, first_name="Пётр", phone="+79161234567", comment="у окна")

    refused = desk.post(ADD, form)
    offer = refused.context["offers"][0]["value"]
    again = refused.context["form"]
    desk.post(ADD, form | {"_slot": offer})

    assert refused.status_code == 409
    assert "This time has just been taken." in refused.content.decode()
    assert 1 <= len(refused.context["offers"]) <= 6
    assert [again[name].value() for name in ("first_name", "phone", "comment", "time")] == [
        "Пётр", "+79161234567", "у окна", "10:00",
    ]  # fmt: skip
    (visit,) = new_visits(world)
    assert (visit.person, visit.notes, visit.start_time.isoformat()) == ("Пётр", "у окна", offer.partition("/")[0])


def test_free_times_of_a_day_are_shown_and_one_click_books(world, desk):
    form = typed(world, desk, days=1, time="", first_name="Пётр")

    looked = desk.post(ADD, form | {"_look": "1"})
    texts = [offer["text"] for offer in looked.context["offers"]]
    desk.post(ADD, form | {"_slot": looked.context["offers"][0]["value"]})

    assert texts[0] == f"9:00\u00a0am · {world.mark} specialist · 1,000\u00a0₽"
    assert not any(text.startswith("10:") for text in texts)
    assert not looked.context["form"].errors
    assert [visit.start_time for visit in new_visits(world)] == [world.salon.at(9, days=1)]


def test_any_specialist_is_the_first_choice(world, desk):
    make_specialist(world.location, world.salon.service)
    world.salon.chairs[0].offers.all().delete()
    form = typed(world, desk, hour=10, days=1)

    desk.post(ADD, form)

    (visit,) = new_visits(world)
    assert visit.specialist != world.salon.specialist


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service": ""}, "service"),
        ({"service": "x"}, "service"),
        ({"date": "31.02.2027"}, "date"),
        ({"date": "0001-01-01"}, "date"),
        ({"date": ""}, "date"),
        ({"time": "25:00"}, "time"),
        ({"time": ""}, "time"),
        ({"phone": "12"}, "phone"),
        ({"phone": "позвоню"}, "phone"),
        ({"first_name": "я" * 101}, "first_name"),
        ({"comment": "я" * 2001}, "comment"),
        ({"client": "9" * 30}, "client"),
        ({"client": "x"}, "client"),
        ({"specialist": "-1"}, "specialist"),
        ({"location_choice": "\x00"}, "location_choice"),
        ({"key": ""}, "key"),
    ],
)
def test_every_wrong_field_is_named_and_nothing_is_booked(world, desk, changes, field):
    answer = sent_to(desk, ADD, typed(world, desk, **changes))

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert new_visits(world) == []


@pytest.mark.parametrize(
    "pick", ["", "x", "2027-01-01T10:00", "9999-12-31T23:59:59+00:00/1", "2027-01-01T10:00:00+00:00/" + "9" * 40]
)
def test_an_edited_button_books_nothing_by_itself(world, desk, pick):
    answer = sent_to(desk, ADD, typed(world, desk, time="", _slot=pick))

    assert answer.status_code == 422
    assert new_visits(world) == []


def test_a_time_that_the_clock_skips_is_named():
    world = World()
    type(world.location).objects.filter(pk=world.location.pk).update(timezone="Europe/Berlin")
    desk = world.browser(Role.OPERATOR)

    answer = desk.post(ADD, typed(world, desk, date="2027-03-28", time="2:30"))

    assert answer.context["form"].errors == {"time": ["The clock skips this time on that day. Choose another."]}


# --- nights on which the clock is changed -----------------------------------------------------------------------------

NIGHTS = [
    (date(2027, 3, 28), "01:30", 120),
    (date(2027, 10, 31), "01:30", 120),
    (date(2027, 10, 31), "02:30", 60),
    (date(2027, 3, 27), "22:00", 360),
]


@pytest.mark.parametrize(("day", "clock", "minutes"), NIGHTS, ids=str)
def test_a_visit_typed_across_a_changed_clock_is_as_long_as_its_service(world, desk, day, clock, minutes):
    Location.objects.filter(pk=world.location.pk).update(timezone="Europe/Berlin")
    world.salon.specialist.schedules.update(start_time="00:00", end_time="00:00")
    world.location.schedules.update(start_time="00:00", end_time="00:00")
    world.salon.service.duration_min = minutes
    world.salon.service.save()

    desk.post(ADD, typed(world, desk, date=str(day), time=clock))

    (visit,) = new_visits(world)
    assert visit.end_time - visit.start_time == timedelta(minutes=minutes)
    assert f"{visit.start_time.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" == clock


def test_a_picked_time_books_nobody_unasked(world, desk):
    """It is filled in; a guest without a name is booked by the button that says so."""
    form = typed(world, desk, time="")
    time = f"{world.salon.at(12, days=2).isoformat()}/"

    asked = desk.post(ADD, form | {"_slot": time})

    assert new_visits(world) == []
    assert "Say who comes" in asked.content.decode()
    assert asked.context["form"]["time"].value() == "12:00"
    desk.post(ADD, form | {"time": "12:00"})
    assert [visit.client for visit in new_visits(world)] == [None]
