"""The only writers of notifications: imperative verbs, each safe to repeat."""

from notifications.commands.dispatch import dispatch_event
from notifications.commands.leftovers import send_again, sweep
from notifications.commands.mornings import summarize_day
from notifications.commands.reminders import remind
from notifications.commands.send import send_delivery
from notifications.commands.subscribe import remove_subscription, renew, subscribe, unsubscribe

__all__ = [
    "dispatch_event",
    "remind",
    "remove_subscription",
    "renew",
    "send_again",
    "send_delivery",
    "subscribe",
    "summarize_day",
    "sweep",
    "unsubscribe",
]
