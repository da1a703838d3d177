"""What becomes of messages: edits and their history, deletions, files; and what the server says to nonsense."""

import io

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup
from telegram.error import BadRequest

from tests.standins.talk import ask, raw, refused

PNG = b"\x89PNG\r\n\x1a\n\r\n--\r\n" + bytes(range(256))
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Перенести", callback_data="apt:move:1")]])


def hello(bot):
    return bot.send_message(7, "Здравствуйте")


def test_edit_replaces_text_and_keyboard_and_keeps_the_history(telegram):
    sent = ask(telegram, lambda bot: bot.send_message(7, "<b>Завтра</b>", parse_mode="HTML", reply_markup=KEYBOARD))

    edited = ask(telegram, lambda bot: bot.edit_message_text("Отменено", 7, sent.message_id))

    (message,) = telegram.live_messages(7)
    (before,) = message.history
    assert (edited.text, edited.reply_markup, message.text, message.reply_markup) == (
        "Отменено",
        None,
        "Отменено",
        None,
    )
    assert before.content == {"text": "Завтра", "entities": [{"type": "bold", "offset": 0, "length": 6}]}
    assert before.reply_markup == KEYBOARD.to_dict()


def test_same_edit_is_refused(telegram):
    ask(telegram, lambda bot: bot.send_message(7, "<b>a</b>", parse_mode="HTML", reply_markup=KEYBOARD))

    with pytest.raises(BadRequest) as trouble:
        ask(telegram, lambda bot: bot.edit_message_text(" <b>a</b>", 7, 1, parse_mode="HTML", reply_markup=KEYBOARD))

    assert telegram.calls[-1].answer == refused(
        400,
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
        " as a current content and reply markup of the message",
    )
    assert str(trouble.value).startswith("Message is not modified")


def test_keyboard_is_taken_away_once(telegram):
    ask(telegram, lambda bot: bot.send_message(7, "a", reply_markup=KEYBOARD))

    ask(telegram, lambda bot: bot.edit_message_reply_markup(7, 1))

    assert telegram.live_messages(7)[0].rows == []
    with pytest.raises(BadRequest, match="Message is not modified"):
        ask(telegram, lambda bot: bot.edit_message_reply_markup(7, 1))


@pytest.mark.parametrize(
    ("method", "params", "description"),
    [
        ("editMessageText", {"chat_id": 7, "message_id": 99, "text": "a"}, "message to edit not found"),
        ("editMessageText", {"chat_id": 8, "message_id": 1, "text": "a"}, "chat not found"),
        ("editMessageText", {"chat_id": 9, "message_id": 1, "text": "a"}, "message to edit not found"),
        ("editMessageText", {"text": "a"}, "message identifier is not specified"),
        ("editMessageText", {"chat_id": 7, "text": "a"}, "message identifier is not specified"),
        ("editMessageText", {"chat_id": 7, "message_id": 1}, "message text is empty"),
        ("editMessageText", {"chat_id": 7, "message_id": 2, "text": "a"}, "message can't be edited"),
        ("editMessageCaption", {"chat_id": 7, "message_id": 1}, "there is no caption in the message to edit"),
        ("deleteMessage", {"chat_id": 7, "message_id": 99}, "message to delete not found"),
        ("deleteMessage", {"chat_id": 7}, "message identifier is not specified"),
        ("deleteMessages", {"chat_id": 7, "message_ids": []}, "too few message identifiers specified"),
        ("sendChatAction", {"chat_id": 7, "action": "dance"}, "wrong parameter action in request"),
        ("sendPhoto", {"chat_id": 7}, "there is no photo in the request"),
        ("sendPhoto", {"chat_id": 7, "photo": "nonsense"}, "wrong file identifier/HTTP URL specified"),
        ("sendDocument", {"chat_id": 7}, "there is no document in the request"),
        ("sendVenue", {"chat_id": 7, "latitude": 55, "longitude": 37, "title": "a"}, 'parameter "address" is required'),
        ("setMyCommands", {"commands": [{"command": "Book", "description": "a"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "book", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [{}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ("setMyName", {"name": "a" * 65}, "bot name is too long"),
        (
            "setChatMenuButton",
            {"menu_button": {"type": "web_app", "text": "a", "web_app": {"url": "http://a.by"}}},
            "menu button Web App URL 'http://a.by' is invalid: Only HTTPS links are allowed",
        ),
        ("sendMessage", {"chat_id": 7, "text": "a", "parse_mode": "MarkdownV2"}, "unsupported parse_mode"),
        (
            "sendMessage",
            {"chat_id": 7, "text": "a", "reply_parameters": {"message_id": 99}},
            "message to be replied not found",
        ),
    ],
)
def test_calls_are_refused_in_the_words_of_the_server(telegram, method, params, description):
    telegram.add_user(9)
    raw(telegram, "sendMessage", chat_id=7, text="b")
    telegram.says(7, "c")

    assert raw(telegram, method, **params) == refused(400, f"Bad Request: {description}")


def test_deletion_ends_after_48_hours(telegram):
    ask(telegram, hello)
    telegram.let_pass(48 * 3600 - 60)
    ask(telegram, hello)
    telegram.let_pass(120)

    assert raw(telegram, "deleteMessage", chat_id=7, message_id=2)["result"] is True
    assert raw(telegram, "deleteMessage", chat_id=7, message_id=1) == refused(
        400, "Bad Request: message can't be deleted for everyone"
    )
    assert [message.deleted for message in telegram.messages(7)] == [False, True]


def test_delete_messages_skips_what_is_not_there(telegram):
    ask(telegram, hello)
    telegram.says(7, "Привет")

    assert ask(telegram, lambda bot: bot.delete_messages(7, [1, 2, 3])) is True
    assert telegram.conversation(7) == []


def test_files_arrive_byte_by_byte(telegram):
    calendar = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"

    document = ask(telegram, lambda bot: bot.send_document(7, io.BytesIO(calendar), caption="a", filename="visit.ics"))
    photo = ask(telegram, lambda bot: bot.send_photo(7, PNG, caption="<i>b</i>", parse_mode="HTML"))
    again = ask(telegram, lambda bot: bot.send_photo(7, photo.photo[-1].file_id))

    assert (document.document.file_name, document.document.mime_type) == ("visit.ics", "text/calendar")
    assert [message.upload.content for message in telegram.messages(7)] == [calendar, PNG, PNG]
    assert (photo.caption, photo.caption_entities[0].type) == ("b", "italic")
    assert again.photo == photo.photo


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        (b"text", "Image_process_failed"),
        (PNG + bytes(10 * 1024 * 1024), "File of size"),
        (b"", "File must be non-empty"),
    ],
)
def test_photo_is_refused(telegram, photo, words):
    with pytest.raises(BadRequest, match=words):
        ask(telegram, lambda bot: bot.send_photo(7, photo))


def test_venue_and_reply_keyboard_are_sent(telegram):
    ask(telegram, lambda bot: bot.send_venue(7, 55.7, 37.6, "Окно", "Тверская, 1"))
    ask(telegram, lambda bot: bot.send_message(7, "a", reply_markup=ReplyKeyboardMarkup([[KeyboardButton("b", True)]])))

    venue, question = telegram.messages(7)
    assert venue.content["venue"]["address"] == "Тверская, 1"
    assert question.reply_markup["keyboard"] == [[{"text": "b", "request_contact": True}]]
    with pytest.raises(BadRequest, match="Message can't be edited"):
        ask(telegram, lambda bot: bot.edit_message_text("c", 7, question.message_id))
