"""What a person decides about himself: his language, what he is told, and by which channels (experience §3.4)."""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.commands import choose_language
from accounts.models import Company
from accounts.values import Actor
from booking.wording import clock
from notifications.commands import address_chat, hear, prefer
from notifications.queries import Wishes, wishes_of
from notifications.values import ALL_CHANNELS, Channel, Occasion
from telegram_bot.buttons import back_button, home_button, home_row, in_rows, label
from telegram_bot.callbacks import (
    CHANNELS,
    EVERY_CHANNEL,
    LANGUAGES,
    MUTE,
    OFFERS,
    SET_LANGUAGE,
    SETTINGS,
    SHARE_PHONE,
)
from telegram_bot.dress import rows_of
from telegram_bot.flows.phone import note_asking, question
from telegram_bot.refusals import Missing
from telegram_bot.routes import command, press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen

SAID = {
    Occasion.BOOKING_CREATED: pgettext_lazy("is told of", "New visits"),
    Occasion.BOOKING_RESCHEDULED: pgettext_lazy("is told of", "Moves"),
    Occasion.BOOKING_CANCELLED: pgettext_lazy("is told of", "Cancellations"),
    Occasion.BOOKING_REMINDER: pgettext_lazy("is told of", "Reminders"),
    Occasion.DAY_SUMMARY: pgettext_lazy("is told of", "The day ahead"),
}


def myself(talk: Talk) -> Actor:
    """As staff for whoever is that: what he hears as a client is the same chat's business."""
    return talk.person.staff or talk.client


@press(SETTINGS)
@command("settings")
def menu(talk: Talk) -> Reply:
    return Reply(menu_screen(talk, wishes_of(myself(talk))))


def menu_screen(talk: Talk, wishes: Wishes | None) -> Screen:
    """Each label is the state of what it switches."""
    events = [toggle(SAID[event], wishes.hears(event), mute(event)) for event in wishes.events] if wishes else []
    language = Button(f"🌐 {dict(settings.LANGUAGES)[talk.person.language]}", LANGUAGES())
    rows = rows_of(
        (language, *phone_button(talk, wishes)),
        *in_rows(events),
        *(several_channels(wishes) if wishes else ()),
        offers_row(talk, wishes) if wishes else (),
        home_row(),
    )
    return Screen(menu_text(talk, wishes), rows)


def menu_text(talk: Talk, wishes: Wishes | None) -> str:
    actor = myself(talk)
    company = Company.objects.get(pk=actor.company_id) if actor.company_id and wishes and wishes.events else None
    client = wishes.person.client if wishes else None
    return text_of(
        "settings/menu", is_staff=actor.is_staff, phone=client.phone if client else None, quiet=quiet_hours(company)
    )


def quiet_hours(company: Company | None) -> tuple[str, str] | None:
    """From when to when nobody is reminded; the company's rule."""
    if company is None or company.quiet_from == company.quiet_until:
        return None
    return hour(company.quiet_from, company), hour(company.quiet_until, company)


def hour(number: int, company: Company) -> str:
    """22:00, 10:00 pm."""
    return clock(datetime(2026, 1, 1, number, tzinfo=company.zone), company.zone)


def toggle(text: object, on: bool, data: str) -> Button:
    return Button(f"{'✅' if on else '▫️'} {text}", data)


def mute(event: Occasion, channel: str = ALL_CHANNELS) -> str:
    return MUTE(event=event.value, channel=str(channel))


def several_channels(wishes: Wishes) -> tuple[Row, ...]:
    """Where there is something to choose from."""
    if len(wishes.channels) < 2 or not wishes.events:
        return ()
    every = wishes.preferences.every_channel
    return (
        (Button("🔀 " + _("By which channels"), CHANNELS()),),
        (toggle(_("By all of them at once"), every, EVERY_CHANNEL(on=not every)),),
    )


def offers_row(talk: Talk, wishes: Wishes) -> Row:
    """Only who has agreed gets offers, and he may take that back; staff get none."""
    if wishes.person.client is None:
        return ()
    agrees = wishes.preferences.wants_offers
    return (toggle(_("Offers and discounts"), agrees, OFFERS(on=not agrees)),)


def phone_button(talk: Talk, wishes: Wishes | None) -> Row:
    """The number of a client of the company that he deals with."""
    if talk.person.staff is not None or talk.person.company_id is None:
        return ()
    has_phone = wishes is not None and wishes.person.client is not None and wishes.person.client.phone
    text = _("Change the number") if has_phone else _("Send my number")
    return (Button(f"📱 {text}", SHARE_PHONE()),)


# What is decided ------------------------------------------------------------------------------------------------------


@press(SET_LANGUAGE)
def set_language(talk: Talk, *, language: str) -> Reply:
    """Of the chat, and of whoever is behind it: what he is told of comes in it, too."""
    with talk.effect():
        choose_language(talk.person.tg_id, language)
        address_chat(talk.person.tg_id, language)
        talk.change_chat(language=language)
    with translation.override(language):
        return saved(menu(talk).screen)


@press(MUTE)
def switch(talk: Talk, *, event: str, channel: str) -> Reply:
    """One event by every channel, or by one. Raises Missing for what he is never told of."""
    actor = myself(talk)
    with talk.effect():
        wishes = wishes_of(actor)
        if wishes is None or event not in wishes.events or channel not in (ALL_CHANNELS, *wishes.channels):
            raise Missing
        what, way = Occasion(event), None if channel == ALL_CHANNELS else Channel(channel)
        hear(actor, what, channel, on=not wishes.hears(what, way))
    wishes = wishes_of(actor)
    return saved(channels_screen(wishes) if way and wishes else menu_screen(talk, wishes))


@press(EVERY_CHANNEL)
def every_channel(talk: Talk, *, on: bool) -> Reply:
    with talk.effect():
        prefer(myself(talk), every_channel=on)
    return saved(menu(talk).screen)


@press(OFFERS)
def offers(talk: Talk, *, on: bool) -> Reply:
    """A client's consent."""
    with talk.effect():
        prefer(talk.client, wants_offers=on)
    return saved(menu(talk).screen)


def saved(screen: Screen | None) -> Reply:
    return Reply(screen, toast=_("Saved."))


@press(CHANNELS)
def channels(talk: Talk) -> Reply:
    wishes = wishes_of(myself(talk))
    return Reply(channels_screen(wishes) if wishes else menu_screen(talk, None))


def channels_screen(wishes: Wishes) -> Screen:
    """Two rows for each event: what it is, and by which channels."""
    rows = [
        row
        for event in wishes.events
        for row in ((label(str(SAID[event])),), *in_rows(ways_of(wishes, event), across=len(wishes.channels)))
    ]
    text = text_of("settings/channels", every=wishes.preferences.every_channel)
    return Screen(text, (*rows, (back_button(SETTINGS()), home_button())))


def ways_of(wishes: Wishes, event: Occasion) -> list[Button]:
    return [toggle(way.label, wishes.hears(event, way), mute(event, way)) for way in wishes.channels]


@press(SHARE_PHONE)
def share_phone(talk: Talk) -> Reply:
    """The key that sends it appears below the chat."""
    with talk.effect():
        note_asking(talk)
    return Reply(after=(question(talk),))
