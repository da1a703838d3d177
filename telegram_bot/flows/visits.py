"""My visits: the lists, one of them, its calendar file, following it no longer, a comment, and the answers to a
reminder (experience §3.4)."""

from django.utils.translation import gettext as _

from booking.calendar_file import calendar_file
from booking.commands import comment_on_appointment, say_coming
from booking.models import COMING, Appointment, Status
from booking.models.appointment import AppointmentQuerySet
from booking.wording import clock
from notifications.commands import detach_chat
from notifications.render.text import one_line
from telegram_bot.acting import Acting, as_client
from telegram_bot.buttons import LONGEST_LABEL, home_button, in_rows, page_row
from telegram_bot.callbacks import (
    CALENDAR_FILE,
    COMMENT,
    EDIT,
    LOCATIONS,
    PAST,
    REMINDER,
    STOP_ASKING,
    STOP_FOLLOWING,
    TO_CARD,
    UPCOMING,
    VISIT,
    Callback,
)
from telegram_bot.dress import rows_of
from telegram_bot.flows.booking import A_PAGE
from telegram_bot.flows.editing import ask_to_cancel, edit_menu, menu_screen
from telegram_bot.flows.holding import LONGEST_COMMENT
from telegram_bot.flows.moving import begin_to_move
from telegram_bot.flows.phone import about_the_phone
from telegram_bot.flows.start import home
from telegram_bot.own import coming_visits, own_visit, past_visits
from telegram_bot.refusals import TOO_LONG, Missing
from telegram_bot.routes import answer, command, press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Document, Reply, Row, Screen
from telegram_bot.wording import day_of

COMMENTING = "comment"
MARKS = {Status.CANCELLED: "✖️ ", Status.NO_SHOW: "🚫 ", Status.COMPLETED: "✔️ "}


# The lists ------------------------------------------------------------------------------------------------------------


@press(UPCOMING)
def upcoming(talk: Talk, *, page: int) -> Reply:
    return Reply(list_screen(coming_visits(talk), UPCOMING, page))


@press(PAST)
def past(talk: Talk, *, page: int) -> Reply:
    return Reply(list_screen(past_visits(talk), PAST, page))


@command("visits")
def visits(talk: Talk) -> Reply:
    return upcoming(talk, page=0)


def list_screen(rows: AppointmentQuerySet, which: Callback, page: int) -> Screen:
    """A button for each, and the other list beside it."""
    found = list(rows[page * A_PAGE : (page + 1) * A_PAGE + 1])
    shown, has_more = found[:A_PAGE], len(found) > A_PAGE
    kind = "l" if which is UPCOMING else "h"
    buttons = [Button(label_of(visit), EDIT(id=visit.pk, return_to=f"{kind}{page}")) for visit in shown]
    more = page_row(page, has_more, lambda number: which(page=number))
    text = text_of("visits/list", is_past=which is PAST, has_any=bool(shown), page=page)
    book = () if shown else ((Button("📅 " + _("Book"), LOCATIONS(page=0)),),)
    return Screen(text, rows_of(*in_rows(buttons, across=1), more, *book, tabs(which), (home_button(),)))


def tabs(which: Callback) -> Row:
    return tuple(
        Button(f"• {name}" if each is which else name, each(page=0))
        for each, name in ((UPCOMING, _("Upcoming")), (PAST, _("Past")))
    )


def label_of(visit: Appointment) -> str:
    """вт 28 янв 18:30 · Стрижка · Анна, marked with what became of it."""
    mark, what = MARKS.get(Status(visit.status), ""), f"{visit.service.name} · {visit.specialist.name}"
    day, time = day_of(visit.start_time, visit.location.zone), clock(visit.start_time, visit.location.zone)
    return one_line(f"{mark}{day} {time} · {what}", LONGEST_LABEL)


# One of them ----------------------------------------------------------------------------------------------------------


@press(VISIT)
def visit_page(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    acting = as_client(talk, id)
    return edit_menu(talk, acting, way_back_of(acting))


def way_back_of(acting: Acting) -> str:
    """To the list that it is in."""
    visit = acting.visit
    return "l0" if visit.status in COMING and visit.end_time > acting.now else "h0"


@press(CALENDAR_FILE)
def calendar(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    visit = own_visit(talk, id)
    return Reply(after=(Document("visit.ics", calendar_file(visit)),))


@press(STOP_FOLLOWING)
def stop_following(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    """The list that it was in is shown without it. Whose client he is by now he hears anyway."""
    with talk.effect():
        acting = as_client(talk, id)
        if not acting.only_follows:
            raise Missing
        detach_chat(id, talk.person.tg_id)
    shown = upcoming if way_back_of(acting) == "l0" else past
    return Reply(shown(talk, page=0).screen, toast=_("You no longer follow this visit."))


# A comment ------------------------------------------------------------------------------------------------------------


@press(COMMENT)
def ask_for_comment(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    acting = as_client(talk, id)
    if not acting.may_change:
        return Reply(menu_screen(acting, way_back_of(acting)), toast=str(acting.why_not), is_alert=True)
    talk.ask(COMMENTING, id=id)
    return Reply(comment_screen(acting))


def comment_screen(acting: Acting, refusal: str = "") -> Screen:
    text = text_of("visits/comment", visit=acting.visit, longest=LONGEST_COMMENT, refusal=refusal)
    return Screen(text, ((Button("✖️ " + _("No, thanks"), VISIT(id=acting.visit.pk)),),))


@answer(COMMENTING)
def take_comment(talk: Talk, text: str, *, id: int) -> Reply:  # noqa: A002 - as it was asked
    acting = as_client(talk, id)
    if reply := about_the_phone(talk, text):
        talk.ask(COMMENTING, id=id)
        return reply
    if not 0 < len(text) <= LONGEST_COMMENT:
        talk.ask(COMMENTING, id=id)
        said = _("At most %(longest)d characters, please.") % {"longest": LONGEST_COMMENT}
        return Reply(comment_screen(acting, said), refusal=TOO_LONG)
    comment_on_appointment(id, text, acting.actor, request=talk.once)
    acting = as_client(talk, id)
    return edit_menu(talk, acting, way_back_of(acting), headline="💬 " + _("We have noted it"))


@press(STOP_ASKING)
def stop_asking(talk: Talk) -> Reply:
    """Whatever was asked for is forgotten already: every tap does that."""
    return home(talk)


# A reminder -----------------------------------------------------------------------------------------------------------


@press(REMINDER)
def answer_reminder(talk: Talk, *, id: int, answer: str) -> Reply:  # noqa: A002 - as the grammar calls it
    acting = as_client(talk, id)
    if answer == "no":
        return ask_to_cancel(talk, acting, TO_CARD)
    if answer == "move":
        return begin_to_move(talk, acting, TO_CARD)
    say_coming(id, acting.actor, request=talk.once)
    return Reply(coming_screen(acting), toast=_("We are looking forward to seeing you!"))


def coming_screen(acting: Acting) -> Screen:
    pk = acting.visit.pk
    move = Button("🕐 " + _("Move"), REMINDER(id=pk, answer="move"))
    return Screen(
        text_of("visits/coming", visit=acting.visit),
        ((move, Button("❌ " + _("Can't make it"), REMINDER(id=pk, answer="no"))),),
    )
