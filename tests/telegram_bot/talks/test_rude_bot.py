"""The control of every talk: whoever talks with a rude bot notices, whatever its rudeness."""

import pytest

from telegram_bot import chat, routes
from telegram_bot.callbacks import CONTACTS
from telegram_bot.values import Button, Reply, Screen
from tests.telegram_bot.talking import RudeBot

pytestmark = pytest.mark.django_db

HOME = (Button("🏠", "n:home"),)


def answers(monkeypatch, reply: Reply) -> None:
    """With this the bot answers 📍 Contacts."""
    monkeypatch.setitem(routes.PRESSES, CONTACTS, lambda talk: reply)


def taps_contacts(talker):
    return talker(7, "Anna", "en").says("/start").taps("📍 Contacts")


def test_a_polite_answer_is_none_of_it(world, talker, monkeypatch):
    answers(monkeypatch, Reply(Screen("Lenina 5", (HOME,))))

    assert taps_contacts(talker).text == "Lenina 5"


def test_a_tap_without_an_answer(world, talker, monkeypatch):
    answers(monkeypatch, Reply(Screen("Lenina 5", (HOME,))))
    monkeypatch.setattr(chat, "answer_of", lambda *args, **kwargs: lambda bot: bot.get_me())

    with pytest.raises(RudeBot, match="was not answered"):
        taps_contacts(talker)


@pytest.mark.parametrize(
    ("screen", "why"),
    [
        (Screen("Lenina 5", (HOME, (Button("Long", "n:" + "x" * 63),))), "BUTTON_DATA_INVALID"),
        (Screen("<b>Lenina 5", (HOME,)), "can't parse entities"),
    ],
    ids=["data over 64 bytes", "broken HTML"],
)
def test_what_telegram_refuses(world, talker, monkeypatch, screen, why):
    answers(monkeypatch, Reply(screen))

    with pytest.raises(RudeBot, match=why):
        taps_contacts(talker)


def test_the_same_message_twice(world, talker, monkeypatch):
    answers(monkeypatch, Reply(toast="Sent"))
    anna = taps_contacts(talker)
    for _ in range(2):
        chat.send(7, Screen("Twice"))

    with pytest.raises(RudeBot, match="said twice"):
        anna.says("/menu")


def test_a_menu_left_behind(world, talker, monkeypatch):
    answers(monkeypatch, Reply(Screen("Lenina 5", (HOME,)), below=True))
    monkeypatch.setattr(chat, "remove", lambda tg_id, message_id: None)

    with pytest.raises(RudeBot, match="menus left behind"):
        taps_contacts(talker)
