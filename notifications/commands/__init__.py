"""The only writers of notifications: imperative verbs, each safe to repeat."""

from notifications.commands.dispatch import dispatch_event
from notifications.commands.remind import remind
from notifications.commands.send import send_delivery
from notifications.commands.subscribe import remove_subscription, subscribe, unsubscribe
from notifications.commands.summarize import summarize_day
from notifications.commands.sweep import send_again, sweep

__all__ = [
    "dispatch_event",
    "remind",
    "remove_subscription",
    "send_again",
    "send_delivery",
    "subscribe",
    "summarize_day",
    "sweep",
    "unsubscribe",
]
