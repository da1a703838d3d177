"""What is typed or followed instead of pressed: deep links (contract §5), and a text that nobody asked for."""

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.commands import accept_invitation
from accounts.errors import Refusal
from accounts.models import Company
from accounts.values import WEB_GUEST
from booking.models import Appointment
from booking.queries.visits import visit_by_link
from catalog.models import Location, Service
from notifications.commands import attach_chat
from telegram_bot.buttons import home_row
from telegram_bot.callbacks import LOCATIONS, VISIT
from telegram_bot.flows.booking import services, times_of_service
from telegram_bot.flows.phone import is_skip, skipped
from telegram_bot.flows.start import clients_home, home
from telegram_bot.routes import LINKS, PRESSES, command, link
from telegram_bot.talk import Talk
from telegram_bot.values import Reply, Screen


def unknown_text(talk: Talk, text: str) -> Reply:
    """The name of a service leads to its times, anything else to the menu."""
    if is_skip(text):
        return skipped(talk)
    if service := service_called(talk, text):
        return times_of_service(talk, service.pk)
    return home(talk)


def service_called(talk: Talk, text: str) -> Service | None:
    if talk.person.company_id is None or not 3 <= len(text) <= 100:
        return None
    offered = Service.objects.visible_to(WEB_GUEST).filter(company=talk.person.company_id)
    return offered.filter(Q(name__iexact=text) | Q(name__istartswith=text)).order_by("position", "name").first()


# What follows /start: deep links (contract §5) ------------------------------------------------------------------------


def by_link(talk: Talk, payload: str) -> Reply:
    """``name`` or ``name_rest``; a link that leads nowhere any more leads to the menu."""
    name, _underscore, rest = payload.partition("_")
    if handler := LINKS.get(name):
        return handler(talk, rest)
    return gone(talk)


def gone(talk: Talk) -> Reply:
    menu = home(talk).screen
    text = _("This link no longer works.")
    return Reply(Screen(f"{text}\n\n{menu.text}", menu.rows) if menu else None)


@link("b")
@command("book")
def book(talk: Talk, rest: str = "") -> Reply:
    """To the services, or to the times of one, with one specialist if named."""
    service, _underscore, specialist = rest.partition("_")
    if not service.isdecimal():
        return PRESSES[LOCATIONS](talk, page=0)
    found = Service.objects.visible_to(WEB_GUEST).filter(pk=int(service[:18])).first()
    if found is None:
        return gone(talk)
    talk.enter(found.company_id)
    who = int(specialist[:18]) if specialist.isdecimal() else None
    return times_of_service(talk, found.pk, who)


@link("c")
def company_link(talk: Talk, rest: str) -> Reply:
    found = Company.objects.visible_to(WEB_GUEST).filter(slug=rest).first()
    if found is None:
        return gone(talk)
    talk.enter(found.pk)
    return clients_home(talk)


@link("l")
def location_link(talk: Talk, rest: str) -> Reply:
    rows = Location.objects.visible_to(WEB_GUEST)
    found = rows.filter(Q(slug=rest) | Q(pk=int(rest[:18]) if rest.isdecimal() else 0)).first()
    if found is None:
        return gone(talk)
    talk.enter(found.company_id)
    return services(talk, location=found.pk, page=0)


@link("v")
def visit_link(talk: Talk, rest: str) -> Reply:
    """This chat follows the visit from now on: it sees it, may change it as by its link, and hears of it."""
    try:
        visit = visit_by_link(rest)
    except Appointment.DoesNotExist:
        return gone(talk)
    talk.enter(visit.company_id)
    with talk.effect():
        attach_chat(visit.pk, talk.person.tg_id, talk.person.language)
    return PRESSES[VISIT](talk, id=visit.pk)


@link("inv")
def invitation(talk: Talk, rest: str) -> Reply:
    """Somebody of the staff connects his Telegram."""
    try:
        with talk.effect():
            accept_invitation(rest, talk.person.tg_id)
    except Refusal as refusal:
        return Reply(Screen(str(refusal), (home_row(),)))
    talk.look_again()
    return home(talk)
