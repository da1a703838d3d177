"""Any specialist: who serves a client without a preference."""

import pytest

from booking.availability import Choice, choose
from tests.booking.availability.small import WHOLE_DAY, at, make_candidate, make_terms, make_visit


def choice(pk: int, *visits: tuple[int, int], rest: int = 0, price: int = 1000) -> Choice:
    return Choice(make_candidate(pk, visits=[make_visit(*span, rest=rest) for span in visits]), make_terms(price=price))


def chosen(policy: str, *choices: Choice, start: int | None = None) -> int:
    return choose(policy, choices, at(14) if start is None else start, WHOLE_DAY).candidate.person.id


def test_least_busy_has_the_fewest_booked_minutes_of_the_day():
    assert chosen("least_busy", choice(1, (at(9), at(11))), choice(2, (at(9), at(9, 30)), (at(10), at(10, 45)))) == 2


def test_least_busy_counts_neither_breaks_nor_other_days():
    long_break = choice(1, (at(9), at(10)), rest=180)
    yesterday_and_tomorrow = choice(2, (at(-20), at(-10)), (at(24), at(33)), (at(9), at(9, 59)))

    assert chosen("least_busy", long_break, choice(3, (at(9), at(10, 1)))) == 1
    assert chosen("least_busy", long_break, yesterday_and_tomorrow) == 2


def test_longest_idle_ended_the_last_visit_before_the_start_earliest():
    assert chosen("longest_idle", choice(1, (at(12), at(13))), choice(2, (at(9), at(12)), (at(16), at(17)))) == 2


def test_longest_idle_prefers_who_had_no_visit_that_day():
    assert chosen("longest_idle", choice(1, (at(0), at(1))), choice(2)) == 2


def test_longest_idle_knows_no_day_before():
    """Whoever worked yesterday is not idle for longer than who did not: both are since the day began."""
    assert chosen("longest_idle", choice(1), choice(2, (at(-8), at(-7)))) == 1


def test_cheapest_has_the_lowest_price():
    assert chosen("cheapest", choice(1, price=900), choice(2, price=800), choice(3, price=1000)) == 2


def test_first_is_the_first_in_the_salons_order():
    assert chosen("first", choice(7, (at(9), at(10))), choice(3)) == 7


@pytest.mark.parametrize("policy", ["least_busy", "longest_idle", "cheapest", "first"])
def test_equals_go_by_their_order_and_the_reason_is_kept(policy):
    first, second = choice(5), choice(4)

    chosen_one = choose(policy, [first, second], at(14), WHOLE_DAY)

    assert chosen_one == Choice(first.candidate, first.terms, reason=policy)
