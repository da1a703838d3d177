"""Locks that do not come: an answer in time, nothing changed, and nobody else kept waiting."""

from functools import partial
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from accounts import transactions
from accounts.errors import Busy
from accounts.models import Client
from booking.commands import hold_slot
from booking.models import Appointment
from catalog.models import Specialist
from tests.factories import WEB, Salon
from tests.torture.rivals import at_once, winners

pytestmark = pytest.mark.usefixtures("crowd")


class Locker:
    """Somebody who locks a specialist and goes for lunch."""

    def __init__(self, specialist: Specialist) -> None:
        self.specialist, self.locked, self.back = specialist, Event(), Event()
        self.thread = Thread(target=self.run, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()
        assert self.locked.wait(5)

    def __exit__(self, *_: object) -> None:
        self.back.set()
        self.thread.join(5)

    def run(self) -> None:
        try:
            with transaction.atomic():
                list(Specialist.objects.select_for_update().filter(pk=self.specialist.pk))
                self.locked.set()
                self.back.wait(10)
        finally:
            connection.close()


def test_a_lock_that_does_not_come_is_busy_and_changes_nothing(monkeypatch):
    salon = Salon()
    monkeypatch.setattr(transactions, "OPENING", transactions.OPENING.replace("3s", "50ms"))

    with Locker(salon.specialist), pytest.raises(Busy):
        hold_slot(salon.slot(10), WEB)

    assert Appointment.objects.count() == 0
    assert hold_slot(salon.slot(10), WEB).start_time == salon.at(10)


def test_a_locked_specialist_keeps_nobody_waiting_who_wants_another():
    """A location without a capacity is not locked: its chairs do not queue behind each other."""
    salon = Salon(specialists=3)
    locked, *others = salon.specialists

    with Locker(locked):
        outcomes = at_once(partial(hold_slot, salon.slot(10, specialist=one), WEB) for one in others)
        client = Client.objects.create(company=salon.company, first_name="Anna")

    assert len(winners(outcomes)) == 2
    assert client.pk


def test_a_refusal_does_not_wait_for_a_lock():
    """The look before the lock says no; only who would be let in waits."""
    salon = Salon()
    hold_slot(salon.slot(10), WEB)

    with Locker(salon.specialist):
        (outcome,) = at_once([partial(hold_slot, salon.slot(10), WEB)])

    assert outcome.refused
