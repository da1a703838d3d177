"""A message in place of an earlier one: changed where that is still there, else sent anew."""

from functools import partial

import pytest
from django.core.cache import cache

from accounts.values import WEB_GUEST
from notifications.commands import send_delivery
from notifications.errors import Throttled, Unacceptable
from notifications.values import Button
from telegram_bot import permits
from tests.notifications.salon import dispatched
from tests.notifications.stories import NEXT_DAY, Len, cancelled, changed, created, moved
from tests.standins.telegram.answers import error
from tests.telegram_bot.chats import ANNA, connected, tell

EDIT, HIDE = Button("Edit", callback="bkn:edit:1"), Button("Hide", callback="bkn:hide:1")
CANNOT_BE_READ = error(400, 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0')


@pytest.fixture
def telegram(settings, pace):
    """One that does not mind two messages in a second, of a bot that does not either."""
    with connected(settings, per_chat=None) as telegram:
        pace(0.02)
        yield telegram


@pytest.fixture
def pace(monkeypatch):
    """How many seconds a chat rests after a message."""

    def rest(seconds: float) -> None:
        monkeypatch.setattr(permits, "SECOND", seconds)
        monkeypatch.setattr(permits, "AT_LEAST", seconds)

    return rest


def then_tell(**fields) -> str:
    """Later, when the chat may be written to again."""
    cache.clear()
    return tell(**fields)


def methods(telegram) -> list[str]:
    return [call.method for call in telegram.calls]


def test_message_is_changed_where_it_is(telegram):
    first = tell(text="<b>New</b> booking", buttons=((EDIT, HIDE),))

    second = then_tell(text="<i>Moved</i> booking", buttons=((EDIT,),), replaces=first)

    [message] = telegram.messages(ANNA)
    assert second == first == str(message.message_id)
    assert message.content["text"] == "Moved booking"
    assert message.content["entities"] == [{"type": "italic", "offset": 0, "length": 5}]
    assert [button["text"] for button in message.buttons] == ["Edit"]


def test_nothing_but_the_change_is_asked_of_telegram(telegram):
    first = tell()

    then_tell(text="Moved", replaces=first)

    assert (telegram.calls[-1].method, telegram.calls[-1].params) == (
        "editMessageText",
        {
            "chat_id": str(ANNA),
            "message_id": first,
            "text": "Moved",
            "parse_mode": "HTML",
            "link_preview_options": '{"is_disabled": true}',
        },
    )


def test_what_a_killed_sender_has_changed_already_is_done(telegram):
    first = tell()
    then_tell(text="Moved", replaces=first)

    again = then_tell(text="Moved", replaces=first)

    assert again == first
    assert [message.text for message in telegram.messages(ANNA)] == ["Moved"]


def test_message_that_the_person_deleted_is_sent_anew(telegram):
    first = tell()
    telegram.erase(ANNA, int(first))

    second = then_tell(text="Moved", replaces=first)

    [message] = telegram.live_messages(ANNA)
    assert (message.text, str(message.message_id)) == ("Moved", second)
    assert second != first


@pytest.mark.parametrize(
    "words",
    [
        "message to edit not found",
        "message can't be edited",
        "MESSAGE_ID_INVALID",
        "message identifier is not specified",
        "there is no text in the message to edit",
    ],
)
def test_message_that_cannot_be_changed_is_sent_anew(telegram, words):
    first = tell()
    telegram.answer_next("editMessageText", error(400, f"Bad Request: {words}"))

    second = then_tell(text="Moved", replaces=first)

    assert [message.text for message in telegram.messages(ANNA)] == ["Hello", "Moved"]
    assert second != first


def test_message_sent_anew_loses_the_markup_that_telegram_refuses(telegram):
    first = tell()
    telegram.answer_next("editMessageText", error(400, "Bad Request: message to edit not found"))
    telegram.answer_next("sendMessage", CANNOT_BE_READ)

    then_tell(text="<b>Moved</b>", replaces=first)

    assert [message.text for message in telegram.messages(ANNA)] == ["Hello", "Moved"]
    assert methods(telegram) == ["sendMessage", "editMessageText", "sendMessage", "sendMessage"]


def test_change_that_is_no_html_is_made_as_plain_text(telegram):
    first = tell()
    telegram.answer_next("editMessageText", CANNOT_BE_READ)

    second = then_tell(text="<b>Moved</b>", replaces=first)

    assert (second, [message.text for message in telegram.messages(ANNA)]) == (first, ["Moved"])


def test_change_that_is_refused_for_good_sends_nothing(telegram):
    first = tell()
    telegram.answer_next("editMessageText", error(400, "Bad Request: BUTTON_DATA_INVALID"))

    with pytest.raises(Unacceptable):
        then_tell(text="Moved", replaces=first)

    assert [message.text for message in telegram.messages(ANNA)] == ["Hello"]


def test_change_waits_for_its_permit_like_any_message(telegram, pace):
    pace(1)
    first = tell()

    with pytest.raises(Throttled):
        tell(text="Moved", replaces=first)

    assert methods(telegram) == ["sendMessage"]


def test_id_of_no_telegram_message_replaces_nothing(telegram):
    sent = tell(replaces="0:1790000000%31bd4")

    assert [str(message.message_id) for message in telegram.messages(ANNA)] == [sent]


@pytest.mark.django_db
def test_the_desk_has_one_card_of_a_visit_whatever_happens_to_it(telegram):
    salon = Len()
    telegram.add_user(salon.admin.tg_id)
    visit = salon.booked()
    number = visit.pk

    for happen in (partial(created), partial(moved, start=NEXT_DAY), partial(cancelled)):
        event = happen(changed(visit), WEB_GUEST)
        (delivery,) = (row for row in dispatched(visit, event.event_type) if row.user_id == salon.admin.pk)
        cache.clear()
        assert send_delivery(delivery.pk) == "SENT"

    [card] = telegram.messages(salon.admin.tg_id)
    was = [version.content["text"].partition(f" #{number}")[0] for version in card.history]
    assert was == ["📅 Новая запись", "🕐 Перенесена"]
    assert card.text.startswith(f"❌ Отменена запись #{number}")
    assert [button["callback_data"] for button in card.buttons] == [f"bkn:edit:{number}", f"bkn:hide:{number}"]
