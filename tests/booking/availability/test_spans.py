"""The arithmetic of half-open spans: by example, and against plain sets of minutes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from booking.availability.spans import (
    Span,
    common,
    crowded,
    disjoint,
    holds,
    joined,
    outside,
    starts_that_fit,
    starts_that_touch,
)
from tests.depth import thorough

spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)
lengths = st.integers(1, 12)
WINDOW = (5, 35)


def minutes_of(given_spans: list[Span]) -> set[int]:
    return {minute for start, end in given_spans for minute in range(start, end)}


def test_disjoint_joins_overlaps_and_keeps_touching_spans_apart():
    assert disjoint([(12, 20), (0, 5), (9, 13), (20, 24), (7, 7)]) == [(0, 5), (9, 20), (20, 24)]


def test_joined_joins_touching_spans_too():
    assert joined([(12, 20), (0, 5), (9, 12)]) == [(0, 5), (9, 20)]


def test_common_keeps_touching_spans_apart():
    assert common([(0, 10), (10, 20)], [(5, 15)]) == [(5, 10), (10, 15)]


def test_outside_leaves_what_no_span_covers():
    assert outside([(3, 5), (5, 8), (12, 30)], (0, 20)) == [(0, 3), (8, 12)]


def test_a_span_holds_its_start_and_not_its_end():
    assert [holds([(3, 5)], minute) for minute in (2, 3, 4, 5)] == [False, True, True, False]


def test_starts_that_fit_end_where_the_last_one_still_fits():
    assert starts_that_fit([(0, 60)], 60) == [(0, 1)]
    assert starts_that_fit([(0, 59)], 60) == []
    assert starts_that_fit([(0, 30), (30, 60)], 60) == [(0, 1)]


def test_starts_that_touch_leave_back_to_back_starts_free():
    assert starts_that_touch([(100, 160)], 60) == [(41, 160)]


def test_crowded_is_a_peak_and_not_a_number():
    one_after_another = [(0, 10), (10, 20), (20, 30)]

    assert crowded(one_after_another, 2) == []
    assert crowded([*one_after_another, (5, 15)], 2) == [(5, 15)]


@thorough(examples=200)
@given(spans)
def test_disjoint_and_joined_cover_the_same_minutes_in_order(some):
    for result in (disjoint(some), joined(some)):
        assert minutes_of(result) == minutes_of(some)
        assert result == sorted(result)
        assert all(first[1] <= second[0] for first, second in pairwise(result))


@thorough(examples=200)
@given(spans, spans)
def test_common_is_the_intersection_and_outside_the_complement(some, others):
    assert minutes_of(common(disjoint(some), disjoint(others))) == minutes_of(some) & minutes_of(others)
    assert minutes_of(outside(joined(some), WINDOW)) == set(range(*WINDOW)) - minutes_of(some)


@thorough(examples=200)
@given(spans, lengths)
def test_starts_that_fit_and_touch_agree_with_every_minute_tried(some, length):
    covered = minutes_of(some)
    tried = {start: set(range(start, start + length)) for start in range(-15, 60)}

    assert minutes_of(starts_that_fit(some, length)) == {start for start in tried if tried[start] <= covered}
    assert minutes_of(starts_that_touch(some, length)) == {start for start in tried if tried[start] & covered}


@thorough(examples=200)
@given(spans, st.integers(1, 4))
def test_crowded_agrees_with_heads_counted_every_minute(some, limit):
    heads = {minute: sum(start <= minute < end for start, end in some) for minute in range(41)}

    assert minutes_of(crowded(some, limit)) == {minute for minute in heads if heads[minute] >= limit}
