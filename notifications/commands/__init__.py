"""The only writers of notifications: imperative verbs, each safe to repeat."""

from notifications.commands.attach import attach_chat, detach_chat
from notifications.commands.broadcast import (
    pause_broadcast,
    resume_broadcast,
    run_broadcast,
    start_broadcast,
    stop_broadcast,
    wake_broadcasts,
)
from notifications.commands.configure import set_matrix
from notifications.commands.dispatch import dispatch_event
from notifications.commands.leftovers import send_again, sweep
from notifications.commands.mornings import summarize_day
from notifications.commands.reminders import remind
from notifications.commands.revive import chat_gone, revive_chat, try_again
from notifications.commands.send import send_delivery
from notifications.commands.subscribe import remove_subscription, renew, subscribe, unsubscribe

__all__ = [
    "attach_chat",
    "chat_gone",
    "detach_chat",
    "dispatch_event",
    "pause_broadcast",
    "remind",
    "remove_subscription",
    "renew",
    "resume_broadcast",
    "revive_chat",
    "run_broadcast",
    "send_again",
    "send_delivery",
    "set_matrix",
    "start_broadcast",
    "stop_broadcast",
    "subscribe",
    "summarize_day",
    "sweep",
    "try_again",
    "unsubscribe",
    "wake_broadcasts",
]
