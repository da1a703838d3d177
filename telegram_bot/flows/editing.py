"""What can be done with one visit, by whoever may: the menu of its card, cancelling, and the cards themselves."""

from django.utils.translation import gettext as _

from booking.commands import cancel_appointment
from booking.models import Status
from booking.queries.money import Settlement, settlement_of
from notifications.commands import forget_card
from telegram_bot import memory
from telegram_bot.acting import Acting, acting_on, as_client, card_for, data_of_way_back, is_on_a_card, required_staff
from telegram_bot.buttons import back_button, below_row, home_button
from telegram_bot.callbacks import (
    CALENDAR_FILE,
    CANCEL,
    CARD_BACK,
    CARD_EDIT,
    CARD_HIDE,
    COMMENT,
    CONFIRM_CANCEL,
    EDIT,
    MY_CARD,
    OWN_CARD,
    REPEAT,
    RESCHEDULE,
    STOP_FOLLOWING,
    TO_CARD,
)
from telegram_bot.dress import rows_of
from telegram_bot.routes import press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen, Style

MOVING = "resched"
"""Source 001's name for what a chat is in while it moves a visit: it remembers where that began."""


# The menu of a visit --------------------------------------------------------------------------------------------------


@press(EDIT)
def edit(talk: Talk, *, id: int, return_to: str) -> Reply:  # noqa: A002 - as the grammar calls it
    return edit_menu(talk, acting_on(talk, id), return_to)


def edit_menu(talk: Talk, acting: Acting, return_to: str, headline: str = "") -> Reply:
    remember_way_back(talk, acting.visit.pk, return_to)
    return Reply(menu_screen(acting, return_to, headline))


def remember_way_back(talk: Talk, pk: int, return_to: str) -> None:
    """For the steps of a move, whose buttons have no room for it; without it they lead to the card of the visit."""
    if not is_on_a_card(return_to):
        about = {"id": pk, "return_to": return_to}
        memory.ask(talk.person.tg_id, memory.Question(MOVING, about, talk.message_id))


def menu_screen(acting: Acting, return_to: str, headline: str = "") -> Screen:
    """The visit as it is, with what this person can do; nothing else has a button."""
    visit = acting.visit
    has_begun = not acting.is_staff and visit.status == Status.CONFIRMED and not acting.may_change
    text = text_of("editing/menu", visit=visit, acting=acting, headline=headline, has_begun=has_begun)
    rows = deeds(acting, return_to) if acting.may_change else again(acting)
    return Screen(text, rows_of(*rows, follower_row(acting, return_to), way_back_row(acting, return_to)))


def deeds(acting: Acting, return_to: str) -> tuple[Row, ...]:
    pk = acting.visit.pk
    move = Button("🕐 " + _("Move"), RESCHEDULE(id=pk))
    cancel_it = Button("❌ " + _("Cancel"), CANCEL(id=pk, return_to=return_to))
    if acting.is_staff:
        return ((move, cancel_it),)
    comment = Button("💬 " + (_("Change the comment") if acting.visit.notes else _("Comment")), COMMENT(id=pk))
    return (move, cancel_it), (comment, Button("📆 " + _("Add to calendar"), CALENDAR_FILE(id=pk)))


def again(acting: Acting) -> tuple[Row, ...]:
    """A client's visit that is over, or has begun."""
    is_over = acting.visit.status != Status.CONFIRMED or acting.visit.end_time <= acting.now
    if acting.is_staff or not is_over or acting.visit.status == Status.ARRIVED:
        return ()
    return ((Button("🔁 " + _("Repeat"), REPEAT(id=acting.visit.pk)),),)


def follower_row(acting: Acting, return_to: str) -> Row:
    """For whoever sees the visit for its link alone. Staff follow it beside their work: not on a card of theirs."""
    if (acting.is_staff and is_on_a_card(return_to)) or not acting.only_follows:
        return ()
    return (Button("🔕 " + _("Stop following"), STOP_FOLLOWING(id=acting.visit.pk)),)


def way_back_row(acting: Acting, return_to: str) -> Row:
    """A card has no way home but by its own buttons: the menu is another message."""
    back = back_button(data_of_way_back(acting, return_to))
    return (back,) if is_on_a_card(return_to) else (back, home_button())


# Cancelling -----------------------------------------------------------------------------------------------------------


@press(CANCEL)
def cancel(talk: Talk, *, id: int, return_to: str) -> Reply:  # noqa: A002 - as the grammar calls it
    """Ask once, with the rule stated; the safe answer comes first."""
    return ask_to_cancel(talk, acting_on(talk, id), return_to)


def ask_to_cancel(talk: Talk, acting: Acting, return_to: str) -> Reply:
    if acting.visit.status == Status.CANCELLED:
        return Reply(cancelled_screen(talk, acting, return_to), toast=_("It is already cancelled."))
    if not acting.may_change:
        return Reply(menu_screen(acting, return_to), toast=str(acting.why_not), is_alert=True)
    text = text_of("editing/cancel", visit=acting.visit, acting=acting, settlement=told_settlement(acting))
    pk = acting.visit.pk
    keep = back_button(EDIT(id=pk, return_to=return_to), _("No, keep it"))
    do_it = Button("❌ " + _("Yes, cancel"), CONFIRM_CANCEL(id=pk, return_to=return_to), style=Style.DANGER)
    return Reply(Screen(text, ((keep, do_it),)))


def told_settlement(acting: Acting) -> Settlement | None:
    """A specialist sees no money."""
    if acting.is_specialist:
        return None
    return settlement_of(acting.visit, by_staff=acting.is_staff, now=acting.now)


@press(CONFIRM_CANCEL)
def confirm_cancel(talk: Talk, *, id: int, return_to: str) -> Reply:  # noqa: A002 - as the grammar calls it
    acting = acting_on(talk, id)
    if acting.visit.status == Status.CANCELLED:
        return ask_to_cancel(talk, acting, return_to)
    cancel_appointment(id, acting.actor, request=talk.once)
    return Reply(cancelled_screen(talk, acting_on(talk, id), return_to), toast=_("The visit is cancelled."))


def cancelled_screen(talk: Talk, acting: Acting, return_to: str) -> Screen:
    """What its card says of it now, money included. A client can book the same again."""
    card = card_for(talk, acting)
    if not is_on_a_card(return_to):
        rows = () if acting.is_staff else card.rows
        return Screen(card.text, (*rows, way_back_row(acting, return_to)))
    return card if acting.is_staff else with_menu_below(card)


def with_menu_below(card: Screen) -> Screen:
    return Screen(card.text, (*card.rows, below_row()))


# Cards ----------------------------------------------------------------------------------------------------------------


@press(OWN_CARD)
def own_card(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    return Reply(with_menu_below(card_for(talk, as_client(talk, id))))


@press(MY_CARD)
@press(CARD_BACK)
def staffs_own_card(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    """With what is so now, whatever the card said when it was sent."""
    return Reply(card_for(talk, required_staff(talk, id)))


@press(CARD_EDIT)
def edit_from_card(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    return edit_menu(talk, required_staff(talk, id), TO_CARD)


@press(CARD_HIDE)
def hide_card(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    """Later events about this visit are told by a new message."""
    required_staff(talk, id)
    if talk.message_id is not None:
        with talk.effect():
            forget_card(talk.person.tg_id, talk.message_id)
    return Reply(deletes=True)
