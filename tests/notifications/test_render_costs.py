"""What a message costs in statements: a fixed number, whatever it tells."""

import pytest

from accounts.values import SYSTEM
from notifications.render import render
from notifications.values import Channel
from tests.factories import make_workplace
from tests.lasting import copied, lasting
from tests.notifications.stories import AN_HOUR, Len, at, cancelled, changed, created, moved, reminded, written

pytestmark = pytest.mark.django_db


built = lasting(Len)


@pytest.fixture
def salon(built) -> Len:
    return copied(built)


@pytest.mark.parametrize("number", [1, 12])
def test_a_day_costs_three_statements_whatever_its_length(salon, django_assert_num_queries, number):
    for hour in range(number):
        changed(salon.visit(9, days=3 + hour), **at(salon.at(8, days=3) + hour * AN_HOUR))
    day = written(
        company=salon.company, user=salon.master, occasion=f"day:{salon.day(3)}", event_type="day_summary",
        role="specialist", channel="telegram", language="ru", useful_until=salon.at(20, days=3),
    )  # fmt: skip

    with django_assert_num_queries(3):
        message = render(day)

    assert message.text.count("Стрижка") == number


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize(
    ("what", "role", "statements"),
    [
        ("booked", "client", 1),
        ("booked", "admin", 1),
        ("moved", "client", 2),
        ("moved", "specialist", 2),
        ("cancelled", "client", 1),
        ("cancelled", "admin", 2),
        ("reminded", "client", 2),
    ],
)
def test_a_message_costs_a_fixed_number_of_statements(
    salon, django_assert_num_queries, channel, what, role, statements
):
    """The settings; who did it, or whose it was and is; the clock. No advertisement is looked for after an SMS."""
    desk, visit = salon.actor(salon.admin), salon.booked(workplace=make_workplace(salon.location))
    event = {
        "booked": lambda: created(visit, desk),
        "moved": lambda: moved(visit, desk, specialist=salon.colleague()),
        "cancelled": lambda: cancelled(visit, desk),
        "reminded": lambda: reminded(visit, SYSTEM, hours=24),
    }[what]()
    delivery = salon.told_of(event, role, channel)

    with django_assert_num_queries(statements - (channel == Channel.SMS)):
        render(delivery)
