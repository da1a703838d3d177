"""The salon's day as its desk sees it: by the clock of each location, and only of those it may see."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.values import Actor, Channel, Role
from booking.models import Appointment, Status
from booking.queries.desk_day import DeskFigures, desk_figures, desk_visits, next_visit
from tests.booking.rows import put, put_hold
from tests.booking.steps import operator_of
from tests.factories import Salon, make_location, make_specialist
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(lambda: Salon(specialists=2))


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


def at(start: datetime, **fields) -> dict[str, object]:
    end = start + timedelta(hours=1)
    return {"start_time": start, "end_time": end, "busy_until": end, **fields}


def seen(salon: Salon, who: Actor | None = None, *places, specialist=None) -> list[Appointment]:
    who, places = who or operator_of(salon), places or (salon.location,)
    return list(desk_visits(who, places, salon.day(), specialist and specialist.pk))


def test_day_begins_and_ends_with_the_local_midnight(salon):
    first, last = put(salon, **at(salon.at(0))), put(salon, **at(salon.at(23, 30)))
    put(salon, **at(salon.at(23, days=0)))
    put(salon, **at(salon.at(1, days=2)))

    assert seen(salon) == [first, last]


def test_neither_holds_nor_cancelled_visits_are_shown(salon):
    missed = put(salon, 10, status=Status.NO_SHOW)
    put(salon, 11, status=Status.CANCELLED)
    put_hold(salon, 12)

    assert seen(salon) == [missed]


def test_one_specialist_s_alone(salon):
    put(salon, 10)
    theirs = put(salon, 10, specialist=salon.specialists[1])

    assert seen(salon, specialist=salon.specialists[1]) == [theirs]


def test_place_after_place_each_by_its_own_clock(salon):
    abroad = make_location(salon.company, timezone="Asia/Tbilisi", position=1)
    late = put(salon, **at(salon.at(23, 30, days=0)), location=abroad)
    put(salon, **at(salon.at(23, 30)), location=abroad, specialist=salon.specialists[1])
    here = put(salon, 15)

    assert seen(salon, None, salon.location, abroad) == [here, late]


def test_nothing_of_elsewhere_is_seen(salon):
    elsewhere = make_location(salon.company)
    put(salon, 10, location=elsewhere)
    stranger = Salon()
    put(stranger, 10)
    limited = operator_of(salon, location_ids=frozenset({salon.location.pk}))

    assert seen(salon, limited, salon.location, elsewhere, stranger.location) == []
    assert seen(salon, operator_of(salon, company_id=None)) == []


def test_figures_of_a_day(salon):
    put(salon, **at(salon.at(0, days=0)), status=Status.COMPLETED)
    for hour, status in ((9, Status.ARRIVED), (10, Status.NO_SHOW), (11, Status.CONFIRMED), (12, Status.COMPLETED)):
        put(salon, hour, status=status)

    assert desk_figures(desk_visits(operator_of(salon), [salon.location], salon.day())) == DeskFigures(
        rows=4, visits=3, here=1, missed=1, over=0
    )
    assert desk_figures(desk_visits(operator_of(salon), [salon.location], salon.day(-9))) == DeskFigures(0, 0, 0, 0, 0)


def test_next_visit_is_the_first_that_is_expected(salon):
    put(salon, 9, status=Status.ARRIVED)
    later, sooner = put(salon, 12), put(salon, 11, specialist=salon.specialists[1])
    rows = desk_visits(operator_of(salon), [salon.location], salon.day())

    assert (next_visit(rows), next_visit(rows.filter(pk=later.pk)), next_visit(rows.none())) == (sooner, later, None)


def test_administrator_without_places_sees_nothing(salon):
    put(salon, 10)

    assert list(desk_visits(Actor(Role.ADMIN, Channel.TELEGRAM, company_id=salon.company.pk), [], salon.day())) == []


def test_page_and_figures_cost_one_statement_each(salon):
    for number in range(30):
        specialist = make_specialist(salon.location, salon.service)
        put(salon, 9 + number % 10, specialist=specialist, contact_name="A")
    rows = desk_visits(operator_of(salon), [salon.location], salon.day())

    with CaptureQueriesContext(connection) as captured:
        page = [(visit.person, visit.service.name, visit.specialist.name, visit.location.zone) for visit in rows[:8]]
        figures = desk_figures(rows)

    assert (len(page), figures.rows, len(captured)) == (8, 30, 2)
