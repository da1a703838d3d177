"""One visit cancelled by several people at the same moment: once, and each of them is told so."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts import transactions
from booking.commands import progress
from booking.models import Appointment
from notifications.commands import attach_chat
from telegram_bot.callbacks import CONFIRM_CANCEL
from tests.booking.steps import history
from tests.telegram_bot.talking import post
from tests.telegram_bot.talks.world import ANNA, World, top_up
from tests.torture.rivals import Meeting, before_locking

pytestmark = pytest.mark.django_db(transaction=True)

FIVE = [ANNA, 101, 102, 103, 104]


def test_cancelled_five_times_at_once_it_is_cancelled_once(talker, telegram):
    """By its client and by four who follow it; the money comes back once."""
    world = World()
    top_up(world.anna, 1000)
    visit = world.visit(10, pay_from_wallet=True)

    cancelled_by_five_at_once(visit, talker, telegram)

    world.anna.wallet.refresh_from_db()
    assert history(visit).count("booking_cancelled") == 1
    assert world.anna.wallet.balance == 1000
    texts = {telegram.live_messages(chat)[-1].text.split(" · ")[0] for chat in FIVE}
    assert texts == {"❌ Your visit has been cancelled"}


def test_control_without_locks_what_is_cancelled_five_times_at_once_is_told_as_often(talker, telegram, monkeypatch):
    visit = World().visit(10)
    meeting = Meeting(5)
    before_locking(monkeypatch, lambda: None, lock=False)
    monkeypatch.setattr(transactions, "OPENING", "SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
    monkeypatch.setattr(progress, "require_step", lambda *_args: meeting.wait())

    cancelled_by_five_at_once(visit, talker, telegram)

    assert history(visit).count("booking_cancelled") == 5


def cancelled_by_five_at_once(visit: Appointment, talker, telegram) -> None:
    people = {chat: talker(chat, f"Chat {chat}", "en") for chat in FIVE}
    for chat in FIVE[1:]:
        attach_chat(visit.pk, chat, "en")
    updates = [telegram.forged_press(chat, CONFIRM_CANCEL(id=visit.pk, return_to="n")) for chat in FIVE]

    statuses = at_once(lambda number: post(people[FIVE[number]].browser, updates[number]).status_code)

    assert statuses == [200] * 5


def at_once(do: Callable[[int], int]) -> list[int]:
    def one(number: int) -> int:
        try:
            return do(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as threads:
        return list(threads.map(one, range(5)))
