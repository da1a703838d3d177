"""Where everybody begins: the menu, help, contacts, the choice of a company, and what a deep link leads to."""

from django.utils.translation import gettext as _

from accounts.models import Company
from accounts.values import WEB_GUEST, Role
from accounts.wording import money
from booking.models import TAKES_PLACE, Appointment
from booking.templatetags.wording import map_link
from catalog.models import Location
from notifications.render.text import one_line
from telegram_bot.buttons import LONGEST_LABEL, back_button, home_button, home_row, in_rows, web_app_url
from telegram_bot.callbacks import (
    AS_CLIENT,
    COMPANY,
    CONTACTS,
    HELP,
    HOME,
    INERT,
    LANGUAGES,
    LOCATIONS,
    MENU_BELOW,
    REPEAT,
    SET_LANGUAGE,
    SETTINGS,
    UPCOMING,
    WALLET,
)
from telegram_bot.dress import rows_of
from telegram_bot.own import coming_visits, own_visits
from telegram_bot.refusals import Missing
from telegram_bot.routes import HOMES, command, home_of, press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen
from wallet.queries import balance_of

MOST_COMPANIES = 20
SHOWN_LOCATIONS = 8


@press(HOME)
@command("start")
@command("menu")
def home(talk: Talk) -> Reply:
    """The first screen of whoever he is: staff see their day, everybody else the salon."""
    return Reply(HOMES.get(talk.person.role, clients_home)(talk).screen)


@press(MENU_BELOW)
def menu_below(talk: Talk) -> Reply:
    """A receipt stays as it is; the menu comes below it."""
    return Reply(home(talk).screen, below=True)


@press(AS_CLIENT)
@home_of(Role.CLIENT)
def clients_home(talk: Talk) -> Reply:
    """The salon, the next visit, and everything a client can do; where it has closed, or none is chosen, which one."""
    try:
        company = talk.company
    except Company.DoesNotExist:
        return choose_company(talk)
    coming = list(coming_visits(talk)[:10])
    text = text_of("start/home", company=company, visit=coming[0] if coming else None, is_new=is_new(talk))
    return Reply(Screen(text, home_rows(talk, coming)))


def is_new(talk: Talk) -> bool:
    return talk.person.client_id is None


def home_rows(talk: Talk, coming: list[Appointment]) -> tuple[Row, ...]:
    count = f" · {len(coming)}" if coming else ""
    return rows_of(
        repeat_row(talk),
        (Button("📅 " + _("Book"), LOCATIONS(page=0)), Button("🗓 " + _("My visits") + count, UPCOMING(page=0))),
        (Button("👛 " + wallet_label(talk), WALLET(page=0)), Button("📍 " + _("Contacts"), CONTACTS())),
        (Button("⚙️ " + _("Settings"), SETTINGS()), *app_button()),
        staffs_row(talk),
    )


def repeat_row(talk: Talk) -> Row:
    """Once more what he had last, while it is offered."""
    last = own_visits(talk).filter(status__in=TAKES_PLACE, service__is_active=True, specialist__is_active=True)
    visit = last.select_related("service", "specialist").order_by("-start_time").first()
    if visit is None:
        return ()
    what = f"{visit.service.name} · {visit.specialist.name}"
    return (Button(one_line(f"🔁 {_('Repeat')}: {what}", LONGEST_LABEL), REPEAT(id=visit.pk)),)


def wallet_label(talk: Talk) -> str:
    if talk.person.client_id is None:
        return _("Wallet")
    return f"{_('Wallet')} {money(balance_of(talk.person.client_id), talk.company.currency)}"


def app_button() -> Row:
    address = web_app_url("/?tg=1")
    return (Button("📱 " + _("Open the app"), web_app=address),) if address else ()


def staffs_row(talk: Talk) -> Row:
    return home_row() if talk.person.staff else ()


def choose_company(talk: Talk) -> Reply:
    """Where the deployment has several: the one dealt with last is remembered."""
    companies = list(Company.objects.visible_to(WEB_GUEST).order_by("name")[:MOST_COMPANIES])
    buttons = [Button(one_line(company.name, LONGEST_LABEL), COMPANY(company=company.pk)) for company in companies]
    return Reply(Screen(text_of("start/companies", has_any=bool(companies)), in_rows(buttons, across=1)))


@press(COMPANY)
def take_company(talk: Talk, *, company: int) -> Reply:
    if not Company.objects.visible_to(WEB_GUEST).filter(pk=company).exists():
        raise Missing
    talk.enter(company)
    return clients_home(talk)


@press(HELP)
@command("help")
def help_page(talk: Talk) -> Reply:
    return Reply(Screen(text_of("start/help", role=talk.person.role), (home_row(),)))


@press(CONTACTS)
def contacts(talk: Talk) -> Reply:
    """Where the salon is, and its telephone."""
    rows = Location.objects.visible_to(WEB_GUEST).filter(company=talk.company).order_by("position", "name")
    locations = list(rows[:SHOWN_LOCATIONS])
    routes = [
        Button(one_line(f"📍 {place.name}", LONGEST_LABEL), url=map_link(place.address))
        for place in locations
        if place.address
    ]
    text = text_of("start/contacts", company=talk.company, locations=locations)
    return Reply(Screen(text, (*in_rows(routes), home_row())))


@press(LANGUAGES)
def languages(talk: Talk) -> Reply:
    choices = (
        Button(("✅ " if talk.person.language == "ru" else "▫️ ") + "Русский", SET_LANGUAGE(language="ru")),
        Button(("✅ " if talk.person.language == "en" else "▫️ ") + "English", SET_LANGUAGE(language="en")),
    )
    return Reply(Screen(text_of("start/languages"), (choices, (back_button(SETTINGS()), home_button()))))


@press(INERT)
def nothing(talk: Talk) -> Reply:
    return Reply()


def outdated(talk: Talk) -> Reply:
    """A button that means nothing any more, or nothing to this person, who is told no more than that."""
    return Reply(home(talk).screen, toast=_("This button is out of date. I have opened the menu."), is_menu=True)
