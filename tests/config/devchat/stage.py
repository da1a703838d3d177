"""A demo's Telegram in the process of the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from config.devchat.control import Controlled
from config.devchat.door import Door
from config.devchat.postman import Postman, Send
from tests.config.devchat import bot
from tests.standins.telegram import Delivered, deliver

TOKEN, KEY, SECRET = "42:TEST", "a-key", "a-secret"


def directly(update) -> Delivered:
    """To the little bot, without a server."""
    bot.take(update)
    return Delivered(200, {}, b"")


@contextmanager
def telegram_of(settings, send: Send) -> Iterator[Controlled]:
    """The stand-in, and the settings of a demo that has it."""
    postman = Postman(send)
    with Controlled(TOKEN, "okno_demo_bot", postman, key=KEY) as telegram:
        settings.DEBUG = True
        settings.ROOT_URLCONF = "tests.config.devchat.addresses"
        settings.DEVCHAT = Door(telegram.url, KEY)
        settings.TELEGRAM_BOT_TOKEN = TOKEN
        settings.TELEGRAM_API_BASE = telegram.url
        settings.TELEGRAM_WEBHOOK_SECRET = SECRET
        yield telegram
    postman.close()


def by_webhook(url: str) -> Send:
    return partial(deliver, url=f"{url}/tg/webhook", secret=SECRET)
