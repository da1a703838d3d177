"""A specialist's days as he works them: by the clock of each location, through nights and changed clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import NotAllowed
from accounts.models import Company, User
from accounts.values import Actor, Channel, Role
from booking.models import Appointment, Status
from booking.queries.columns import DayOff, DaySheet, Kind, Off, column_of
from booking.queries.day_sheets import day_sheet, day_sheets, visits_in_break
from catalog.models import Break, Holiday, Location, Specialist, SpecialistSchedule
from tests.booking.rows import put, put_hold
from tests.factories import Salon, make_location, make_specialist, make_user
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)
MIDNIGHT = time()


class Master(Salon):
    """A salon whose specialist signs in."""

    def __init__(self, **fields) -> None:
        super().__init__(**fields)
        self.specialist.user = make_user(self.company, Role.SPECIALIST)
        self.specialist.save(update_fields=["user"])

    @property
    def himself(self) -> Actor:
        user_id = self.specialist.user_id
        return Actor(Role.SPECIALIST, Channel.TELEGRAM, user_id=user_id, company_id=self.company.pk)

    def sheet(self, days: int = 2) -> DaySheet:
        return day_sheet(column_of(self.himself), self.himself, self.day(days))

    def visit(self, hour: int, minute: int = 0, *, days: int = 2, length: int = 60, **fields) -> Appointment:
        return put(self, **at(self.at(hour, minute, days), length) | fields)

    def away(self, start: time | None = None, end: time | None = None, *, days: int = 2, **fields) -> Break:
        row = {"specialist": self.specialist, "date": self.day(days), "start_time": start, "end_time": end}
        return Break.objects.create(**row | fields)


def at(start: datetime, length: int = 60, rest: int = 0) -> dict[str, datetime]:
    end = start + timedelta(minutes=length)
    return {"start_time": start, "end_time": end, "busy_until": end + timedelta(minutes=rest)}


built = lasting(lambda: Master(hours=(time(9), time(20))))


@pytest.fixture
def salon(built) -> Master:
    return copied(built)


def lines(sheet: DaySheet, place: int = 0) -> list[tuple[str, str]]:
    """What a day consists of: the kind, and from when to when by the clock of the location."""
    shown = sheet.places[place]
    zone = shown.location.zone
    return [
        (line.kind.value, f"{line.start.astimezone(zone):%H:%M}–{line.end.astimezone(zone):%H:%M}")
        for line in shown.lines
    ]


# What a day consists of -----------------------------------------------------------------------------------------------


def test_day_is_visits_breaks_and_the_gaps_between_them(salon):
    salon.visit(10)
    salon.visit(12, status=Status.ARRIVED)
    salon.away(time(13), time(13, 30))
    salon.visit(16, status=Status.COMPLETED)

    sheet = salon.sheet()

    assert lines(sheet) == [
        ("visit", "10:00–11:00"),
        ("gap", "11:00–12:00"),
        ("visit", "12:00–13:00"),
        ("away", "13:00–13:30"),
        ("gap", "13:30–16:00"),
        ("visit", "16:00–17:00"),
    ]
    assert (len(sheet.visits), sheet.booked_minutes, sheet.free_minutes) == (3, 180, 11 * 60 - 180 - 30)


def test_rest_after_a_visit_is_no_gap(salon):
    put(salon, **at(salon.at(10, days=2), rest=20))
    salon.visit(11, 30)
    salon.visit(12, 40)

    assert lines(salon.sheet()) == [("visit", "10:00–11:00"), ("visit", "11:30–12:30"), ("visit", "12:40–13:40")]


def test_who_did_not_come_is_shown_and_not_counted(salon):
    salon.visit(10)
    salon.visit(11, status=Status.NO_SHOW)
    salon.visit(13)

    sheet = salon.sheet()

    assert lines(sheet)[1:3] == [("visit", "11:00–12:00"), ("gap", "11:00–13:00")]
    assert (len(sheet.visits), sheet.free_minutes) == (2, 9 * 60)


def test_what_was_cancelled_is_not_there(salon):
    salon.visit(10, status=Status.CANCELLED)
    salon.visit(12, status=Status.EXPIRED)

    assert lines(salon.sheet()) == []


def test_time_being_held_is_shown_until_it_runs_out(salon):
    put_hold(salon, **at(salon.at(10, days=2)))
    put_hold(salon, lasts=-1, **at(salon.at(12, days=2)))

    sheet = salon.sheet()

    assert lines(sheet) == [("held", "10:00–11:00")]
    assert (sheet.visits, sheet.free_minutes) == ([], 10 * 60)


def test_nothing_is_free_any_more_on_a_day_that_is_over(salon):
    salon.visit(10, days=-1)
    salon.visit(12, days=-1)

    sheet = salon.sheet(-1)

    assert (lines(sheet)[1], sheet.free_minutes) == (("gap", "11:00–12:00"), 0)


def test_today_only_what_is_ahead_is_free(salon, monkeypatch):
    column = column_of(salon.himself)
    object.__setattr__(column, "now", salon.at(18, 30, days=2))

    assert day_sheet(column, salon.himself, salon.day(2)).free_minutes == 90


def test_nobody_elses_visits_are_read(salon):
    colleague = make_specialist(salon.location, salon.service)
    salon.visit(10, specialist=colleague)
    stranger = Master()
    stranger.visit(11)
    salon.visit(12)

    assert lines(salon.sheet()) == [("visit", "12:00–13:00")]


# Nights ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def night() -> Master:
    """From eight in the evening to four in the morning."""
    salon = Master(hours=(time(20), time(4)))
    SpecialistSchedule.objects.update(start_time=time(20), end_time=time(4))
    return salon


def test_visit_over_midnight_is_seen_on_both_days_and_counted_once(night):
    night.visit(23, 30)

    before, after = night.sheet(2), night.sheet(3)

    assert (lines(before), lines(after)) == ([("visit", "23:30–00:30")], [("visit", "23:30–00:30")])
    assert (len(before.visits), len(after.visits)) == (1, 0)
    assert (before.free_minutes, after.free_minutes) == (8 * 60 - 30, 8 * 60 - 30)


def test_break_of_the_night_belongs_to_the_day_on_which_it_begins(night):
    night.away(time(1), time(1, 30), days=3)
    night.away(time(23, 45), time(0, 15))

    assert lines(night.sheet(2)) == [("away", "23:45–00:15")]
    assert lines(night.sheet(3)) == [("away", "23:45–00:15"), ("gap", "00:15–01:00"), ("away", "01:00–01:30")]


def test_whole_day_off_leaves_the_night_that_began_before(night):
    night.away(reason="Wedding")

    sheet = night.sheet()

    assert sheet.off == DayOff(Off.AWAY, "Wedding")
    assert (sheet.free_minutes, night.sheet(3).free_minutes) == (4 * 60, 4 * 60)


# Changed clocks -------------------------------------------------------------------------------------------------------


def changes(zone: ZoneInfo, hours: int) -> date:
    """The next day that is so many hours long, from the day after tomorrow on: of a day begun the past is not free."""
    day = datetime.now(zone).date() + 2 * A_DAY
    while (midnight(day + A_DAY, zone) - midnight(day, zone)) != timedelta(hours=hours):
        day += A_DAY
    return day


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, MIDNIGHT, zone).astimezone(UTC)


@pytest.mark.parametrize("hours", [23, 24, 25])
@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Pacific/Auckland"])
def test_day_is_as_long_as_its_clock_goes(name, hours):
    salon = Master(hours=(MIDNIGHT, MIDNIGHT), timezone=name)
    SpecialistSchedule.objects.update(start_time=MIDNIGHT, end_time=MIDNIGHT)
    day = changes(ZoneInfo(name), hours)
    first = put(salon, **at(midnight(day, ZoneInfo(name))))
    last = put(salon, **at(midnight(day + A_DAY, ZoneInfo(name)) - timedelta(minutes=30)))

    before, sheet, after = day_sheets(column_of(salon.himself), salon.himself, day - A_DAY, day + A_DAY)

    assert sheet.visits == [first, last]
    assert sheet.free_minutes == hours * 60 - 90
    assert ([line.visit for line in after.places[0].lines], before.places[0].lines) == ([last], [])
    [gap] = [line for line in sheet.places[0].lines if line.kind == Kind.GAP]
    assert gap.end - gap.start == timedelta(hours=hours, minutes=-90)


# Why not --------------------------------------------------------------------------------------------------------------


def test_vacation_says_until_when(salon):
    salon.away(last_date=salon.day(5), reason="Sea")

    days = day_sheets(column_of(salon.himself), salon.himself, salon.day(1), salon.day(6))

    until = salon.day(5)
    sea = [DayOff(Off.AWAY, "Sea", until)] * 3
    assert [sheet.off for sheet in days] == [None, *sea, DayOff(Off.AWAY, "Sea"), None]
    assert [sheet.free_minutes for sheet in days] == [660, 0, 0, 0, 0, 660]


def test_holiday_says_what_for(salon):
    Holiday.objects.create(location=salon.location, date=salon.day(2), description="New Year")

    sheet = salon.sheet()

    assert (sheet.off, sheet.places, sheet.free_minutes) == (DayOff(Off.HOLIDAY, "New Year"), [], 0)


def test_day_on_which_the_salon_is_closed(salon):
    salon.location.schedules.all().delete()

    assert salon.sheet().off == DayOff(Off.CLOSED)


def test_day_without_a_shift(salon):
    salon.specialist.schedules.filter(day_of_week=salon.day(2).weekday()).delete()

    assert salon.sheet().off == DayOff(Off.NO_SHIFT)


def test_visit_outside_the_rules_is_shown_on_a_day_off(salon):
    salon.specialist.schedules.all().delete()
    salon.visit(10)

    sheet = salon.sheet()

    assert (sheet.off, lines(sheet)) == (DayOff(Off.NO_SHIFT), [("visit", "10:00–11:00")])


def test_break_at_an_hour_at_which_he_does_not_work_is_no_line(salon):
    salon.away(time(6), time(7))

    assert lines(salon.sheet()) == []


# Several locations ----------------------------------------------------------------------------------------------------


@pytest.fixture
def both(salon) -> Master:
    """Mornings here, and the evening where it is one hour later."""
    abroad = make_location(salon.company, timezone="Asia/Tbilisi", position=1)
    salon.specialist.schedules.update(end_time=time(13))
    SpecialistSchedule.objects.bulk_create(
        SpecialistSchedule(
            specialist=salon.specialist, location=abroad, day_of_week=day, start_time=time(15), end_time=time(20)
        )
        for day in range(7)
    )
    salon.abroad = abroad
    return salon


def test_each_location_has_its_own_clock(both):
    both.visit(10)
    both.visit(16, location=both.abroad)

    sheet = both.sheet()

    assert [place.location for place in sheet.places] == [both.location, both.abroad]
    assert (lines(sheet), lines(sheet, 1)) == ([("visit", "10:00–11:00")], [("visit", "17:00–18:00")])
    assert sheet.free_minutes == 3 * 60 + 4 * 60


def test_who_is_busy_there_is_not_free_here(both):
    both.visit(12, location=both.abroad)

    assert both.sheet().places[0].free == [(minutes(both.at(9, days=2)), minutes(both.at(12, days=2)))]


def minutes(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def test_his_clock_is_that_of_his_locations(salon):
    Location.objects.update(timezone="Asia/Tbilisi")

    assert column_of(salon.himself).zone == ZoneInfo("Asia/Tbilisi")


def test_with_several_clocks_it_is_the_company_s(both):
    Company.objects.update(timezone="Asia/Yekaterinburg")

    assert column_of(both.himself).zone == ZoneInfo("Asia/Yekaterinburg")


# Whose ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "revoke",
    [
        lambda: User.objects.update(role=Role.CLIENT),
        lambda: User.objects.update(role=Role.OPERATOR),
        lambda: User.objects.update(is_active=False),
        lambda: Specialist.objects.update(is_active=False),
        lambda: Specialist.objects.update(user=None),
        lambda: Company.objects.update(is_active=False),
    ],
    ids=["a client now", "an operator now", "the user off", "the specialist off", "another's", "the company off"],
)
def test_revoked_column_is_nobody_s_at_once(salon, revoke):
    """Whatever the bot still remembers of him."""
    himself = salon.himself
    assert column_of(himself).specialist == salon.specialist

    revoke()

    with pytest.raises(NotAllowed):
        column_of(himself)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR, Role.ACCOUNTANT, Role.CLIENT])
def test_nobody_else_has_a_column(salon, role):
    somebody = Actor(role, Channel.TELEGRAM, user_id=salon.specialist.user_id, company_id=salon.company.pk)

    with pytest.raises(NotAllowed):
        column_of(somebody)


# Visits in a break ----------------------------------------------------------------------------------------------------


def test_visits_in_a_break_are_those_still_to_come(salon):
    before, inside, after = salon.visit(10), salon.visit(11), salon.visit(12)
    salon.visit(11, 30, status=Status.NO_SHOW)

    row = salon.away(time(11), time(12))

    assert (before.end_time, after.start_time) == (salon.at(11, days=2), salon.at(12, days=2))
    assert visits_in_break(column_of(salon.himself), salon.himself, row) == [inside]


def test_whole_day_is_no_break_of_hours(salon):
    salon.visit(10)

    assert visits_in_break(column_of(salon.himself), salon.himself, salon.away()) == []


# Costs ----------------------------------------------------------------------------------------------------------------


def statements(salon: Master, days: int) -> int:
    with CaptureQueriesContext(connection) as captured:
        day_sheets(column_of(salon.himself), salon.himself, salon.day(2), salon.day(1 + days))
    return len(captured)


def test_day_costs_six_statements_however_full_it_is(salon):
    salon.visit(9, length=10)
    one = statements(salon, 1)
    for number in range(1, 30):
        salon.visit(9 + number // 6, number % 6 * 10, length=10)
    salon.away(time(18), time(19))

    assert (one, statements(salon, 1), statements(salon, 7)) == (6, 6, 6)
    assert len(salon.sheet().visits) == 30


def test_more_locations_cost_nothing_more(both):
    both.visit(10)
    both.visit(16, location=both.abroad)

    assert statements(both, 1) == 6
