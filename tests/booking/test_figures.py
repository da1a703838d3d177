"""What a salon did in some days: every figure by a small salon that one can count by hand."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, Status
from booking.queries.figures import Figures, Period, figures_of, worked_in
from catalog.models import Break, Holiday, LocationSchedule, Specialist, SpecialistSchedule
from tests.booking.plans import fill_up, plan_of
from tests.booking.rows import put
from tests.factories import MOSCOW, Salon, make_client, make_location, make_specialist
from tests.lasting import copied, lasting
from wallet.models import Payment

pytestmark = pytest.mark.django_db

ELEVEN_HOURS = 11 * 60
MONDAY, SUNDAY = date(2030, 1, 7), date(2030, 1, 13)


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    """Open from nine to eight every day, with one specialist."""
    return copied(built)


def visit(salon: Salon, hour: int = 10, *, days: int = 0, length: int = 60, rest: int = 0, **fields) -> Appointment:
    """Of today unless ``days`` says otherwise; written past every command, so no hour is too late."""
    start = salon.at(hour, days=days)
    end = start + timedelta(minutes=length)
    return put(salon, start_time=start, end_time=end, busy_until=end + timedelta(minutes=rest), **fields)


def figures(salon: Salon, days: int = 1) -> Figures:
    return figures_of([salon.location], days)[salon.location.pk]


def worked(salon: Salon, first: date = MONDAY, last: date = MONDAY) -> int:
    period = Period(salon.location.zone, first, last)
    return worked_in({salon.location.pk: period})[salon.location.pk]


# --- visits -----------------------------------------------------------------------------------------------------------


def test_an_empty_day_has_nothing(salon):
    assert figures(salon) == Figures(worked=ELEVEN_HOURS)
    assert figures(salon).utilisation == 0


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.ARRIVED, Status.COMPLETED])
def test_a_visit_counts_in_every_state_in_which_it_takes_place(salon, status):
    visit(salon, length=66, rest=30, status=status, discount=100)

    assert figures(salon) == Figures(visits=1, booked=66, worked=ELEVEN_HOURS, due=Decimal(900))
    assert figures(salon).utilisation == 10


def test_what_came_to_nothing_does_not_count(salon):
    visit(salon, 9, status=Status.CANCELLED)
    visit(salon, 10, status=Status.EXPIRED)
    visit(salon, 11, status=Status.HOLD, expires_at=salon.at(23, days=1))

    assert figures(salon) == Figures(worked=ELEVEN_HOURS)


def test_whoever_did_not_come_is_counted_apart(salon):
    visit(salon, status=Status.NO_SHOW)

    assert figures(salon) == Figures(worked=ELEVEN_HOURS, no_shows=1)


def test_money_that_stayed_counts_whatever_became_of_the_visit(salon):
    """A fee for cancelling late, the prepayment of who did not come."""
    kept = [
        visit(salon, 9, status=Status.CANCELLED),
        visit(salon, 10, status=Status.NO_SHOW),
        visit(salon, 11),
    ]
    for number, row in enumerate(kept):
        Payment.objects.create(
            company=salon.company, appointment=row, method="cash", amount=300, reference=f"{number}", actor={}
        )

    found = figures(salon)

    assert (found.paid, found.due) == (Decimal(900), Decimal(700))


def test_whose_first_visit_it_is_is_new(salon):
    regular, newcomer = make_client(salon.company), make_client(salon.company)
    visit(salon, 9, days=-40, client=regular)
    visit(salon, 9, client=regular)
    visit(salon, 10, client=newcomer)
    visit(salon, 11, client=newcomer)
    visit(salon, 12)

    assert (figures(salon).visits, figures(salon).newcomers) == (4, 1)


def test_who_only_cancelled_before_is_new_all_the_same(salon):
    client = make_client(salon.company)
    visit(salon, 9, days=-3, client=client, status=Status.CANCELLED)
    visit(salon, 9, client=client)

    assert figures(salon).newcomers == 1


@pytest.mark.parametrize(("days", "expected"), [(1, 1), (7, 2), (30, 3)])
def test_days_end_with_today(salon, days, expected):
    for day in (1, 0, -6, -7, -30):
        visit(salon, days=day)

    found = figures(salon, days)

    assert (found.visits, found.worked) == (expected, days * ELEVEN_HOURS)


def test_days_are_those_of_the_location_s_clock():
    """On the other side of the earth today is another day for most of the day, and never begins at the same moment."""
    near, far = Salon(timezone="Pacific/Kiritimati"), Salon(timezone="Pacific/Pago_Pago")
    for salon in (near, far):
        visit(salon, 0, days=0)
        visit(salon, 23, days=-1, specialist=make_specialist(salon.location))

    assert [figures(salon).visits for salon in (near, far)] == [1, 1]


def test_each_location_has_its_own(salon):
    other = Salon(company=salon.company)
    visit(salon, 9)
    visit(other, 9)
    visit(other, 11)

    found = figures_of([salon.location, other.location], 1)

    assert {pk: each.visits for pk, each in found.items()} == {salon.location.pk: 1, other.location.pk: 2}
    assert sum(found.values(), start=Figures()).visits == 3


def test_nowhere_is_nothing(salon):
    assert figures_of([], 7) == {}


def test_nobody_at_work_is_no_utilisation():
    salon = Salon(hours=None)

    assert (figures(salon).worked, figures(salon).utilisation) == (0, None)


@pytest.mark.parametrize("rows", [1, 30])
def test_figures_take_six_statements(rows):
    salons = [Salon() for _ in range(rows)]
    for salon in salons:
        visit(salon, client=make_client(salon.company))

    with CaptureQueriesContext(connection) as captured:
        figures_of([salon.location for salon in salons], 30)

    assert len(captured) == 6


# --- worked minutes ---------------------------------------------------------------------------------------------------


def test_worked_is_every_shift_while_the_salon_is_open(salon):
    make_specialist(salon.location, hours=(time(18), time(22)))

    assert worked(salon) == ELEVEN_HOURS + 2 * 60


def test_breaks_and_days_off_are_not_worked(salon):
    Break.objects.create(specialist=salon.specialist, date=MONDAY, start_time=time(12), end_time=time(13))
    Break.objects.create(specialist=salon.specialist, date=date(2030, 1, 9), last_date=date(2030, 1, 11))

    assert worked(salon) == ELEVEN_HOURS - 60
    assert worked(salon, MONDAY, SUNDAY) == 4 * ELEVEN_HOURS - 60


def test_holidays_are_not_worked_and_long_days_are(salon):
    SpecialistSchedule.objects.update(start_time=time(0), end_time=time(0))
    Holiday.objects.create(location=salon.location, date=MONDAY)
    Holiday.objects.create(location=salon.location, date=SUNDAY, is_working=True, start_time=time(8), end_time=time(23))

    assert (worked(salon), worked(salon, SUNDAY, SUNDAY)) == (0, 15 * 60)


def test_nights_belong_to_the_days_in_which_their_minutes_are(salon):
    for model in (LocationSchedule, SpecialistSchedule):
        model.objects.update(start_time=time(20), end_time=time(4))

    assert worked(salon, MONDAY, MONDAY) == 8 * 60
    assert worked(salon, MONDAY, SUNDAY) == 7 * 8 * 60


def test_whoever_has_left_does_not_work(salon):
    Specialist.objects.update(is_active=False)

    assert worked(salon) == 0


def test_shifts_of_another_location_are_not_worked_here(salon):
    other = make_location(salon.company)
    SpecialistSchedule.objects.filter(day_of_week=0).update(location=other)

    assert worked(salon) == 0


def test_a_day_of_twenty_three_hours_has_no_more(salon):
    zone = ZoneInfo("Europe/Berlin")
    for model in (LocationSchedule, SpecialistSchedule):
        model.objects.update(start_time=time(0), end_time=time(0))
    spring = Period(zone, date(2030, 3, 31), date(2030, 3, 31))

    assert worked_in({salon.location.pk: spring})[salon.location.pk] == 23 * 60


def test_today_is_by_the_clock_of_the_place(salon):
    just_before_midnight = datetime(2030, 1, 7, 23, 59, tzinfo=MOSCOW)

    period = Period.until_today(salon.location, just_before_midnight, 7)

    assert (period.first, period.last) == (date(2030, 1, 1), MONDAY)


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_visits_are_found_by_the_indexes_on_location_and_client(salon):
    fill_up(salon)
    with CaptureQueriesContext(connection) as captured:
        figures(salon, 30)
    [statement] = [query["sql"] for query in captured if "unnest" in query["sql"]]

    plan = plan_of(statement)

    assert "location_day" in plan
    assert "client_visits" in plan
