"""One time, wanted at the same moment by people at every door: the page, the bot, the bot's desk and the console."""

import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.values import Role
from booking.models import Appointment
from telegram_bot import permits
from telegram_bot.callbacks import HOLD, NEW_BOOK
from tests.booking.desk import ADD, typed
from tests.console import World
from tests.standins.telegram import TelegramStandIn
from tests.telegram_bot.chats import connected
from tests.telegram_bot.desk import staff
from tests.telegram_bot.talking import SECRET, Talker, post
from tests.torture.rivals import CONSTRAINTS, FOLLOW, after, at_once, before_locking, doubles, rounds, say, without

pytestmark = pytest.mark.usefixtures("crowd")

AT_EACH_DOOR = 3
HOUR, DAYS = 12, 2
Deed = Callable[[], Any]


@pytest.fixture
def telegram(settings, monkeypatch) -> Iterator[TelegramStandIn]:
    monkeypatch.setattr(permits, "SECOND", 0.0)
    settings.TELEGRAM_WEBHOOK_SECRET = SECRET
    with connected(settings, per_second=None, per_chat=None) as telegram:
        yield telegram


def rivals_at_every_door(telegram: TelegramStandIn, world: World, first_chat: int) -> list[Deed]:
    """Each with the time before him, about to tap."""
    chats = iter(range(first_chat, first_chat + 2 * AT_EACH_DOOR))
    doors = (
        *(partial(in_the_bot, telegram, world, tg_id) for tg_id in [next(chats) for _ in range(AT_EACH_DOOR)]),
        *(partial(at_the_bots_desk, telegram, world, tg_id) for tg_id in chats),
        *[partial(on_the_page, world)] * AT_EACH_DOOR,
        *[partial(in_the_console, world)] * AT_EACH_DOOR,
    )
    return [arrive() for arrive in doors]


def in_the_bot(telegram: TelegramStandIn, world: World, tg_id: int) -> Deed:
    talker = Talker(telegram, tg_id).says("/start")
    return partial(tap, talker, HOLD(**wanted(world), start=moment(world)))


def at_the_bots_desk(telegram: TelegramStandIn, world: World, tg_id: int) -> Deed:
    staff(world.company, tg_id)
    talker = Talker(telegram, tg_id).says("/menu")
    return partial(tap, talker, NEW_BOOK(**wanted(world), whom=None, start=moment(world)))


def on_the_page(world: World) -> Deed:
    path, browser = f"/{world.location.slug}/{world.salon.service.pk}/", Browser()
    browser.get(path)
    return partial(browser.post, path, {"slot": moment(world).isoformat()})


def in_the_console(world: World) -> Deed:
    console = world.browser(Role.OPERATOR)
    return partial(console.post, ADD, typed(world, console, HOUR, DAYS))


def at_some_moment(deed: Deed) -> Deed:
    """The page is the quickest: all at one moment, it would win every time."""
    return after(random.uniform(0, 0.2), deed)


def tap(talker: Talker, data: str) -> Any:
    """The answer to the request; every tap is answered to whoever tapped, too."""
    update = talker.telegram.forged_press(talker.tg_id, data, message_id=talker.screen.message_id)
    response = post(talker.browser, update)
    assert talker.telegram.answer_to(update) is not None
    return response


def wanted(world: World) -> dict[str, int]:
    salon = world.salon
    return {"location": salon.location.pk, "service": salon.service.pk, "specialist": salon.specialist.pk}


def moment(world: World) -> Any:
    return world.salon.at(HOUR, days=DAYS)


def booked(world: World) -> list[Appointment]:
    return list(Appointment.objects.filter(location=world.location, start_time=moment(world)))


def statuses(outcomes: list) -> set[int]:
    assert [outcome.error for outcome in outcomes if outcome.error] == []
    return {outcome.answer.status_code for outcome in outcomes}


def test_one_time_goes_to_one_of_the_page_the_bot_its_desk_and_the_console(telegram):
    tried, won = 0, set()
    for number in rounds(quick=3):
        world = World()
        deeds = rivals_at_every_door(telegram, world, first_chat=1000 + 100 * number)

        outcomes = at_once(at_some_moment(deed) for deed in deeds)

        assert statuses(outcomes) <= {200, 302, 409}
        [visit] = booked(world)
        won.add(visit.source)
        tried += len(deeds)
    assert doubles() == 0
    say(f"page, bot, its desk and console: 0 doubles of {tried}; came first: {', '.join(sorted(won))}")


def test_control_without_any_mechanism_every_door_gives_the_same_time_away(telegram, monkeypatch):
    world = World()
    deeds = rivals_at_every_door(telegram, world, first_chat=1000)
    before_locking(monkeypatch, partial(time.sleep, 0.5), lock=False)

    with without(constraints=CONSTRAINTS, triggers=[FOLLOW]):
        at_once(deeds)
        visits, found = booked(world), doubles()

    assert {visit.source for visit in visits} == {"web", "tg_bot", "admin"}
    assert found > 0


def test_whoever_comes_later_finds_it_taken_at_every_door(telegram):
    world = World()
    deeds = rivals_at_every_door(telegram, world, first_chat=1000)

    for deed in deeds:
        deed()

    assert len(booked(world)) == 1
