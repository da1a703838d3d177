"""Whoever presses what he finds, so many buttons of every kind, and remembers what he was shown."""

from collections import Counter

from telegram_bot import memory
from telegram_bot.callbacks import Callback, read_press
from tests.standins.telegram import Message
from tests.telegram_bot.talking import Talker


def crawl(who: Talker, kinds: set[Callback], monkeypatch, of_a_kind: int = 2) -> tuple[list[str], set[Callback]]:
    """Every screen with its buttons and the words over it, and the kinds that were pressed, of ``kinds``."""
    monkeypatch.setattr(memory, "MOST_UPDATES", 10**6)
    monkeypatch.setattr(memory, "is_double_tap", lambda *args: False)
    screens, pressed, known = [shown(who)], Counter(), set()
    found = buttons(who)
    while found:
        data = found.pop(0)
        press = read_press(data)
        if press is None or press.callback not in kinds or data in known or pressed[press.callback] == of_a_kind:
            continue
        known.add(data)
        pressed[press.callback] += 1
        who.forges(data, message_id=buttoned(who).message_id)
        screens.append(f"{who.toast}\n{shown(who)}")
        found += buttons(who)
    return screens, set(pressed)


def shown(who: Talker) -> str:
    return "\n".join([who.text, *(label for row in who.labels for label in row)])


def buttons(who: Talker) -> list[str]:
    return [button["callback_data"] for button in buttoned(who).buttons if "callback_data" in button]


def buttoned(who: Talker) -> Message:
    """The newest message that has any buttons: below it there may be a question about the phone, or a file. Where the
    last was a card that is hidden now, the menu."""
    alive = [message for message in who.telegram.live_messages(who.tg_id) if message.buttons]
    return alive[-1] if alive else who.says("/menu").screen
