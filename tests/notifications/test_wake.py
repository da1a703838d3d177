"""Waking never waits for the broker, and outlives whatever happens to it."""

import os
from threading import Event, Thread

import pytest
from kombu.exceptions import OperationalError

from accounts.values import Actor, Channel, Role
from booking.commands import reschedule_appointment
from notifications import wake
from notifications.wake import Waker, wake_deliveries, wake_event
from tests.factories import Salon, book

PATIENCE = 10


@pytest.fixture
def asked(monkeypatch) -> list[tuple]:
    """What is asked of the broker; it is published at once, in this thread."""
    found: list[tuple] = []
    monkeypatch.setattr(wake.app, "send_task", lambda name, numbers, **how: found.append((name, numbers, how)))
    monkeypatch.setattr(wake.WAKER, "publish", lambda call: call())
    return found


def test_events_and_deliveries_are_asked_for_in_their_queue(asked):
    wake_event(7)
    wake_deliveries([8])

    assert [(name, list(numbers), how["queue"], how["retry"]) for name, numbers, how in asked] == [
        ("notifications.tasks.dispatch", [7], "events:p2p", False),
        ("notifications.tasks.send", [8], "events:p2p", False),
    ]


@pytest.mark.parametrize(
    ("channel", "countdown"), [(Channel.ADMIN, 10.0), (Channel.WEB, None)], ids=["in the console", "by the client"]
)
def test_a_move_in_the_console_is_asked_for_when_it_can_no_longer_be_undone(
    asked, channel, countdown, django_capture_on_commit_callbacks, db
):
    salon = Salon()
    visit = book(salon.slot(10, days=3))
    role = Role.CLIENT if channel == Channel.WEB else Role.ADMIN
    actor = Actor(role, channel, company_id=salon.company.pk)

    with django_capture_on_commit_callbacks(execute=True):
        reschedule_appointment(visit.pk, salon.at(12, days=3), actor)

    event = visit.events.latest("pk")
    assert [(name, list(numbers), how["countdown"]) for name, numbers, how in asked] == [
        ("notifications.tasks.dispatch", [event.pk], countdown)
    ]


def test_publishing_returns_while_the_broker_does_not_answer():
    waker, answer, published = Waker(), Event(), Event()

    waker.publish(lambda: answer.wait(PATIENCE))
    waker.publish(published.set)

    assert not published.is_set()
    answer.set()
    assert published.wait(PATIENCE)


def test_a_broker_that_is_gone_costs_what_waited_and_nothing_that_follows():
    waker, published = Waker(), Event()

    waker.publish(gone)
    waker.calls.join()
    waker.publish(published.set)

    assert published.wait(PATIENCE)


def gone() -> None:
    raise OperationalError


def test_a_thread_that_died_is_made_anew():
    waker, published = Waker(), Event()
    waker.publish(lambda: None)
    waker.calls.join()
    dead = Thread(target=lambda: None)
    dead.start()
    dead.join()
    waker.thread = dead

    waker.publish(published.set)

    assert published.wait(PATIENCE)


def test_a_process_that_forked_has_a_thread_of_its_own(monkeypatch):
    waker = Waker()
    waker.publish(lambda: None)
    parents = waker.thread
    monkeypatch.setattr(os, "getpid", lambda: -1)

    waker.publish(lambda: None)

    assert waker.thread is not parents
