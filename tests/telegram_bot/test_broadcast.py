"""A broadcast by its own engine and this channel, with real commits and threads."""

import pytest
from django.core.cache import cache

from booking.models.appointment import ClockTimestamp
from notifications.models import DeadAddress, Delivery
from notifications.values import State
from telegram_bot.limiter import LIMITER
from telegram_bot.permits import AT_ONCE
from tests.notifications.campaign import Campaign, one_turn, run, states
from tests.standins.telegram import TelegramStandIn
from tests.standins.telegram.answers import slow_down


@pytest.fixture
def campaign(transactional_db) -> Campaign:
    return Campaign()


def test_everybody_hears_of_it_once_at_the_pace_that_telegram_bears(telegram, campaign):
    chats = [fan.tg_id for fan in campaign.fans(AT_ONCE + 10)]
    for chat in chats:
        telegram.add_user(chat)
    telegram.block(chats[3])

    broadcast = run(campaign.started())

    heard = [len(telegram.messages(chat)) for chat in chats]
    sent = Delivery.objects.filter(broadcast=broadcast, state=State.SENT)
    assert heard == [number != 3 for number in range(len(chats))]
    assert states(broadcast) == {State.SENT: len(chats) - 1, State.DEAD: 1}
    assert all(sent.values_list("provider_id", flat=True))
    assert list(DeadAddress.objects.values_list("address", flat=True)) == [str(chats[3])]
    assert telegram.peak_in_any_second() <= AT_ONCE
    assert {call.status for call in telegram.calls} == {200, 403}


def let_the_pause_pass(telegram: TelegramStandIn, seconds: int) -> None:
    """For Telegram, for us and for what was put off."""
    telegram.let_pass(seconds)
    cache.clear()
    LIMITER.renew()
    Delivery.objects.filter(state=State.WAITING).update(not_before=ClockTimestamp())


def test_pause_that_telegram_asks_for_loses_nobody(telegram, campaign):
    chats = [fan.tg_id for fan in campaign.fans(5)]
    for chat in chats:
        telegram.add_user(chat)
    telegram.answer_next("sendMessage", slow_down(60))
    broadcast = campaign.started()

    one_turn(broadcast)
    during = states(broadcast)
    let_the_pause_pass(telegram, 60)
    run(broadcast)

    assert during.keys() <= {State.WAITING, State.SENT}
    assert during[State.WAITING] > 0
    assert states(broadcast) == {State.SENT: len(chats)}
    assert [len(telegram.messages(chat)) for chat in chats] == [1] * len(chats)
