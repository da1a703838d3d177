"""Somebody who talks with the bot, by real webhook requests and real calls to a strict Telegram.

Whatever he does, the bot's manners are looked at: every tap answered, one menu and no more, nothing said twice, and no
call that Telegram refuses.
"""

import json
from typing import Any

from django.test import Client as Browser

from tests.standins.telegram import Message, TelegramStandIn

SECRET = "a-secret-of-sixteen-letters"
WEBHOOK = "/tg/webhook"
HARMLESS = ("message is not modified", "message to delete not found")
"""What a bot that keeps no books about every message may be told."""


class RudeBot(AssertionError):
    """The bot did something that a person would notice."""


class Talker:
    """A person in his private chat: what he does, and what he sees."""

    def __init__(self, telegram: TelegramStandIn, tg_id: int, first_name: str = "Аня", language: str = "ru") -> None:
        self.telegram, self.tg_id = telegram, tg_id
        self.user = telegram.add_user(tg_id, first_name, language)
        self.browser = Browser()
        self.calls_seen = 0

    # What he does -----------------------------------------------------------------------------------------------------

    def says(self, text: str, *styles: dict[str, Any]) -> "Talker":
        """``styles`` are Telegram's entities, by which people format what they write."""
        return self.gives(self.telegram.says(self.tg_id, text, *styles))

    def taps(self, button: str, *, message_id: int | None = None, inaccessible: bool = False) -> "Talker":
        """A button by its text, the beginning of it, or its data, in the newest message that has it."""
        update = self.telegram.press(
            self.tg_id, self.full_name_of(button), message_id=message_id, inaccessible=inaccessible
        )
        self.gives(update)
        if self.telegram.answer_to(update) is None:
            raise RudeBot(f"the tap on {button!r} was not answered")
        self.last_tap = update
        return self

    def forges(self, data: str, *, message_id: int = 1) -> "Talker":
        """Sends the data of a button that he does not have, as a program can."""
        update = self.telegram.forged_press(self.tg_id, data, message_id=message_id)
        self.gives(update)
        if self.telegram.answer_to(update) is None:
            raise RudeBot(f"the forged {data!r} was not answered")
        self.last_tap = update
        return self

    def clears(self) -> "Talker":
        """Deletes all that the bot has written: whatever he sees next is an answer to what he does next."""
        for message in self.telegram.live_messages(self.tg_id):
            self.telegram.erase(self.tg_id, message.message_id)
        return self

    def shares_phone(self, phone: str, **fields: Any) -> "Talker":
        return self.gives(self.telegram.shares_contact(self.tg_id, phone, **fields))

    def forwards(self, author: dict[str, Any] | str, text: str = "Hello") -> "Talker":
        """A message of somebody else's, or of whoever hides behind a name."""
        return self.gives(self.telegram.forwards(self.tg_id, author, text))

    def gives(self, update: dict[str, Any]) -> "Talker":
        response = post(self.browser, update)
        assert response.status_code == 200
        self.look_at_manners()
        return self

    # What he sees -----------------------------------------------------------------------------------------------------

    @property
    def sees_anything(self) -> bool:
        return bool(self.telegram.live_messages(self.tg_id))

    @property
    def screen(self) -> Message:
        """The newest message of the bot."""
        return self.telegram.live_messages(self.tg_id)[-1]

    @property
    def text(self) -> str:
        return self.screen.text

    @property
    def labels(self) -> list[list[str]]:
        """The texts of the buttons, row by row."""
        return [[button["text"] for button in row] for row in self.screen.rows]

    @property
    def toast(self) -> str:
        """What the last tap was answered with."""
        return str((self.telegram.answer_to(self.last_tap) or {}).get("text", ""))

    def full_name_of(self, button: str) -> str:
        for message in reversed(self.telegram.live_messages(self.tg_id)):
            for each in message.buttons:
                if button in (each["text"], each.get("callback_data")):
                    return button
        for message in reversed(self.telegram.live_messages(self.tg_id)):
            for each in message.buttons:
                if each["text"].startswith(button) or button in each["text"]:
                    return str(each["text"])
        return button

    # The bot's manners ------------------------------------------------------------------------------------------------

    def look_at_manners(self) -> None:
        self.require_no_refusal()
        self.require_one_menu()
        self.require_nothing_twice()

    def require_no_refusal(self) -> None:
        """Telegram took everything: HTML that parses, data of 64 bytes at most, links that open."""
        calls = self.telegram.calls
        for call in calls[self.calls_seen :]:
            said = (call.answer or {}).get("description", "")
            if call.status != 200 and not any(words in said for words in HARMLESS):
                raise RudeBot(f"{call.method} was refused: {said}; {call.params}")
        self.calls_seen = len(calls)

    def require_one_menu(self) -> None:
        menus = [message for message in self.telegram.live_messages(self.tg_id) if is_menu(message)]
        if len(menus) > 1:
            raise RudeBot("menus left behind: " + " | ".join(menu.text[:40] for menu in menus))

    def require_nothing_twice(self) -> None:
        shown = [(message.text, str(message.rows)) for message in self.telegram.live_messages(self.tg_id)]
        twice = [text for text, rows in shown if text and shown.count((text, rows)) > 1]
        if twice:
            raise RudeBot(f"said twice: {twice[0]!r}")


def is_menu(message: Message) -> bool:
    """A screen with the way home; receipts and cards about one visit have none."""
    return any(button.get("callback_data") == "n:home" for button in message.buttons) or any(
        button.get("callback_data") == "b:l:0" for button in message.buttons
    )


def post(browser: Browser, update: Any, secret: str | None = SECRET) -> Any:
    """As Telegram does."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
    body = update if isinstance(update, (str, bytes)) else json.dumps(update)
    return browser.post(WEBHOOK, body, content_type="application/json", headers=headers)
