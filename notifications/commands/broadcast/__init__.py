"""A broadcast is a resumable campaign: all there is to know of it is in its row and its deliveries."""

from notifications.commands.broadcast.clear import wake_broadcasts
from notifications.commands.broadcast.draft import Filters, aim_draft, drop_draft, rewrite_draft, write_draft
from notifications.commands.broadcast.run import run_broadcast
from notifications.commands.broadcast.steer import pause_broadcast, resume_broadcast, start_broadcast, stop_broadcast

__all__ = [
    "Filters",
    "aim_draft",
    "drop_draft",
    "pause_broadcast",
    "resume_broadcast",
    "rewrite_draft",
    "run_broadcast",
    "start_broadcast",
    "stop_broadcast",
    "wake_broadcasts",
    "write_draft",
]
