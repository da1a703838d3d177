"""Which channels this deployment has, and what the others lack."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from notifications.channels import carrier_of
from notifications.values import Channel

TO_SET: dict[str, Any] = {
    Channel.TELEGRAM: _("Set TELEGRAM_BOT_TOKEN to the token that @BotFather gave."),
    Channel.WEB_PUSH: _("Run “manage.py vapid” and set the VAPID_… variables it prints."),
    Channel.EMAIL: _("Set EMAIL_URL to the mail server, and EMAIL_FROM."),
    Channel.SMS: _("Set SMS_GATEWAY to the class of a gateway."),
}


@dataclass(frozen=True, slots=True)
class ChannelHere:
    """A channel as the console shows it."""

    channel: Channel
    is_configured: bool

    @property
    def to_set(self) -> Any:
        """What whoever runs the server has to do before anything goes by it."""
        return "" if self.is_configured else TO_SET[self.channel]


def channels_here() -> list[ChannelHere]:
    return [ChannelHere(channel, carrier_of(channel).is_configured()) for channel in Channel]
