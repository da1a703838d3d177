"""Whatever Telegram answers: what must happen next (guarantee 19), and what becomes of the delivery."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from booking.models.appointment import ClockTimestamp
from notifications.commands import send, send_delivery
from notifications.errors import AddressGone, AnswerLost, NotSent, Throttled, TryLater, Unacceptable
from notifications.models import Broadcast, DeadAddress, Delivery, Preferences
from notifications.values import Channel, Occasion, State
from telegram_bot import wire
from telegram_bot.permits import Asking, SharedPermits
from tests.factories import Salon, make_client
from tests.lasting import copied, lasting
from tests.standins.script import Scripted
from tests.standins.telegram.answers import bad_gateway, delayed, dropped, error, lost, restart, slow_down
from tests.telegram_bot.chats import ANNA, message, tell

HTML = b"<html><body>No</body></html>"


def page(status: int) -> Scripted:
    """What a proxy in between says, which is not the Bot API."""
    return Scripted(status, HTML, {"Content-Type": "text/html"})


def says(body: bytes) -> Scripted:
    return Scripted(200, body, {"Content-Type": "text/plain"})


@dataclass(frozen=True)
class Case:
    """An answer, what it comes to, the state it leaves a person's own message and one of a broadcast in."""

    name: str
    answer: Scripted
    comes_to: type[NotSent]
    own: State = State.WAITING
    attempts: int = 1
    bulk: State = State.WAITING
    reason: str = ""


def later(name: str, answer: Scripted, reason: str = "") -> Case:
    return Case(name, answer, TryLater, reason=reason)


def in_doubt(name: str, answer: Scripted, reason: str = "") -> Case:
    """One late repetition of an own message, none of a broadcast."""
    return Case(name, answer, AnswerLost, attempts=2, bulk=State.DEAD, reason=reason)


def throttled(name: str, answer: Scripted, reason: str = "") -> Case:
    return Case(name, answer, Throttled, attempts=0, reason=reason)


def gone(description: str, code: int = 403) -> Case:
    return Case(f"{code} {description}", error(code, description), AddressGone, State.DEAD, bulk=State.DEAD)


def never(description: str) -> Case:
    return Case(
        f"400 {description}", error(400, f"Bad Request: {description}"), Unacceptable, State.DEAD, 1, State.DEAD
    )


CASES = [
    throttled("429", slow_down(7), "too many requests: again in 0:00:07"),
    throttled("429 without a time", error(429, "Too Many Requests: later"), "Too Many Requests: later"),
    throttled("429 of a proxy", page(429), "Too Many Requests (429)"),
    gone("Forbidden: bot was blocked by the user"),
    gone("Forbidden: user is deactivated"),
    gone("Forbidden: bot can't initiate conversation with a user"),
    gone("Forbidden: bot can't send messages to bots"),
    gone("Forbidden: bot was kicked from the group chat"),
    gone("Bad Request: chat not found", 400),
    gone("Bad Request: PEER_ID_INVALID", 400),
    gone("Bad Request: user is deactivated", 400),
    later("403 of a proxy", page(403), "Forbidden (403)"),
    never("BUTTON_DATA_INVALID"),
    never("BUTTON_URL_INVALID"),
    never("BUTTON_TEXT_INVALID"),
    never("message text is empty"),
    never("text must be non-empty"),
    never("message is too long"),
    never("text is too long"),
    never("reply markup is too long"),
    never("something that nobody has heard of"),
    later("400 of a proxy", page(400), "Bad Request (400)"),
    later("401", error(401, "Unauthorized"), "TELEGRAM_BOT_TOKEN: Unauthorized"),
    later("404", error(404, "Not Found"), "TELEGRAM_BOT_TOKEN: Not Found"),
    later("404 of a proxy", page(404), "TELEGRAM_BOT_TOKEN: Not Found"),
    later("409", error(409, "Conflict: terminated by setWebhook request")),
    later("500", restart(), "Internal Server Error: restart"),
    later("500 of a proxy", page(500), "Internal Server Error (500)"),
    later("502", bad_gateway(), "Bad Gateway (502)"),
    later("503", page(503), "Service Unavailable (503)"),
    in_doubt("504", page(504), "the answer was lost: Gateway Timeout (504)"),
    later("a redirect", page(302), "Found (302)"),
    in_doubt("cut before anything happened", dropped(), "the answer was lost: RemoteProtocolError"),
    in_doubt("cut after it was taken", lost(), "the answer was lost: RemoteProtocolError"),
    in_doubt("no answer", delayed(60), "the answer was lost: ReadTimeout"),
    in_doubt("200 with a page", page(200), "the answer was lost: it cannot be read"),
    in_doubt("200 with half an answer", says(b'{"ok":true,"resu'), "the answer was lost: it cannot be read"),
    in_doubt("200 with a list", says(b"[]"), "the answer was lost: it cannot be read"),
    in_doubt("200 with nothing in it", says(b"{}"), "the answer was lost: it cannot be read"),
]


@pytest.fixture(params=CASES, ids=[case.name for case in CASES])
def case(request, monkeypatch) -> Case:
    if request.param.answer.delay:
        monkeypatch.setattr(wire, "READ", 0.1)
    return request.param


built = lasting(Salon)


@pytest.fixture
def salon(db, built, monkeypatch) -> Salon:
    """What is said does not matter here."""
    monkeypatch.setattr(send, "render", lambda each: message(each.target, is_bulk=each.broadcast is not None))
    return copied(built)


def delivery_to_anna(salon: Salon, *, is_bulk: bool = False) -> Delivery:
    client = make_client(salon.company, tg_id=ANNA)
    Preferences.objects.create(company=salon.company, client=client, wants_offers=True)
    broadcast = Broadcast.objects.create(company=salon.company, name="Offer", content_tg="Hello", state="RUNNING")
    return Delivery.objects.create(
        company=salon.company, broadcast=broadcast if is_bulk else None, occasion="event:1", role="client",
        event_type=Occasion.BOOKING_CREATED, recipient=f"client:{client.pk}", client=client,
        channel=Channel.TELEGRAM, target=str(ANNA), language="ru", not_before=ClockTimestamp(),
    )  # fmt: skip


def test_answer_comes_to_what_must_happen_next(telegram, case):
    telegram.answer_next("sendMessage", case.answer)

    with pytest.raises(NotSent) as refusal:
        tell()

    assert type(refusal.value) is case.comes_to
    assert refusal.value.reason == case.reason or not case.reason
    assert len(telegram.calls) == 1


def test_own_message_is_left_in_its_state(telegram, salon, case):
    delivery = delivery_to_anna(salon)
    telegram.answer_next("sendMessage", case.answer)

    state = send_delivery(delivery.pk)

    delivery.refresh_from_db()
    assert (state, delivery.state, delivery.attempts) == (case.own, case.own, case.attempts)
    assert case.reason in {"", delivery.reason}
    assert DeadAddress.objects.filter(channel="telegram", address=ANNA).exists() is (case.comes_to is AddressGone)


def test_message_of_a_broadcast_is_left_in_its_state(telegram, salon, case):
    delivery = delivery_to_anna(salon, is_bulk=True)
    telegram.answer_next("sendMessage", case.answer)

    state = send_delivery(delivery.pk)

    assert state == case.bulk


def test_message_that_is_taken_is_sent(telegram, salon):
    delivery = delivery_to_anna(salon)

    state = send_delivery(delivery.pk)

    delivery.refresh_from_db()
    [arrived] = telegram.messages(ANNA)
    assert (state, delivery.state, delivery.provider_id) == (State.SENT, State.SENT, str(arrived.message_id))


def test_answer_lost_after_the_message_was_taken_has_delivered_it(telegram):
    telegram.answer_next("sendMessage", lost())

    with pytest.raises(AnswerLost):
        tell()

    assert len(telegram.messages(ANNA)) == 1


def test_pause_that_telegram_asks_for_is_everybodys(telegram):
    telegram.answer_next("sendMessage", slow_down(60))

    with pytest.raises(Throttled) as first:
        tell()
    busy = SharedPermits().ask(Asking("8"), 2)

    assert first.value.wait == timedelta(seconds=60)
    assert busy is not None
    assert busy.why == "pause"
    assert len(telegram.calls) == 1


@pytest.mark.usefixtures("telegram")
def test_nobody_who_listens_is_tried_later(settings):
    settings.TELEGRAM_API_BASE = "http://127.0.0.1:1"

    with pytest.raises(TryLater) as refusal:
        tell()

    assert refusal.value.reason == "no connection: ConnectError"


@pytest.mark.parametrize("base", ["localhost", "ftp://127.0.0.1", "http://[", ""])
@pytest.mark.usefixtures("telegram")
def test_address_that_is_none_is_tried_later(settings, base):
    settings.TELEGRAM_API_BASE = base

    with pytest.raises(TryLater):
        tell()


def test_missing_token_is_named(telegram, settings):
    settings.TELEGRAM_BOT_TOKEN = ""

    with pytest.raises(TryLater, match="TELEGRAM_BOT_TOKEN"):
        tell()

    assert telegram.calls == []


def test_busy_connections_are_tried_later(telegram, monkeypatch):
    monkeypatch.setattr(wire, "CONNECTIONS", 0)
    monkeypatch.setattr(wire, "POOL", 0.05)

    with pytest.raises(TryLater) as refusal:
        tell()

    assert refusal.value.reason == "no connection: PoolTimeout"
    assert telegram.calls == []


def test_answer_that_drips_is_given_up(telegram, monkeypatch):
    monkeypatch.setattr(wire, "DEADLINE", 0.1)
    telegram.answer_next("sendMessage", delayed(60))

    with pytest.raises(AnswerLost) as refusal:
        tell()

    assert refusal.value.reason == "the answer was lost: TimeoutError"


def test_text_that_is_no_unicode_is_not_sent(telegram):
    with pytest.raises(Unacceptable) as refusal:
        tell(text="half an emoji: \ud83d")

    assert refusal.value.reason == "the text cannot be encoded"
