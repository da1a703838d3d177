"""The only writers of notifications: imperative verbs, each safe to repeat."""

from notifications.commands.configure import set_matrix
from notifications.commands.dispatch import dispatch_event
from notifications.commands.leftovers import send_again, sweep
from notifications.commands.mornings import summarize_day
from notifications.commands.reminders import remind
from notifications.commands.send import send_delivery

__all__ = ["dispatch_event", "remind", "send_again", "send_delivery", "set_matrix", "summarize_day", "sweep"]
