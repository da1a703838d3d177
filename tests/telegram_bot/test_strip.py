"""Messages whose visits are long over lose their buttons, each once."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from accounts.values import WEB_GUEST
from booking.models.appointment import ClockTimestamp
from notifications.commands import send_delivery
from notifications.models import DeadAddress, Delivery
from telegram_bot import limiter, permits, strip
from telegram_bot.limiter import LIMITER
from telegram_bot.strip import strip_buttons
from tests.notifications.salon import dispatched
from tests.notifications.stories import Len, changed, created, moved
from tests.standins.telegram.answers import dropped, error, restart, slow_down
from tests.telegram_bot.chats import connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def telegram(settings, monkeypatch):
    """One that does not mind two messages in a second, of a bot that does not either."""
    monkeypatch.setattr(permits, "SECOND", 0.02)
    monkeypatch.setattr(permits, "AT_LEAST", 0.02)
    with connected(settings, per_chat=None) as telegram:
        yield telegram


@pytest.fixture
def salon(telegram) -> Len:
    salon = Len()
    salon.operator.delete()
    for person in (salon.client, salon.master, salon.admin):
        telegram.add_user(person.tg_id)
    return salon


def sent(event) -> list[Delivery]:
    """To everybody who is told of it."""
    rows = dispatched(event.appointment, event.event_type)
    for row in rows:
        cache.clear()
        assert send_delivery(row.pk) == "SENT"
    return rows


def long_over(salon: Len) -> list[Delivery]:
    """What was told of a visit, whose time has come."""
    rows = sent(created(salon.booked(salon.at(12, days=3)), WEB_GUEST))
    let_their_time_come()
    return rows


def let_their_time_come() -> None:
    waiting = Delivery.objects.filter(strip_at__isnull=False)
    waiting.update(strip_at=ClockTimestamp() - timedelta(minutes=1))


def buttons(telegram, salon: Len) -> list[list[int]]:
    """How many each message has: the client's, the specialist's, the administrator's."""
    chats = (salon.client.tg_id, salon.master.tg_id, salon.admin.tg_id)
    return [[len(message.buttons) for message in telegram.messages(chat)] for chat in chats]


def left() -> int:
    return Delivery.objects.filter(strip_at__isnull=False).count()


def strips(telegram) -> int:
    return len(telegram.calls_of("editMessageReplyMarkup"))


def test_everybodys_message_loses_its_buttons_and_nothing_else(telegram, salon):
    long_over(salon)
    before = [message.content for message in telegram.messages(salon.client.tg_id)]
    assert buttons(telegram, salon) == [[3], [2], [2]]

    count = strip_buttons()

    assert (count, buttons(telegram, salon), left()) == (3, [[0], [0], [0]], 0)
    assert [message.content for message in telegram.messages(salon.client.tg_id)] == before


def test_message_whose_time_has_not_come_keeps_them(telegram, salon):
    sent(created(salon.booked(salon.at(12, days=3)), WEB_GUEST))

    count = strip_buttons()

    assert (count, strips(telegram), left()) == (0, 0, 3)
    assert buttons(telegram, salon) == [[3], [2], [2]]


def test_each_is_asked_for_once(telegram, salon):
    long_over(salon)

    counts = strip_buttons(), strip_buttons()

    assert (counts, strips(telegram)) == ((3, 0), 3)


def test_card_that_was_written_over_is_one_message(telegram, salon):
    visit = salon.booked(salon.at(12, days=3))
    sent(created(visit, WEB_GUEST))
    sent(moved(changed(visit), salon.as_client, start=salon.at(14, days=3)))
    let_their_time_come()

    count = strip_buttons()

    assert (count, buttons(telegram, salon)) == (5, [[0], [0, 0], [0]])
    assert strips(telegram) == 4


@pytest.mark.parametrize(
    "answer",
    [
        error(400, "Bad Request: message to edit not found"),
        error(400, "Bad Request: message can't be edited"),
        error(400, "Bad Request: message is not modified: specified new message content … are exactly the same"),
        error(400, "Bad Request: chat not found"),
        error(403, "Forbidden: bot was blocked by the user"),
    ],
    ids=["deleted", "not to be edited", "without buttons", "no chat", "blocked"],
)
def test_what_cannot_be_done_is_done(telegram, salon, answer):
    row = long_over(salon)[0]
    Delivery.objects.exclude(pk=row.pk).update(strip_at=None)
    telegram.answer_next("editMessageReplyMarkup", answer)

    counts = strip_buttons(), strip_buttons()

    assert (counts, strips(telegram), left()) == ((1, 0), 1, 0)
    assert not DeadAddress.objects.exists()


@pytest.mark.parametrize(
    "answers", [[restart()] * 3, [dropped()] * 3, [slow_down(1)]], ids=["restart", "hung up", "a pause for everybody"]
)
def test_trouble_on_the_way_is_tried_again_later(telegram, salon, settings, monkeypatch, answers):
    long_over(salon)
    settings.NOTIFICATION_LEASE = timedelta()
    monkeypatch.setattr(limiter, "PATIENCE", 0.1)
    telegram.answer_next("editMessageReplyMarkup", *answers)

    first = strip_buttons()
    telegram.let_pass(60)
    cache.clear()
    LIMITER.renew()
    second = strip_buttons()

    assert (first, second, left()) == (0, 3, 0)
    assert buttons(telegram, salon) == [[0], [0], [0]]


def test_what_a_killed_worker_had_done_is_not_undone_by_his_successor(telegram, salon, settings, monkeypatch):
    long_over(salon)
    settings.NOTIFICATION_LEASE = timedelta()
    with monkeypatch.context() as killed:
        killed.setattr(strip, "stripped", lambda ids: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            strip_buttons()

    assert (strip_buttons(), left()) == (3, 0)
    assert buttons(telegram, salon) == [[0], [0], [0]]


def test_it_waits_behind_everybodys_own_messages(telegram, salon, monkeypatch):
    long_over(salon)
    askings, acquire = [], LIMITER.acquire
    monkeypatch.setattr(LIMITER, "acquire", lambda asking: askings.append(asking) or acquire(asking))

    strip_buttons()

    assert [asking.is_bulk for asking in askings] == [True] * 3


def test_round_ends_when_its_time_is_over_and_the_next_one_goes_on(telegram, salon, monkeypatch):
    long_over(salon)

    with monkeypatch.context() as hurried:
        hurried.setattr(strip, "SECONDS", 0)
        first = strip_buttons()

    assert (first, strips(telegram), left()) == (0, 0, 3)
    assert (strip_buttons(), left()) == (3, 0)


def test_without_a_bot_nothing_is_claimed(telegram, salon, settings):
    rows = long_over(salon)
    due = Delivery.objects.get(pk=rows[0].pk).strip_at
    settings.TELEGRAM_BOT_TOKEN = ""

    assert strip_buttons() == 0
    assert Delivery.objects.get(pk=rows[0].pk).strip_at == due
