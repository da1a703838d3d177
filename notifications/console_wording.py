"""How the console says what became of a message, to whom it went and why it did not arrive."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from notifications.models import BroadcastState, Delivery
from notifications.values import State

# Every state is here: of one that is not, unfold would show the code.
COLOURS = {
    State.WAITING: "info",
    State.SENDING: "primary",
    State.SENT: "success",
    State.DEAD: "danger",
    State.DROPPED: "",
}
BROADCAST_COLOURS = {
    BroadcastState.DRAFT: "",
    BroadcastState.RUNNING: "primary",
    BroadcastState.PAUSED: "warning",
    BroadcastState.STOPPED: "danger",
    BroadcastState.DONE: "success",
}

# What we and the providers say, in the words of people; whatever is not here is shown as it is.
REASONS: list[tuple[re.Pattern[str], Any]] = [
    (re.compile(said, re.IGNORECASE), words)
    for said, words in (
        ("^no address$", gettext_lazy("There is neither a chat nor a mailbox nor a telephone to write to.")),
        ("too late to be of use", gettext_lazy("It would have come too late to be of use.")),
        ("was moved or cancelled", gettext_lazy("The visit was moved or cancelled meanwhile.")),
        ("later message has told", gettext_lazy("What happened later was told first, and shows this as well.")),
        ("broadcast was stopped", gettext_lazy("The broadcast was stopped.")),
        ("told under the other card", gettext_lazy("The client was told of it under the other card.")),
        ("number has changed hands", gettext_lazy("The client's number is somebody else's now.")),
        ("sender failed every time", gettext_lazy("The server failed at every attempt.")),
        ("blocked by the user", gettext_lazy("The bot has been blocked.")),
        ("user is deactivated", gettext_lazy("The Telegram account has been deleted.")),
        ("chat not found|initiate conversation", gettext_lazy("The bot may not write there: nobody has started it.")),
        ("can't parse entities", gettext_lazy("Telegram does not take the markup of this message.")),
        (r"too many requests|answered 429", gettext_lazy("Too many messages at once; it waits.")),
        ("is no mail address|no such mailbox", gettext_lazy("There is no such mailbox.")),
        (r"mail server answered \d+ 5\.(1\.|2\.1|4\.4)", gettext_lazy("There is no such mailbox.")),
        ("no connection|hung up", gettext_lazy("There was no connection.")),
        (
            r"\b(?P<setting>TELEGRAM_BOT_TOKEN|EMAIL_URL|EMAIL_FROM|SMS_GATEWAY|VAPID_\w+)",
            gettext_lazy("The setting %(setting)s of the server is wrong: tell whoever runs it."),
        ),
        (
            "no answer|timed? ?out|answer was lost|gone before it answered",
            gettext_lazy("No answer came: it may have arrived all the same."),
        ),
        (
            "subscription was deleted|keys of the subscription|answered (404|410)",
            gettext_lazy("The browser no longer takes messages."),
        ),
        (r"mail server answered \d+", gettext_lazy("The mail server did not take it.")),
        (r"answered \d+", gettext_lazy("The push service did not take it.")),
    )
]
NOBODY = pgettext_lazy("told by which channel", "no channel")


def reason_in_words(reason: str) -> str:
    """What people can act on; what nobody has translated stays as the provider said it."""
    for said, words in REASONS:
        if match := said.search(reason):
            return str(words) % match.groupdict()
    return reason


def person_of(delivery: Delivery) -> str:
    """Whom it was for; its client, user and event's appointment are read."""
    if delivery.client is not None:
        return delivery.client.full_name
    if delivery.user is not None:
        return str(delivery.user)
    return (delivery.event and delivery.event.appointment.contact_name) or _("Guest")


def channel_of(delivery: Delivery) -> str:
    return delivery.get_channel_display() if delivery.channel else str(NOBODY)
