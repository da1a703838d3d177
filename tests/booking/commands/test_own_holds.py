"""One's own holds: chosen again, let go, counted."""

import pytest

from booking.commands import hold_slot
from booking.errors import SlotTaken, TooManyHolds
from booking.models import Status
from tests.booking.steps import API, BOT, history, make_overdue, refused
from tests.factories import WEB, Salon, book, make_client
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


def test_hold_asked_for_again_is_the_same_hold(salon):
    hold = hold_slot(salon.slot(10), WEB, browser_key="browser")

    again = hold_slot(salon.slot(10), WEB, browser_key="browser")

    assert (again.pk, again.expires_at, history(hold)) == (hold.pk, hold.expires_at, ["hold_placed"])


@pytest.mark.parametrize("minute", [15, 30, 60])
def test_choosing_another_time_on_the_web_lets_the_previous_go(salon, minute):
    """Overlapping or not: one's own hold is not in one's own way."""
    previous = hold_slot(salon.slot(10), WEB, browser_key="browser")

    chosen = hold_slot(salon.slot(10 + minute // 60, minute % 60), WEB, browser_key="browser")

    previous.refresh_from_db()
    assert (previous.status, chosen.status) == (Status.CANCELLED, Status.HOLD)
    assert history(previous) == ["hold_placed", "hold_released"]


@pytest.mark.parametrize("minute", [15, 60])
def test_choosing_another_time_in_the_bot_lets_the_clients_previous_go(salon, minute):
    client = make_client(salon.company)
    previous = hold_slot(salon.slot(10), BOT, client_id=client.pk)

    chosen = hold_slot(salon.slot(10 + minute // 60, minute % 60), BOT, client_id=client.pk)

    previous.refresh_from_db()
    assert (previous.status, chosen.status) == (Status.CANCELLED, Status.HOLD)


def test_a_refused_choice_lets_nothing_go():
    salon = Salon(specialists=2)
    hold_slot(salon.slot(10, specialist=salon.specialists[0]), WEB, browser_key="browser")
    book(salon.slot(10, specialist=salon.specialists[1]))

    with refused(SlotTaken):
        hold_slot(salon.slot(10, specialist=salon.specialists[1]), WEB, browser_key="browser")


def test_choosing_lets_no_other_browsers_hold_go(salon):
    other = hold_slot(salon.slot(10), WEB, browser_key="other")

    with refused(SlotTaken):
        hold_slot(salon.slot(10, 15), WEB, browser_key="browser")
    hold_slot(salon.slot(12), WEB, browser_key="browser")

    other.refresh_from_db()
    assert other.status == Status.HOLD


def test_choosing_in_one_company_lets_nothing_go_in_another(salon):
    other = Salon()
    elsewhere = hold_slot(other.slot(10), WEB, browser_key="browser")

    hold_slot(salon.slot(10), WEB, browser_key="browser")

    elsewhere.refresh_from_db()
    assert elsewhere.status == Status.HOLD


@pytest.mark.parametrize("whose", ["client", "browser"])
def test_holds_of_other_channels_are_limited_and_not_released(salon, whose):
    owner = {"client_id": make_client(salon.company).pk} if whose == "client" else {"browser_key": "app"}
    holds = [hold_slot(salon.slot(hour), API, **owner) for hour in (9, 10, 11)]

    with refused(TooManyHolds):
        hold_slot(salon.slot(12), API, **owner)

    make_overdue(holds[0])
    assert hold_slot(salon.slot(12), API, **owner).status == Status.HOLD


def test_holds_of_other_channels_are_in_each_others_way(salon):
    hold_slot(salon.slot(10), API, browser_key="app")

    with refused(SlotTaken):
        hold_slot(salon.slot(10, 30), API, browser_key="app")
