"""What a provider's answer means for a part of a broadcast, and what the administrator sees of it."""

from datetime import timedelta

import pytest

from booking.models.appointment import ClockTimestamp
from booking.queries.visits import database_time
from notifications.audience import Progress, progress_of
from notifications.commands import pause_broadcast, send_delivery, stop_broadcast
from notifications.commands.broadcast.address import write_chunk
from notifications.commands.broadcast.flight import Flight
from notifications.errors import AddressGone, AnswerLost, NotSent, Throttled, TryLater, Unacceptable
from notifications.models import Broadcast, BroadcastState, DeadAddress, Delivery, Preferences, PushSubscription
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
    subscribe,
)
from tests.notifications.carriers import Mail, Push, Telegram

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


built = lasting(Campaign)


@pytest.fixture
def salon(built, settings, monkeypatch) -> Campaign:
    """Lanes run one after the other: threads of their own would not see what a test has not committed."""
    settings.NOTIFICATION_CHANNELS = PATHS
    monkeypatch.setattr(
        "notifications.commands.broadcast.run.at_once", lambda calls, threads: [each() for each in calls]
    )
    return copied(built)


def one_after_the_other(calls, threads: int) -> list:
    return [call() for call in calls]


def make_due(broadcast: Broadcast) -> None:
    Delivery.objects.filter(broadcast=broadcast, state="WAITING").update(not_before=ClockTimestamp())


def ways(broadcast: Broadcast) -> list[tuple[str, str]]:
    return [(part.channel, part.state) for part in parts(broadcast)]


# --- answers


def test_a_part_is_sent_and_keeps_the_providers_id(salon):
    fan = salon.fan()

    done = run(salon.started())

    (part,) = parts(done)
    assert (part.state, part.provider_id, part.attempts, part.leased_until) == ("SENT", "BulkTelegram-1", 1, None)
    assert part.sent_at is not None
    assert [(message.target, message.delivery_id) for message in Telegram.sent] == [(str(fan.tg_id), part.pk)]
    assert done.state == BroadcastState.DONE


@pytest.mark.parametrize(
    ("answer", "state", "attempts", "wait"),
    [
        (Throttled("too many", MINUTE), "WAITING", 0, MINUTE),
        (TryLater("no network"), "WAITING", 1, timedelta(seconds=30)),
        (AnswerLost("time-out"), "DEAD", 1, timedelta()),
        (Unacceptable("can't parse entities"), "DEAD", 1, timedelta()),
        (AddressGone("bot was blocked"), "DEAD", 1, timedelta()),
    ],
)
def test_an_answer_leads_to_its_state(salon, answer: NotSent, state, attempts, wait):
    salon.fan()
    Telegram.answers(answer)

    broadcast = salon.started()
    one_turn(broadcast)

    (part,) = parts(broadcast)
    assert (part.state, part.attempts, part.reason, part.leased_until) == (state, attempts, answer.reason, None)
    assert wait * 0.9 <= part.not_before - part.created_at <= wait * 1.3 + timedelta(seconds=10)
    assert part.not_before - database_time() <= wait * 1.3


def test_throttling_is_no_attempt_however_often(salon):
    salon.fan()
    broadcast = salon.started()
    for _ in range(5):
        Telegram.answers(Throttled("too many", MINUTE))
        one_turn(broadcast)
        assert reasons(broadcast) == [("WAITING", "too many")]
        make_due(broadcast)

    assert run(broadcast).state == BroadcastState.DONE
    assert states(broadcast) == {"SENT": 1}


def test_three_failures_are_the_end(salon):
    salon.fan()
    broadcast = salon.started()
    for _ in range(3):
        Telegram.answers(TryLater("no network"))
        one_turn(broadcast)
        make_due(broadcast)

    assert reasons(broadcast) == [("DEAD", "no network")]
    assert again(broadcast).state == BroadcastState.DONE


def test_one_that_fails_holds_up_nobody(salon):
    fans = salon.fans(4)
    Telegram.answers(None, TryLater("no network"), Unacceptable("too long"))

    broadcast = salon.started()
    one_turn(broadcast)

    assert [part.state for part in parts(broadcast)] == ["SENT", "WAITING", "DEAD", "SENT"]
    assert Telegram.targets() == [str(fans[0].tg_id), str(fans[3].tg_id)]


# --- the next channel


def test_a_blocked_bot_is_switched_off_and_the_next_channel_tells(salon):
    fan = salon.fan(email="anna@example.com")
    Telegram.answers(AddressGone("bot was blocked"))

    broadcast = run(salon.started())

    assert ways(broadcast) == [("telegram", "DEAD"), ("email", "SENT")]
    assert DeadAddress.objects.filter(channel="telegram", address=str(fan.tg_id)).exists()
    assert Mail.targets() == ["anna@example.com"]
    assert [part.instead_of for part in parts(broadcast)] == [None, parts(broadcast)[0]]
    assert broadcast.state == BroadcastState.DONE


def test_every_channel_is_tried_but_sms(salon):
    (subscription,) = subscribe(salon.fan(email="anna@example.com"))
    Telegram.answers(AddressGone("bot was blocked"))
    Push.answers(AddressGone("410"))
    Mail.answers(Unacceptable("no such mailbox"))

    broadcast = run(salon.started())

    assert ways(broadcast) == [("telegram", "DEAD"), ("web_push", "DEAD"), ("email", "DEAD")]
    assert not PushSubscription.objects.filter(pk=subscription.pk).exists()
    assert progress_of(broadcast) == Progress(total=1, sent=0, failed=1, waiting=0, dropped=0)


def test_a_lost_answer_is_not_told_by_another_channel(salon):
    salon.fan(email="anna@example.com")
    Telegram.answers(AnswerLost("time-out"))

    broadcast = run(salon.started())

    assert ways(broadcast) == [("telegram", "DEAD")]


def test_the_next_channel_is_not_left_to_the_worker_of_own_messages(
    salon, monkeypatch, django_capture_on_commit_callbacks
):
    woken: list[int] = []
    monkeypatch.setattr("notifications.commands.fall_back.wake_deliveries", woken.extend)
    salon.fan(email="anna@example.com")
    Telegram.answers(AddressGone("bot was blocked"))

    with django_capture_on_commit_callbacks(execute=True):
        broadcast = run(salon.started())

    assert ways(broadcast) == [("telegram", "DEAD"), ("email", "SENT")]
    assert woken == []


def test_channels_are_sent_side_by_side(salon):
    salon.fans(3)
    salon.fans(2, tg_id=None, email="a@example.com")
    for fan in salon.fans(2, tg_id=None):
        subscribe(fan, 2)

    broadcast = run(salon.started())

    assert (len(Telegram.sent), len(Push.sent), len(Mail.sent)) == (3, 4, 2)
    assert progress_of(broadcast) == Progress(total=7, sent=7, failed=0, waiting=0, dropped=0)


# --- consent until the last moment


@pytest.mark.parametrize(
    "change",
    [{"wants_offers": False}, {"muted": ["broadcast:all"]}, {"muted": ["broadcast:telegram"]}],
    ids=["withdrawn", "muted", "muted for the channel"],
)
def test_who_changes_his_mind_before_it_is_sent_gets_nothing(salon, change):
    fans = salon.fans(2)
    broadcast = salon.started()
    write_chunk(broadcast.pk)
    Preferences.objects.filter(client=fans[0]).update(**change)

    run(broadcast)

    assert reasons(broadcast) == [("DROPPED", "the client no longer agrees to offers"), ("SENT", "")]
    assert Telegram.targets() == [str(fans[1].tg_id)]
    assert again(broadcast).state == BroadcastState.DONE


def test_who_leaves_before_it_is_sent_gets_nothing(salon):
    fan = salon.fan()
    broadcast = salon.started()
    write_chunk(broadcast.pk)
    type(fan).objects.filter(pk=fan.pk).update(is_active=False)

    run(broadcast)

    assert (states(broadcast), Telegram.sent) == ({"DROPPED": 1}, [])


# --- crash points of one send


def test_whoever_dies_before_the_claim_leaves_it_to_the_next(salon, monkeypatch):
    broadcast = started_and_written(salon)
    with monkeypatch.context() as patch:
        patch.setattr("notifications.commands.broadcast.flight.claim_as_read", die)
        with pytest.raises(Killed):
            one_turn(broadcast)

    run(broadcast)

    assert (states(broadcast), len(Telegram.sent)) == ({"SENT": 2}, 2)


@pytest.mark.parametrize("point", ["reason_to_drop", "decided", "keep"])
def test_whoever_dies_after_the_claim_leaves_one_in_doubt_which_is_not_sent_again(salon, monkeypatch, point):
    broadcast = started_and_written(salon)
    with monkeypatch.context() as patch:
        patch.setattr(f"notifications.commands.broadcast.flight.{point}", die)
        with pytest.raises(Killed):
            one_turn(broadcast)
    already = len(Telegram.sent)

    run(broadcast)

    assert states(broadcast) == {"SENDING": 1, "SENT": 1}
    assert len(set(Telegram.targets())) == len(Telegram.sent) == already + 1


def test_whoever_dies_while_he_keeps_the_outcome_has_kept_nothing_of_it(salon, monkeypatch):
    """The dead chat, its delivery and the next channel's are one transaction."""
    salon.fan(email="anna@example.com")
    Telegram.answers(AddressGone("bot was blocked"))
    broadcast = salon.started()
    monkeypatch.setattr("notifications.commands.send.fall_back", die)

    with pytest.raises(Killed):
        one_turn(broadcast)

    assert ways(broadcast) == [("telegram", "SENDING")]
    assert not DeadAddress.objects.exists()


def test_control_without_the_claim_two_runners_send_twice(salon, monkeypatch):
    """Both have read the same batch; only the claim keeps the second from sending it."""
    broadcast = started_and_written(salon)
    batch = parts(broadcast)

    def runner(claims):
        with monkeypatch.context() as patch:
            if not claims:
                patch.setattr("notifications.commands.broadcast.flight.claim_as_read", lambda delivery: True)
            Flight(batch).fly(BulkTelegram())

    runner(claims=True)
    runner(claims=True)
    assert len(Telegram.sent) == 2
    runner(claims=False)
    assert len(Telegram.sent) == 4


def started_and_written(salon: Campaign) -> Broadcast:
    salon.fans(2)
    broadcast = salon.started()
    write_chunk(broadcast.pk)
    return broadcast


def die(*args: object) -> None:
    raise Killed


# --- progress


def test_progress_counts_people_not_messages(salon):
    salon.fans(2)
    salon.fan(email="told by mail instead")
    subscribe(salon.fan(tg_id=None), 3)
    failed, waits, withdrew = salon.fan(), salon.fan(), salon.fan()
    broadcast = salon.started()
    write_chunk(broadcast.pk)
    Preferences.objects.filter(client=withdrew).update(wants_offers=False)
    Telegram.answers(None, None, AddressGone("blocked"), AddressGone("blocked"), TryLater("no network"))

    run(broadcast)

    assert failed.pk < waits.pk < withdrew.pk
    assert progress_of(broadcast) == Progress(total=7, sent=4, failed=1, waiting=1, dropped=1)
    assert progress_of(broadcast).percent == 85


def test_progress_of_a_chain_that_is_under_way_waits(salon):
    salon.fan(email="anna@example.com")
    Telegram.answers(AddressGone("blocked"))
    Mail.answers(TryLater("no network"))
    broadcast = salon.started()

    run(broadcast)

    assert ways(broadcast) == [("telegram", "DEAD"), ("email", "WAITING")]
    assert progress_of(broadcast) == Progress(total=1, sent=0, failed=0, waiting=1, dropped=0)


def test_progress_of_a_stopped_broadcast(salon):
    salon.fans(3)
    broadcast = salon.started()
    write_chunk(broadcast.pk)
    send_delivery(parts(broadcast)[0].pk)
    pause_broadcast(broadcast.pk, salon.admin)

    assert progress_of(broadcast) == Progress(total=3, sent=1, failed=0, waiting=2, dropped=0)
    stop_broadcast(broadcast.pk, salon.admin)
    assert progress_of(broadcast) == Progress(total=3, sent=1, failed=0, waiting=0, dropped=2)


def test_progress_before_the_start_is_nothing(salon):
    progress = progress_of(salon.broadcast())

    assert (progress, progress.percent) == (Progress(total=0, sent=0, failed=0, waiting=0, dropped=0), 0)


@pytest.mark.parametrize("fans", [1, 3])
def test_progress_is_one_statement(salon, django_assert_num_queries, fans):
    salon.fans(fans)
    broadcast = run(salon.started())

    with django_assert_num_queries(1):
        assert progress_of(broadcast).sent == fans
