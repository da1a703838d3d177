"""The last tap: a time is held, looked at, and booked; or let go, paid for, or gone meanwhile."""

from datetime import datetime
from operator import attrgetter

from django.utils.translation import gettext as _

from accounts.models import Client
from booking.commands import comment_on_appointment, confirm_appointment, hold_slot, release_hold
from booking.errors import HoldReleased, SlotRefused
from booking.models import Appointment, Status
from booking.queries.locations import located
from booking.queries.nearest import usual_slot
from booking.queries.slots import alternatives_to
from booking.queries.visits import with_its_place
from booking.values import Contact, Slot
from telegram_bot import memory
from telegram_bot.buttons import back_button, below_row
from telegram_bot.callbacks import (
    COMMENT_ON_HOLD,
    CONFIRM,
    HOLD,
    OTHER_TIME,
    PAY,
    RELEASE,
    REPEAT,
    STOP_COMMENTING,
)
from telegram_bot.cards import clients_card
from telegram_bot.dress import rows_of
from telegram_bot.flows.booking import nearest, place, times_screen
from telegram_bot.flows.phone import about_the_phone, phone_question
from telegram_bot.flows.start import home
from telegram_bot.own import own_hold, own_visit
from telegram_bot.refusals import TOO_LONG, Missing
from telegram_bot.routes import answer, press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen, Style
from wallet.queries import balance_of

LONGEST_COMMENT = 500
"""Letters."""
COMMENTING_ON_HOLD = "hold_comment"


@press(HOLD)
def hold(talk: Talk, *, location: int, service: int, specialist: int | None, start: datetime) -> Reply:
    """Third tap: keep the time while he looks at it. What he held before is let go."""
    place(talk, location)
    return held(talk, Slot(location, service, start, specialist))


def held(talk: Talk, slot: Slot) -> Reply:
    actor = talk.known_client
    try:
        appointment = hold_slot(slot, actor, client_id=actor.client_id, request=talk.once)
    except SlotRefused as refusal:
        return hold_instead(slot, refusal)
    return check_screen(talk, with_its_place(read(appointment.pk)))


def read(pk: int) -> Appointment:
    return Appointment.objects.with_everything_shown().get(pk=pk)


def hold_instead(slot: Slot, refusal: SlotRefused) -> Reply:
    """Why not, and what is free around it, one tap away."""
    where = located(slot.location_id)
    others = sorted(refusal.alternatives, key=attrgetter("start", "specialist_name"))
    reply = times_screen(where, slot.service_id, None, others, refusal=str(refusal))
    return Reply(reply.screen, toast=str(refusal))


def check_screen(talk: Talk, held: Appointment) -> Reply:
    """Everything once more before the last tap, and until when it is kept."""
    if held.expires_at:
        memory.watch_hold(talk.person.tg_id, held.pk, held.expires_at)
    balance = balance_of(held.client_id) if held.client_id else 0
    text = text_of(
        "booking/check",
        held=held,
        zone=held.location.zone,
        company=held.company,
        balance=balance,
        minutes=int(held.duration.total_seconds() // 60),
    )
    return Reply(Screen(text, check_rows(held, can_pay=0 < held.due <= balance)), shows=f"hold:{held.pk}")


def ran_out(held: Appointment) -> Screen | None:
    """What becomes of the screen when the time is up: what is free around it, itself among it; None when somebody
    has booked it or let it go."""
    if held.status not in (Status.HOLD, Status.EXPIRED):
        return None
    others = sorted(alternatives_to(held.slot), key=attrgetter("start", "specialist_name"))
    said = _("We could not keep the time any longer.")
    return times_screen(located(held.location_id), held.service_id, None, others, refusal=said).screen


def check_rows(held: Appointment, *, can_pay: bool) -> tuple[Row, ...]:
    pay = Button("👛 " + _("Pay from the wallet"), PAY(hold=held.pk))
    comment = Button("💬 " + (_("Change the comment") if held.notes else _("Comment")), COMMENT_ON_HOLD(hold=held.pk))
    return rows_of(
        (Button("✅ " + _("Book it"), CONFIRM(hold=held.pk), style=Style.SUCCESS),),
        (pay, comment) if can_pay else (comment,),
        (
            back_button(OTHER_TIME(hold=held.pk), _("Another time")),
            Button("✖️ " + _("No, thanks"), RELEASE(hold=held.pk)),
        ),
    )


@press(CONFIRM)
def confirm(talk: Talk, *, hold: int) -> Reply:
    """Fourth tap: booked. The menu becomes a receipt that stays."""
    return booked(talk, hold, pays=False)


@press(PAY)
def pay(talk: Talk, *, hold: int) -> Reply:
    """Booked and paid for; with too little in the wallet neither."""
    return booked(talk, hold, pays=True)


def booked(talk: Talk, hold: int, *, pays: bool) -> Reply:
    found = own_hold(talk, hold)
    client = client_of(found)
    try:
        visit = confirm_appointment(
            found.pk,
            talk.client,
            contact_of(client),
            client_id=client.pk,
            comment=found.notes,
            pay_from_wallet=pays,
            request=talk.once,
        )
    except SlotRefused as refusal:
        return hold_instead(found.slot, refusal)
    except HoldReleased as refusal:
        again = nearest(talk, location=found.location_id, service=found.service_id, specialist=None)
        return Reply(again.screen, toast=str(refusal))
    return receipt(talk, visit, client)


def client_of(held: Appointment) -> Client:
    """A hold of the bot is always somebody's. Raises Missing."""
    if held.client is None:
        raise Missing
    return held.client


def contact_of(client: Client) -> Contact:
    return Contact(client.first_name, client.last_name, str(client.phone or ""), client.email, client.language)


def receipt(talk: Talk, visit: Appointment, client: Client) -> Reply:
    """What was cancelled meanwhile is shown as that: the button may be an old one."""
    card = clients_card(visit, client, talk.person.language)
    question = phone_question(talk) if visit.status == Status.CONFIRMED and not client.phone else ()
    return Reply(Screen(card.text, (*card.rows, below_row())), stays=True, after=question)


@press(RELEASE)
def release(talk: Talk, *, hold: int) -> Reply:
    release_hold(own_hold(talk, hold).pk, talk.client, request=talk.once)
    return Reply(home(talk).screen, toast=_("The time is free again."))


@press(OTHER_TIME)
def other_time(talk: Talk, *, hold: int) -> Reply:
    """Let it go, so that it is among those to choose from."""
    found = own_hold(talk, hold)
    release_hold(found.pk, talk.client, request=talk.once)
    return nearest(talk, location=found.location_id, service=found.service_id, specialist=None)


@press(COMMENT_ON_HOLD)
def comment_on_hold(talk: Talk, *, hold: int) -> Reply:
    found = own_hold(talk, hold)
    if found.status != Status.HOLD:
        return booked_meanwhile(talk, found)
    talk.ask(COMMENTING_ON_HOLD, hold=found.pk)
    text = text_of("booking/comment", notes=found.notes, longest=LONGEST_COMMENT)
    return Reply(Screen(text, (without_comment_row(found.pk),)))


def without_comment_row(hold: int) -> Row:
    return (Button("✖️ " + _("Without a comment"), STOP_COMMENTING(hold=hold)),)


def booked_meanwhile(talk: Talk, found: Appointment) -> Reply:
    if found.status in (Status.EXPIRED, Status.CANCELLED):
        return nearest(talk, location=found.location_id, service=found.service_id, specialist=None)
    return receipt(talk, found, client_of(found))


@press(STOP_COMMENTING)
def stop_commenting(talk: Talk, *, hold: int) -> Reply:
    found = own_hold(talk, hold)
    return check_screen(talk, found) if found.status == Status.HOLD else booked_meanwhile(talk, found)


@answer(COMMENTING_ON_HOLD)
def take_comment_on_hold(talk: Talk, text: str, *, hold: int) -> Reply:
    found = own_hold(talk, hold)
    if reply := about_the_phone(talk, text):
        talk.ask(COMMENTING_ON_HOLD, hold=hold)
        return reply
    if not 0 < len(text) <= LONGEST_COMMENT:
        talk.ask(COMMENTING_ON_HOLD, hold=hold)
        said = _("At most %(longest)d characters, please.") % {"longest": LONGEST_COMMENT}
        return Reply(Screen(said, (without_comment_row(hold),)), refusal=TOO_LONG)
    comment_on_appointment(found.pk, text, talk.client, request=talk.once)
    return check_screen(talk, own_hold(talk, hold))


@press(REPEAT)
def repeat(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    """The same once more: first tap of two. The usual hour of the usual weekday, or the next time there is."""
    visit = own_visit(talk, id)
    place(talk, visit.location_id)
    slot = usual_slot(visit)
    if slot is None:
        return nearest(talk, location=visit.location_id, service=visit.service_id, specialist=None)
    return held(talk, Slot(slot.location_id, slot.service_id, slot.start, slot.specialist_id))
