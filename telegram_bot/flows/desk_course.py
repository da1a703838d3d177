"""📣 A broadcast from its start on: how far it has come, pausing, going on, stopping (experience §3.6)."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.errors import Refusal
from accounts.values import Actor
from notifications import commands
from notifications.audience import progress_of
from notifications.commands.broadcast import drop_draft
from notifications.models import Broadcast, BroadcastState
from telegram_bot.buttons import back_button, home_button
from telegram_bot.callbacks import ASK_BEFORE, BROADCAST, BROADCASTS, STEER
from telegram_bot.dress import rows_of
from telegram_bot.flows.desk_broadcast import MARKS, broadcast_of, list_screen, preview_screen
from telegram_bot.refusals import Missing
from telegram_bot.routes import press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen, Style
from telegram_bot.watch import begin_to_watch, shown_as

DEEDS: dict[str, Callable[[int, Actor], object]] = {
    "start": commands.start_broadcast,
    "pause": commands.pause_broadcast,
    "resume": commands.resume_broadcast,
    "stop": commands.stop_broadcast,
    "drop": drop_draft,
}
ON_ITS_WAY = (BroadcastState.RUNNING, BroadcastState.PAUSED)
BAR = 12
"""Squares."""


@press(BROADCAST)
def broadcast(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    """A draft is previewed; whatever has started shows how far it is, and goes on showing it while it runs."""
    return shown(talk, broadcast_of(talk, id))


def shown(talk: Talk, found: Broadcast) -> Reply:
    if found.state == BroadcastState.DRAFT:
        return Reply(preview_screen(found))
    if found.state != BroadcastState.RUNNING:
        return Reply(course_screen(found))
    begin_to_watch(talk, found.pk)
    return Reply(course_screen(found), shows=shown_as(found.pk, talk.update_id))


@press(STEER)
def steer(talk: Talk, *, id: int, deed: str) -> Reply:  # noqa: A002 - as the grammar calls it
    """What cannot be done from its present state is said, and that state shown."""
    found = broadcast_of(talk, id)
    try:
        with talk.effect():
            DEEDS[deed](found.pk, talk.staff)
    except Refusal as refusal:
        now = shown(talk, broadcast_of(talk, id))
        return Reply(now.screen, toast=str(refusal), is_alert=True, shows=now.shows)
    if deed == "drop":
        return Reply(list_screen(talk), toast=_("Deleted."))
    return shown(talk, broadcast_of(talk, id))


@press(ASK_BEFORE)
def ask_before(talk: Talk, *, id: int, deed: str) -> Reply:  # noqa: A002 - as the grammar calls it
    """The safe answer comes first."""
    found = broadcast_of(talk, id)
    if deed == "stop" and found.state in ON_ITS_WAY:
        question, yes = _("Stop it for good? Whoever still waits gets nothing."), _("Yes, stop it")
    elif deed == "drop" and found.state == BroadcastState.DRAFT:
        question, yes = _("Delete this draft?"), _("Yes, delete it")
    else:
        raise Missing
    no = back_button(BROADCAST(id=id), _("No"))
    text = text_of("broadcast/question", broadcast=found, question=question)
    return Reply(Screen(text, ((no, Button(f"❌ {yes}", STEER(id=id, deed=deed), style=Style.DANGER)),)))


# How far it has come --------------------------------------------------------------------------------------------------


def course_screen(found: Broadcast) -> Screen:
    """One statement."""
    progress = progress_of(found)
    filled = BAR * progress.percent // 100
    text = text_of(
        "broadcast/course",
        broadcast=found,
        mark=MARKS[BroadcastState(found.state)],
        progress=progress,
        bar="▓" * filled + "░" * (BAR - filled),
        is_over=found.state not in ON_ITS_WAY,
    )
    return Screen(text, rows_of(deeds_of(found), (back_button(BROADCASTS(), _("Broadcasts")), home_button())))


def deeds_of(found: Broadcast) -> Row:
    """In words of so few letters that three go in a row of a telephone."""
    pk = found.pk
    stop = Button("⏹ " + pgettext("button", "Stop"), ASK_BEFORE(id=pk, deed="stop"))
    if found.state == BroadcastState.RUNNING:
        refresh = Button("🔄 " + _("Refresh"), BROADCAST(id=pk))
        return (Button("⏸ " + pgettext("button", "Pause"), STEER(id=pk, deed="pause")), stop, refresh)
    if found.state == BroadcastState.PAUSED:
        return (Button("▶️ " + _("Go on"), STEER(id=pk, deed="resume")), stop)
    return ()
