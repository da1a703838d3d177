"""A screen that changes while one looks at it: somebody is asked to look again in a moment, and again.

What the menu ``shows`` names the tap that began it; whoever taps anything has another menu, and nobody looks any more.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial

from celery import current_app as app
from django.conf import settings
from django.db import transaction

from notifications.wake import WAKER
from telegram_bot.talk import Talk

A_MOMENT = timedelta(seconds=2)
"""Between two looks: Telegram takes one change of a message a second (experience §3.6)."""
LOOKS = 450
"""A quarter of an hour; then there is the button."""
TASK = "telegram_bot.tasks.look_at_broadcast"


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a broadcast: in which chat and language, and by which ``tap`` it began; how many are ``left``, this
    one included, and the digest of what was ``seen`` last."""

    tg_id: int
    broadcast_id: int
    tap: int
    language: str
    left: int = LOOKS
    seen: str = ""

    @property
    def menu_shows(self) -> str:
        """As long as nothing else was tapped."""
        return shown_as(self.broadcast_id, self.tap)


def shown_as(broadcast_id: int, tap: int) -> str:
    return f"broadcast:{broadcast_id}:{tap}"


def begin_to_watch(talk: Talk, broadcast_id: int) -> None:
    """Never waits for the broker: whatever is not asked for shows nothing new, and the button does."""
    look = Look(talk.person.tg_id, broadcast_id, talk.update_id, talk.person.language)
    transaction.on_commit(partial(WAKER.publish, partial(ask_to_look, look)))


def ask_to_look(look: Look) -> None:
    app.send_task(
        TASK,
        kwargs=asdict(look),
        queue=settings.CELERY_TASK_DEFAULT_QUEUE,
        countdown=A_MOMENT.total_seconds(),
        retry=False,
    )
