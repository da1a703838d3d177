"""A visit is booked in four taps: book, service, time, yes (experience §3.4). Here are the first three."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.utils.translation import gettext as _

from accounts.values import WEB_GUEST
from accounts.wording import money
from booking import wording
from booking.queries.catalogue import Catalogue, read_catalogue
from booking.queries.locations import located
from booking.queries.nearest import nearest_slots
from booking.queries.storefront import STRIP_DAYS, DayStrip, ServiceCard, day_strip, places_with, service_cards
from booking.values import FreeSlot
from catalog.models import Location
from notifications.render.text import one_line
from telegram_bot.buttons import LONGEST_LABEL, back_button, home_button, home_row, in_rows, page_row
from telegram_bot.callbacks import DAYS, HOLD, LOCATIONS, NEAREST, SERVICES, SPECIALISTS, TIMES
from telegram_bot.dress import rows_of
from telegram_bot.refusals import Missing
from telegram_bot.routes import press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen
from telegram_bot.when import day_rows, time_rows

A_PAGE = 8
MOST_PLACES = 40
"""Shown at once, where there are no pages."""


@press(LOCATIONS)
def locations(talk: Talk, *, page: int) -> Reply:
    """Where; skipped where there is one."""
    places = list(places_of(talk))
    if len(places) == 1:
        return services(talk, location=places[0].pk, page=0)
    page = min(page, max(len(places) - 1, 0) // A_PAGE)
    shown = places[page * A_PAGE : (page + 1) * A_PAGE]
    more = page_row(page, len(places) > (page + 1) * A_PAGE, lambda number: LOCATIONS(page=number))
    return choice_of_places(talk, shown, lambda place: SERVICES(location=place.pk, page=0), more)


def choice_of_places(talk: Talk, places: list[Location], data_of: Callable[[Location], str], more: Row = ()) -> Reply:
    buttons = [Button(place_label(place), data_of(place)) for place in places]
    text = text_of("booking/locations", has_any=bool(places), company=talk.company)
    return Reply(Screen(text, rows_of(*in_rows(buttons, across=1), more, home_row())))


def places_of(talk: Talk) -> Iterable[Location]:
    return Location.objects.visible_to(WEB_GUEST).filter(company=talk.company).order_by("position", "name", "pk")


def place_label(place: Location) -> str:
    return one_line(" · ".join(filter(None, (place.name, place.address))), LONGEST_LABEL)


def times_of_service(talk: Talk, service: int, specialist: int | None = None) -> Reply:
    """The times of a service of the company, wherever it is performed; with ``specialist`` where he performs it, and
    with anybody when he does no longer."""
    places = list(places_with(service, specialist).filter(company=talk.company)[:MOST_PLACES])
    if not places and specialist is not None:
        return times_of_service(talk, service)

    def data_of(place: Location) -> str:
        return NEAREST(location=place.pk, service=service, specialist=specialist)

    if len(places) == 1:
        return nearest(talk, location=places[0].pk, service=service, specialist=specialist)
    return choice_of_places(talk, places, data_of)


def place(talk: Talk, location: int) -> Location:
    """A location where clients may book, with the database's clock; this chat deals with its company from now on.

    Raises Missing.
    """
    try:
        found = located(location)
    except Location.DoesNotExist:
        raise Missing from None
    if not (found.is_active and found.company.is_active):
        raise Missing
    talk.enter(found.company_id)
    return found


@press(SERVICES)
def services(talk: Talk, *, location: int, page: int) -> Reply:
    """What is offered there, how long it takes, what it costs."""
    where = place(talk, location)
    cards = list(service_cards(read_catalogue(where)))
    shown = cards[page * A_PAGE : (page + 1) * A_PAGE]
    buttons = [
        Button(service_label(card, where), NEAREST(location=location, service=card.service.pk, specialist=None))
        for card in shown
    ]
    more = page_row(page, len(cards) > (page + 1) * A_PAGE, lambda number: SERVICES(location=location, page=number))
    text = text_of("booking/services", location=where, has_any=bool(cards))
    return Reply(Screen(text, rows_of(*in_rows(buttons, across=1), more, (*other_places(talk), home_button()))))


def other_places(talk: Talk) -> Row:
    several = len(list(places_of(talk)[:2])) > 1  # type: ignore[index]
    return (back_button(LOCATIONS(page=0), _("Locations")),) if several else ()


def service_label(card: ServiceCard, where: Location) -> str:
    """Стрижка · 60 мин · 2 500 ₽: the name gives way."""
    length = about(wording.length(card.minutes_from), varies=card.minutes_vary)
    price = about(money(card.price_from, where.company.currency), varies=card.price_varies)
    terms = f" · {length} · {price}"
    return one_line(card.service.name, LONGEST_LABEL - len(terms)) + terms


def about(text: str, *, varies: bool) -> str:
    return _("from %(what)s") % {"what": text} if varies else text


def card_of_service(catalogue: Catalogue) -> ServiceCard:
    """Raises Missing when nobody performs the one service of ``catalogue`` there."""
    card = next(service_cards(catalogue), None)
    if card is None:
        raise Missing
    return card


@press(NEAREST)
def nearest(talk: Talk, *, location: int, service: int, specialist: int | None, refusal: str = "") -> Reply:
    """The nearest times, with any specialist unless one was chosen."""
    where = place(talk, location)
    slots = nearest_slots(where, service, specialist)
    return times_screen(where, service, specialist, slots, refusal=refusal)


def times_screen(
    where: Location, service: int, specialist: int | None, slots: list[FreeSlot], *, refusal: str = ""
) -> Reply:
    """A handful of times with everything else one tap away; above them why another was refused."""
    card = card_of_service(read_catalogue(where, [service]))
    who = next((one for one in card.specialists if one.pk == specialist), None)
    buttons = [slot_button(slot, where) for slot in slots]
    text = text_of(
        "booking/nearest",
        card=card,
        location=where,
        company=where.company,
        has_any=bool(slots),
        refusal=refusal,
    )
    chosen = who.name if who else _("any")
    further = (
        Button("📆 " + _("Another day"), DAYS(location=where.pk, service=service, specialist=specialist, page=0)),
        Button(
            one_line(f"👤 {_('Specialist')}: {chosen}", LONGEST_LABEL), SPECIALISTS(location=where.pk, service=service)
        ),
    )
    back = (back_button(SERVICES(location=where.pk, page=0), _("Services")), home_button())
    return Reply(Screen(text, rows_of(*in_rows(buttons), further if slots or who else further[1:], back)))


def slot_button(slot: FreeSlot, where: Location) -> Button:
    """сегодня 18:30 · Анна."""
    when = wording.spoken(slot.start, where.zone, where.now)  # type: ignore[attr-defined]  # see located()
    data = HOLD(location=where.pk, service=slot.service_id, specialist=slot.specialist_id, start=slot.start)
    return Button(one_line(f"{when} · {slot.specialist_name}", LONGEST_LABEL), data)


@press(SPECIALISTS)
def specialists(talk: Talk, *, location: int, service: int) -> Reply:
    where = place(talk, location)
    catalogue = read_catalogue(where, [service])
    card = card_of_service(catalogue)
    any_of_them = Button(_("Any"), NEAREST(location=location, service=service, specialist=None))
    buttons = [any_of_them] + [
        Button(one_line(who.name, LONGEST_LABEL), NEAREST(location=location, service=service, specialist=who.pk))
        for who in card.specialists
    ]
    back = (back_button(NEAREST(location=location, service=service, specialist=None)), home_button())
    return Reply(Screen(text_of("booking/specialists", card=card), rows_of(*in_rows(buttons), back)))


def strip_of(where: Location, service: int, specialist: int | None, day: date | None) -> DayStrip:
    """Raises Missing."""
    strip = day_strip(where, service, wanted=day, specialist_id=specialist)
    if strip is None:
        raise Missing
    return strip


@press(DAYS)
def days(talk: Talk, *, location: int, service: int, specialist: int | None, page: int) -> Reply:
    """Only days that have room, two weeks a page."""
    where = place(talk, location)
    today = where.now.astimezone(where.zone).date()  # type: ignore[attr-defined]  # see located()
    strip = strip_of(where, service, specialist, today + timedelta(days=page * STRIP_DAYS))
    buttons = day_rows(
        strip.days, lambda day: TIMES(location=location, service=service, specialist=specialist, day=day, page=0)
    )
    more = page_row(
        page,
        strip.later is not None,
        lambda number: DAYS(location=location, service=service, specialist=specialist, page=number),
    )
    text = text_of(
        "booking/days", card=strip.card, first=strip.strip[0][0], last=strip.strip[-1][0], has_any=bool(buttons)
    )
    back = (back_button(NEAREST(location=location, service=service, specialist=specialist)), home_button())
    return Reply(Screen(text, rows_of(*buttons, more, back)))


@press(TIMES)
def times(talk: Talk, *, location: int, service: int, specialist: int | None, day: date, page: int) -> Reply:
    """All times of a day; of a full day one part, ``page`` says which."""
    where = place(talk, location)
    strip = strip_of(where, service, specialist, day)
    moments = strip.days.get(day, [])
    chosen = {"location": location, "service": service, "specialist": specialist}
    buttons = time_rows(
        moments,
        where.zone,
        page,
        data_of=lambda moment: HOLD(**chosen, start=moment),
        data_of_part=lambda number: TIMES(**chosen, day=day, page=number),
    )
    page_of_day = max((day - strip.openings.calendar.catalogue.today).days, 0) // STRIP_DAYS
    back = back_button(DAYS(location=location, service=service, specialist=specialist, page=page_of_day), _("Days"))
    text = text_of("booking/times", card=strip.card, day=day, has_any=bool(moments))
    return Reply(Screen(text, (*buttons, (back, home_button()))))
