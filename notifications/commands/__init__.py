"""The only writers of notifications: imperative verbs, each safe to repeat."""

from notifications.commands.dispatch import dispatch_event
from notifications.commands.remind import remind
from notifications.commands.send import send_delivery
from notifications.commands.summarize import summarize_day
from notifications.commands.sweep import send_again, sweep

__all__ = ["dispatch_event", "remind", "send_again", "send_delivery", "summarize_day", "sweep"]
