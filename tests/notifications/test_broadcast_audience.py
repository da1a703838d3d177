"""WHO gets a broadcast: whoever agreed, and fits every filter that is set."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.values import Actor, Channel, Role
from booking.models import Status
from booking.queries.visits import database_time
from notifications.audience import Preview, audience_of, preview_of
from notifications.commands import start_broadcast
from notifications.commands.broadcast.address import write_chunk
from notifications.models import Broadcast, DeadAddress, Preferences
from tests.factories import make_client, make_location, make_service, numbers
from tests.lasting import copied, lasting
from tests.notifications.campaign import Campaign, parts, subscribe
from tests.notifications.carriers import Push, Sms
from wallet.commands import charge, deposit

pytestmark = pytest.mark.django_db


built = lasting(Campaign)


@pytest.fixture
def salon(built) -> Campaign:
    return copied(built)


def names(broadcast: Broadcast) -> list[str]:
    return sorted(audience_of(broadcast).values_list("first_name", flat=True))


# --- consent


def test_only_who_agreed_gets_offers(salon):
    salon.fan(first_name="agreed")
    make_client(salon.company, first_name="was never asked", tg_id=next(numbers))
    declined = make_client(salon.company, first_name="declined", tg_id=next(numbers))
    Preferences.objects.create(company=salon.company, client=declined, wants_offers=False)

    assert names(salon.broadcast()) == ["agreed"]


def test_who_switched_offers_off_gets_none(salon):
    salon.fan(first_name="agreed")
    muted = salon.fan(first_name="muted all")
    Preferences.objects.filter(client=muted).update(muted=["broadcast:all"])
    elsewhere = salon.fan(first_name="muted reminders")
    Preferences.objects.filter(client=elsewhere).update(muted=["booking_reminder:all", "broadcast:email"])

    assert names(salon.broadcast()) == ["agreed", "muted reminders"]


def test_clients_who_have_left_and_those_of_another_company_get_none(salon):
    salon.fan(first_name="ours")
    salon.fan(first_name="left", is_active=False)
    Campaign().fan(first_name="theirs")

    assert names(salon.broadcast()) == ["ours"]


# --- filters


def test_not_seen_for_some_days(salon):
    salon.fan(first_name="never came")
    salon.came(salon.fan(first_name="came long ago"), 31)
    salon.came(salon.fan(first_name="came lately"), 29)
    both = salon.fan(first_name="came long ago and lately")
    salon.came(both, 100)
    salon.came(both, 3)

    assert names(salon.broadcast(not_seen_days=30)) == ["came long ago", "never came"]
    assert len(names(salon.broadcast())) == 4


@pytest.mark.parametrize(
    ("status", "days_ago", "was_here"),
    [
        (Status.COMPLETED, 3, True),
        (Status.ARRIVED, 3, True),
        (Status.CONFIRMED, 3, True),
        (Status.CONFIRMED, -3, False),
        (Status.CANCELLED, 3, False),
        (Status.NO_SHOW, 3, False),
        (Status.EXPIRED, 3, False),
        (Status.HOLD, 3, False),
    ],
)
def test_what_counts_as_having_come(salon, status, days_ago, was_here):
    salon.came(salon.fan(first_name="client"), days_ago, status=status)

    assert names(salon.broadcast(not_seen_days=30)) == ([] if was_here else ["client"])
    assert names(salon.broadcast(had_service=salon.service)) == (["client"] if was_here else [])
    assert names(salon.broadcast(at_location=salon.location)) == (["client"] if was_here else [])


def test_had_a_service(salon):
    other = make_service(salon.company)
    salon.came(salon.fan(first_name="had it"), 400)
    salon.came(salon.fan(first_name="had another"), 400, service=other)
    salon.fan(first_name="had none")

    assert names(salon.broadcast(had_service=salon.service)) == ["had it"]


def test_came_to_a_location(salon):
    other = make_location(salon.company)
    salon.came(salon.fan(first_name="came here"), 400)
    salon.came(salon.fan(first_name="came there"), 400, location=other)
    salon.fan(first_name="came nowhere")

    assert names(salon.broadcast(at_location=salon.location)) == ["came here"]


def test_has_money_in_the_wallet(salon):
    desk = Actor(Role.ADMIN, Channel.ADMIN, company_id=salon.company.pk, may_take_money=True)
    rich, spent = salon.fan(first_name="has money"), salon.fan(first_name="has spent it")
    salon.fan(first_name="has no wallet")
    for client in (rich, spent):
        deposit(client.pk, Decimal(100), desk, reference=f"in {client.pk}")
    charge(spent.pk, Decimal(100), desk, reference="out")

    assert names(salon.broadcast(has_balance=True)) == ["has money"]


def test_every_filter_that_is_set_must_fit(salon):
    other = make_service(salon.company)
    fits, recent, another = (salon.fan(first_name=name) for name in ("fits", "came lately", "had another"))
    salon.came(fits, 60)
    salon.came(recent, 10)
    salon.came(another, 60, service=other)
    filters = {"not_seen_days": 30, "had_service": salon.service, "at_location": salon.location}

    assert names(salon.broadcast(**filters)) == ["fits"]


def test_days_are_counted_from_the_start(salon):
    """A campaign may be paused for days, and its audience does not grow meanwhile."""
    salon.came(salon.fan(first_name="came 31 days ago"), 31)
    three_days_ago = database_time() - timedelta(days=3)

    assert names(salon.broadcast(not_seen_days=30)) == ["came 31 days ago"]
    assert names(salon.broadcast(not_seen_days=30, started_at=three_days_ago)) == []


# --- preview


def test_a_preview_counts_people_by_the_channel_that_will_reach_them(salon):
    subscribe(salon.fan(first_name="telegram first", email="a@example.com"), 2)
    subscribe(salon.fan(tg_id=None, email="b@example.com"), 2)
    salon.fan(tg_id=None, email="c@example.com")
    salon.fan(tg_id=None)
    dead = salon.fan(email="d@example.com")
    DeadAddress.objects.create(channel="telegram", address=str(dead.tg_id), reason="blocked")
    muted = salon.fan()
    Preferences.objects.filter(client=muted).update(muted=["broadcast:telegram"])

    preview = preview_of(salon.broadcast())

    assert preview == Preview(people=6, by_channel={"telegram": 1, "web_push": 1, "email": 2})
    assert preview.out_of_reach == 2


def test_a_preview_says_what_will_be_written(salon):
    """Counted in SQL, written by the rules of every other message: they must not drift apart."""
    for number in range(64):
        has = [number >> bit & 1 for bit in range(6)]
        fan = salon.fan(tg_id=next(numbers) if has[0] else None, email=f"{number}@example.com" if has[1] else "")
        subscribe(fan, has[2] * 2)
        muted = ["broadcast:telegram"] * has[3] + ["broadcast:web_push"] * has[4]
        Preferences.objects.filter(client=fan).update(muted=muted, every_channel=number % 2)
        if has[5]:
            DeadAddress.objects.create(channel="email", address=fan.email or f"none {number}", reason="gone")

    broadcast = start_broadcast(salon.broadcast().pk, salon.admin)
    write_chunk(broadcast.pk)

    written = {(part.recipient, part.channel) for part in parts(broadcast)}
    by_channel = {name: sum(channel == name for _, channel in written) for name in ("telegram", "web_push", "email")}
    assert len(written) == len({person for person, _ in written})
    assert preview_of(broadcast) == Preview(people=64, by_channel=by_channel)
    assert min(by_channel.values()) > 0


def test_a_channel_that_this_deployment_has_not_reaches_nobody(salon):
    Push.configured = False
    subscribe(salon.fan(tg_id=None))

    assert preview_of(salon.broadcast()) == Preview(people=1, by_channel={})


def test_offers_are_never_sent_by_sms(salon):
    salon.fan(tg_id=None)
    broadcast = salon.started()
    write_chunk(broadcast.pk)

    assert Sms.configured
    assert preview_of(broadcast) == Preview(people=1, by_channel={})
    assert parts(broadcast) == []


def test_a_preview_costs_two_statements(salon, django_assert_num_queries):
    salon.fans(3)
    broadcast = salon.broadcast(not_seen_days=3, had_service=salon.service, has_balance=True)

    with django_assert_num_queries(2):
        preview_of(broadcast)
