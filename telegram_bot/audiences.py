"""Whom a broadcast is for, as a few letters of a button say it: ``all``, ``d60``, ``money``, ``s<service>``,
``l<location>``; ``xs`` and ``xl`` only lead to the lists of these two. Several filters at once are the console's."""

import re
from collections.abc import Callable, Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Company
from catalog.models import Location, Service
from notifications.commands.broadcast import Filters
from notifications.models import Broadcast
from notifications.render.text import one_line
from telegram_bot.buttons import LONGEST_LABEL
from telegram_bot.callbacks import base36, from_base36
from telegram_bot.desk import places_of
from telegram_bot.refusals import Missing
from telegram_bot.talk import Talk
from telegram_bot.values import Button

EVERYBODY, WITH_MONEY, SERVICES, PLACES = "all", "money", "xs", "xl"
DAYS = (30, 60, 90)
ABSENT = re.compile("d(30|60|90)", re.ASCII)
OF_A_ROW = re.compile("([sl])([1-9a-z][0-9a-z]{0,11})", re.ASCII)
MOST = 40

DataOf = Callable[[str], str]
"""What a button with this choice sends."""


def choices(data_of: DataOf) -> list[Button]:
    return [
        Button("👥 " + everybody(), data_of(EVERYBODY)),
        *(Button("💤 " + not_seen_for(days), data_of(f"d{days}")) for days in DAYS),
        Button("👛 " + with_money(), data_of(WITH_MONEY)),
        Button("💇 " + _("Who has had a service…"), data_of(SERVICES)),
        Button("📍 " + _("Who has come to a location…"), data_of(PLACES)),
    ]


def choices_within(talk: Talk, company: Company, choice: str, data_of: DataOf) -> list[Button]:
    """The services or the locations, when ``choice`` only leads there; else none."""
    rows: Iterable[Service | Location] = ()
    if choice == SERVICES:
        rows = services_of(talk, company)[:MOST]
    elif choice == PLACES:
        rows = places_of(talk, company)[:MOST]
    letter = "s" if choice == SERVICES else "l"
    return [Button(one_line(row.name, LONGEST_LABEL), data_of(letter + base36(row.pk))) for row in rows]


def filters_of(talk: Talk, company: Company, choice: str) -> Filters:
    """Raises Missing for what is no choice, or not this company's."""
    if choice == EVERYBODY:
        return Filters()
    if choice == WITH_MONEY:
        return Filters(has_balance=True)
    if absent := ABSENT.fullmatch(choice):
        return Filters(not_seen_days=int(absent[1]))
    if of_a_row := OF_A_ROW.fullmatch(choice):
        return filters_of_row(talk, company, of_a_row[1], from_base36(of_a_row[2]))
    raise Missing


def filters_of_row(talk: Talk, company: Company, letter: str, pk: int) -> Filters:
    if letter == "s" and services_of(talk, company).filter(pk=pk).exists():
        return Filters(had_service_id=pk)
    if letter == "l" and places_of(talk, company).filter(pk=pk).exists():
        return Filters(at_location_id=pk)
    raise Missing


def services_of(talk: Talk, company: Company) -> QuerySet[Service]:
    rows = Service.objects.visible_to(talk.staff).filter(company=company, is_active=True)
    return rows.order_by("position", "name", "pk")


def name_of_audience(broadcast: Broadcast) -> str:
    """In words; two statements at most."""
    words = []
    if broadcast.not_seen_days is not None:
        words.append(not_seen_for(broadcast.not_seen_days))
    if broadcast.had_service is not None:
        words.append(_("have had %(service)s") % {"service": broadcast.had_service.name})
    if broadcast.at_location is not None:
        words.append(_("have come to %(location)s") % {"location": broadcast.at_location.name})
    if broadcast.has_balance:
        words.append(with_money())
    return ", ".join(words) or everybody()


def everybody() -> str:
    return _("Everybody who agreed to offers")


def not_seen_for(days: int) -> str:
    return ngettext("Have not come for %(count)d day", "Have not come for %(count)d days", days) % {"count": days}


def with_money() -> str:
    return _("With money in the wallet")
