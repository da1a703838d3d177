"""Weekly hours, holidays and breaks on the wall clocks of a dozen zones."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.availability import Absence, Hours, Span, SpecialDay, free_starts, openings, shifts_of
from booking.availability.wallclock import minute_at, minute_of, moment_of, span_on, wall_clock_of
from tests.booking.availability.small import ask, make_candidate, make_place, make_terms

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY, TUESDAY, WEDNESDAY = date(2025, 6, 2), date(2025, 6, 3), date(2025, 6, 4)
A_DAY = timedelta(days=1)

# The day, the first minute that is not shown and the one shown instead, in minutes after its midnight.
GAPS = [
    ("Europe/Berlin", date(2025, 3, 30), 120, 180),
    ("Europe/London", date(2025, 3, 30), 60, 120),
    ("America/New_York", date(2025, 3, 9), 120, 180),
    ("America/St_Johns", date(2025, 3, 9), 120, 180),
    ("Africa/Casablanca", date(2025, 4, 6), 120, 180),
    ("Australia/Lord_Howe", date(2025, 10, 5), 120, 150),
    ("Pacific/Auckland", date(2025, 9, 28), 120, 180),
    ("Pacific/Chatham", date(2025, 9, 28), 165, 225),
    ("America/Santiago", date(2025, 9, 7), 0, 60),
    ("Asia/Beirut", date(2025, 3, 30), 0, 60),
    ("Africa/Cairo", date(2025, 4, 25), 0, 60),
    ("America/Havana", date(2025, 3, 9), 0, 60),
    ("Atlantic/Azores", date(2025, 3, 30), 0, 60),
]
# The day, and the minutes after its midnight that are shown twice.
FOLDS = [
    ("Europe/Berlin", date(2025, 10, 26), 120, 180),
    ("Europe/London", date(2025, 10, 26), 60, 120),
    ("America/New_York", date(2025, 11, 2), 60, 120),
    ("America/St_Johns", date(2025, 11, 2), 60, 120),
    ("Africa/Casablanca", date(2025, 2, 23), 120, 180),
    ("Australia/Lord_Howe", date(2025, 4, 6), 90, 120),
    ("Pacific/Auckland", date(2025, 4, 6), 120, 180),
    ("Pacific/Chatham", date(2025, 4, 6), 165, 225),
    ("America/Santiago", date(2025, 4, 5), 1380, 1440),
    ("Asia/Beirut", date(2025, 10, 25), 1380, 1440),
    ("Africa/Cairo", date(2025, 10, 30), 1380, 1440),
    ("America/Havana", date(2025, 11, 2), 0, 60),
    ("Atlantic/Azores", date(2025, 10, 26), 0, 60),
]


def every_day(start: int, end: int) -> list[Hours]:
    return [Hours(weekday, start, end) for weekday in range(7)]


def open_on(
    day: date, hours: list[Hours], *, zone=MOSCOW, holidays: dict | None = None, last: date | None = None
) -> list[Span]:
    """The openings that touch ``day`` (or the days until ``last``), whatever was read around it."""
    begin, end = minute_at(zone, day, 0), minute_at(zone, (last or day) + A_DAY, 0)
    spans = openings(zone, hours, holidays or {}, day, last or day)
    return [(start, stop) for start, stop in spans if start < end and stop > begin]


def wall(day: date, start: int, end: int, zone=MOSCOW) -> Span:
    """The span between two hours of ``day``; more than 24 are on the next."""
    return minute_at(zone, day, start * 60), minute_at(zone, day, end * 60)


def shown(zone: ZoneInfo, minute: int) -> datetime:
    return moment_of(minute).astimezone(zone).replace(tzinfo=None)


def on_the_wall(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minutes)


# --- a day and its hours ---------------------------------------------------------------------------------------------


def test_a_weekday_may_have_several_intervals():
    hours = [Hours(0, 540, 780), Hours(0, 840, 1080), Hours(1, 600, 660)]

    assert open_on(MONDAY, hours) == [wall(MONDAY, 9, 13), wall(MONDAY, 14, 18)]


def test_an_interval_may_end_at_midnight():
    assert open_on(MONDAY, [Hours(0, 540, 0)]) == [wall(MONDAY, 9, 24)]


def test_an_interval_of_a_whole_day_begins_and_ends_at_midnight():
    assert open_on(MONDAY, [Hours(0, 0, 0)]) == [wall(MONDAY, 0, 24)]


def test_an_interval_that_passes_midnight_belongs_to_both_days():
    night = [Hours(0, 20 * 60, 4 * 60)]

    assert open_on(MONDAY, night) == [wall(MONDAY, 20, 28)]
    assert open_on(TUESDAY, night) == [wall(MONDAY, 20, 28)]
    assert open_on(WEDNESDAY, night) == []


def test_touching_intervals_stay_apart_and_overlapping_ones_join():
    touching = [Hours(0, 540, 720), Hours(0, 720, 1080)]
    overlapping = [Hours(0, 540, 780), Hours(0, 720, 1080)]

    assert open_on(MONDAY, touching) == [wall(MONDAY, 9, 12), wall(MONDAY, 12, 18)]
    assert open_on(MONDAY, overlapping) == [wall(MONDAY, 9, 18)]


def test_hours_apply_from_their_first_to_their_last_day():
    hours = [Hours(weekday, 540, 1080, valid_from=MONDAY, valid_until=TUESDAY) for weekday in range(7)]

    assert [bool(open_on(MONDAY + days * A_DAY, hours)) for days in (-1, 0, 1, 2)] == [False, True, True, False]


def test_shifts_that_change_follow_each_other():
    before = [Hours(0, 540, 720, valid_until=MONDAY), Hours(0, 840, 1080, valid_from=MONDAY + 7 * A_DAY)]

    assert open_on(MONDAY, before) == [wall(MONDAY, 9, 12)]
    assert open_on(MONDAY + 7 * A_DAY, before) == [wall(MONDAY + 7 * A_DAY, 14, 18)]


def test_a_day_off_closes_its_weekday_whatever_other_rows_say():
    hours = [*every_day(540, 1080), Hours(0, is_day_off=True, valid_until=MONDAY)]

    assert open_on(MONDAY, hours) == []
    assert open_on(TUESDAY, hours) == [wall(TUESDAY, 9, 18)]
    assert open_on(MONDAY + 7 * A_DAY, hours) == [wall(MONDAY + 7 * A_DAY, 9, 18)]


# --- holidays --------------------------------------------------------------------------------------------------------


def test_a_holiday_closes_its_day_and_no_other():
    holidays = {MONDAY: SpecialDay(is_working=False)}

    assert open_on(MONDAY, every_day(540, 1080), holidays=holidays, last=TUESDAY) == [wall(TUESDAY, 9, 18)]


def test_a_working_holiday_has_its_own_hours():
    holidays = {MONDAY: SpecialDay(is_working=True, start=600, end=720)}

    assert open_on(MONDAY, every_day(540, 1080), holidays=holidays) == [wall(MONDAY, 10, 12)]


def test_a_working_holiday_without_hours_is_open_as_on_any_such_weekday():
    holidays = {MONDAY: SpecialDay(is_working=True)}

    assert open_on(MONDAY, every_day(540, 1080), holidays=holidays) == [wall(MONDAY, 9, 18)]


def test_a_working_holiday_without_hours_on_a_day_that_has_none_is_open_all_day():
    holidays = {MONDAY: SpecialDay(is_working=True)}

    assert open_on(MONDAY, [Hours(0, is_day_off=True)], holidays=holidays) == [wall(MONDAY, 0, 24)]


def test_a_holiday_or_a_break_with_half_an_interval_has_none():
    """The forms refuse it; the tables do not."""
    holidays = {MONDAY: SpecialDay(is_working=True, start=600)}

    assert open_on(MONDAY, every_day(540, 1080), holidays=holidays) == [wall(MONDAY, 9, 18)]
    assert breaks_on(MONDAY, [], Absence(MONDAY, MONDAY, start=600)) == (wall(MONDAY, 0, 24),)


def test_a_working_holiday_may_pass_midnight():
    holidays = {MONDAY: SpecialDay(is_working=True, start=20 * 60, end=4 * 60)}

    assert open_on(TUESDAY, [], holidays=holidays) == [wall(MONDAY, 20, 28)]


def test_a_holiday_ends_no_night_begun_the_day_before_and_cancels_the_one_begun_on_it():
    night = every_day(20 * 60, 4 * 60)
    holidays = {TUESDAY: SpecialDay(is_working=False)}

    found = open_on(MONDAY, night, holidays=holidays, last=WEDNESDAY)

    assert found == [wall(MONDAY - A_DAY, 20, 28), wall(MONDAY, 20, 28), wall(WEDNESDAY, 20, 28)]


# --- breaks ----------------------------------------------------------------------------------------------------------


def breaks_on(day: date, hours: list[Hours], *absences: Absence, zone=MOSCOW) -> tuple[Span, ...]:
    return shifts_of(zone, hours, absences, day, day).breaks


def test_a_break_of_part_of_a_day():
    assert breaks_on(MONDAY, [], Absence(MONDAY, MONDAY, 780, 840)) == (wall(MONDAY, 13, 14),)


def test_a_break_may_pass_midnight():
    assert breaks_on(TUESDAY, [], Absence(MONDAY, MONDAY, 23 * 60, 60)) == (wall(MONDAY, 23, 25),)


def test_a_whole_day_off_is_the_calendar_day():
    assert breaks_on(MONDAY, every_day(540, 1080), Absence(MONDAY, MONDAY)) == (wall(MONDAY, 0, 24),)


def test_a_whole_day_off_takes_the_night_that_begins_on_it_and_leaves_the_night_before():
    night = every_day(20 * 60, 4 * 60)

    assert breaks_on(MONDAY, night, Absence(MONDAY, MONDAY)) == (wall(MONDAY, 4, 28),)


def test_a_vacation_takes_every_day_and_night_until_its_last_date():
    night = every_day(20 * 60, 4 * 60)

    found = shifts_of(MOSCOW, night, [Absence(MONDAY, TUESDAY)], MONDAY, WEDNESDAY).breaks

    assert found == ((minute_at(MOSCOW, MONDAY, 240), minute_at(MOSCOW, WEDNESDAY, 240)),)


def test_a_vacation_begun_long_ago_and_ending_late_covers_the_days_asked_about():
    start, end = MONDAY - 300 * A_DAY, MONDAY + 300 * A_DAY

    covered = breaks_on(MONDAY, every_day(540, 1080), Absence(start, end))

    assert len(covered) == 1
    assert covered[0][0] <= minute_at(MOSCOW, MONDAY, 0)
    assert covered[0][1] >= minute_at(MOSCOW, TUESDAY, 0)


def test_touching_shifts_stay_apart():
    shifts = shifts_of(MOSCOW, [Hours(0, 540, 720), Hours(0, 720, 1080)], [], MONDAY, MONDAY)

    assert [span for span in shifts.spans if span[0] < wall(MONDAY, 24, 25)[0]] == [
        wall(MONDAY, 9, 12), wall(MONDAY, 12, 18)
    ]  # fmt: skip


def test_every_shift_knows_its_usual_workplace():
    hours = [Hours(0, 540, 720, workplace_id=1), Hours(0, 720, 1080, workplace_id=2), Hours(0, 1080, 1140)]

    shifts = shifts_of(MOSCOW, hours, [], MONDAY, MONDAY)

    clock = [minute_at(MOSCOW, MONDAY, hour * 60) for hour in (8, 9, 11, 12, 17, 18)]
    assert [shifts.workplace_at(minute) for minute in clock] == [None, 1, 1, 2, 2, None]


# --- spring ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "day", "first", "resumed"), GAPS)
def test_a_spring_day_is_shorter_and_skips_no_other_minute(name, day, first, resumed):
    zone = ZoneInfo(name)

    begin, end = minute_at(zone, day, 0), minute_at(zone, day + A_DAY, 0)

    assert end - begin == 24 * 60 - (resumed - first)
    expected = [on_the_wall(day, m) for m in range(24 * 60) if not first <= m < resumed]
    assert [shown(zone, minute) for minute in range(begin, end)] == expected


@pytest.mark.parametrize(("name", "day", "first", "resumed"), GAPS)
def test_a_time_that_spring_skips_is_the_moment_of_the_skip(name, day, first, resumed):
    zone = ZoneInfo(name)

    moments = {minute_at(zone, day, minutes) for minutes in range(first, resumed + 1)}

    assert len(moments) == 1
    assert shown(zone, moments.pop()) == on_the_wall(day, resumed)


@pytest.mark.parametrize(("name", "day", "first", "resumed"), GAPS)
def test_hours_inside_the_skipped_time_do_not_exist(name, day, first, resumed):
    zone = ZoneInfo(name)

    assert open_on(day, [Hours(day.weekday(), first, resumed)], zone=zone) == []


def test_hours_that_begin_in_the_skipped_time_begin_at_the_skip():
    day = date(2025, 3, 30)

    assert open_on(day, [Hours(6, 150, 600)], zone=BERLIN) == [wall(day, 3, 10, BERLIN)]


def test_a_night_shift_loses_an_hour_in_spring_and_gains_one_in_autumn():
    night = every_day(22 * 60, 6 * 60)

    lengths = [
        end - start
        for day in (date(2025, 3, 29), date(2025, 6, 7), date(2025, 10, 25))
        for start, end in open_on(day, night, zone=BERLIN)
        if shown(BERLIN, start).date() == day
    ]

    assert lengths == [7 * 60, 8 * 60, 9 * 60]


def test_a_whole_day_off_in_spring_and_autumn_is_the_whole_local_day():
    for day in (date(2025, 3, 30), date(2025, 10, 26)):
        assert breaks_on(day, [], Absence(day, day), zone=BERLIN) == (wall(day, 0, 24, BERLIN),)


def test_a_day_that_a_country_skipped_has_no_hours():
    apia, skipped = ZoneInfo("Pacific/Apia"), date(2011, 12, 30)

    night_before = open_on(skipped - A_DAY, every_day(20 * 60, 4 * 60), zone=apia, last=skipped)
    that_day = openings(apia, every_day(540, 1080), {}, skipped, skipped)

    at_the_skip = minute_of(datetime(2011, 12, 30, 10, tzinfo=UTC))
    assert minute_at(apia, skipped, 0) == minute_at(apia, skipped + A_DAY, 0) == at_the_skip
    assert night_before[-1] == (minute_at(apia, skipped - A_DAY, 20 * 60), at_the_skip)
    assert [shown(apia, start).day for start, _ in that_day] == [29, 31, 1]


# --- autumn ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "day", "first", "last"), FOLDS)
def test_an_autumn_day_is_longer_and_shows_one_stretch_twice(name, day, first, last):
    zone = ZoneInfo(name)

    begin, end = minute_at(zone, day, 0), minute_at(zone, day + A_DAY, 0)

    assert end - begin == 24 * 60 + (last - first)
    expected = [on_the_wall(day, m) for m in [*range(last), *range(first, 24 * 60)]]
    assert [shown(zone, minute) for minute in range(begin, end)] == expected


@pytest.mark.parametrize(("name", "day", "first", "last"), FOLDS)
def test_a_time_shown_twice_is_its_first_showing(name, day, first, last):
    zone = ZoneInfo(name)

    for minutes in range(first, last):
        minute = minute_at(zone, day, minutes)
        assert shown(zone, minute) == shown(zone, minute + last - first) == on_the_wall(day, minutes)


def test_hours_around_the_doubled_time_are_longer_by_it():
    day = date(2025, 10, 26)

    ((start, end),) = open_on(day, [Hours(6, 60, 240)], zone=BERLIN)

    assert end - start == 4 * 60


@pytest.mark.parametrize(("name", "day"), [("Europe/Moscow", MONDAY), *((name, day) for name, day, *_ in GAPS)])
@pytest.mark.parametrize("start", [0, 95, 23 * 60 + 45])
def test_the_wall_clock_of_a_span_makes_the_same_span(name, day, start):
    zone = ZoneInfo(name)
    begin = minute_at(zone, day, start)

    written = wall_clock_of(zone, (begin, begin + 30))

    assert written is not None
    assert span_on(zone, *written) == (begin, begin + 30)


@pytest.mark.parametrize(("name", "day", "first", "last"), FOLDS)
def test_no_wall_clock_says_which_of_two_hours_is_meant(name, day, first, last):
    """From the last minutes of the first showing into the second."""
    zone = ZoneInfo(name)
    end_of_first = minute_at(zone, day, first) + last - first

    assert wall_clock_of(zone, (end_of_first - 15, end_of_first + 15)) is None
    assert wall_clock_of(zone, (end_of_first, end_of_first + 15)) is None


# --- what is offered then --------------------------------------------------------------------------------------------


def offered(name: str, day: date) -> list[datetime]:
    """The times by the wall clock that somebody who is always there offers on ``day``, every quarter of an hour."""
    zone = ZoneInfo(name)
    always = tuple(openings(zone, every_day(0, 0), {}, day, day))
    question = ask(
        make_place(openings=always),
        window=(minute_at(zone, day, 0), minute_at(zone, day + A_DAY, 0)),
        earliest=0,
        latest=minute_at(zone, day + 9 * A_DAY, 0),
    )
    starts = free_starts(question, make_candidate(shifts=always, terms=[make_terms(length=15)]))
    assert starts == sorted(set(starts))
    return [shown(zone, minute) for minute in starts]


@pytest.mark.parametrize(("name", "day", "first", "resumed"), GAPS)
def test_a_time_that_spring_skips_is_not_offered(name, day, first, resumed):
    expected = [m for m in range(0, 24 * 60, 15) if not first <= m < resumed]

    assert offered(name, day) == [on_the_wall(day, minutes) for minutes in expected]


@pytest.mark.parametrize(("name", "day", "first", "last"), FOLDS)
def test_a_time_that_autumn_doubles_is_offered_as_two_instants(name, day, first, last):
    expected = [*range(0, last, 15), *range(first, 24 * 60, 15)]

    assert offered(name, day) == [on_the_wall(day, minutes) for minutes in expected]
