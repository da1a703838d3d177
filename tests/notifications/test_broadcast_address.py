"""A broadcast's deliveries are written chunk by chunk, each person once, whoever dies in between."""

from typing import Any

import pytest
from django.db import connection

from notifications.commands import run_broadcast
from notifications.commands.broadcast import address
from notifications.commands.broadcast.address import write_chunk
from notifications.models import Broadcast, BroadcastState, DeadAddress, Delivery, Preferences
from tests.lasting import copied, lasting
from tests.notifications.campaign import PATHS, Campaign, Killed, again, one_turn, parts, run, states, subscribe
from tests.notifications.carriers import Telegram

pytestmark = pytest.mark.django_db

CHUNK = 3


built = lasting(Campaign)


@pytest.fixture
def salon(built, settings, monkeypatch) -> Campaign:
    settings.NOTIFICATION_CHANNELS = PATHS
    monkeypatch.setattr(address, "CHUNK", CHUNK)
    return copied(built)


def write_all(broadcast: Broadcast) -> int:
    """How many chunks it took."""
    chunks = 1
    while write_chunk(broadcast.pk):
        chunks += 1
    return chunks


def people(broadcast: Broadcast) -> list[str]:
    return [part.recipient for part in parts(broadcast)]


# --- what is written


def test_a_part_says_whom_it_is_for_and_how(salon):
    fan = salon.fan(language="en")
    broadcast = salon.started()

    write_all(broadcast)

    (part,) = parts(broadcast)
    assert (part.company, part.client, part.recipient, part.role) == (salon.company, fan, f"client:{fan.pk}", "client")
    assert (part.occasion, part.event_type, part.event) == (f"broadcast:{broadcast.pk}", "broadcast", None)
    assert (part.channel, part.target, part.language) == ("telegram", str(fan.tg_id), "en")
    assert (part.state, part.attempts, part.user) == ("WAITING", 0, None)


def test_without_a_language_of_his_own_a_client_is_written_to_in_the_companys(salon):
    salon.fan(language="")
    broadcast = salon.started()

    write_all(broadcast)

    assert [part.language for part in parts(broadcast)] == [salon.company.language]


def test_a_person_gets_it_by_the_first_channel_that_works(salon):
    both = salon.fan(email="a@example.com")
    blocked = salon.fan(email="b@example.com")
    DeadAddress.objects.create(channel="telegram", address=str(blocked.tg_id), reason="blocked")
    phones = subscribe(salon.fan(tg_id=None, email="c@example.com"), 2)
    muted = salon.fan(email="d@example.com")
    Preferences.objects.filter(client=muted).update(muted=["broadcast:telegram"])
    salon.fan(tg_id=None)
    broadcast = salon.started()

    write_all(broadcast)

    assert [(part.channel, part.target) for part in parts(broadcast)] == [
        ("telegram", str(both.tg_id)),
        ("email", "b@example.com"),
        *(("web_push", str(phone.pk)) for phone in phones),
        ("email", "d@example.com"),
    ]


def test_an_offer_comes_once_also_to_who_wants_every_channel(salon):
    fan = salon.fan(email="a@example.com")
    Preferences.objects.filter(client=fan).update(every_channel=True)
    broadcast = salon.started()

    write_all(broadcast)

    assert [part.channel for part in parts(broadcast)] == ["telegram"]


# --- chunks


@pytest.mark.parametrize(("fans", "chunks"), [(1, 1), (CHUNK - 1, 1), (CHUNK, 2), (CHUNK + 1, 2), (3 * CHUNK, 4)])
def test_everybody_is_written_once_in_chunks(salon, fans, chunks):
    expected = [f"client:{fan.pk}" for fan in salon.fans(fans)]
    broadcast = salon.started()

    assert write_all(broadcast) == chunks

    assert people(broadcast) == expected
    assert again(broadcast).addressed


def test_a_chunk_that_reaches_nobody_is_not_the_last(salon):
    salon.fans(CHUNK, tg_id=None)
    reachable = salon.fan()
    broadcast = salon.started()

    write_all(broadcast)

    assert people(broadcast) == [f"client:{reachable.pk}"]


def test_what_is_complete_is_not_written_again(salon):
    salon.fans(2)
    broadcast = salon.started()
    write_all(broadcast)

    assert not write_chunk(broadcast.pk)
    salon.fan()
    assert not write_chunk(broadcast.pk)

    assert len(parts(broadcast)) == 2


@pytest.mark.parametrize("state", sorted(set(BroadcastState) - {BroadcastState.RUNNING}))
def test_nothing_is_written_unless_it_runs(salon, state):
    salon.fans(2)
    broadcast = salon.broadcast(state=state)

    assert not write_chunk(broadcast.pk)

    assert (parts(broadcast), again(broadcast).addressed) == ([], False)


def test_a_turn_that_ends_before_the_audience_is_complete_is_followed_by_another(salon, monkeypatch):
    salon.fans(CHUNK + 1)
    broadcast = salon.started()
    monkeypatch.setattr("notifications.commands.broadcast.run.SECONDS", 0)

    onward = one_turn(broadcast)

    assert onward is not None
    assert (onward.turn, onward.wait) == (1, 0)
    assert (parts(broadcast), Telegram.sent) == ([], [])


@pytest.mark.parametrize("fans", [1, CHUNK - 1])
def test_a_chunk_costs_the_same_however_many_people(salon, django_assert_num_queries, fans):
    """The locked row, the audience, three reads of addresses, the deliveries, the row; and two savepoints."""
    salon.fans(fans)
    broadcast = salon.started()

    with django_assert_num_queries(7 + 2):
        write_chunk(broadcast.pk)


# --- crashes


class Dying:
    """A connection on which the statement number ``step`` is the last thing its process comes to."""

    def __init__(self, step: int) -> None:
        self.left = step

    def __call__(self, execute, sql, params, many, context) -> Any:
        self.left -= 1
        if not self.left:
            raise Killed
        return execute(sql, params, many, context)


@pytest.mark.parametrize("step", range(1, 9))
def test_whoever_dies_within_a_chunk_has_written_nothing_and_the_next_goes_on(salon, monkeypatch, step):
    expected = [f"client:{fan.pk}" for fan in salon.fans(2 * CHUNK + 1)]
    broadcast = salon.started()
    write_chunk(broadcast.pk)

    with pytest.raises(Killed), connection.execute_wrapper(Dying(step)):
        write_chunk(broadcast.pk)

    assert people(broadcast) == expected[:CHUNK]
    assert again(broadcast).last_client_id == int(expected[CHUNK - 1].removeprefix("client:"))
    write_all(broadcast)
    assert people(broadcast) == expected


def test_control_without_the_mark_of_how_far_it_went_only_the_constraint_keeps_people_from_being_told_twice(salon):
    expected = [f"client:{fan.pk}" for fan in salon.fans(2)]
    broadcast = salon.started()
    write_all(broadcast)

    Broadcast.objects.filter(pk=broadcast.pk).update(last_client_id=0, addressed=False)
    write_all(broadcast)
    assert people(broadcast) == expected

    Delivery.objects.filter(broadcast=broadcast).update(occasion="event:0")
    Broadcast.objects.filter(pk=broadcast.pk).update(last_client_id=0, addressed=False)
    write_all(broadcast)
    assert people(broadcast) == expected * 2


def test_whoever_dies_between_two_chunks_is_followed_by_another(salon, monkeypatch):
    salon.fans(2 * CHUNK)
    broadcast = salon.started()
    left = iter([write_chunk])
    monkeypatch.setattr(address, "write_chunk", lambda broadcast_id: next(left, die)(broadcast_id))

    with pytest.raises(Killed):
        run_broadcast(broadcast.pk, 0)

    assert states(broadcast) == {"WAITING": CHUNK}
    monkeypatch.setattr(address, "write_chunk", write_chunk)
    run(broadcast)
    assert states(broadcast) == {"SENT": 2 * CHUNK}
    assert len(set(Telegram.targets())) == len(Telegram.sent) == 2 * CHUNK


def die(broadcast_id: int) -> bool:
    raise Killed
