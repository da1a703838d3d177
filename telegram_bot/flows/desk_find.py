"""🔎 A client by the end of his phone, his name, a contact or a message of his; and his card (experience §3.6)."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from accounts.console.texts import client_label
from accounts.models import Client, Company
from accounts.values import Role
from booking import wording
from booking.models import COMING, Appointment, Status
from booking.models.appointment import AppointmentQuerySet, ClockTimestamp
from notifications.render.text import one_line
from telegram_bot.buttons import LONGEST_LABEL, back_button, home_button, home_row, in_rows
from telegram_bot.callbacks import BOOK_FOR, CLIENT_CARD, EDIT, FIND, NEW_PLACE, base36
from telegram_bot.desk import client_of, clients_of, company_of, require_role
from telegram_bot.finding import MOST, client_behind, clients_like
from telegram_bot.routes import answer, command, press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen
from wallet.queries import balance_of

FINDING = "desk_find"
SHOWN_COMING, SHOWN_PAST = 6, 5


@press(FIND)
@command("find", Role.ADMIN, Role.OPERATOR)
def find(talk: Talk) -> Reply:
    talk.ask(FINDING)
    return Reply(Screen(text_of("find/ask"), (home_row(),)))


@answer(FINDING)
def take_term(talk: Talk, text: str) -> Reply:
    """One client is shown at once, several to choose from; whoever types again searches again."""
    require_role(talk)
    talk.ask(FINDING)
    company = company_of(talk)
    found = found_by(talk, company, text)
    if len(found) == 1:
        return Reply(card_screen(talk, company, found[0]))
    rows = () if found else ((Button("➕ " + _("Book for somebody new"), BOOK_FOR()),),)
    return Reply(choice_screen(found, lambda client: CLIENT_CARD(client=client.pk), rows))


def found_by(talk: Talk, company: Company, text: str) -> list[Client]:
    """Whose contact was shared or message forwarded, else whoever is like what was typed."""
    clients = clients_of(talk, company)
    if talk.contact is not None:
        found = client_behind(clients, talk.contact)
        return [found] if found else []
    return clients_like(clients, text)


def choice_screen(found: list[Client], data_of: Callable[[Client], str], further: tuple[Row, ...] = ()) -> Screen:
    buttons = [Button(one_line(client_label(client), LONGEST_LABEL), data_of(client)) for client in found[:MOST]]
    text = text_of("find/found", has_any=bool(found), has_more=len(found) > MOST)
    return Screen(text, (*in_rows(buttons, across=1), *further, home_row()))


# The card -------------------------------------------------------------------------------------------------------------


@press(CLIENT_CARD)
def client_card(talk: Talk, *, client: int) -> Reply:
    company = company_of(talk)
    return Reply(card_screen(talk, company, client_of(talk, company, client)))


def card_screen(talk: Talk, company: Company, client: Client) -> Screen:
    """Six statements: who he is, what he has, when he comes and came, as far as it concerns this desk."""
    coming, past = coming_visits(talk, client), past_visits(talk, client)
    text = text_of(
        "find/client",
        client=client,
        company=company,
        balance=balance_of(client.pk),
        coming=coming[:SHOWN_COMING],
        has_more=len(coming) > SHOWN_COMING,
        past=list(past[:SHOWN_PAST]),
        missed=past.filter(status=Status.NO_SHOW).count(),
    )
    visits = [visit_button(visit, client) for visit in coming[:SHOWN_COMING]]
    book = Button("➕ " + _("Book for this client"), NEW_PLACE(whom=client.pk))
    return Screen(text, (*in_rows(visits, across=1), (book,), (back_button(FIND(), _("Find another")), home_button())))


def coming_visits(talk: Talk, client: Client) -> list[Appointment]:
    """Soonest first, one more than is shown when there are more."""
    rows = visits_of(talk, client).filter(status__in=COMING, end_time__gt=ClockTimestamp())
    return list(rows.order_by("start_time", "pk")[: SHOWN_COMING + 1])


def past_visits(talk: Talk, client: Client) -> AppointmentQuerySet:
    """The latest first; a visit that was cancelled before it was booked at all is none."""
    rows = visits_of(talk, client).exclude(status__in=COMING, end_time__gt=ClockTimestamp())
    return rows.that_were_wanted().order_by("-start_time", "-pk")


def visits_of(talk: Talk, client: Client) -> AppointmentQuerySet:
    rows = Appointment.objects.visible_to(talk.staff).filter(client=client).booked()
    return rows.select_related("service", "specialist", "location")


def visit_button(visit: Appointment, client: Client) -> Button:
    local = visit.start_time.astimezone(visit.location.zone)
    when = f"{wording.short_day(local.date())} {wording.clock(local, visit.location.zone)}"
    text = one_line(f"🗓 {when} · {visit.service.name} · {visit.specialist.name}", LONGEST_LABEL)
    return Button(text, EDIT(id=visit.pk, return_to=f"c{base36(client.pk)}"))
