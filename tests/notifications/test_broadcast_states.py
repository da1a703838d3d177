"""A broadcast is started, paused, resumed and stopped by an administrator of its company."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from accounts.errors import NotAllowed
from accounts.values import SYSTEM, Actor, Channel, Role
from notifications.commands import (
    pause_broadcast,
    resume_broadcast,
    run_broadcast,
    send_again,
    start_broadcast,
    stop_broadcast,
    wake_broadcasts,
)
from notifications.commands.broadcast.address import write_chunk
from notifications.errors import NobodyToTell, TryLater, Unacceptable, WrongBroadcastState
from notifications.models import Broadcast, BroadcastState, Delivery
from tests.notifications.campaign import PATHS, BulkTelegram, Campaign, again, one_turn, parts, reasons, run, states
from tests.notifications.carriers import Telegram

pytestmark = pytest.mark.django_db

DRAFT, RUNNING, PAUSED, STOPPED, DONE = BroadcastState
DEEDS = {
    start_broadcast: {DRAFT: RUNNING},
    pause_broadcast: {RUNNING: PAUSED},
    resume_broadcast: {PAUSED: RUNNING},
    stop_broadcast: {RUNNING: STOPPED, PAUSED: STOPPED},
}
"""What may be done in which state, and where it leads."""


@pytest.fixture
def salon(settings) -> Campaign:
    settings.NOTIFICATION_CHANNELS = PATHS
    return Campaign()


@pytest.fixture
def woken(monkeypatch) -> list[tuple[int, int]]:
    """Whom a worker was asked for: broadcast and turn."""
    calls: list[tuple[int, int]] = []
    for module in ("steer", "turns"):
        monkeypatch.setattr(
            f"notifications.commands.broadcast.{module}.wake_broadcast", lambda *call: calls.append(call)
        )
    return calls


# --- transitions


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("state", BroadcastState)
def test_a_deed_is_done_in_its_state_and_refused_in_any_other(salon, deed: Callable, state):
    salon.fan()
    broadcast = salon.broadcast(state=state)

    if state in DEEDS[deed]:
        assert deed(broadcast.pk, salon.admin).state == DEEDS[deed][state]
    else:
        with pytest.raises(WrongBroadcastState):
            deed(broadcast.pk, salon.admin)
    assert again(broadcast).state == DEEDS[deed].get(state, state)


def test_a_start_is_refused_when_nobody_fits(salon):
    salon.fan()
    broadcast = salon.broadcast(had_service=salon.service)

    with pytest.raises(NobodyToTell):
        start_broadcast(broadcast.pk, salon.admin)

    assert again(broadcast).state == DRAFT


def test_a_start_and_a_stop_are_dated(salon):
    salon.fan()
    broadcast = salon.started()

    stop_broadcast(broadcast.pk, salon.admin)

    stopped = again(broadcast)
    assert stopped.created_at < stopped.started_at < stopped.finished_at


# --- rights


@pytest.mark.parametrize("deed", DEEDS)
def test_only_an_administrator_of_the_company_or_the_owner_may_steer(salon, deed):
    salon.fan()
    foreign = Campaign().admin
    mine = salon.admin
    nobodies = [foreign, SYSTEM, replace(mine, role=Role.CLIENT)]
    nobodies += [replace(mine, role=role) for role in (Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT)]
    broadcast = salon.broadcast(state=next(iter(DEEDS[deed])))

    for nobody in nobodies:
        with pytest.raises(NotAllowed):
            deed(broadcast.pk, nobody)
        with pytest.raises(NotAllowed):
            deed(0, salon.admin)

    assert again(broadcast).state == broadcast.state
    owner = Actor(Role.ADMIN, Channel.ADMIN, owns_deployment=True)
    assert deed(broadcast.pk, owner).state != broadcast.state


# --- the worker


def test_a_worker_is_asked_for_after_the_commit(salon, woken, django_capture_on_commit_callbacks):
    salon.fan()
    with django_capture_on_commit_callbacks(execute=True):
        broadcast = salon.started()
        assert woken == []

    assert woken == [(broadcast.pk, 0)]


def test_a_pause_holds_everything_back_and_a_resume_lets_it_go(salon):
    salon.fans(3)
    broadcast = salon.started()
    write_chunk(broadcast.pk)
    pause_broadcast(broadcast.pk, salon.admin)

    assert run(broadcast).state == PAUSED
    assert states(broadcast) == {"WAITING": 3}

    resume_broadcast(broadcast.pk, salon.admin)
    assert run(broadcast).state == DONE
    assert len(set(Telegram.targets())) == 3


def test_a_pause_in_the_middle_of_a_turn_is_felt_at_the_next_message(salon, monkeypatch):
    salon.fans(5)
    broadcast = salon.started()

    def send_and_pause(self, message):
        if len(Telegram.sent) == 1:
            pause_broadcast(broadcast.pk, salon.admin)
        return Telegram.send(self, message)

    monkeypatch.setattr(BulkTelegram, "send", send_and_pause)
    assert run(broadcast).state == PAUSED

    assert states(broadcast) == {"SENT": 2, "WAITING": 3}


def test_a_stop_drops_whoever_waits(salon):
    salon.fans(3)
    broadcast = salon.started()
    write_chunk(broadcast.pk)
    first = parts(broadcast)[0]
    Delivery.objects.filter(pk=first.pk).update(state="SENT")

    stop_broadcast(broadcast.pk, salon.admin)

    assert run(broadcast).state == STOPPED
    assert reasons(broadcast) == [("SENT", ""), *[("DROPPED", "the broadcast was stopped")] * 2]
    assert Telegram.sent == []


def test_what_comes_back_after_a_stop_is_dropped(salon, monkeypatch):
    """It was on its way when somebody stopped the broadcast; the channel then had trouble."""
    salon.fan()
    broadcast = salon.started()

    def stop_and_fail(self, message):
        stop_broadcast(broadcast.pk, salon.admin)
        raise TryLater("no network")

    monkeypatch.setattr(BulkTelegram, "send", stop_and_fail)
    run(broadcast)
    assert states(broadcast) == {"WAITING": 1}

    wake_broadcasts()

    assert reasons(broadcast) == [("DROPPED", "the broadcast was stopped")]


def test_a_resume_while_an_old_turn_still_runs_begins_a_new_one(salon, woken, django_capture_on_commit_callbacks):
    salon.fans(3)
    broadcast = salon.started()
    turn_of_old_worker = again(broadcast).turn
    assert run_broadcast(broadcast.pk, turn_of_old_worker) is None  # it is done
    Broadcast.objects.filter(pk=broadcast.pk).update(state=PAUSED)

    with django_capture_on_commit_callbacks(execute=True):
        resume_broadcast(broadcast.pk, salon.admin)

    assert woken == [(broadcast.pk, turn_of_old_worker + 1)]
    assert run_broadcast(broadcast.pk, turn_of_old_worker) is None
    assert again(broadcast).state == RUNNING


# --- send again


@pytest.fixture
def failed(salon) -> Broadcast:
    """A broadcast that is done, with one part that failed."""
    salon.fans(2)
    Telegram.answers(Unacceptable("can't parse entities"))
    broadcast = run(salon.started())
    assert states(broadcast) == {"DEAD": 1, "SENT": 1}
    return broadcast


def test_a_part_that_failed_is_sent_again_and_the_broadcast_is_done_once_more(
    salon, failed, woken, django_capture_on_commit_callbacks
):
    dead = parts(failed)[0]

    with django_capture_on_commit_callbacks(execute=True):
        assert send_again(dead)

    reopened = again(failed)
    assert (reopened.state, reopened.finished_at) == (RUNNING, None)
    assert woken == [(failed.pk, reopened.turn)]
    assert run(failed).state == DONE
    assert states(failed) == {"SENT": 2}


def test_a_part_of_a_stopped_broadcast_is_not_sent_again(salon, failed):
    Broadcast.objects.filter(pk=failed.pk).update(state=STOPPED)

    assert not send_again(parts(failed)[0])

    assert states(failed) == {"DEAD": 1, "SENT": 1}


def test_a_part_that_was_sent_is_not_sent_again(salon, failed):
    assert not send_again(parts(failed)[1])

    assert again(failed).state == DONE
    assert one_turn(failed) is None
