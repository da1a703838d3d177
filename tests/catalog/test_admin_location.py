"""A location is set up on one page: its hours, holidays, workplaces and what they are fit for."""

from datetime import time

import pytest

from accounts.values import Role
from booking.values import Slot
from catalog.models import Holiday, Location, LocationSchedule, Service, Workplace, WorkplaceService
from tests.console import World, address, filled_in, form_at, problems, said, sent_to
from tests.factories import book, make_service, make_specialist, make_workplace
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

ADD = "/admin/catalog/location/add/"
STAYS = "has visits and stays in the history. Switch “active” off: it can then no longer be booked."


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


@pytest.fixture
def console(world):
    return world.browser(Role.ADMIN)


def save(console, location: Location, **typed):
    page = address(Location, "change", location.pk)
    sent = filled_in(form_at(console, page)) | {name.replace("__", "-"): value for name, value in typed.items()}
    return sent_to(console, page, sent)


def hours(location: Location) -> list[tuple]:
    return list(
        location.schedules.order_by("day_of_week", "start_time").values_list("day_of_week", "start_time", "end_time")
    )


def test_a_new_location_comes_with_a_week_filled_in(world, console):
    console.post(ADD, filled_in(form_at(console, ADD)) | {"name": "Новая", "slug": "novaya"})

    location = Location.objects.get(slug="novaya")
    assert hours(location) == [*[(day, time(9), time(20)) for day in range(6)], (6, None, None)]
    assert location.schedules.get(day_of_week=6).is_day_off
    assert (location.company, location.timezone) == (world.company, world.company.timezone)


def test_an_emptied_row_of_the_week_is_left_out(console):
    sent = filled_in(form_at(console, ADD)) | {"name": "Новая", "slug": "novaya"}
    sent |= {"schedules-0-start_time": "", "schedules-0-end_time": ""}
    del sent["schedules-6-is_day_off"]

    console.post(ADD, sent)

    assert [day for day, _, _ in hours(Location.objects.get(slug="novaya"))] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (("9", "18"), (time(9), time(18))),
        (("9.30", "1830"), (time(9, 30), time(18, 30))),
        (("9:00", "24:00"), (time(9), time(0))),
        (("20-00", "04:00"), (time(20), time(4))),
        ((" 7 ч 15 ", "0:00"), (time(7, 15), time(0))),
    ],
)
def test_times_are_typed_freely(world, console, typed, stored):
    save(console, world.location, schedules__0__start_time=typed[0], schedules__0__end_time=typed[1])

    assert hours(world.location)[0] == (0, *stored)


def test_midnight_at_the_end_is_shown_as_24_00(world, console):
    save(console, world.location, schedules__0__end_time="24:00")

    page = form_at(console, address(Location, "change", world.location.pk))

    assert page.context["inline_admin_formsets"][0].formset.forms[0]["end_time"].value() == "24:00"


@pytest.mark.parametrize(
    ("field", "text", "error"),
    [
        ("start_time", "утро", "Write a time like 9:00 or 20:30."),
        ("start_time", "24:00", "Write a time like 9:00 or 20:30."),
        ("end_time", "25:00", "Write a time like 9:00 or 20:30."),
        ("end_time", "", "Give both times, or tick “day off”."),
    ],
)
def test_a_slip_in_the_week_is_named_at_its_field(world, console, field, text, error):
    answer = save(console, world.location, **{f"schedules__0__{field}": text})

    assert problems(answer) == {f"schedules-0-{field}": [error]}


@pytest.mark.parametrize(("choice", "days"), [("weekdays", range(5)), ("saturday", range(6)), ("week", range(7))])
def test_monday_is_copied(world, console, choice, days):
    LocationSchedule.objects.filter(location=world.location, day_of_week=0).update(start_time=time(7))

    save(console, world.location, **{"schedules-copy": choice})

    assert {day: start for day, start, _ in hours(world.location)} == {
        day: time(7) if day in days else time(9) for day in range(7)
    }


def test_an_empty_monday_is_not_copied_over_the_week(world, console):
    LocationSchedule.objects.filter(location=world.location, day_of_week=0).delete()

    answer = save(console, world.location, **{"schedules-copy": "week"})

    assert "Monday has no hours to copy." in said(answer)
    assert len(hours(world.location)) == 6


def test_holidays_are_kept_on_the_same_page(world, console):
    day = world.salon.day(10)
    sent = {"holidays-TOTAL_FORMS": "2", "holidays-1-date": str(day), "holidays-1-is_working": "on"}

    save(console, world.location, **sent, holidays__1__start_time="10", holidays__1__end_time="15")

    assert Holiday.objects.get(date=day).start_time == time(10)


def test_a_second_holiday_on_a_day_is_refused_in_words(world, console):
    page = address(Location, "change", world.location.pk)
    typed = {"holidays-TOTAL_FORMS": "2", "holidays-1-date": str(world.holiday.date)}

    answer = console.post(page, filled_in(form_at(console, page)) | typed)

    assert answer.status_code == 200
    assert Holiday.objects.filter(location=world.location).count() == 1


def test_a_workplace_is_fit_for_what_is_chosen_and_keeps_its_prices(world, console):
    chair, other = world.salon.chairs[0], make_service(world.company)
    WorkplaceService.objects.filter(workplace=chair).update(price=777)

    save(console, world.location, workplaces__0__services=[other.pk])
    without = list(chair.offers.filter(is_active=True).values_list("service", flat=True))
    save(console, world.location, workplaces__0__services=[other.pk, world.salon.service.pk])

    assert without == [other.pk]
    assert chair.offers.get(service=world.salon.service, is_active=True).price == 777


def test_a_workplace_with_visits_is_not_deleted_with_a_tick(world, console):
    answer = save(console, world.location, workplaces__0__DELETE="on")

    assert problems(answer) == {"workplaces-0-__all__": [f"“{world.mark} chair” {STAYS}"]}
    assert Workplace.objects.filter(location=world.location).exists()


def test_an_unused_workplace_is_deleted_with_a_tick(world, console):
    spare = make_workplace(world.location, position=9)

    save(console, world.location, workplaces__1__DELETE="on")

    assert not Workplace.objects.filter(pk=spare.pk).exists()


@pytest.mark.parametrize("model", [Location, Service, Workplace])
def test_what_has_visits_is_not_deleted_and_says_why(world, console, model):
    row = world.row(model)

    page = console.get(address(model, "change", row.pk)).content.decode()
    answer = sent_to(console, address(model, "delete", row.pk), {"post": "yes"})

    assert address(model, "delete", row.pk) not in page
    assert any(STAYS in message for message in said(answer))
    assert model.objects.filter(pk=row.pk).exists()


def test_visits_outside_new_hours_are_named_with_links(world, console):
    book(world.salon.slot(17, days=2))
    inside = world.visit

    days = {f"schedules__{day}__end_time": "16" for day in range(7)}
    answer = save(console, world.location, **days)

    (warning,) = [message for message in said(answer) if "coming visit" in message]
    assert warning.startswith("1 coming visit can no longer take place as booked. Move or cancel it:")
    assert f"#{inside.pk}" not in warning


@pytest.mark.parametrize(
    "typed",
    [
        {"holidays-TOTAL_FORMS": "2"},
        {"workplaces-0-is_active": None},
        {"is_active": None},
    ],
    ids=["holiday", "workplace", "location"],
)
def test_closing_a_day_a_chair_or_a_place_names_its_visits(world, console, typed):
    if "holidays-TOTAL_FORMS" in typed:
        typed = typed | {"holidays-1-date": str(world.salon.day(1))}
    page = address(Location, "change", world.location.pk)
    sent = filled_in(form_at(console, page)) | typed

    answer = sent_to(console, page, {name: value for name, value in sent.items() if value is not None})

    assert any(f"#{world.visit.pk}" in message for message in said(answer))


def test_a_lowered_capacity_keeps_what_is_booked_and_names_it(world, console):
    second = make_specialist(world.location, make_service(world.company))
    book(Slot(world.location.pk, second.offers.get().service_id, world.salon.at(10), second.pk))

    answer = save(console, world.location, capacity="1")

    (warning,) = [message for message in said(answer) if "more are booked than the location holds" in message]
    assert warning.startswith("2 coming visits begin when")
    assert f"#{world.visit.pk}" in warning


def test_a_change_that_closes_nothing_warns_of_nothing(world, console):
    answer = save(console, world.location, address="Новая улица", schedules__0__start_time="8")

    assert not any("coming visit" in message for message in said(answer))


def test_an_operator_sees_the_location_and_changes_nothing(world):
    operator = world.browser(Role.OPERATOR)

    page = operator.get(address(Location, "change", world.location.pk))

    assert page.context["has_change_permission"] is False
    assert "schedules-copy" not in page.content.decode()
