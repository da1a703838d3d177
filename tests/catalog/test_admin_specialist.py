"""A specialist's week on one page: skills at his own price and pace, shifts, breaks."""

from datetime import time

import pytest

from accounts.values import Role
from catalog.models import Break, LocationSchedule, ServiceSpecialist, Specialist, SpecialistSchedule
from tests.console import World, address, filled_in, form_at, problems, said, sent_to
from tests.factories import make_location, make_service, make_workplace
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

ADD = "/admin/catalog/specialist/add/"


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


@pytest.fixture
def console(world):
    return world.browser(Role.ADMIN)


def save(console, specialist: Specialist, **typed):
    page = address(Specialist, "change", specialist.pk)
    sent = filled_in(form_at(console, page)) | {name.replace("__", "-"): value for name, value in typed.items()}
    return sent_to(console, page, {name: value for name, value in sent.items() if value is not None})


def test_a_new_specialist_comes_with_the_location_s_hours(world, console):
    LocationSchedule.objects.filter(location=world.location, day_of_week=6).delete()
    LocationSchedule.objects.filter(location=world.location).update(start_time=time(10), end_time=time(19))

    console.post(ADD, filled_in(form_at(console, ADD)) | {"name": "Новая"})

    shifts = SpecialistSchedule.objects.filter(specialist__name="Новая").order_by("day_of_week")
    assert list(shifts.values_list("day_of_week", "start_time", "end_time", "location")) == [
        (day, time(10), time(19), world.location.pk) for day in range(6)
    ]


def test_a_new_specialist_is_saved_with_skills_in_one_go(world, console):
    sent = filled_in(form_at(console, ADD)) | {
        "name": "Новая",
        "offers-TOTAL_FORMS": "1",
        "offers-0-service": world.salon.service.pk,
        "offers-0-custom_price": "1500",
        "offers-0-is_active": "on",
    }

    console.post(ADD, sent)

    assert ServiceSpecialist.objects.get(specialist__name="Новая").custom_price == 1500


def test_a_skill_is_listed_once(world, console):
    sent = {"offers-TOTAL_FORMS": "2", "offers-1-service": world.salon.service.pk}

    answer = save(console, world.salon.specialist, **sent)

    assert answer.status_code == 200
    assert world.salon.specialist.offers.count() == 1


def test_a_shift_is_at_a_workplace_of_its_own_location(world, console):
    elsewhere = make_workplace(make_location(world.company))

    answer = save(console, world.salon.specialist, schedules__0__workplace=elsewhere.pk)

    assert problems(answer) == {"schedules-0-workplace": ["This workplace is in another location."]}


def test_monday_is_copied_with_its_place(world, console):
    chair = world.salon.chairs[0]
    SpecialistSchedule.objects.filter(specialist=world.salon.specialist, day_of_week=0).update(
        start_time=time(12), workplace=chair
    )

    save(console, world.salon.specialist, **{"schedules-copy": "weekdays"})

    rows = world.salon.specialist.schedules.filter(day_of_week__lt=5).values_list("start_time", "workplace")
    assert list(rows) == [(time(12), chair.pk)] * 5


@pytest.mark.parametrize(
    "typed",
    [
        {"breaks-TOTAL_FORMS": "2"},
        {"schedules-0-is_day_off": "on", **{f"schedules-{day}-is_day_off": "on" for day in range(7)}},
        {"is_active": None},
    ],
    ids=["break", "day off", "left"],
)
def test_visits_outside_a_changed_week_are_named(world, console, typed):
    if "breaks-TOTAL_FORMS" in typed:
        typed = typed | {"breaks-1-date": str(world.salon.day(1))}

    answer = save(console, world.salon.specialist, **typed)

    (warning,) = [message for message in said(answer) if "coming visit" in message]
    assert address(type(world.visit), "change", world.visit.pk) in warning


def test_a_visit_booked_outside_the_rules_is_not_complained_of(world, console):
    type(world.visit).objects.filter(pk=world.visit.pk).update(outside_rules=True)

    answer = save(console, world.salon.specialist, is_active=None)

    assert not any("coming visit" in message for message in said(answer))


def test_a_specialist_with_visits_is_not_deleted(world, console):
    specialist = world.salon.specialist

    answer = sent_to(console, address(Specialist, "delete", specialist.pk), {"post": "yes"})

    assert any("has visits and stays in the history" in message for message in said(answer))
    assert Specialist.objects.filter(pk=specialist.pk).exists()


def test_a_specialist_adds_a_break_of_his_own_only(world):
    stranger = Specialist.objects.create(company=world.company, name="Другой")
    console, page = world.browser(Role.SPECIALIST), address(Break, "add")
    empty = form_at(console, page)
    day = {"date": str(world.salon.day(5)), "reason": "учёба"}

    refused = sent_to(console, page, filled_in(empty) | day | {"specialist": stranger.pk})
    console.post(page, filled_in(empty) | day)

    assert list(problems(refused)) == ["specialist"]
    assert Break.objects.get(reason="учёба").specialist == world.salon.specialist


def test_a_specialist_sees_only_himself(world):
    Specialist.objects.create(company=world.company, name="Другой")

    page = world.browser(Role.SPECIALIST).get(address(Specialist, "changelist"))

    assert [row.pk for row in page.context["cl"].result_list] == [world.salon.specialist.pk]


def test_a_deleted_extra_working_day_names_its_visits(world, console):
    LocationSchedule.objects.filter(location=world.location).delete()
    holiday = world.location.holidays.create(date=world.salon.day(1), is_working=True)

    answer = sent_to(console, f"/admin/catalog/holiday/{holiday.pk}/delete/", {"post": "yes"})

    assert any(f"#{world.visit.pk}" in message for message in said(answer))


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_of_a_week_costs_the_same_however_many_rows(world, console, count, django_assert_max_num_queries):
    specialist = world.salon.specialist
    for _ in range(count):
        ServiceSpecialist.objects.create(specialist=specialist, service=make_service(world.company))
        Break.objects.create(specialist=specialist, date=world.salon.day(9))
        SpecialistSchedule.objects.create(
            specialist=specialist, location=world.location, day_of_week=0, start_time=time(9), end_time=time(10)
        )

    with django_assert_max_num_queries(15):
        console.get(address(Specialist, "change", specialist.pk))
