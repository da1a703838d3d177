"""➕ The desk books for somebody: here is for whom, where and what (experience §3.6); ``desk_times`` has the rest."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.commands import client_of_chat, note_client
from accounts.models import Client, Company
from booking.forms import region_of
from booking.models import TAKES_PLACE, Appointment
from booking.queries.catalogue import read_catalogue
from booking.queries.storefront import service_cards
from catalog.models import Location
from notifications.render.text import one_line
from telegram_bot import memory
from telegram_bot.buttons import LONGEST_LABEL, back_button, home_button, home_row, in_rows, page_row
from telegram_bot.callbacks import BOOK_FOR, CLIENT_CARD, NEW_NEAREST, NEW_PLACE, NEW_SERVICE
from telegram_bot.desk import client_of, company_of, place_of, places_of, require_role
from telegram_bot.dress import rows_of
from telegram_bot.finding import LONGEST_NAME, Newcomer, newcomer_in, number_of
from telegram_bot.flows.booking import A_PAGE, MOST_PLACES, place_label, service_label
from telegram_bot.flows.desk_find import choice_screen, found_by
from telegram_bot.refusals import NotRemembered
from telegram_bot.routes import answer, press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen

WHOM = "desk_whom"
NEWCOMER = "desk_newcomer"
"""What the audit calls it when somebody was written down."""


# Whom -----------------------------------------------------------------------------------------------------------------


@press(BOOK_FOR)
def whom(talk: Talk) -> Reply:
    return Reply(whom_screen(talk))


def whom_screen(talk: Talk, problem: str = "") -> Screen:
    """Above it what was wrong with the answer before; a guest needs no typing, should that not work."""
    try:
        talk.ask(WHOM)
    except NotRemembered as refusal:
        problem = str(refusal)
    guest = Button("👤 " + _("A guest, without a number"), NEW_PLACE(whom=None))
    return Screen(text_of("book_for/whom", problem=problem), ((guest,), home_row()))


@answer(WHOM)
def take_whom(talk: Talk, text: str) -> Reply:
    """Somebody known by a few digits, a name, a contact or a message of his; or a name with a number, who is written
    down if he was not."""
    require_role(talk)
    company = company_of(talk)
    if is_guest(text):
        return for_whom(talk, None)
    found = found_by(talk, company, text)
    if not found:
        return newcomer(talk, company, text)
    if len(found) > 1:
        talk.ask(WHOM)
        return Reply(choice_screen(found, lambda client: NEW_PLACE(whom=client.pk)))
    return for_whom(talk, found[0])


def is_guest(text: str) -> bool:
    """The word for it in any language."""
    words = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words.append(_("Guest").lower())
    return text.lower() in words


def newcomer(talk: Talk, company: Company, text: str) -> Reply:
    try:
        client = from_contact(talk, company) if talk.contact else from_text(talk, company, text)
    except ValidationError as error:
        return Reply(whom_screen(talk, problem=" ".join(error.messages)))
    if client is None:
        return Reply(
            whom_screen(talk, problem=_("Nobody was found. If the client is new, write the name and the number."))
        )
    talk.typed = NEWCOMER
    return for_whom(talk, client)


def from_contact(talk: Talk, company: Company) -> Client | None:
    """By his number, or as whoever writes from that chat when Telegram itself says so; a contact can be anybody's."""
    contact = talk.contact
    if contact is None:
        return None
    first_name, last_name = contact.first_name[:LONGEST_NAME], contact.last_name[:LONGEST_NAME]
    if phone := number_of(contact):
        return written_down(talk, company, Newcomer(first_name, last_name, phone))
    if contact.tg_id is None or contact.phone:
        return None
    return client_of_chat(company.pk, contact.tg_id, first_name=first_name, last_name=last_name)


def from_text(talk: Talk, company: Company, text: str) -> Client | None:
    """Raises ValidationError for a number that is none."""
    place = places_of(talk, company).first()
    found = newcomer_in(text, region_of(place)) if place else None
    return written_down(talk, company, found) if found else None


def written_down(talk: Talk, company: Company, who: Newcomer) -> Client:
    with talk.effect():
        return note_client(company.pk, who.phone, first_name=who.first_name, last_name=who.last_name)


def for_whom(talk: Talk, client: Client | None) -> Reply:
    memory.stop_asking(talk.person.tg_id)
    return place(talk, whom=client.pk if client else None)


# Where and what -------------------------------------------------------------------------------------------------------


@press(NEW_PLACE)
def place(talk: Talk, *, whom: int | None) -> Reply:
    """Skipped where there is one."""
    company = company_of(talk)
    client = client_of(talk, company, whom) if whom else None
    places = list(places_of(talk, company))
    if len(places) == 1:
        return services(talk, whom=whom, location=places[0].pk, page=0)
    buttons = [
        Button(place_label(each), NEW_SERVICE(whom=whom, location=each.pk, page=0)) for each in places[:MOST_PLACES]
    ]
    text = text_of("book_for/place", client=client, has_any=bool(places))
    return Reply(Screen(text, (*in_rows(buttons, across=1), home_row())))


@press(NEW_SERVICE)
def services(talk: Talk, *, whom: int | None, location: int, page: int) -> Reply:
    """What can be booked there; first what this client had last."""
    company = company_of(talk)
    client = client_of(talk, company, whom) if whom else None
    where = place_of(talk, company, location)
    cards = list(service_cards(read_catalogue(where)))
    buttons = [
        Button(
            service_label(card, where),
            NEW_NEAREST(whom=whom, location=location, service=card.service.pk, specialist=None),
        )
        for card in cards[page * A_PAGE : (page + 1) * A_PAGE]
    ]
    more = page_row(
        page,
        len(cards) > (page + 1) * A_PAGE,
        lambda number: NEW_SERVICE(whom=whom, location=location, page=number),
    )
    text = text_of("book_for/services", client=client, location=where, has_any=bool(cards))
    return Reply(
        Screen(text, rows_of(usual_row(talk, client, where), *in_rows(buttons, across=1), more, back_row(client)))
    )


def usual_row(talk: Talk, client: Client | None, where: Location) -> Row:
    """The service and the specialist of his last visit here, while both are offered."""
    if client is None:
        return ()
    visits = Appointment.objects.visible_to(talk.staff).filter(client=client, location=where, status__in=TAKES_PLACE)
    visits = visits.filter(service__is_active=True, specialist__is_active=True)
    last = visits.select_related("service", "specialist").order_by("-start_time").first()
    if last is None:
        return ()
    what = one_line(f"🔁 {last.service.name} · {last.specialist.name}", LONGEST_LABEL)
    data = NEW_NEAREST(whom=client.pk, location=where.pk, service=last.service_id, specialist=last.specialist_id)
    return (Button(what, data),)


def back_row(client: Client | None) -> Row:
    back = back_button(CLIENT_CARD(client=client.pk), _("The client")) if client else back_button(BOOK_FOR())
    return (back, home_button())
