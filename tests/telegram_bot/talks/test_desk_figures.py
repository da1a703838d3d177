"""📊 What the salon did, for whoever is at its desk."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.values import Role
from booking.models import Appointment, Status
from telegram_bot.callbacks import FIGURES
from tests.booking.rows import put
from tests.factories import Salon, make_client, make_location, make_specialist
from tests.lasting import copied, lasting
from tests.telegram_bot.desk import a_moment_later, at_the_desk, data_of, opens, staff
from tests.telegram_bot.talks.world import OUTDATED

pytestmark = pytest.mark.django_db


built = lasting(lambda: Salon(name="Centre"))


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


def todays(salon: Salon, hour: int = 10, **fields) -> Appointment:
    start = salon.at(hour, days=0)
    end = start + timedelta(hours=1)
    return put(salon, start_time=start, end_time=end, busy_until=end, **fields)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR])
def test_the_desk_sees_its_day(salon, talker, role):
    todays(salon, client=make_client(salon.company))
    todays(salon, status=Status.NO_SHOW)

    desk = opens(at_the_desk(talker, salon, role), FIGURES(days=1))

    assert desk.text.splitlines()[:5] == [
        f"📊 {salon.company.name} · Today",
        "",
        "Visits: 1 · 9 % full",
        "Paid 0 ₽, to be paid 1,000 ₽",
        "No-shows: 1 · New clients: 1",
    ]
    assert desk.labels == [["• Today", "7 days", "30 days"], ["🏠 To the menu"]]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_tap_shows_another_period(salon, talker, language):
    desk = opens(at_the_desk(talker, salon, language=language), FIGURES(days=1))

    for days in (7, 30, 1):
        a_moment_later(desk).taps(FIGURES(days=days))

        [tabs, _home] = desk.labels
        assert [tab.startswith("• ") for tab in tabs] == [each == days for each in (1, 7, 30)]
        assert data_of(desk)[1] == ["n:home"]


def test_several_locations_are_shown_each_and_together(salon, talker):
    other = make_location(salon.company, name="River", position=1)
    todays(salon, 9)
    todays(salon, 10, location=other, specialist=make_specialist(other))

    desk = opens(at_the_desk(talker, salon), FIGURES(days=7))

    counts = [line for line in desk.text.splitlines() if line.startswith(("Visits:", "📍"))]
    assert [line.partition(" · ")[0] for line in counts] == [
        "Visits: 2", "📍 Centre", "Visits: 1", "📍 River", "Visits: 1",
    ]  # fmt: skip


def test_an_operator_sees_only_his_location(salon, talker):
    other = make_location(salon.company, name="River")
    todays(salon)
    user = staff(salon.company, 9, Role.OPERATOR)
    user.locations.add(other)

    desk = opens(talker(9, language="en").says("/menu"), FIGURES(days=1))

    assert "Visits: 0" in desk.text
    assert "Centre" not in desk.text


def test_another_company_is_not_counted(salon, talker):
    todays(Salon())

    desk = opens(at_the_desk(talker, salon), FIGURES(days=1))

    assert "Visits: 0" in desk.text


def test_figures_are_of_the_company_he_works_for(salon, talker):
    """Also after he has looked at another salon as its client."""
    other = Salon()
    todays(salon)
    desk = at_the_desk(talker, salon).says(f"/start c_{other.company.slug}")

    opens(desk, FIGURES(days=1))

    assert desk.text.startswith(f"📊 {salon.company.name} ·")
    assert "Visits: 1" in desk.text


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.ACCOUNTANT, Role.CLIENT])
def test_nobody_else_sees_them(salon, talker, role):
    if role != Role.CLIENT:
        staff(salon.company, 9, role)

    somebody = opens(talker(9, language="en").says("/menu"), FIGURES(days=1))

    assert somebody.toast == OUTDATED
    assert "📊" not in somebody.text


@pytest.mark.parametrize("data", ["ad:fig:2", "ad:fig:", "ad:fig:07", "ad:fig:7:1"])
def test_other_periods_are_not_to_be_had(salon, talker, data):
    assert opens(at_the_desk(talker, salon), data).toast == OUTDATED


def test_many_locations_do_not_make_the_message_too_long(salon, talker):
    for number in range(40):
        make_location(salon.company, name=f"{number} " + "Ж" * 190)

    desk = opens(at_the_desk(talker, salon), FIGURES(days=30))

    assert desk.text.count("📍") == 20
    assert "and 21 more locations" in desk.text


@pytest.mark.parametrize("rows", [1, 30])
def test_one_visit_and_thirty_cost_the_same(salon, talker, rows):
    for number in range(rows):
        todays(salon, client=make_client(salon.company), specialist=make_specialist(salon.location))
        make_location(salon.company, name=f"{number}")
    desk = at_the_desk(talker, salon)
    opens(desk, FIGURES(days=1))

    with CaptureQueriesContext(connection) as captured:
        opens(a_moment_later(desk), FIGURES(days=1))

    assert len(captured) == 11
