"""The channels by name: each is a class named by dotted path in the settings, so that nothing here imports the bot."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol, runtime_checkable

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.errors import NotSent
from notifications.values import Channel, Message


class Carrier(Protocol):
    """One way to reach people."""

    def is_configured(self) -> bool:
        """Whether this deployment has what the channel needs: a token, keys, a server."""

    def send(self, message: Message) -> str:
        """Send and return the provider's id of it, empty where there is none. Raises a ``NotSent``."""


@runtime_checkable
class BulkCarrier(Carrier, Protocol):
    """One that sends many messages at the same time faster than one after the other."""

    def send_many(
        self,
        messages: Sequence[Message],
        begin: Callable[[int], bool],
        end: Callable[[int, str | NotSent], None],
    ) -> None:
        """Send each message for which ``begin`` says yes, asked right before its own send; ``end`` hears the provider's
        id, or why not, as soon as it is known. Both get the message's number and may use the database."""


@cache
def carrier_of(channel: str) -> Carrier:
    carrier: Carrier = import_string(settings.NOTIFICATION_CHANNELS[channel])()
    return carrier


def open_channels() -> list[Channel]:
    """Those this deployment can use, in the order in which they are tried."""
    return [channel for channel in Channel if carrier_of(channel).is_configured()]
