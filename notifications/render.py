"""WHAT is said: a delivery becomes the message of its channel, in the reader's language."""

from notifications.models import Delivery
from notifications.values import Message


def render(delivery: Delivery) -> Message:
    """The message of ``delivery``; its event, appointment and people are read."""
    return Message(target=delivery.target, text="")
