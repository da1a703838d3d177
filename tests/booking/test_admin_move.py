"""A visit is moved on a page of its own: refusals offer other times, and what was moved can be put back."""

import pytest

from accounts.values import Role
from booking.commands import reschedule_appointment
from booking.models import Appointment
from tests.booking.desk import at, offered, step
from tests.console import World, form_at, said
from tests.factories import WEB, make_specialist
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


@pytest.fixture
def desk(world):
    return world.browser(Role.OPERATOR)


def move(console, visit: Appointment, **typed):
    form = form_at(console, at(visit, "move")).context["form"]
    sent = {name: form[name].value() for name in ("specialist", "version")}
    return console.post(at(visit, "move"), sent | typed, follow=True)


def test_a_visit_is_moved_by_date_and_time(world, desk):
    answer = move(desk, world.visit, date=str(world.salon.day(3)), time="1530")

    world.visit.refresh_from_db()
    assert world.visit.start_time == world.salon.at(15, 30, days=3)
    assert said(answer)[0].startswith("Moved to ")


def test_a_visit_is_moved_to_another_specialist(world, desk):
    other = make_specialist(world.location, world.salon.service)

    move(desk, world.visit, specialist=other.pk, date=str(world.salon.day(1)), time="10:00")

    world.visit.refresh_from_db()
    assert (world.visit.specialist, world.visit.start_time) == (other, world.salon.at(10))


def test_the_form_shows_the_visit_as_it_is(world, desk):
    form = form_at(desk, at(world.visit, "move")).context["form"]

    assert (form["date"].value(), form["time"].value()) == (world.salon.day(1), "10:00")
    assert form["specialist"].value() == world.salon.specialist.pk


def test_a_refused_move_offers_times_that_one_click_takes(world, desk):
    world.another_visit(days=3)

    refused = move(desk, world.visit, date=str(world.salon.day(3)), time="12:00")
    version = refused.context["form"]["version"].value()
    desk.post(at(world.visit, "move"), {"version": version, "_slot": refused.context["offers"][0]["value"]})

    world.visit.refresh_from_db()
    assert refused.status_code == 409
    assert world.visit.start_time == world.salon.at(11, days=3)


def test_free_times_leave_the_visit_s_own_time_free(world, desk):
    sent = {"version": world.visit.version, "specialist": world.salon.specialist.pk, "date": str(world.salon.day(1))}

    looked = desk.post(at(world.visit, "move"), sent | {"_look": "1"})

    assert any(offer["text"].startswith("10:15") for offer in looked.context["offers"])


def test_a_visit_that_somebody_changed_meanwhile_is_not_moved(world, desk):
    form = form_at(desk, at(world.visit, "move")).context["form"]
    reschedule_appointment(world.visit.pk, world.salon.at(16), WEB)

    answer = desk.post(
        at(world.visit, "move"),
        {
            "version": form["version"].value(),
            "specialist": world.salon.specialist.pk,
            "date": str(world.salon.day(3)),
            "time": "9",
        },
    )

    assert answer.status_code == 409
    assert "Somebody changed this visit in the meantime." in answer.content.decode()


def test_moving_outside_the_rules_takes_the_right_and_a_second_step(world):
    sent = {"date": str(world.salon.day(3)), "time": "21:00"}
    operator, administrator = world.browser(Role.OPERATOR), world.browser(Role.ADMIN)

    without = move(operator, world.visit, **sent)
    refused = move(administrator, world.visit, **sent)
    forced = move(operator, world.visit, **sent, _outside=refused.context["outside"])
    move(administrator, world.visit, **sent, _outside=refused.context["outside"])

    world.visit.refresh_from_db()
    assert (without.context["outside"], forced.status_code) == ("", 409)
    assert (world.visit.start_time, world.visit.outside_rules) == (world.salon.at(21, days=3), True)


@pytest.mark.parametrize(
    "typed", [{"date": "x"}, {"time": "x"}, {"version": "x"}, {"specialist": "0"}, {"date": "2027-02-30"}]
)
def test_a_slip_in_a_move_is_named(world, desk, typed):
    answer = move(desk, world.visit, **{"date": str(world.salon.day(3)), "time": "9"} | typed)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(typed)


def test_a_specialist_is_not_moved_to_whom_he_does_not_see(world):
    other = make_specialist(world.location, world.salon.service)

    answer = move(
        world.browser(Role.SPECIALIST), world.visit, specialist=other.pk, date=str(world.salon.day(3)), time="9"
    )

    assert list(answer.context["form"].errors) == ["specialist"]


def test_a_move_is_put_back_with_one_click(world, desk):
    move(desk, world.visit, date=str(world.salon.day(3)), time="15")

    assert "undo" in offered(desk, world.visit)
    step(desk, world.visit, "undo")

    assert world.visit.start_time == world.salon.at(10)
    assert "undo" not in offered(desk, world.visit)
