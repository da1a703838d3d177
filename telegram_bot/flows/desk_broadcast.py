"""📣 A broadcast until it starts: the latest ones, whom it is for, its text, its preview (experience §3.6)."""

from math import ceil

from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Company
from booking import wording
from notifications.audience import Preview, preview_of
from notifications.commands.broadcast import aim_draft, rewrite_draft, write_draft
from notifications.commands.broadcast.draft import LONGEST_TEXT
from notifications.errors import BadText
from notifications.models import Broadcast, BroadcastState, Delivery
from notifications.models.broadcast import BroadcastQuerySet
from notifications.render import render
from notifications.render.text import one_line
from notifications.values import OFFER, Channel, RecipientRole
from telegram_bot import memory
from telegram_bot.audiences import DataOf, choices, choices_within, filters_of, name_of_audience
from telegram_bot.buttons import LONGEST_LABEL, back_button, home_button, home_row, in_rows, label
from telegram_bot.callbacks import (
    ADMIN,
    ASK_BEFORE,
    BROADCAST,
    BROADCAST_AUDIENCE,
    BROADCASTS,
    NEW_BROADCAST,
    REWRITE_BROADCAST,
    SET_AUDIENCE,
    STEER,
    WRITE_BROADCAST,
)
from telegram_bot.desk import company_of, require_role
from telegram_bot.dress import rows_of
from telegram_bot.refusals import Missing
from telegram_bot.routes import answer, press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Document, Reply, Row, Screen, Style

WRITING, REWRITING = "broadcast_new", "broadcast_text"
SHOWN = 8
A_SECOND = 30
"""Messages that Telegram takes of a bot (facts T2)."""
MARKS = {
    BroadcastState.DRAFT: "📝",
    BroadcastState.RUNNING: "▶️",
    BroadcastState.PAUSED: "⏸",
    BroadcastState.STOPPED: "⏹",
    BroadcastState.DONE: "✅",
}


@press(BROADCASTS)
def broadcasts(talk: Talk) -> Reply:
    """The latest ones."""
    return Reply(list_screen(talk))


def list_screen(talk: Talk) -> Screen:
    rows = list(broadcasts_of(talk, company_of(talk)).order_by("-pk")[:SHOWN])
    buttons = [
        Button(one_line(f"{MARKS[BroadcastState(row.state)]} {row.name}", LONGEST_LABEL), BROADCAST(id=row.pk))
        for row in rows
    ]
    write = Button("✍️ " + _("New broadcast"), NEW_BROADCAST())
    return Screen(text_of("broadcast/list", has_any=bool(rows)), (*in_rows(buttons, across=1), (write,), home_row()))


def broadcasts_of(talk: Talk, company: Company) -> BroadcastQuerySet:
    return Broadcast.objects.visible_to(talk.staff).filter(company=company)


def broadcast_of(talk: Talk, pk: int) -> Broadcast:
    """Raises Missing."""
    rows = broadcasts_of(talk, company_of(talk)).select_related("company", "had_service", "at_location")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


# Whom it is for -------------------------------------------------------------------------------------------------------


@press(NEW_BROADCAST)
def new_broadcast(talk: Talk) -> Reply:
    return Reply(audience_screen(choices(data_of_new), BROADCASTS()))


def data_of_new(choice: str) -> str:
    return WRITE_BROADCAST(choice=choice)


def audience_screen(buttons: list[Button], back: str) -> Screen:
    text = text_of("broadcast/audience", has_any=bool(buttons))
    return Screen(text, (*in_rows(buttons, across=1), (back_button(back), home_button())))


@press(BROADCAST_AUDIENCE)
def another_audience(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    broadcast = broadcast_of(talk, id)
    return Reply(audience_screen(choices(data_of_draft(broadcast)), BROADCAST(id=id)))


def data_of_draft(broadcast: Broadcast) -> DataOf:
    return lambda choice: SET_AUDIENCE(id=broadcast.pk, choice=choice)


@press(SET_AUDIENCE)
def set_audience(talk: Talk, *, id: int, choice: str) -> Reply:  # noqa: A002 - as the grammar calls it
    broadcast, company = broadcast_of(talk, id), company_of(talk)
    if within := choices_within(talk, company, choice, data_of_draft(broadcast)):
        return Reply(audience_screen(within, BROADCAST_AUDIENCE(id=id)))
    filters = filters_of(talk, company, choice)
    with talk.effect():
        aim_draft(broadcast.pk, filters, talk.staff)
    return Reply(preview_screen(broadcast_of(talk, id)))


# Its text -------------------------------------------------------------------------------------------------------------


@press(WRITE_BROADCAST)
def write(talk: Talk, *, choice: str) -> Reply:
    company = company_of(talk)
    if within := choices_within(talk, company, choice, data_of_new):
        return Reply(audience_screen(within, NEW_BROADCAST()))
    filters_of(talk, company, choice)
    talk.ask(WRITING, choice=choice)
    return Reply(text_screen(NEW_BROADCAST()))


@press(REWRITE_BROADCAST)
def rewrite(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    broadcast = broadcast_of(talk, id)
    talk.ask(REWRITING, id=broadcast.pk)
    return Reply(text_screen(BROADCAST(id=id), typed=broadcast.content_tg))


def text_screen(back: str, problem: str = "", typed: str = "") -> Screen:
    """What was typed stands below, so that one can take it up again."""
    text = text_of("broadcast/text", problem=problem, longest=LONGEST_TEXT)
    shown = f"\n\n<pre>{escape(typed)}</pre>" if typed else ""
    return Screen(text + shown, ((back_button(back, _("Not now")),), home_row()))


@answer(WRITING)
def take_text(talk: Talk, text: str, *, choice: str) -> Reply:
    require_role(talk, ADMIN)
    company, typed = company_of(talk), talk.formatted or text
    filters = filters_of(talk, company, choice)
    try:
        with talk.effect():
            broadcast = write_draft(company.pk, typed, filters, talk.staff)
    except BadText as refusal:
        talk.ask(WRITING, choice=choice)
        return asked_again(NEW_BROADCAST(), refusal, typed)
    memory.stop_asking(talk.person.tg_id)
    return Reply(preview_screen(broadcast_of(talk, broadcast.pk)))


@answer(REWRITING)
def take_other_text(talk: Talk, text: str, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    require_role(talk, ADMIN)
    broadcast, typed = broadcast_of(talk, id), talk.formatted or text
    try:
        with talk.effect():
            rewrite_draft(broadcast.pk, typed, talk.staff)
    except BadText as refusal:
        talk.ask(REWRITING, id=id)
        return asked_again(BROADCAST(id=id), refusal, typed)
    memory.stop_asking(talk.person.tg_id)
    return Reply(preview_screen(broadcast_of(talk, id)))


def asked_again(back: str, refusal: BadText, typed: str) -> Reply:
    """Why, and what was typed: in the message, or when it is too long for one as a file."""
    if len(typed) <= LONGEST_TEXT:
        return Reply(text_screen(back, str(refusal), typed), refusal=refusal.code)
    return Reply(text_screen(back, str(refusal)), after=(Document("text.txt", typed.encode()),), refusal=refusal.code)


# Its preview ----------------------------------------------------------------------------------------------------------


def preview_screen(broadcast: Broadcast) -> Screen:
    """The message as clients see it, and below it whom it reaches; four statements."""
    preview, pk = preview_of(broadcast), broadcast.pk
    audience = label(one_line(f"👥 {name_of_audience(broadcast)}", LONGEST_LABEL))
    rows = (
        (audience,),
        reach_row(preview),
        send_row(broadcast, preview),
        (
            Button("✏️ " + _("Another text"), REWRITE_BROADCAST(id=pk)),
            Button("👥 " + _("Another audience"), BROADCAST_AUDIENCE(id=pk)),
        ),
        (Button("🗑 " + _("Delete"), ASK_BEFORE(id=pk, deed="drop")), back_button(BROADCASTS()), home_button()),
    )
    return Screen(message_of(broadcast), rows_of(*rows))


def message_of(broadcast: Broadcast) -> str:
    """By the road that it takes to clients."""
    delivery = Delivery(
        company=broadcast.company,
        broadcast=broadcast,
        event_type=OFFER,
        role=RecipientRole.CLIENT,
        channel=Channel.TELEGRAM,
        language=broadcast.company.language,
    )
    return render(delivery).text


def reach_row(preview: Preview) -> Row:
    """By how many channels, and who cannot be reached."""
    parts = [f"{channel.label} {people}" for channel, people in preview.by_channel.items()]
    if preview.out_of_reach:
        parts.append(_("out of reach %(count)d") % {"count": preview.out_of_reach})
    return (label(one_line(" · ".join(parts), LONGEST_LABEL)),) if parts else ()


def send_row(broadcast: Broadcast, preview: Preview) -> Row:
    people = sum(preview.by_channel.values())
    if not people:
        return (label(_("Nobody to send it to")),)
    text = ngettext(
        "Send to %(count)d person (≈ %(time)s at %(rate)d a second)",
        "Send to %(count)d people (≈ %(time)s at %(rate)d a second)",
        people,
    )
    said = text % {"count": people, "time": seconds_in_words(ceil(people / A_SECOND)), "rate": A_SECOND}
    return (Button(f"📣 {said}", STEER(id=broadcast.pk, deed="start"), style=Style.SUCCESS),)


def seconds_in_words(seconds: int) -> str:
    """14 s, 7 min, 1 h 5 min."""
    return _("%(seconds)d s") % {"seconds": seconds} if seconds < 90 else wording.length(ceil(seconds / 60))
