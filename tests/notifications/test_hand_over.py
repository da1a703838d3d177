"""A client whose card was merged hears under the other one what he would have heard, and once."""

import pytest

from accounts.commands import merge_clients, prove_phone
from accounts.values import Actor, Channel, Role
from notifications.commands import send_delivery
from notifications.commands.broadcast.address import write_chunk
from notifications.commands.hand_over import TOLD_ALREADY
from notifications.commands.subscribe import MOST_PER_PERSON
from notifications.models import BroadcastState, Delivery, Preferences, PushSubscription
from notifications.values import State
from tests.factories import make_client, numbers
from tests.lasting import copied, lasting
from tests.notifications.campaign import Campaign
from tests.notifications.carriers import Telegram
from tests.notifications.salon import Reachable, dispatched

pytestmark = pytest.mark.django_db


built = lasting(Reachable)


@pytest.fixture
def salon(built) -> Reachable:
    return copied(built)


@pytest.fixture
def kept(salon):
    return make_client(salon.company)


def merge(retired, kept) -> None:
    merge_clients(retired.pk, kept.pk, Actor(Role.CLIENT, Channel.TELEGRAM, client_id=kept.pk))
    kept.refresh_from_db()


def browser_of(client) -> PushSubscription:
    endpoint = f"https://push.example/{next(numbers)}"
    return PushSubscription.objects.create(company_id=client.company_id, client=client, endpoint=endpoint)


def wishes(client, **fields) -> Preferences:
    return Preferences.objects.create(company_id=client.company_id, client=client, **fields)


def of_client(visit) -> Delivery:
    """The one delivery for the client of what has just been booked."""
    return next(row for row in dispatched(visit, "booking_created") if row.client_id)


def columns(delivery: Delivery) -> tuple:
    delivery.refresh_from_db()
    return delivery.client, delivery.recipient, delivery.state


# --- browsers and wishes ----------------------------------------------------------------------------------------------


def test_browsers_follow(salon, kept):
    theirs, own = browser_of(salon.client), browser_of(kept)

    merge(salon.client, kept)

    assert list(PushSubscription.objects.filter(client=kept).order_by("pk")) == [theirs, own]


def test_of_too_many_browsers_the_oldest_are_forgotten(salon, kept):
    rows = [browser_of(salon.client if number % 2 else kept) for number in range(MOST_PER_PERSON + 2)]

    merge(salon.client, kept)

    assert list(PushSubscription.objects.filter(client=kept).order_by("pk")) == rows[2:]


def test_wishes_follow_whoever_has_none(salon, kept):
    mine = wishes(salon.client, wants_offers=True, every_channel=True, muted=["booking_reminder:all"])

    merge(salon.client, kept)

    mine.refresh_from_db()
    assert list(Preferences.objects.all()) == [mine]
    assert (mine.client, mine.wants_offers, mine.every_channel) == (kept, True, True)


def test_what_either_switched_off_stays_off_and_a_choice_of_the_kept_card_stands(salon, kept):
    wishes(salon.client, wants_offers=True, every_channel=True, muted=["booking_reminder:all", "offer:email"])
    own = wishes(kept, muted=["offer:email", "booking_created:sms"])

    merge(salon.client, kept)

    own.refresh_from_db()
    assert list(Preferences.objects.all()) == [own]
    assert own.muted == ["offer:email", "booking_created:sms", "booking_reminder:all"]
    assert (own.wants_offers, own.every_channel) == (False, False)


def test_wishes_of_the_kept_card_alone_stay(salon, kept):
    own = wishes(kept, wants_offers=True)

    merge(salon.client, kept)

    own.refresh_from_db()
    assert (own.client, own.wants_offers) == (kept, True)


# --- what is told -----------------------------------------------------------------------------------------------------


def test_what_waits_is_sent_to_the_same_chat_under_the_kept_card(salon, kept):
    waiting, chat = of_client(salon.visit()), salon.client.tg_id

    merge(salon.client, kept)

    assert columns(waiting) == (kept, f"client:{kept.pk}", State.WAITING)
    assert send_delivery(waiting.pk) == State.SENT
    assert Telegram.targets() == [str(chat)]


def test_what_was_told_follows_too(salon, kept):
    sent = of_client(salon.visit())
    send_delivery(sent.pk)

    merge(salon.client, kept)

    assert columns(sent) == (kept, f"client:{kept.pk}", State.SENT)


def test_what_is_on_its_way_is_left_to_its_sender(salon, kept):
    flying = of_client(salon.visit())
    lease = flying.not_before
    Delivery.objects.filter(pk=flying.pk).update(state=State.SENDING, leased_until=lease)

    merge(salon.client, kept)

    assert columns(flying) == (salon.client, f"client:{salon.client.pk}", State.SENDING)


@pytest.mark.parametrize(("state", "left"), [(State.WAITING, State.DROPPED), (State.SENT, State.SENT)])
def test_what_the_kept_card_was_told_is_not_told_twice(salon, kept, state, left):
    mine = of_client(salon.visit())
    Delivery.objects.filter(pk=mine.pk).update(state=state)
    mine.refresh_from_db()
    twin = Delivery.objects.get(pk=mine.pk)
    twin.pk, twin.client, twin.recipient, twin.state = None, kept, f"client:{kept.pk}", State.SENT
    twin.save()

    merge(salon.client, kept)

    assert columns(mine) == (salon.client, f"client:{salon.client.pk}", left)
    assert mine.reason == (TOLD_ALREADY if left == State.DROPPED else "")
    assert columns(twin) == (kept, f"client:{kept.pk}", State.SENT)


def test_the_next_message_reaches_the_chat_of_the_retired_card(salon, kept):
    visit, chat = salon.visit(), salon.client.tg_id
    merge(salon.client, kept)

    told = of_client(visit)

    assert (told.client, told.channel, told.target) == (kept, "telegram", str(chat))


def test_an_offer_that_has_reached_the_chat_does_not_come_again_under_the_kept_card():
    campaign = Campaign()
    fan, kept = campaign.fan(), make_client(campaign.company)
    broadcast = campaign.broadcast(state=BroadcastState.RUNNING)
    write_chunk(broadcast.pk)
    type(broadcast).objects.filter(pk=broadcast.pk).update(addressed=False)

    merge(fan, kept)
    write_chunk(broadcast.pk)

    (part,) = Delivery.objects.filter(broadcast=broadcast)
    assert (part.client, part.target) == (kept, str(kept.tg_id))


def test_the_earlier_owner_of_a_number_hears_nothing_more(salon):
    """His browser, his agreement to offers, and what still waits for him."""
    client = salon.client
    browser_of(client)
    Preferences.objects.create(company=salon.company, client=client, wants_offers=True)
    waiting, sent = of_client(salon.visit()), of_client(salon.visit(12))
    Delivery.objects.filter(pk=sent.pk).update(state=State.SENT)

    prove_phone(salon.company.pk, next(numbers), str(client.phone), first_name="Boris")

    assert not PushSubscription.objects.filter(client=client).exists()
    assert not Preferences.objects.filter(client=client).exists()
    assert [columns(each)[2] for each in (waiting, sent)] == [State.DROPPED, State.SENT]
