"""Whoever presses whatever he finds sees nearly every screen: with good manners, and in one language."""

import re
from decimal import Decimal

import pytest

from accounts.values import Role
from booking.models import Status
from notifications.commands import attach_chat
from notifications.models import Broadcast
from telegram_bot.callbacks import (
    CHANNELS,
    COMPANY,
    DESK_DAY_PAGE,
    EVERY_CHANNEL,
    GRAMMAR,
    HELP,
    INERT,
    MOVE,
    REMINDER,
    SET_LANGUAGE,
    STOP_ASKING,
    STOP_COMMENTING,
    STOP_FOLLOWING,
    UNDO_MOVE,
)
from telegram_bot.models import IncomingUpdate
from tests.booking.steps import cashier_of
from tests.factories import make_location, make_service, make_specialist, make_user
from tests.telegram_bot.crawl import crawl
from tests.telegram_bot.talks.days import BOTH
from tests.telegram_bot.talks.world import ANNA, OPERATOR, SPECIALIST, World, visit_row
from wallet.commands import deposit

pytestmark = pytest.mark.django_db

ADMIN = 25
PEOPLE = {ANNA: 2, SPECIALIST: 2, OPERATOR: 1, ADMIN: 1}
"""Who presses, and how many buttons of every kind."""
BESIDE = {
    *(HELP, COMPANY, REMINDER, INERT, STOP_FOLLOWING, CHANNELS, EVERY_CHANNEL, SET_LANGUAGE),
    *(STOP_ASKING, STOP_COMMENTING, MOVE, UNDO_MOVE, DESK_DAY_PAGE),
}
"""What only a message, a question or a rare state brings, or what ends a road: by the journeys of their own."""
NAMES = {"Русский", "English", "Telegram", "example", "com", "user", "Company", "Somebody"} | {
    *("Anna", "Boris", "Vera", "Haircut", "Beard", "Lenina", "Location"),
}


@pytest.fixture
def busy() -> World:
    """A salon where something is to be seen behind every button."""
    world = World(name="Location")
    for number in range(9):
        world.visit(10, days=2 + number)
        world.past_visit(2 + number)
    for hour in range(5, 17):  # two pages of today, also of a morning when some of them are moved and cancelled first
        visit_row(world, world.at(hour, days=0), world.anna, Status.CONFIRMED)
    attach_chat(world.visit(15, client=world.boris).pk, ANNA, "en")
    make_service(world.company, name="Beard")
    make_specialist(make_location(world.company, name="Location"), world.service, name="Vera")
    deposit(world.anna.pk, Decimal(50_000), cashier_of(world), reference="x" * 32)
    make_user(world.company, Role.ADMIN, tg_id=ADMIN)
    Broadcast.objects.create(company=world.company, name="Vera", content_tg="Vera")
    return world


@BOTH
def test_every_button_is_answered_with_manners_and_in_one_language(busy, talker, language, monkeypatch):
    """Of all four in turn, who leave each other something to see: ``Talker`` looks at the manners after every tap."""
    pressed, said = set(), []
    for who, of_a_kind in PEOPLE.items():
        person = talker(who, "Somebody", language).says("/start")
        screens, kinds = crawl(person, set(GRAMMAR) - BESIDE, monkeypatch, of_a_kind)
        pressed |= kinds
        said += screens

    assert set(GRAMMAR) - pressed - BESIDE == set()
    assert foreign_words("\n".join(said), language) - NAMES == set()
    assert not IncomingUpdate.objects.filter(outcome__startswith="fault").exists()


def foreign_words(text: str, language: str) -> set[str]:
    letters = {"en": "А-Яа-яЁё", "ru": "A-Za-z"}[language]
    return set(re.findall(f"[{letters}]{{2,}}", text))
