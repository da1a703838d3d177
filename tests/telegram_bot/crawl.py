"""Whoever presses what he finds, two buttons of every kind, and remembers what he was shown."""

from collections import Counter

from telegram_bot import memory
from telegram_bot.callbacks import Callback, read_press
from tests.telegram_bot.talking import Talker

OF_A_KIND = 2


def crawl(who: Talker, kinds: set[Callback], monkeypatch) -> tuple[list[str], set[Callback]]:
    """Every screen with its buttons and the words over it, and the kinds that were pressed, of ``kinds``."""
    monkeypatch.setattr(memory, "MOST_UPDATES", 10**6)
    monkeypatch.setattr(memory, "is_double_tap", lambda *args: False)
    screens, pressed, known = [shown(who)], Counter(), set()
    found = buttons(who)
    while found:
        data = found.pop(0)
        press = read_press(data)
        if press is None or press.callback not in kinds or data in known or pressed[press.callback] == OF_A_KIND:
            continue
        known.add(data)
        pressed[press.callback] += 1
        who.forges(data, message_id=who.screen.message_id)
        screens.append(f"{who.toast}\n{shown(who)}")
        found += buttons(who)
    return screens, set(pressed)


def shown(who: Talker) -> str:
    return "\n".join([who.text, *(label for row in who.labels for label in row)])


def buttons(who: Talker) -> list[str]:
    return [button["callback_data"] for button in who.screen.buttons if "callback_data" in button]
