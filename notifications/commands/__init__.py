"""The only writers of notifications: imperative verbs, each safe to repeat."""

from notifications.commands.attach import address_chat, attach_chat, detach_chat
from notifications.commands.broadcast import (
    pause_broadcast,
    resume_broadcast,
    run_broadcast,
    start_broadcast,
    stop_broadcast,
    wake_broadcasts,
)
from notifications.commands.cards import claim_outdated, forget_card, stripped
from notifications.commands.configure import set_matrix
from notifications.commands.dispatch import dispatch_event
from notifications.commands.leftovers import send_again, sweep
from notifications.commands.mornings import summarize_day
from notifications.commands.reminders import remind
from notifications.commands.revive import chat_gone, revive_chat, try_again
from notifications.commands.send import send_delivery
from notifications.commands.subscribe import remove_subscription, renew, subscribe, unsubscribe
from notifications.commands.wish import hear, prefer

__all__ = [
    "address_chat",
    "attach_chat",
    "chat_gone",
    "claim_outdated",
    "detach_chat",
    "dispatch_event",
    "forget_card",
    "hear",
    "pause_broadcast",
    "prefer",
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
    "stripped",
    "subscribe",
    "summarize_day",
    "sweep",
    "try_again",
    "unsubscribe",
    "wake_broadcasts",
]
