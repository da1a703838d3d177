"""The catalogue: what the schema refuses, what forms say about it."""

from datetime import date, time

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from catalog.models import (
    Break,
    Holiday,
    Location,
    LocationSchedule,
    Service,
    ServiceSpecialist,
    SpecialistSchedule,
    Workplace,
    WorkplaceService,
)
from tests.booking.rows import put, refused
from tests.factories import Salon, make_company, make_location, make_service, make_specialist, make_workplace

pytestmark = pytest.mark.django_db

MONDAY = date(2030, 1, 7)
NINE, TEN = time(9), time(10)


# --- hours ------------------------------------------------------------------------------------------------------------


def hours(model, **fields):
    """Opening hours or a shift of Monday, nine to ten unless ``fields`` say otherwise."""
    location = make_location(hours=None)
    owners = {"location": location}
    if model is SpecialistSchedule:
        owners["specialist"] = make_specialist(location, hours=None)
    return model(**owners, **{"day_of_week": 0, "start_time": NINE, "end_time": TEN} | fields)


BOTH = pytest.mark.parametrize("model", [LocationSchedule, SpecialistSchedule], ids=lambda model: model.__name__)


@BOTH
@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("has_hours", {"start_time": None}),
        ("has_hours", {"end_time": None}),
        ("knows_the_weekday", {"day_of_week": 7}),
        ("validity_in_order", {"valid_from": date(2030, 2, 1), "valid_until": date(2030, 1, 31)}),
    ],
)
def test_hours_are_refused(model, constraint, fields):
    with refused(f"{model.__name__.lower()}_{constraint}"):
        hours(model, **fields).save()


@BOTH
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"is_day_off": True, "start_time": None, "end_time": None}, id="a day off"),
        pytest.param({"start_time": time(20), "end_time": time(4)}, id="past midnight"),
        pytest.param({"start_time": NINE, "end_time": time(0)}, id="until midnight"),
        pytest.param({"start_time": NINE, "end_time": NINE}, id="around the clock"),
        pytest.param({"valid_from": MONDAY, "valid_until": MONDAY}, id="valid on one day"),
        pytest.param({"valid_from": MONDAY, "valid_until": None}, id="valid from a day on"),
    ],
)
def test_hours_may_be(model, fields):
    hours(model, **fields).save()

    assert model.objects.count() == 1


def test_a_day_has_several_intervals():
    location = make_location(hours=None)
    for start, end in ((9, 13), (14, 20)):
        LocationSchedule.objects.create(location=location, day_of_week=0, start_time=time(start), end_time=time(end))

    assert [str(interval) for interval in location.schedules.all()] == ["Monday 09:00–13:00", "Monday 14:00–20:00"]


def test_a_day_off_is_called_so():
    assert str(LocationSchedule(day_of_week=6, is_day_off=True)) == "Sunday: day off"


# --- holidays and breaks ----------------------------------------------------------------------------------------------


def test_a_date_is_one_holiday_of_a_location():
    location = make_location()
    Holiday.objects.create(location=location, date=MONDAY)

    with refused("holiday_is_one_per_day"):
        Holiday.objects.create(location=location, date=MONDAY, is_working=True)
    Holiday.objects.create(location=make_location(), date=MONDAY)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("break_dates_in_order", {"last_date": date(2030, 1, 6)}),
        ("break_has_both_times_or_none", {"start_time": NINE}),
        ("break_has_both_times_or_none", {"end_time": NINE}),
    ],
)
def test_a_break_is_refused(constraint, fields):
    specialist = Salon().specialist

    with refused(constraint):
        Break.objects.create(specialist=specialist, date=MONDAY, **fields)


@pytest.mark.parametrize("model", [Break, Holiday], ids=lambda model: model.__name__)
@pytest.mark.parametrize(("times", "missing"), [({"start_time": NINE}, "end_time"), ({"end_time": NINE}, "start_time")])
def test_half_an_interval_is_named(model, times, missing):
    with pytest.raises(ValidationError) as error:
        model(date=MONDAY, **times).clean()

    assert list(error.value.message_dict) == [missing]


# --- locations and workplaces -----------------------------------------------------------------------------------------


def test_a_capacity_is_at_least_one():
    with refused("location_capacity_is_positive"):
        make_location(capacity=0)


def test_a_locations_address_is_its_own_in_the_whole_deployment():
    make_location(make_company(), slug="centre")

    with refused("catalog_location_slug_key"):
        make_location(make_company(), slug="centre")


@pytest.mark.parametrize("slug", ["admin", "me", "api", "healthz"])
def test_a_location_cannot_have_an_address_of_ours(slug):
    with pytest.raises(ValidationError) as error:
        Location(company=make_company(), name="Salon", slug=slug).full_clean()

    assert list(error.value.message_dict) == ["slug"]


def test_a_workplaces_name_is_unique_in_its_location():
    location = make_location()
    make_workplace(location, name="Chair")

    with refused("workplace_name_is_unique_in_location"):
        make_workplace(location, name="Chair")
    make_workplace(make_location(location.company), name="Chair")


# --- services and offers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("service_duration_is_sane", {"duration_min": 4}),
        ("service_duration_is_sane", {"duration_min": 1441}),
        ("service_break_is_sane", {"break_min": 1441}),
        ("service_price_is_not_negative", {"price": -1}),
    ],
)
def test_a_service_is_refused(constraint, fields):
    with refused(constraint):
        make_service(make_company(), **fields)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("skill_duration_is_sane", {"custom_duration": 4}),
        ("skill_break_is_sane", {"custom_break": 1441}),
        ("skill_price_is_not_negative", {"custom_price": -1}),
        ("skill_is_listed_once", {}),
    ],
)
def test_a_skill_is_refused(constraint, fields):
    salon = Salon()
    if constraint != "skill_is_listed_once":
        ServiceSpecialist.objects.all().delete()

    with refused(constraint):
        ServiceSpecialist.objects.create(specialist=salon.specialist, service=salon.service, **fields)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("workplace_duration_is_sane", {"duration_min": 4}),
        ("workplace_break_is_sane", {"break_min": 1441}),
        ("workplace_price_is_not_negative", {"price": -1}),
        ("workplace_offers_a_service_once", {}),
    ],
)
def test_a_workplaces_offer_is_refused(constraint, fields):
    salon = Salon(chairs=1)
    if constraint != "workplace_offers_a_service_once":
        WorkplaceService.objects.all().delete()

    with refused(constraint):
        WorkplaceService.objects.create(workplace=salon.chairs[0], service=salon.service, **fields)


def test_terms_of_their_own_are_optional():
    salon = Salon(chairs=1)

    assert ServiceSpecialist.objects.filter(custom_price=None, custom_duration=None, custom_break=None).count() == 1
    assert WorkplaceService.objects.filter(price=None, duration_min=None, break_min=None).count() == 1
    assert str(ServiceSpecialist.objects.get()) == f"{salon.service} · {salon.specialist}"


def test_what_was_booked_is_not_deleted():
    salon = Salon(chairs=1)
    put(salon, workplace=salon.chairs[0])

    for row in (salon.location, salon.service, salon.specialist, salon.chairs[0], salon.company):
        with pytest.raises(ProtectedError):
            row.delete()
    assert (Workplace.objects.count(), Service.objects.count()) == (1, 1)
