"""Whose turn it is: one runner at a time, a successor when it dies, and an end."""

import json
from datetime import timedelta

import pytest

from booking.models.appointment import ClockTimestamp
from config.celery import app
from notifications import tasks
from notifications.commands import run_broadcast, send_delivery, wake_broadcasts
from notifications.commands.broadcast import turns
from notifications.commands.broadcast.address import write_chunk
from notifications.commands.broadcast.turns import Onward, leave_turn, take_turn
from notifications.commands.leftovers import woken_deliveries
from notifications.commands.send import claim
from notifications.errors import TryLater
from notifications.models import Broadcast, BroadcastState, Delivery
from notifications.values import BROADCAST
from notifications.wake import WAKER, wake_broadcast
from tests.lasting import copied, lasting
from tests.notifications.campaign import (
    PATHS,
    BulkTelegram,
    Campaign,
    Killed,
    again,
    one_turn,
    parts,
    reasons,
    run,
    states,
)
from tests.notifications.carriers import Telegram
from tests.workers import broker

pytestmark = pytest.mark.django_db

A_WHILE = timedelta(minutes=1)


built = lasting(Campaign)


@pytest.fixture
def salon(built, settings) -> Campaign:
    settings.NOTIFICATION_CHANNELS = PATHS
    return copied(built)


@pytest.fixture
def broadcast(salon) -> Broadcast:
    salon.fans(3)
    return salon.started()


@pytest.fixture(autouse=True)
def woken(monkeypatch) -> list[tuple[int, int]]:
    calls: list[tuple[int, int]] = []
    monkeypatch.setattr(turns, "wake_broadcast", lambda *call: calls.append(call))
    return calls


def let_the_lease_run_out(broadcast: Broadcast) -> None:
    Broadcast.objects.filter(pk=broadcast.pk).update(leased_until=ClockTimestamp() - A_WHILE)


def let_all_leases_run_out(broadcast: Broadcast) -> None:
    let_the_lease_run_out(broadcast)
    Delivery.objects.filter(broadcast=broadcast, state="SENDING").update(leased_until=ClockTimestamp() - A_WHILE)


def shift(broadcast: Broadcast, **fields) -> None:
    Delivery.objects.filter(broadcast=broadcast).update(**fields)


# --- one at a time


def test_a_turn_is_taken_once(broadcast):
    assert take_turn(broadcast.pk, 0) is not None

    assert take_turn(broadcast.pk, 0) is None
    assert again(broadcast).turn == 1


def test_a_message_that_arrives_twice_runs_once(broadcast):
    assert run_broadcast(broadcast.pk, 0) is None
    assert again(broadcast).state == BroadcastState.DONE
    Broadcast.objects.filter(pk=broadcast.pk).update(state=BroadcastState.RUNNING)

    assert run_broadcast(broadcast.pk, 0) is None

    assert again(broadcast).state == BroadcastState.RUNNING


@pytest.mark.parametrize("state", sorted(set(BroadcastState) - {BroadcastState.RUNNING}))
def test_no_turn_is_taken_unless_it_runs(salon, state):
    assert take_turn(salon.broadcast(state=state).pk, 0) is None


def test_whoever_was_thought_dead_asks_for_nothing_more(broadcast):
    late = take_turn(broadcast.pk, 0)
    take_turn(broadcast.pk, 1)

    assert leave_turn(late) is None

    assert again(broadcast).turn == 2
    assert again(broadcast).leased_until is not None


def test_whoever_comes_to_the_end_of_a_paused_broadcast_asks_for_nothing_more(broadcast):
    taken = take_turn(broadcast.pk, 0)
    Broadcast.objects.filter(pk=broadcast.pk).update(state=BroadcastState.PAUSED, leased_until=None)

    assert leave_turn(taken) is None

    assert again(broadcast).leased_until is None


def test_the_next_turn_is_asked_for_while_something_is_due(broadcast, monkeypatch):
    monkeypatch.setattr("notifications.commands.broadcast.run.SECONDS", 0)
    asked: list = []
    monkeypatch.setattr(tasks.run_broadcast, "apply_async", lambda *call, **how: asked.append((call, how)))

    tasks.run_broadcast(broadcast.pk, 0)
    tasks.run_broadcast(broadcast.pk, 0)

    assert asked == [(((broadcast.pk, 1),), {"countdown": 0, "retry": False})]


def test_a_turn_that_could_send_nothing_is_not_followed_at_once(broadcast, monkeypatch):
    """Nobody has a permit to write: each turn would only ask once more."""
    monkeypatch.setattr(BulkTelegram, "send_many", lambda self, messages, begin, end: None)

    onward = one_turn(broadcast)

    assert onward == Onward(turn=1, wait=1.0)
    assert states(broadcast) == {"WAITING": 3}


def test_a_turn_is_asked_for_in_the_queue_of_broadcasts():
    broker().delete(BROADCAST)

    wake_broadcast(3, 7)
    WAKER.calls.join()

    (message,) = broker().lrange(BROADCAST, 0, -1)
    broker().delete(BROADCAST)
    assert json.loads(message)["headers"]["task"] == "notifications.tasks.run_broadcast"
    assert json.loads(message)["headers"]["argsrepr"] == "(3, 7)"
    assert app.amqp.router.route({}, "notifications.tasks.run_broadcast")["queue"].name == BROADCAST


# --- rest, and the end


def test_what_is_due_soon_is_waited_for(broadcast):
    one_turn(broadcast)
    Broadcast.objects.filter(pk=broadcast.pk).update(state=BroadcastState.RUNNING)
    shift(broadcast, state="WAITING", not_before=ClockTimestamp() + timedelta(seconds=5))

    onward = one_turn(broadcast)

    assert onward is not None
    assert 4 < onward.wait <= 5
    assert again(broadcast).leased_until is not None


def test_what_is_due_later_lets_it_rest_until_it_is_woken(broadcast, woken):
    Telegram.answers(TryLater("no network"))
    rests = run(broadcast)
    assert (rests.state, rests.leased_until) == (BroadcastState.RUNNING, None)
    assert states(broadcast) == {"WAITING": 1, "SENT": 2}

    assert wake_broadcasts() == 1

    assert woken == [(broadcast.pk, rests.turn)]
    shift(broadcast, not_before=ClockTimestamp())
    assert run(broadcast).state == BroadcastState.DONE


def test_it_is_done_when_nothing_waits_or_is_under_way(broadcast):
    done = run(broadcast)

    assert (done.state, done.leased_until) == (BroadcastState.DONE, None)
    assert done.finished_at > done.started_at


def test_it_is_not_done_while_something_is_under_way(broadcast):
    run(broadcast)
    Broadcast.objects.filter(pk=broadcast.pk).update(state=BroadcastState.RUNNING)
    last = parts(broadcast)[-1]
    Delivery.objects.filter(pk=last.pk).update(state="SENDING", leased_until=ClockTimestamp() + timedelta(minutes=1))

    assert run(broadcast).state == BroadcastState.RUNNING

    Delivery.objects.filter(pk=last.pk).update(state="SENT", leased_until=None)
    assert run(broadcast).state == BroadcastState.DONE


# --- whoever dies


def test_a_broadcast_is_not_woken_while_somebody_runs_it(broadcast, woken):
    take_turn(broadcast.pk, 0)

    assert wake_broadcasts() == 0
    assert woken == []


def test_a_broadcast_whose_worker_died_goes_on(broadcast, woken):
    take_turn(broadcast.pk, 0)
    let_the_lease_run_out(broadcast)

    assert (wake_broadcasts(), wake_broadcasts()) == (1, 0)

    assert woken == [(broadcast.pk, 1)]
    run_broadcast(*woken[0])
    assert again(broadcast).state == BroadcastState.DONE


@pytest.mark.parametrize("state", sorted(set(BroadcastState) - {BroadcastState.RUNNING}))
def test_a_broadcast_that_does_not_run_is_not_woken(salon, woken, state):
    salon.broadcast(state=state)

    assert wake_broadcasts() == 0
    assert woken == []


def test_what_a_killed_worker_had_under_way_is_not_sent_again(broadcast, monkeypatch):
    """Domain §8: none for a broadcast. Nobody knows whether it arrived; here it did."""

    def send_and_die(self, message):
        Telegram.send(self, message)
        if len(Telegram.sent) == 2:
            raise Killed
        return "id"

    with monkeypatch.context() as patch:
        patch.setattr(BulkTelegram, "send", send_and_die)
        with pytest.raises(Killed):
            run_broadcast(broadcast.pk, 0)
    assert states(broadcast) == {"SENT": 1, "SENDING": 1, "WAITING": 1}

    let_all_leases_run_out(broadcast)
    wake_broadcasts()
    run(broadcast)

    assert reasons(broadcast) == [("SENT", ""), ("DEAD", "the answer was lost"), ("SENT", "")]
    assert len(set(Telegram.targets())) == len(Telegram.sent) == 3
    assert again(broadcast).state == BroadcastState.DONE


@pytest.fixture
def forsaken(broadcast) -> Delivery:
    """One whose sender was killed a while ago."""
    take_turn(broadcast.pk, 0)
    write_chunk(broadcast.pk)
    first = parts(broadcast)[0]
    assert claim(first.pk) is not None
    let_all_leases_run_out(broadcast)
    return first


def test_a_forsaken_part_is_taken_over_by_nobody(broadcast, forsaken):
    assert send_delivery(forsaken.pk) == ""
    assert woken_deliveries() == []

    assert (Telegram.sent, parts(broadcast)[0].state) == ([], "SENDING")


def test_control_the_same_of_a_persons_own_message_is_taken_over(forsaken):
    Delivery.objects.filter(pk=forsaken.pk).update(broadcast=None)

    assert woken_deliveries() == [forsaken.pk]
    assert claim(forsaken.pk) is not None


def test_a_part_that_is_under_way_is_not_taken_for_forsaken(broadcast):
    take_turn(broadcast.pk, 0)
    write_chunk(broadcast.pk)
    claim(parts(broadcast)[0].pk)

    wake_broadcasts()

    assert states(broadcast) == {"SENDING": 1, "WAITING": 2}


def test_the_worker_of_own_messages_leaves_broadcasts_alone(broadcast):
    """The sweep wakes none of its parts; were one woken by hand, it would be claimed all the same, and sent once."""
    write_chunk(broadcast.pk)
    shift(broadcast, not_before=ClockTimestamp() - timedelta(minutes=1))

    assert woken_deliveries() == []
    assert [send_delivery(parts(broadcast)[0].pk) for _ in range(2)] == ["SENT", ""]
    run(broadcast)
    assert len(set(Telegram.targets())) == len(Telegram.sent) == 3
