"""A Telegram, its people, and the bot that this process writes with."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache

from notifications.channels import carrier_of
from notifications.values import Message
from telegram_bot import limiter
from telegram_bot.carrier import TelegramCarrier
from telegram_bot.wire import WIRE
from tests.standins.telegram import TelegramStandIn

ANNA = 7


class Closed:
    """A channel that this deployment does not have."""

    def is_configured(self) -> bool:
        return False


@contextmanager
def connected(settings, **manners) -> Iterator[TelegramStandIn]:
    """A Telegram that keeps to its limits unless told otherwise, and knows Anna; nobody has written to it yet."""
    cache.clear()
    limiter.LIMITER.renew()
    carrier_of.cache_clear()
    with TelegramStandIn(**manners) as telegram:
        telegram.add_user(ANNA)
        settings.TELEGRAM_API_BASE, settings.TELEGRAM_BOT_TOKEN = telegram.url, telegram.token
        others = dict.fromkeys(("web_push", "email", "sms"), f"{__name__}.Closed")
        settings.NOTIFICATION_CHANNELS = {"telegram": "telegram_bot.carrier.TelegramCarrier", **others}
        yield telegram
        WIRE.stop()
    carrier_of.cache_clear()


def message(target: int | str = ANNA, text: str = "Hello", **fields) -> Message:
    return Message(target=str(target), text=text, **fields)


def tell(target: int | str = ANNA, text: str = "Hello", **fields) -> str:
    """The id of the message, by the channel."""
    return TelegramCarrier().send(message(target, text, **fields))
