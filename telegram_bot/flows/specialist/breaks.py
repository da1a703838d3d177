"""A break in three taps: when, how long, done; and taken back in one (experience §3.5)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from booking import wording
from booking.availability.spans import Minute, Span, holds
from booking.availability.wallclock import minute_of, moment_of, wall_clock_of
from booking.models import COMING
from booking.queries.columns import Column, DaySheet, Kind, PlaceDay
from booking.queries.day_sheets import day_sheet, day_sheets, visits_in_break
from booking.queries.facts import round_up
from catalog.commands import drop_break, explain_break, take_break
from catalog.models import Break
from telegram_bot.buttons import back_button, home_button, in_rows
from telegram_bot.callbacks import BREAK, BREAK_LENGTH, DROP_BREAK, EXPLAIN_BREAK, MY_DAY, MY_VISIT, TAKE_BREAK
from telegram_bot.columns import my_column, require_near
from telegram_bot.dress import rows_of
from telegram_bot.flows.phone import about_the_phone
from telegram_bot.flows.specialist.day import day_screen
from telegram_bot.flows.staff_card import visit_button
from telegram_bot.refusals import TOO_LONG, Missing
from telegram_bot.routes import answer, press
from telegram_bot.screens import text_of
from telegram_bot.staff_wording import day_name, times, visit_line
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen
from telegram_bot.wording import short

A_DAY = timedelta(days=1)
LENGTHS = (15, 30, 60, 90)
HALF_AN_HOUR = 30
MOST_STARTS = 24
"""Above this only whole hours are offered."""
ACROSS = 4
MOST_VISITS = 8
LONGEST_REASON = 200
EXPLAINING = "break_reason"
PLACE = 12
"""Letters of a location on a button."""


# When -----------------------------------------------------------------------------------------------------------------


@press(BREAK)
def choose_start(talk: Talk, *, day: date) -> Reply:
    column = my_column(talk)
    require_near(day, column.today)
    return Reply(start_screen(talk, column, day))


def start_screen(talk: Talk, column: Column, day: date) -> Screen:
    """What is still free, in half hours; and the breaks of the day that he can take back."""
    sheet = day_sheet(column, talk.staff, day)
    starts = start_buttons(sheet, column.now)
    own = [line for place in sheet.places for line in place.lines if line.kind == Kind.AWAY]
    drops = [drop_button(line.absence, column) for line in own if line.absence and is_own(line.absence)]
    text = text_of("specialist/break", day=day_name(day, column.today), has_any=bool(starts))
    back = (back_button(MY_DAY(day=day), _("To the day")), home_button())
    return Screen(text, rows_of(*in_rows(starts, ACROSS), *in_rows(drops), back))


def start_buttons(sheet: DaySheet, now: datetime) -> list[Button]:
    found = [(start, place) for place in sheet.places for span in place.free for start in starts_in(span, place)]
    if len(found) > MOST_STARTS:
        edges = {span[0] for place in sheet.places for span in place.free}
        found = [(start, place) for start, place in found if start in edges or minute_on_the_wall(start, place) == 0]
    several = len({place.location for _start, place in found}) > 1
    return [start_button(start, place, now, named=several) for start, place in sorted(found, key=lambda pair: pair[0])]


def starts_in(span: Span, place: PlaceDay) -> list[Minute]:
    """Its beginning, and every half hour of the wall clock that leaves room for the shortest break."""
    start, last = span[0], span[1] - LENGTHS[0]
    first = start + -minute_on_the_wall(start, place) % HALF_AN_HOUR
    return sorted({start, *range(first, last + 1, HALF_AN_HOUR)}) if start <= last else []


def minute_on_the_wall(minute: Minute, place: PlaceDay) -> int:
    return moment_of(minute).astimezone(place.location.zone).minute


def start_button(start: Minute, place: PlaceDay, now: datetime, *, named: bool) -> Button:
    moment = moment_of(start)
    words = [wording.clock(moment, place.location.zone)]
    words += [pgettext("a time", "now")] if start == round_up(now) else []
    words += [short(place.location.name, PLACE)] if named else []
    return Button(" · ".join(words), BREAK_LENGTH(start=moment))


def is_own(absence: Break) -> bool:
    """Some hours of one day: what is longer the desk has written down (``catalog.commands.drop_break``)."""
    return absence.start_time is not None and absence.last_date is None


def drop_button(absence: Break, column: Column) -> Button:
    return Button(f"🗑 {hours_in_words(absence, column)}", DROP_BREAK(id=absence.pk))


# How long -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Beginning:
    """A break that can begin: in which location, and what of the days around is known."""

    column: Column
    start: datetime
    place: PlaceDay
    sheets: list[DaySheet]

    @property
    def day(self) -> date:
        return self.start.astimezone(self.place.location.zone).date()

    def span_of(self, length: int) -> Span:
        minute = minute_of(self.start)
        return minute, minute + length

    def hours_of(self, length: int) -> tuple[date, int, int] | None:
        """The day and the minutes after its midnight, as the catalogue writes them down."""
        return wall_clock_of(self.place.location.zone, self.span_of(length))

    def meets(self, length: int) -> bool:
        """Whether somebody comes then."""
        end = self.start + timedelta(minutes=length)
        visits = (line.visit for sheet in self.sheets for place in sheet.places for line in place.lines)
        coming = (visit for visit in visits if visit and visit.status in COMING)
        return any(visit.start_time < end and visit.end_time > self.start for visit in coming)


def beginning_at(talk: Talk, column: Column, start: datetime) -> Beginning | None:
    """None when it is over, or he does not work then."""
    day = start.astimezone(column.zone).date()
    require_near(day, column.today)
    if start + timedelta(minutes=LENGTHS[0]) <= column.now:
        return None
    sheets = day_sheets(column, talk.staff, day - A_DAY, day + A_DAY)
    places = (place for sheet in sheets for place in sheet.places)
    place = next((place for place in places if holds(place.working, minute_of(start))), None)
    return Beginning(column, start, place, sheets) if place else None


@press(BREAK_LENGTH)
def choose_length(talk: Talk, *, start: datetime) -> Reply:
    column = my_column(talk)
    beginning = beginning_at(talk, column, start)
    if beginning is None:
        return not_then(talk, column, start)
    lengths = [length_button(beginning, length) for length in LENGTHS if beginning.hours_of(length)]
    zone = beginning.place.location.zone
    text = text_of(
        "specialist/break_length",
        day=day_name(beginning.day, column.today),
        start=wording.clock(start, zone),
        has_any=bool(lengths),
        is_met=any(beginning.meets(length) for length in LENGTHS),
    )
    back = (back_button(BREAK(day=beginning.day)), home_button())
    return Reply(Screen(text, rows_of(*in_rows(lengths, ACROSS), back)))


def length_button(beginning: Beginning, length: int) -> Button:
    mark = " ⚠️" if beginning.meets(length) else ""
    return Button(wording.length(length) + mark, TAKE_BREAK(start=beginning.start, length=length))


def not_then(talk: Talk, column: Column, start: datetime) -> Reply:
    """The button is older than the day it was made for."""
    screen = start_screen(talk, column, max(start.astimezone(column.zone).date(), column.today))
    return Reply(screen, toast=_("You are not working then, or that time is over. Choose another."), is_alert=True)


# Done -----------------------------------------------------------------------------------------------------------------


@press(TAKE_BREAK)
def save_break(talk: Talk, *, start: datetime, length: int) -> Reply:
    column = my_column(talk)
    beginning = beginning_at(talk, column, start)
    hours = beginning.hours_of(length) if beginning else None
    if length not in LENGTHS:
        raise Missing
    if hours is None:
        return not_then(talk, column, start)
    day, begin, end = hours
    with talk.effect():
        row = take_break(column.specialist.pk, talk.staff, day=day, start=time_of(begin), end=time_of(end))
    return Reply(saved_screen(talk, column, row), toast=_("The break is saved."))


def time_of(minutes: Minute) -> time:
    return time(*divmod(minutes, 60))


def saved_screen(talk: Talk, column: Column, row: Break) -> Screen:
    """Visits that are there already stay, as in the console, and are named: they are to be moved or cancelled."""
    visits = visits_in_break(column, talk.staff, row)
    buttons = [visit_button(visit, MY_VISIT) for visit in visits[:MOST_VISITS]]
    text = text_of(
        "specialist/break_saved",
        day=day_name(row.date, column.today),
        hours=hours_in_words(row, column),
        reason=short(row.reason, LONGEST_REASON),
        visits=[visit_line(visit) for visit in visits[:MOST_VISITS]],
        count=len(visits),
    )
    return Screen(text, rows_of(*in_rows(buttons), *saved_rows(row)))


def hours_in_words(row: Break, column: Column) -> str:
    """By the wall clock; whose it is makes no difference."""
    assert row.start_time is not None and row.end_time is not None  # noqa: S101, PT018 - for the type checker
    begin, end = (datetime.combine(row.date, wall, column.zone) for wall in (row.start_time, row.end_time))
    return times(begin, end, column.zone)


def saved_rows(row: Break) -> tuple[Row, ...]:
    undo = Button("↩️ " + _("Take the break back"), DROP_BREAK(id=row.pk))
    explain = Button("✍️ " + (_("Change the reason") if row.reason else _("Reason")), EXPLAIN_BREAK(id=row.pk))
    return (undo, explain), (back_button(MY_DAY(day=row.date), _("To the day")), home_button())


@press(DROP_BREAK)
def drop(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    column = my_column(talk)
    row = my_break(talk, column, id)
    if row is None:
        return Reply(day_screen(talk, column, column.today), toast=_("That break is already gone."))
    with talk.effect():
        drop_break(row.pk, talk.staff)
    return Reply(day_screen(talk, column, row.date), toast=_("The break is removed."))


def my_break(talk: Talk, column: Column, pk: int) -> Break | None:
    rows = Break.objects.visible_to(talk.staff).filter(specialist=column.specialist, start_time__isnull=False)
    return rows.filter(pk=pk).first()


# What for -------------------------------------------------------------------------------------------------------------


@press(EXPLAIN_BREAK)
def explain(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    row = my_break(talk, my_column(talk), id)
    if row is None:
        raise Missing
    talk.ask(EXPLAINING, id=row.pk)
    return Reply(reason_screen(row))


def reason_screen(row: Break, refusal: str = "") -> Screen:
    text = text_of("specialist/break_reason", longest=LONGEST_REASON, refusal=refusal)
    return Screen(text, ((Button("✖️ " + _("Without a reason"), MY_DAY(day=row.date)),),))


@answer(EXPLAINING)
def take_reason(talk: Talk, text: str, *, id: int) -> Reply:  # noqa: A002 - as it was asked
    column = my_column(talk)
    row = my_break(talk, column, id)
    if row is None:
        raise Missing
    if reply := about_the_phone(talk, text):
        talk.ask(EXPLAINING, id=id)
        return reply
    if not 0 < len(text) <= LONGEST_REASON:
        talk.ask(EXPLAINING, id=id)
        said = _("At most %(longest)d characters, please.") % {"longest": LONGEST_REASON}
        return Reply(reason_screen(row, said), refusal=TOO_LONG)
    with talk.effect():
        row = explain_break(row.pk, text, talk.staff)
    return Reply(saved_screen(talk, column, row))
