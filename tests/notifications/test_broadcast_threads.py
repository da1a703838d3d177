"""A broadcast with real commits: lanes in threads of their own, two workers at once, and few connections."""

from functools import partial

import pytest
from django.db import connection

from notifications.audience import Progress, progress_of
from notifications.commands import run_broadcast
from notifications.commands.broadcast.address import write_chunk
from notifications.commands.broadcast.flight import Flight
from notifications.commands.broadcast.threads import at_once
from notifications.commands.broadcast.turns import take_turn
from notifications.models import BroadcastState
from tests.notifications.campaign import PATHS, BulkTelegram, Campaign, again, parts, run, states, subscribe
from tests.notifications.carriers import Mail, Push, Telegram

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def salon(settings) -> Campaign:
    settings.NOTIFICATION_CHANNELS = PATHS
    return Campaign()


def test_every_channel_sends_in_a_lane_of_its_own(salon):
    salon.fans(5)
    salon.fans(5, tg_id=None, email="a@example.com")
    for fan in salon.fans(3, tg_id=None):
        subscribe(fan, 2)

    broadcast = run(salon.started())

    assert (len(Telegram.sent), len(Push.sent), len(Mail.sent)) == (5, 6, 5)
    assert progress_of(broadcast) == Progress(total=13, sent=13, failed=0, waiting=0, dropped=0)
    assert broadcast.state == BroadcastState.DONE


def test_a_fault_in_a_lane_is_not_swallowed(salon, monkeypatch):
    salon.fan()
    salon.fan(tg_id=None, email="a@example.com")
    broadcast = salon.started()
    monkeypatch.setattr(Mail, "send", lambda self, message: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        run_broadcast(broadcast.pk, again(broadcast).turn)

    assert states(broadcast) == {"SENT": 1, "SENDING": 1}


def test_threads_give_their_connections_back(salon):
    """More threads than the pool has connections: each has one for no longer than its call."""
    salon.fan()
    size = connection.settings_dict["OPTIONS"]["pool"]["max_size"]

    answers = at_once([salon.company.clients.count] * size * 4, size * 2)

    assert answers == [1] * size * 4


def test_two_workers_with_the_same_message_are_one(salon):
    salon.fans(20)
    broadcast = salon.started()

    taken = at_once([partial(take_turn, broadcast.pk, 0)] * 6, 6)

    assert sum(each is not None for each in taken) == 1


def test_two_workers_write_everybody_once(salon, monkeypatch):
    monkeypatch.setattr("notifications.commands.broadcast.address.CHUNK", 2)
    expected = [f"client:{fan.pk}" for fan in salon.fans(21)]
    broadcast = salon.started()

    at_once([partial(write_chunk, broadcast.pk)] * 12, 4)

    assert sorted(part.recipient for part in parts(broadcast)) == sorted(expected)
    assert again(broadcast).addressed


def test_two_runners_of_one_broadcast_send_everything_once(salon):
    """It happens when one was thought dead and was only slow."""
    fans = salon.fans(20)
    broadcast = salon.started()
    write_chunk(broadcast.pk)

    flights = [Flight(parts(broadcast)) for _ in range(4)]
    at_once([partial(flight.fly, BulkTelegram()) for flight in flights], 4)

    assert sorted(Telegram.targets()) == sorted(str(fan.tg_id) for fan in fans)
    assert states(broadcast) == {"SENT": 20}
    assert sum(flight.begun for flight in flights) == 20
