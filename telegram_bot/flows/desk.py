"""The desk: its menu, the salon's day, and one visit of it (experience §3.6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Company
from accounts.values import Role
from booking.models import Appointment
from booking.models.appointment import ClockTimestamp
from booking.queries.desk_day import DeskFigures, desk_figures, desk_visits, next_visit
from booking.queries.visits import database_time
from catalog.models import Location, Specialist
from telegram_bot.buttons import back_button, home_button, in_rows, page_row
from telegram_bot.callbacks import (
    AS_CLIENT,
    BOOK_FOR,
    BROADCASTS,
    CLIENT_CARD,
    DESK_DAY,
    DESK_DAY_PAGE,
    DESK_PEOPLE,
    DESK_STEP,
    DESK_TODAY,
    DESK_VISIT,
    FIGURES,
    FIND,
    SWITCHES,
)
from telegram_bot.columns import require_near
from telegram_bot.desk import company_of, places_of
from telegram_bot.dress import rows_of
from telegram_bot.flows.staff_card import deed_rows, taken, visit_button
from telegram_bot.flows.start import choose_company
from telegram_bot.refusals import Missing
from telegram_bot.routes import command, home_of, press
from telegram_bot.screens import text_of
from telegram_bot.staff_wording import NAME, button_day, day_name, visit_line, visits_count
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen
from telegram_bot.when import local_day
from telegram_bot.wording import short
from wallet.queries import balance_of

A_DAY = timedelta(days=1)
A_PAGE = 8
"""Visits (experience §3.1)."""
PEOPLE_A_PAGE = 16


@dataclass(frozen=True)
class Salon:
    """Whose desk it is, the locations that whoever is there may see, and the day it is by their clock."""

    company: Company
    places: list[Location]
    today: date


def salon_of(talk: Talk) -> Salon:
    """Three statements. Raises NotAllowed, Company.DoesNotExist."""
    company = company_of(talk)
    places = list(places_of(talk, company))
    zones = {place.timezone for place in places}
    zone = ZoneInfo(zones.pop()) if len(zones) == 1 else company.zone
    return Salon(company, places, database_time().astimezone(zone).date())


# The menu -------------------------------------------------------------------------------------------------------------


@home_of(Role.ADMIN, Role.OPERATOR)
@command("admin", Role.ADMIN, Role.OPERATOR)
def desk_home(talk: Talk) -> Reply:
    """The owner of a deployment chooses the salon first."""
    try:
        salon = salon_of(talk)
    except Company.DoesNotExist:
        return choose_company(talk)
    rows = desk_visits(talk.staff, salon.places, salon.today)
    following = next_visit(rows)
    text = text_of(
        "desk/home",
        company=salon.company,
        day=day_name(salon.today, salon.today),
        figures=in_words(desk_figures(rows)),
        following=desk_line(following) if following else "",
    )
    return Reply(Screen(text, menu_rows(talk)))


def menu_rows(talk: Talk) -> tuple[Row, ...]:
    is_admin = talk.staff.role == Role.ADMIN
    return rows_of(
        (Button("📋 " + _("Today"), DESK_TODAY()), Button("➕ " + pgettext("at the desk", "Book"), BOOK_FOR())),
        (Button("🔎 " + _("Client"), FIND()), Button("📊 " + _("Figures"), FIGURES(days=1))),
        (Button("📣 " + _("Broadcast"), BROADCASTS()), Button("⚙️ " + _("Notifications"), SWITCHES()))
        if is_admin
        else None,
        (Button("👤 " + _("As a client"), AS_CLIENT()),),
    )


def in_words(figures: DeskFigures) -> str:
    """17 визитов · 3 здесь · 1 не пришли."""
    parts = [visits_count(figures.visits)]
    parts += [_("%(count)d here") % {"count": figures.here}] if figures.here else []
    parts += [_("no-shows: %(count)d") % {"count": figures.missed}] if figures.missed else []
    return " · ".join(parts) if figures.rows else _("No visits.")


def desk_line(visit: Appointment) -> str:
    return f"{visit_line(visit)} · {short(visit.specialist.name, NAME)}"


# The day --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of which day, and of whom; None: the page it is time for, and all."""

    day: date
    specialist: Specialist | None = None
    page: int | None = None

    @property
    def specialist_id(self) -> int | None:
        return self.specialist.pk if self.specialist else None


@press(DESK_TODAY)
def today(talk: Talk) -> Reply:
    salon = salon_of(talk)
    return day_screen(talk, salon, Asked(salon.today))


@press(DESK_DAY)
def day(talk: Talk, *, day: date, specialist: int | None) -> Reply:
    return asked_for(talk, day, specialist)


@press(DESK_DAY_PAGE)
def day_page(talk: Talk, *, day: date, specialist: int | None, page: int) -> Reply:
    return asked_for(talk, day, specialist, page)


def asked_for(talk: Talk, day: date, specialist_id: int | None, page: int | None = None) -> Reply:
    salon = salon_of(talk)
    require_near(day, salon.today)
    specialist = specialist_of(talk, salon, specialist_id) if specialist_id else None
    return day_screen(talk, salon, Asked(day, specialist, page))


def specialist_of(talk: Talk, salon: Salon, pk: int) -> Specialist:
    """Raises Missing."""
    found = Specialist.objects.visible_to(talk.staff).filter(company=salon.company, pk=pk).first()
    if found is None:
        raise Missing
    return found


def day_screen(talk: Talk, salon: Salon, asked: Asked) -> Reply:
    """Two statements more, however full the day is."""
    rows = desk_visits(talk.staff, salon.places, asked.day, asked.specialist_id)
    figures = desk_figures(rows)
    page = page_shown(salon, asked, figures)
    shown = list(rows[page * A_PAGE : (page + 1) * A_PAGE])
    text = text_of(
        "desk/day",
        day=day_name(asked.day, salon.today),
        who=short(asked.specialist.name, NAME) if asked.specialist else "",
        figures=in_words(figures),
        blocks=list(blocks(salon, asked, shown)),
    )

    def data_of_page(number: int) -> str:
        return DESK_DAY_PAGE(day=asked.day, specialist=asked.specialist_id, page=number)

    more = page_row(page, figures.rows > (page + 1) * A_PAGE, data_of_page)
    visits = in_rows([visit_button(visit, DESK_VISIT) for visit in shown])
    return Reply(Screen(text, rows_of(*visits, more, *further_rows(salon, asked))))


def page_shown(salon: Salon, asked: Asked, figures: DeskFigures) -> int:
    """What was asked for while it is there; of today, where it is one list, the page of now."""
    last = max(figures.rows - 1, 0) // A_PAGE
    is_one_list = asked.day == salon.today and len(salon.places) == 1
    by_itself = figures.over // A_PAGE if is_one_list else 0
    return min(by_itself if asked.page is None else asked.page, last)


def blocks(salon: Salon, asked: Asked, shown: Sequence[Appointment]) -> Iterator[tuple[str, list[str]]]:
    """Place by place where there are several, each under its name."""
    say = visit_line if asked.specialist else desk_line
    for place, visits in groupby(shown, key=lambda visit: visit.location):
        yield (short(place.name) if len(salon.places) > 1 else "", [say(visit) for visit in visits])


def further_rows(salon: Salon, asked: Asked) -> tuple[Row, ...]:
    who = asked.specialist_id
    before, after = asked.day - A_DAY, asked.day + A_DAY
    is_today = asked.day == salon.today
    around = (
        Button(f"◀ {button_day(before)}", DESK_DAY(day=before, specialist=who)),
        *(() if is_today else (Button(_("Today"), DESK_DAY(day=salon.today, specialist=who)),)),
        Button(f"{button_day(after)} ▶", DESK_DAY(day=after, specialist=who)),
    )
    name = short(asked.specialist.name, NAME) if asked.specialist else pgettext("specialists", "all")
    people = Button("👤 " + _("Specialist") + f": {name}", DESK_PEOPLE(day=asked.day, page=0))
    return around, (people,), (Button("➕ " + pgettext("at the desk", "Book"), BOOK_FOR()), home_button())


@press(DESK_PEOPLE)
def people(talk: Talk, *, day: date, page: int) -> Reply:
    """Of whom the day is to be shown."""
    company = company_of(talk)
    rows = Specialist.objects.visible_to(talk.staff).filter(company=company, is_active=True)
    found = list(rows.order_by("position", "name", "pk")[page * PEOPLE_A_PAGE : (page + 1) * PEOPLE_A_PAGE + 1])
    everybody = Button(pgettext("specialists", "All"), DESK_DAY(day=day, specialist=None))
    buttons = [Button(short(who.name, NAME), DESK_DAY(day=day, specialist=who.pk)) for who in found[:PEOPLE_A_PAGE]]
    more = page_row(page, len(found) > PEOPLE_A_PAGE, lambda number: DESK_PEOPLE(day=day, page=number))
    back = (back_button(DESK_DAY(day=day, specialist=None), _("To the day")), home_button())
    return Reply(Screen(text_of("desk/people"), rows_of((everybody,), *in_rows(buttons), more, back)))


# One visit ------------------------------------------------------------------------------------------------------------


def visit_of(talk: Talk, pk: int) -> Appointment:
    """With everything shown and, as ``now``, the database's clock. Raises Missing."""
    rows = Appointment.objects.visible_to(talk.staff).filter(company__is_active=True).booked().that_were_wanted()
    found = rows.with_everything_shown().annotate(now=ClockTimestamp()).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


@press(DESK_VISIT)
def show_visit(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    return Reply(card_screen(talk, visit_of(talk, id)))


@press(DESK_STEP)
def desk_step(talk: Talk, *, id: int, step: str) -> Reply:  # noqa: A002 - as the grammar calls it
    """One tap; a second one says that it is noted already."""
    return taken(talk, visit_of(talk, id), step, lambda: card_screen(talk, visit_of(talk, id)))


def card_screen(talk: Talk, visit: Appointment) -> Screen:
    """With what it costs, what is paid of it, and what is in the client's wallet."""
    balance = balance_of(visit.client_id) if visit.client_id else None
    text = text_of("desk/visit", visit=visit, balance=balance)
    client = (Button("👤 " + _("The client's card"), CLIENT_CARD(client=visit.client_id)),) if visit.client_id else None
    back = (back_button(DESK_DAY(day=local_day(visit), specialist=None), _("To the day")), home_button())
    return Screen(text, rows_of(*deed_rows(talk, visit, DESK_STEP), client, back))
