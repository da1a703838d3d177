"""➕ The desk books for somebody: here is when, and the yes (experience §3.6)."""

from datetime import date, datetime, timedelta
from operator import attrgetter

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from booking import wording
from booking.commands import book_now
from booking.errors import SlotRefused
from booking.models import Appointment
from booking.queries.catalogue import today_in
from booking.queries.desk import other_visits_then
from booking.queries.desk_room import nearest_at_desk, room_at_desk, slot_at_desk
from booking.queries.slots import alternatives_to
from booking.queries.storefront import STRIP_DAYS
from booking.values import Contact, FreeSlot, Slot
from notifications.render.text import one_line
from telegram_bot.buttons import LONGEST_LABEL, back_button, below_row, home_button, in_rows, page_row
from telegram_bot.callbacks import EDIT, NEW_BOOK, NEW_CHECK, NEW_DAYS, NEW_NEAREST, NEW_SPECIALIST, NEW_TIMES, TO_CARD
from telegram_bot.dress import rows_of
from telegram_bot.errand import Errand
from telegram_bot.refusals import Missing
from telegram_bot.routes import press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Screen, Style
from telegram_bot.when import day_rows, time_rows

A_YEAR = 26
"""Pages of two weeks."""


@press(NEW_NEAREST)
def nearest(talk: Talk, *, whom: int | None, location: int, service: int, specialist: int | None) -> Reply:
    """The nearest times, a walk-in's first."""
    errand = Errand.read(talk, whom=whom, location=location, service=service, specialist=specialist)
    return Reply(times_screen(errand, nearest_at_desk(errand.place, service, specialist)))


def times_screen(errand: Errand, slots: list[FreeSlot], refusal: str = "") -> Screen:
    """A handful of times with everything else one tap away; above them why another was refused."""
    text = text_of("book_for/nearest", errand=errand, has_any=bool(slots), refusal=refusal)
    chosen = errand.specialist_name or _("any")
    further = (
        Button("📆 " + _("Another day"), errand.data(NEW_DAYS, page=0)),
        Button(one_line(f"👤 {_('Specialist')}: {chosen}", LONGEST_LABEL), errand.data(NEW_SPECIALIST)),
    )
    back = (back_button(errand.data_of_services, _("Services")), home_button())
    return Screen(text, (*in_rows([slot_button(errand, slot) for slot in slots]), further, back))


def slot_button(errand: Errand, slot: FreeSlot) -> Button:
    when = wording.spoken(slot.start, errand.place.zone, errand.place.now)  # type: ignore[attr-defined]  # see located()
    return Button(one_line(f"{when} · {slot.specialist_name}", LONGEST_LABEL), errand.data_of_slot(slot))


@press(NEW_SPECIALIST)
def specialists(talk: Talk, *, whom: int | None, location: int, service: int) -> Reply:
    errand = Errand.read(talk, whom=whom, location=location, service=service)
    choices = [(None, _("Any")), *((each.pk, one_line(each.name, LONGEST_LABEL)) for each in errand.card.specialists)]
    buttons = [Button(name, errand.data(NEW_NEAREST, specialist=pk)) for pk, name in choices]
    back = (back_button(errand.data(NEW_NEAREST)), home_button())
    return Reply(Screen(text_of("book_for/specialists", errand=errand), (*in_rows(buttons), back)))


@press(NEW_DAYS)
def days(talk: Talk, *, whom: int | None, location: int, service: int, specialist: int | None, page: int) -> Reply:
    """Only days that have room, two weeks a page, a year ahead."""
    errand = Errand.read(talk, whom=whom, location=location, service=service, specialist=specialist)
    if page > A_YEAR:
        raise Missing
    first = today_in(errand.place) + timedelta(days=page * STRIP_DAYS)
    last = first + timedelta(days=STRIP_DAYS - 1)
    room = room_at_desk(errand.place, service, first, last, specialist_id=specialist)
    buttons = day_rows(room.days, lambda day: errand.data(NEW_TIMES, day=day, page=0))
    more = page_row(page, page < A_YEAR, lambda number: errand.data(NEW_DAYS, page=number))
    text = text_of("book_for/days", errand=errand, first=first, last=last, has_any=bool(buttons))
    back = (back_button(errand.data(NEW_NEAREST)), home_button())
    return Reply(Screen(text, rows_of(*buttons, more, back)))


@press(NEW_TIMES)
def times(
    talk: Talk, *, whom: int | None, location: int, service: int, specialist: int | None, day: date, page: int
) -> Reply:
    """All times of a day; of a full day one part, ``page`` says which."""
    errand = Errand.read(talk, whom=whom, location=location, service=service, specialist=specialist)
    page_of_day = (day - today_in(errand.place)).days // STRIP_DAYS
    if page_of_day > A_YEAR:
        raise Missing
    moments = room_at_desk(errand.place, service, day, day, specialist_id=specialist).days.get(day, [])
    buttons = time_rows(
        moments,
        errand.place.zone,
        page,
        data_of=lambda moment: errand.data(NEW_CHECK, start=moment),
        data_of_part=lambda number: errand.data(NEW_TIMES, day=day, page=number),
    )
    back = (back_button(errand.data(NEW_DAYS, page=max(page_of_day, 0)), _("Days")), home_button())
    text = text_of("book_for/times", errand=errand, day=day, has_any=bool(moments))
    return Reply(Screen(text, (*buttons, back)))


# The yes --------------------------------------------------------------------------------------------------------------


@press(NEW_CHECK)
def check(
    talk: Talk, *, whom: int | None, location: int, service: int, specialist: int | None, start: datetime
) -> Reply:
    """Everything once more; that the client is somewhere else then is said, and no hindrance (domain §4, rule 8)."""
    errand = Errand.read(talk, whom=whom, location=location, service=service, specialist=specialist)
    slot = slot_at_desk(errand.place, service, start, specialist)
    if slot is None:
        return book_instead(errand, Slot(location, service, start, specialist), _("This time is no longer free."))
    clashes = other_visits_then(Appointment(client=errand.client, start_time=slot.start, end_time=slot.end), talk.staff)
    text = text_of("book_for/check", errand=errand, slot=slot, zone=errand.place.zone, clashes=clashes)
    book = Button(
        "✅ " + pgettext("desk", "Book"),
        errand.data(NEW_BOOK, specialist=slot.specialist_id, start=start),
        style=Style.SUCCESS,
    )
    back = (back_button(errand.data(NEW_NEAREST), _("Another time")), home_button())
    return Reply(Screen(text, ((book,), back)))


@press(NEW_BOOK)
def book(
    talk: Talk, *, whom: int | None, location: int, service: int, specialist: int | None, start: datetime
) -> Reply:
    """Booked: the menu becomes a receipt that stays."""
    errand = Errand.read(talk, whom=whom, location=location, service=service, specialist=specialist)
    slot = Slot(location, service, start, specialist)
    try:
        visit = book_now(slot, talk.staff, Contact(), client_id=errand.whom, request=talk.once)
    except SlotRefused as refusal:
        return book_instead(errand, slot, str(refusal), list(refusal.alternatives))
    text = text_of("book_for/booked", errand=errand, visit=visit, zone=errand.place.zone)
    edit = Button("✏️ " + pgettext("desk", "Change"), EDIT(id=visit.pk, return_to=TO_CARD))
    return Reply(Screen(text, ((edit,), below_row())), stays=True)


def book_instead(errand: Errand, slot: Slot, refusal: str, others: list[FreeSlot] | None = None) -> Reply:
    """Why not, and what is free around it, one tap away."""
    found = alternatives_to(slot) if others is None else others
    found.sort(key=attrgetter("start", "specialist_name"))
    return Reply(times_screen(errand, found, refusal), toast=refusal)
