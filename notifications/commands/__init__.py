"""The only writers of notifications: imperative verbs, each safe to repeat."""

from notifications.commands.broadcast import pause_broadcast, resume_broadcast, start_broadcast, stop_broadcast
from notifications.commands.configure import set_matrix
from notifications.commands.dispatch import dispatch_event
from notifications.commands.leftovers import send_again, sweep
from notifications.commands.mornings import summarize_day
from notifications.commands.reminders import remind
from notifications.commands.revive import try_again
from notifications.commands.send import send_delivery

__all__ = [
    "dispatch_event",
    "pause_broadcast",
    "remind",
    "resume_broadcast",
    "send_again",
    "send_delivery",
    "set_matrix",
    "start_broadcast",
    "stop_broadcast",
    "summarize_day",
    "sweep",
    "try_again",
]
