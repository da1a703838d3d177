"""A visit gets another time: days, times, yes; and back again while the old time is free (experience §3.4)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from booking import wording
from booking.availability import Reason
from booking.commands import reschedule_appointment, undo_reschedule
from booking.errors import SlotRefused, SlotTaken
from booking.queries.catalogue import last_day_in, today_in
from booking.queries.money import charged_for_a_move, is_late
from booking.queries.moves import WayBack, open_way_back
from booking.queries.moving import room_for_move
from booking.queries.slots import alternatives_to
from booking.queries.storefront import STRIP_DAYS
from booking.values import FreeSlot, Slot
from telegram_bot import memory
from telegram_bot.acting import Acting, acting_on, is_on_a_card
from telegram_bot.buttons import back_button, home_button, in_rows, page_row
from telegram_bot.callbacks import (
    EDIT,
    MOVE,
    MOVE_ASK,
    MOVE_DAYS,
    MOVE_PART,
    MOVE_TIMES,
    RESCHEDULE,
    TO_CARD,
    UNDO_MOVE,
)
from telegram_bot.dress import rows_of
from telegram_bot.flows.editing import MOVING, menu_screen, remember_way_back, way_back_row
from telegram_bot.flows.links import unknown_text
from telegram_bot.flows.phone import about_the_phone
from telegram_bot.routes import answer, press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen, Style
from telegram_bot.when import day_rows, local_day, time_rows


def where_it_began(talk: Talk, pk: int) -> str:
    """The way back of this visit's move; to its card when nobody remembers."""
    question = memory.question_of(talk.person.tg_id)
    if question is None or question.name != MOVING or question.about.get("id") != pk:
        return TO_CARD
    return str(question.about["return_to"])


@answer(MOVING)
def stop_moving(talk: Talk, text: str, **about: object) -> Reply:
    """Nothing is typed here: what was meant is something else."""
    talk.message_id, talk.typed = None, ""
    return about_the_phone(talk, text) or unknown_text(talk, text)


# Days and times -------------------------------------------------------------------------------------------------------


@press(RESCHEDULE)
def reschedule(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    """It begins in the two weeks of the visit itself: most moves are small."""
    return begin_to_move(talk, acting_on(talk, id), where_it_began(talk, id))


def begin_to_move(talk: Talk, acting: Acting, return_to: str) -> Reply:
    if not acting.may_change:
        return Reply(menu_screen(acting, return_to), toast=str(acting.why_not), is_alert=True)
    remember_way_back(talk, acting.visit.pk, return_to)
    return Reply(days_screen(acting, page_of(acting, local_day(acting.visit)), return_to))


def page_of(acting: Acting, day: date) -> int:
    location = acting.visit.location
    return max((min(day, last_day_in(location)) - today_in(location)).days, 0) // STRIP_DAYS


@press(MOVE_DAYS)
def days(talk: Talk, *, id: int, page: int) -> Reply:  # noqa: A002 - as the grammar calls it
    acting, return_to = acting_on(talk, id), where_it_began(talk, id)
    if not acting.may_change:
        return begin_to_move(talk, acting, return_to)
    return Reply(days_screen(acting, page, return_to))


def days_screen(acting: Acting, page: int, return_to: str) -> Screen:
    """Only days that have room, two weeks a page."""
    visit = acting.visit
    last_page = page_of(acting, last_day_in(visit.location))
    page = min(page, last_page)
    first = today_in(visit.location) + timedelta(days=page * STRIP_DAYS)
    last = min(first + timedelta(days=STRIP_DAYS - 1), last_day_in(visit.location))
    room = room_for_move(visit, first, last, by_staff=acting.is_staff)
    buttons = day_rows(room.days, lambda day: MOVE_TIMES(id=visit.pk, day=day))
    more = page_row(page, page < last_page, lambda number: MOVE_DAYS(id=visit.pk, page=number))
    text = text_of("moving/days", visit=visit, first=first, last=last, has_any=bool(buttons))
    return Screen(text, rows_of(*buttons, more, to_menu_row(acting, return_to)))


def to_menu_row(acting: Acting, return_to: str) -> Row:
    back = back_button(EDIT(id=acting.visit.pk, return_to=return_to))
    return (back,) if is_on_a_card(return_to) else (back, home_button())


@press(MOVE_TIMES)
@press(MOVE_PART)
def times(talk: Talk, *, id: int, day: date, page: int = 0) -> Reply:  # noqa: A002 - as the grammar calls it
    """All times of a day; of a full day one part, ``page`` says which."""
    acting, return_to = acting_on(talk, id), where_it_began(talk, id)
    if not acting.may_change:
        return begin_to_move(talk, acting, return_to)
    visit = acting.visit
    moments = room_for_move(visit, day, day, by_staff=acting.is_staff).days.get(day, [])
    buttons = time_rows(
        moments,
        visit.location.zone,
        page,
        data_of=lambda moment: MOVE_ASK(id=visit.pk, start=moment),
        data_of_part=lambda number: MOVE_PART(id=visit.pk, day=day, page=number),
    )
    back = back_button(MOVE_DAYS(id=visit.pk, page=page_of(acting, day)), _("Days"))
    row = (back,) if is_on_a_card(return_to) else (back, home_button())
    text = text_of("moving/times", visit=visit, day=day, has_any=bool(moments))
    return Reply(Screen(text, (*buttons, row)))


# Yes ------------------------------------------------------------------------------------------------------------------


@press(MOVE_ASK)
def ask_to_move(talk: Talk, *, id: int, start: datetime) -> Reply:  # noqa: A002 - as the grammar calls it
    """From when to when, and what that costs more or less."""
    acting, return_to = acting_on(talk, id), where_it_began(talk, id)
    if not acting.may_change:
        return begin_to_move(talk, acting, return_to)
    day = start.astimezone(acting.visit.location.zone).date()
    slot = room_for_move(acting.visit, day, day, by_staff=acting.is_staff).slot_at(start)
    if slot is None:
        taken = SlotTaken(Reason.SPECIALIST_BUSY, tuple(around(acting, start)))
        return move_instead(acting, taken, return_to)
    text = text_of("moving/ask", visit=acting.visit, start=start, **told_price(acting, slot))
    do_it = Button("✅ " + _("Move"), MOVE(id=id, start=start), style=Style.SUCCESS)
    return Reply(Screen(text, ((do_it,), (back_button(MOVE_TIMES(id=id, day=day), _("Another time")),))))


def told_price(acting: Acting, slot: FreeSlot) -> dict[str, Decimal]:
    """Nothing for a specialist, who sees no money."""
    if acting.is_specialist or slot.price == acting.visit.price:
        return {}
    late = not acting.is_staff and is_late(acting.visit, acting.now)
    return {"price": slot.price, "charge": charged_for_a_move(acting.visit, slot.price, is_late=late)}


def around(acting: Acting, start: datetime) -> Iterable[FreeSlot]:
    visit = acting.visit
    slot = Slot(visit.location_id, visit.service_id, start, visit.specialist_id)
    return alternatives_to(slot, kept=visit.kept)


def move_instead(acting: Acting, refusal: SlotRefused, return_to: str) -> Reply:
    """Why not, and what else this specialist has around that time, one tap away."""
    visit = acting.visit
    others = sorted(
        slot.start for slot in refusal.alternatives if slot.specialist_id == visit.specialist_id
    )  # whoever wants a colleague books anew: a move keeps its specialist
    buttons = [
        Button(wording.spoken(start, visit.location.zone, acting.now), MOVE_ASK(id=visit.pk, start=start))
        for start in others
        if start != visit.start_time
    ]
    page = page_of(acting, others[0].astimezone(visit.location.zone).date() if others else local_day(acting.visit))
    further = (Button("📆 " + _("Another day"), MOVE_DAYS(id=visit.pk, page=page)),)
    text = text_of("moving/instead", visit=visit, refusal=str(refusal), has_any=bool(buttons))
    return Reply(Screen(text, rows_of(*in_rows(buttons), further, to_menu_row(acting, return_to))), toast=str(refusal))


@press(MOVE)
def move(talk: Talk, *, id: int, start: datetime) -> Reply:  # noqa: A002 - as the grammar calls it
    acting, return_to = acting_on(talk, id), where_it_began(talk, id)
    if acting.may_change and start == acting.visit.start_time:
        return Reply(moved_screen(acting, return_to), toast=_("The visit is already at this time."))
    if not acting.may_change:
        return begin_to_move(talk, acting, return_to)
    try:
        reschedule_appointment(id, start, acting.actor, request=talk.once)
    except SlotRefused as refusal:
        return move_instead(acting, refusal, return_to)
    return Reply(moved_screen(acting_on(talk, id), return_to), toast=_("Moved."))


def moved_screen(acting: Acting, return_to: str) -> Screen:
    """The visit as it is now, with the way back while the old time is free."""
    screen = menu_screen(acting, return_to, headline="🕐 " + _("The visit has been moved"))
    back = open_way_back(acting.visit)
    undo_row = (undo_button(acting, back),) if back else ()
    return Screen(screen.text, rows_of(undo_row, way_back_row(acting, return_to)))


def undo_button(acting: Acting, back: WayBack) -> Button:
    zone = acting.visit.location.zone
    day = wording.short_day(back.slot.start.astimezone(zone).date())
    text = _("Put it back: %(time)s") % {"time": f"{day} {wording.clock(back.slot.start, zone)}"}
    return Button(f"↩️ {text}", UNDO_MOVE(id=acting.visit.pk))


@press(UNDO_MOVE)
def undo(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    """The old time again; everybody is told again."""
    acting, return_to = acting_on(talk, id), where_it_began(talk, id)
    try:
        undo_reschedule(id, acting.actor, request=talk.once)
    except SlotRefused as refusal:
        return Reply(moved_screen(acting, return_to), toast=str(refusal), is_alert=True)
    back = acting_on(talk, id)
    return Reply(menu_screen(back, return_to, headline="↩️ " + _("Back at the old time")), toast=_("Put back."))
