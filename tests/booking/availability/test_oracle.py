"""The engine against an oracle that tries every minute, on random small calendars."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import event, given
from hypothesis import strategies as st

from booking.availability import (
    Absence,
    Candidate,
    Hours,
    Person,
    Place,
    Question,
    Seat,
    SpecialDay,
    Terms,
    Visit,
    free_starts,
    openings,
    rejection,
    shifts_of,
)
from booking.availability.wallclock import minute_at, minute_of, moment_of
from tests.booking.availability.oracle import (
    A_DAY,
    A_MINUTE,
    RULES,
    Away,
    Booked,
    Offer,
    Oracle,
    Salon,
    Special,
    Weekly,
)
from tests.booking.availability.test_wallclock import FOLDS, GAPS
from tests.depth import thorough

ORDINARY = [
    ("Asia/Kathmandu", date(2025, 6, 4)),
    ("Europe/Moscow", date(2025, 6, 7)),
    ("Pacific/Apia", date(2011, 12, 29)),
]
DAYS = [(name, day) for name, day, _, _ in GAPS + FOLDS] + ORDINARY * 4
CHAIRS = (1, 2, 3)

# --- the engine, asked about the oracle's salon ----------------------------------------------------------------------


def minutes(wall: time | None) -> int | None:
    return None if wall is None else wall.hour * 60 + wall.minute


def as_hours(rows: Sequence[Weekly]) -> list[Hours]:
    return [
        Hours(r.weekday, minutes(r.start), minutes(r.end), r.is_day_off, r.valid_from, r.valid_until, r.chair)
        for r in rows
    ]


def engine_of(salon: Salon, first: date, last: date) -> tuple[Question, Candidate]:
    """As ``read_calendar`` would read these days, and no more than it would."""
    zone = ZoneInfo(salon.zone)
    specials = {day: SpecialDay(s.is_working, minutes(s.start), minutes(s.end)) for day, s in salon.specials.items()}
    absences = [Absence(away.first, away.last, minutes(away.start), minutes(away.end)) for away in salon.aways]
    place = Place(
        openings=tuple(openings(zone, as_hours(salon.hours), specials, first, last)),
        capacity=salon.capacity,
        presence=tuple((minute_of(row.start), minute_of(row.end)) for row in salon.booked if row.is_here),
        is_active=salon.is_active,
    )
    visits = [Visit(minute_of(r.start), minute_of(r.end), minute_of(r.busy_until)) for r in salon.booked if r.is_ours]
    person = Person(1, shifts_of(zone, as_hours(salon.shifts), absences, first, last), tuple(visits))
    terms = tuple(Terms(seat_of(salon, offer), offer.length, offer.rest, Decimal(1)) for offer in salon.offers)
    question = Question(
        place=place,
        window=(minute_at(zone, first, 0), minute_at(zone, last + A_DAY, 0)),
        step=salon.step,
        earliest=minute_of(salon.earliest),
        latest=minute_of(salon.latest),
        client_visits=tuple((minute_of(row.start), minute_of(row.end)) for row in salon.mine),
    )
    return question, Candidate(person, terms)


def seat_of(salon: Salon, offer: Offer) -> Seat | None:
    if offer.chair is None:
        return None
    taken = [row for row in salon.booked if row.chair == offer.chair]
    return Seat(offer.chair, tuple((minute_of(row.start), minute_of(row.busy_until)) for row in taken))


# --- random small calendars ------------------------------------------------------------------------------------------

walls = st.one_of(
    st.sampled_from(
        [time(0), time(1), time(1, 30), time(2), time(2, 30), time(3), time(9), time(12), time(18), time(22)]
    ),
    st.builds(time, st.integers(0, 23), st.sampled_from([0, 7, 15, 30, 45])),
)
seldom = st.sampled_from([False, False, False, True])


@st.composite
def weekly_rows(draw, day: date, usual: tuple[time, time], chairs: tuple[int, ...] = ()) -> tuple[Weekly, ...]:
    """Mostly the ``usual`` hours every day, with some others, a day off, or hours that begin or end to apply."""
    near = st.sampled_from([day - A_DAY, day, day + A_DAY])
    start, end = draw(st.tuples(walls, walls)) if draw(seldom) else usual
    rows = [Weekly(weekday, start, end, chair=draw(st.sampled_from([None, *chairs]))) for weekday in range(7)]
    more = st.builds(
        Weekly,
        weekday=near.map(date.weekday),
        start=walls,
        end=walls,
        is_day_off=st.sampled_from([False] * 9 + [True]),
        valid_from=st.none() | near,
        chair=st.sampled_from([None, *chairs]),
    )
    ending = st.builds(Weekly, weekday=near.map(date.weekday), start=walls, end=walls, valid_until=near)
    return tuple(rows + draw(st.lists(more | ending, max_size=2))) if draw(seldom) else tuple(rows)


def bookings(day: date, chairs: tuple[int, ...]) -> st.SearchStrategy[Booked]:
    midnight = datetime.combine(day, time(), UTC)
    return st.builds(
        Booked,
        start=st.integers(-18 * 12, 42 * 12).map(lambda fives: midnight + 5 * fives * A_MINUTE),
        length=st.sampled_from([5, 30, 60, 90, 300]),
        rest=st.sampled_from([0, 0, 10, 45]),
        is_ours=st.sampled_from([False, False, True]),
        chair=st.sampled_from([None, *chairs]),
        is_here=st.sampled_from([True, True, False]),
    )


@st.composite
def salons(draw) -> tuple[Salon, date, date]:
    """A salon, and the first and the last of the days that somebody looks at."""
    zone, day = draw(st.sampled_from(DAYS))
    first = day - draw(st.integers(0, 1)) * A_DAY
    last = day + draw(st.integers(0, 1)) * A_DAY
    near = st.sampled_from([day - A_DAY, day, day, day + A_DAY])
    chairs = draw(st.sampled_from([(), (), CHAIRS[:1], CHAIRS[:2], CHAIRS]))
    lengths, rests = st.sampled_from([15, 30, 45, 61, 60, 120, 600]), st.sampled_from([0, 0, 5, 15, 60])
    midnight = datetime.combine(day, time(), UTC)
    usual = draw(st.sampled_from([(time(0), time(0)), (time(0), time(0)), (time(7), time(23)), (time(18), time(6))]))
    away = st.builds(lambda first, days, hours: Away(first, first + days * A_DAY, *hours), near, st.integers(0, 1),
                     st.just((None, None)) | st.tuples(walls, walls))  # fmt: skip
    special = st.builds(lambda works, hours: Special(works, *hours), st.booleans(),
                        st.just((None, None)) | st.tuples(walls, walls))  # fmt: skip
    salon = Salon(
        zone=zone,
        hours=draw(weekly_rows(day, usual)),
        shifts=draw(weekly_rows(day, usual, chairs)),
        offers=tuple(Offer(chair, draw(lengths), draw(rests)) for chair in chairs or (None,)),
        step=draw(st.sampled_from([15, 15, 5, 30, 60, 240])),
        earliest=midnight + draw(st.sampled_from([-2000, -2000, 400, 725])) * A_MINUTE,
        latest=midnight + draw(st.sampled_from([4000, 4000, 1100])) * A_MINUTE,
        specials=draw(st.dictionaries(near, special, max_size=2)) if draw(seldom) else {},
        aways=tuple(draw(st.lists(away, max_size=2))) if draw(seldom) else (),
        booked=tuple(draw(st.lists(bookings(day, chairs), min_size=2, max_size=9))),
        mine=tuple(draw(st.lists(bookings(day, ()), max_size=2))),
        capacity=draw(st.sampled_from([None, 1, 1, 2])),
        is_active=draw(st.sampled_from([True] * 19 + [False])),
    )
    return salon, first, last


@thorough(examples=150, a_second=8)
@given(salons(), st.integers(0, 42), st.sampled_from([4, 4, 24]))
def test_engine_lists_and_rejects_what_the_oracle_does(salon_and_days, from_hour, hours):
    """What is shown can be booked, what is not is refused, and for the same reason (guarantees 27 and 28).

    The list is made from one reading of all the days, as the page does; a minute is judged from a reading of its own
    day, as the command does.
    """
    salon, first, last = salon_and_days
    oracle = Oracle(salon, first, last)
    looked_at = set(oracle.moments_of(first, last)[from_hour * 60 :][: hours * 60])

    listed = {moment_of(minute) for minute in free_starts(*engine_of(salon, first, last))}
    judged = {
        moment: rejection(*engine, minute_of(moment))
        for day in (first + number * A_DAY for number in range((last - first).days + 1))
        for engine in [engine_of(salon, day, day)]
        for moment in oracle.moments_of(day, day)
        if moment in looked_at
    }

    expected = {moment: oracle.reason(moment) for moment in looked_at}
    for reason in set(expected.values()):
        event(f"reason: {reason}")
    assert listed & looked_at == {moment for moment, reason in expected.items() if reason is None}
    assert judged == expected


def test_the_oracle_knows_a_plain_day():
    """The oracle is not taken on trust either: nine to twelve in Kathmandu, an hour and a quarter, one visit."""
    day = date(2025, 6, 4)
    nine = datetime.combine(day, time(9), ZoneInfo("Asia/Kathmandu")).astimezone(UTC)
    hours = (Weekly(2, time(9), time(12)),)
    visit = Booked(nine + timedelta(minutes=150), length=30, rest=0)
    salon = Salon("Asia/Kathmandu", hours, hours, (Offer(None, 60, 15),), 15, nine, nine + A_DAY, booked=(visit,))

    oracle = Oracle(salon, day, day)

    starts = [nine + timedelta(minutes=number) for number in (0, 15, 30, 45, 60, 75)]
    assert [moment for moment in oracle.moments_of(day, day) if oracle.reason(moment) is None] == starts
    assert oracle.reason(nine - A_MINUTE) == "closed"
    assert oracle.reason(nine + timedelta(minutes=76)) == "specialist_busy"
    assert oracle.reason(nine + timedelta(minutes=7)) == "off_grid"
    assert set(RULES) >= {"closed", "specialist_busy", "off_grid"}
