"""The writers of the bot's own rows."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from accounts.statements import rows
from booking.models.appointment import ClockTimestamp
from booking.queries.visits import database_time
from telegram_bot.models import Chat, IncomingUpdate, UpdateQuerySet
from telegram_bot.people import forget_person

LEFT_LYING = timedelta(seconds=60)
"""An update that was not answered in this time was lost with the process that had taken it."""
REMEMBERED = timedelta(days=2)
"""Telegram repeats an update for a day; later the same number is another one's, or another bot's."""
AUDIT = timedelta(days=365)
TOO_FAST, DOUBLE_TAP, OVERTAKEN = "too fast", "double tap", "overtaken"
UNSEEN = (TOO_FAST, DOUBLE_TAP)
"""Outcomes of what nobody has looked at."""
PATIENCE = {"left_lying": LEFT_LYING, "remembered": REMEMBERED}

# Telegram never sends an update twice at once; whoever does (and a repetition after a lost answer) finds it taken.
TAKE = """
    INSERT INTO telegram_bot_incomingupdate (update_id, tg_id, body, what, outcome, taken_at)
    VALUES (%(update_id)s, %(tg_id)s, %(body)s, '', '', clock_timestamp())
    ON CONFLICT (update_id) DO UPDATE SET
        tg_id = excluded.tg_id, body = excluded.body, taken_at = excluded.taken_at,
        user_id = CASE WHEN old.handled_at IS NULL THEN old.user_id END,
        effect_at = CASE WHEN old.handled_at IS NULL THEN old.effect_at END, handled_at = NULL, outcome = ''
    WHERE (old.handled_at IS NULL AND old.taken_at < clock_timestamp() - %(left_lying)s)
        OR old.handled_at < clock_timestamp() - %(remembered)s
    RETURNING update_id
""".replace("old.", "telegram_bot_incomingupdate.")


def take_update(update_id: int, tg_id: int, body: Any) -> bool:
    """Whether the update is ours to handle: not when it has been handled, or somebody is about to."""
    mine = rows(TAKE, update_id=update_id, tg_id=tg_id, body=json.dumps(body), **PATIENCE)
    return bool(mine)


def finish_update(update_id: int, *, what: str, outcome: str, user_id: int | None = None) -> None:
    """It has been answered; what was written in it is forgotten."""
    IncomingUpdate.objects.filter(pk=update_id).update(
        body=None, what=what, outcome=outcome[:40], user_id=user_id, handled_at=ClockTimestamp()
    )


def updates_left_lying(at_most: int = 100) -> list[Any]:
    """The bodies of updates whose process died over them, the oldest first."""
    return list(left_lying().order_by("taken_at").values_list("body", flat=True)[:at_most])


def drop_overtaken() -> int:
    """Forget what was lost and whose person has gone on since: done now, it would undo what he has done instead, or
    cancel what he has seen to be there. How many."""
    later = IncomingUpdate.objects.filter(tg_id=OuterRef("tg_id"), update_id__gt=OuterRef("update_id"))
    gone_on = later.filter(handled_at__isnull=False).exclude(outcome__in=UNSEEN)
    return left_lying().filter(Exists(gone_on)).update(body=None, outcome=OVERTAKEN, handled_at=ClockTimestamp())


def left_lying() -> UpdateQuerySet:
    return IncomingUpdate.objects.filter(handled_at__isnull=True, taken_at__lt=ClockTimestamp() - LEFT_LYING)


def forget_old_updates() -> int:
    """Delete what nobody asks for any more; how many. By a moment that was read before: a clock that runs cannot be
    looked up in an index."""
    now = database_time()
    done = IncomingUpdate.objects.filter(user__isnull=True, handled_at__lt=now - REMEMBERED)
    audited = IncomingUpdate.objects.filter(user__isnull=False, handled_at__lt=now - AUDIT)
    return done.delete()[0] + audited.delete()[0]


def forget_commands(tg_ids: Iterable[int]) -> None:
    """Telegram has forgotten which commands these chats show, as a demo's own does when it ends."""
    known = list(tg_ids)
    Chat.objects.filter(pk__in=known).update(known_as="")
    forget_person(*known)
