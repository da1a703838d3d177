"""HOW a delivery goes out: claimed by one, tried three times, and what each answer leads to (domain §8)."""

from datetime import timedelta

import pytest
from django.db.models import F

from accounts.values import SYSTEM, WEB_GUEST
from booking.commands import cancel_appointment
from booking.commands.record import in_utc, record_event
from booking.models import EventType
from booking.models.appointment import ClockTimestamp
from booking.queries.visits import database_time
from notifications.commands import send, send_again, send_delivery
from notifications.commands.send import MOST_ATTEMPTS
from notifications.errors import AddressGone, AnswerLost, Throttled, TryLater, Unacceptable
from notifications.models import DeadAddress, Delivery, PushSubscription
from tests.factories import make_user, numbers
from tests.lasting import copied, lasting
from tests.notifications.carriers import Mail, Push, Sms, Telegram
from tests.notifications.salon import Reachable, dispatched, last
from tests.notifications.test_recipients import subscription

pytestmark = pytest.mark.django_db

HALF_A_MINUTE, FIVE_MINUTES = timedelta(seconds=30), timedelta(seconds=300)


built = lasting(Reachable)


@pytest.fixture
def salon(built) -> Reachable:
    return copied(built)


@pytest.fixture
def delivery(salon) -> Delivery:
    """To the client, by Telegram."""
    return next(row for row in dispatched(salon.visit(), "booking_created") if row.role == "client")


def again(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def make_due(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(not_before=ClockTimestamp() - timedelta(seconds=1))


def let_the_lease_run_out(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(leased_until=ClockTimestamp() - timedelta(seconds=1))


def waits(delivery: Delivery) -> timedelta:
    return again(delivery).not_before - database_time()


def channels_tried(delivery: Delivery) -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(occasion=delivery.occasion, recipient=delivery.recipient).order_by("pk")
    return list(rows.values_list("channel", "state"))


# --- success


def test_a_delivery_is_sent_once(delivery):
    states = send_delivery(delivery.pk), send_delivery(delivery.pk)

    assert states == ("SENT", "")
    assert Telegram.targets() == [delivery.target]
    sent = again(delivery)
    assert (sent.provider_id, sent.attempts, sent.leased_until, sent.reason) == ("Telegram-1", 1, None, "")
    assert sent.sent_at is not None


def test_an_unknown_delivery_is_nobodys():
    assert send_delivery(0) == ""


# --- trouble that passes


def test_trouble_is_tried_again_after_half_a_minute_then_after_five(delivery):
    Telegram.answers(TryLater("a"), TryLater("b"))

    send_delivery(delivery.pk)
    first = waits(delivery)
    make_due(delivery)
    send_delivery(delivery.pk)
    second = waits(delivery)
    make_due(delivery)

    assert send_delivery(delivery.pk) == "SENT"
    assert HALF_A_MINUTE * 0.9 < first <= HALF_A_MINUTE * 1.2
    assert FIVE_MINUTES * 0.9 < second <= FIVE_MINUTES * 1.2
    assert (again(delivery).attempts, again(delivery).reason) == (3, "")


def test_before_its_time_nothing_is_tried(delivery):
    Telegram.answers(TryLater("a"))
    send_delivery(delivery.pk)

    assert send_delivery(delivery.pk) == ""


def test_three_failures_end_it_with_its_reason_and_the_next_channel_is_taken(delivery):
    Telegram.answers(*[TryLater("the server is on fire")] * 3)

    for _ in range(3):
        make_due(delivery)
        send_delivery(delivery.pk)

    assert (again(delivery).state, again(delivery).reason) == ("DEAD", "the server is on fire")
    assert channels_tried(delivery) == [("telegram", "DEAD"), ("email", "WAITING")]
    assert not DeadAddress.objects.exists()


def test_being_throttled_is_no_attempt(delivery):
    Telegram.answers(*[Throttled("slow down", timedelta(seconds=7))] * 5)

    for _ in range(5):
        make_due(delivery)
        send_delivery(delivery.pk)

    assert (again(delivery).state, again(delivery).attempts) == ("WAITING", 0)
    assert timedelta(seconds=5) < waits(delivery) <= timedelta(seconds=7)


def test_what_waits_a_moment_is_woken_then_and_what_waits_longer_is_found(
    delivery, monkeypatch, django_capture_on_commit_callbacks
):
    woken = []
    monkeypatch.setattr(send, "wake_deliveries", lambda ids, after: woken.append((ids, after)))
    Telegram.answers(Throttled("slow down", timedelta(seconds=1)), Throttled("slow down", timedelta(seconds=60)))

    with django_capture_on_commit_callbacks(execute=True):
        send_delivery(delivery.pk)
        make_due(delivery)
        send_delivery(delivery.pk)

    assert woken == [([delivery.pk], timedelta(seconds=1))]


def test_a_lost_answer_is_repeated_once_and_late(delivery):
    Telegram.answers(AnswerLost("time-out"), AnswerLost("time-out"))

    send_delivery(delivery.pk)
    wait = waits(delivery)
    make_due(delivery)
    send_delivery(delivery.pk)

    assert wait > FIVE_MINUTES * 0.9
    assert (again(delivery).state, again(delivery).reason) == ("DEAD", "time-out")
    assert channels_tried(delivery) == [("telegram", "DEAD")]  # he may have it: no second channel tells it again


# --- what is final


def test_a_dead_chat_is_switched_off_and_the_next_channel_is_taken(delivery):
    Telegram.answers(AddressGone("bot was blocked by the user"))

    send_delivery(delivery.pk)
    following = Delivery.objects.get(instead_of=delivery)
    send_delivery(following.pk)

    assert Mail.targets() == ["anna@example.com"]
    assert (following.channel, following.event_id, following.role) == ("email", delivery.event_id, "client")
    (dead,) = DeadAddress.objects.all()
    assert (dead.channel, dead.address, dead.reason) == ("telegram", delivery.target, "bot was blocked by the user")


def test_the_roads_end_where_the_last_channel_ends(delivery):
    for carrier in (Telegram, Mail, Sms):
        carrier.answers(AddressGone("gone"))

    waiting: Delivery | None = delivery
    while waiting is not None:
        send_delivery(waiting.pk)
        waiting = Delivery.objects.filter(instead_of=waiting).first()

    assert channels_tried(delivery) == [("telegram", "DEAD"), ("email", "DEAD"), ("sms", "DEAD")]


def test_a_refused_message_leaves_the_address_alone(delivery):
    Telegram.answers(Unacceptable("message is too long"))

    send_delivery(delivery.pk)

    assert channels_tried(delivery) == [("telegram", "DEAD"), ("email", "WAITING")]
    assert not DeadAddress.objects.exists()


def test_one_of_two_telephones_gone_needs_no_other_channel(salon):
    type(salon.client).objects.filter(pk=salon.client.pk).update(tg_id=None)
    gone, alive = (subscription(salon, client=salon.client) for _ in range(2))
    first, second = (row for row in dispatched(salon.visit(), "booking_created") if row.role == "client")
    Push.answers(AddressGone("410"))

    send_delivery(first.pk)
    send_delivery(second.pk)

    assert channels_tried(first) == [("web_push", "DEAD"), ("web_push", "SENT")]
    assert list(PushSubscription.objects.values_list("pk", flat=True)) == [alive.pk]
    assert gone.pk == int(first.target)


def test_both_telephones_gone_lead_to_one_mail(salon):
    type(salon.client).objects.filter(pk=salon.client.pk).update(tg_id=None)
    for _ in range(2):
        subscription(salon, client=salon.client)
    rows = [row for row in dispatched(salon.visit(), "booking_created") if row.role == "client"]
    Push.answers(AddressGone("410"), AddressGone("410"))

    for row in rows:
        send_delivery(row.pk)

    assert channels_tried(rows[0]) == [("web_push", "DEAD"), ("web_push", "DEAD"), ("email", "WAITING")]


def test_send_again_gives_three_more_attempts(delivery):
    Telegram.answers(Unacceptable("message is too long"))
    send_delivery(delivery.pk)

    assert (send_again(again(delivery)), send_again(again(delivery))) == (True, False)
    assert send_delivery(delivery.pk) == "SENT"


def test_send_again_costs_no_second_channel_when_another_one_has_arrived(delivery):
    Telegram.answers(AddressGone("gone"), AddressGone("gone"))
    send_delivery(delivery.pk)
    send_delivery(Delivery.objects.get(instead_of=delivery).pk)

    send_again(again(delivery))
    send_delivery(delivery.pk)

    assert channels_tried(delivery) == [("telegram", "DEAD"), ("email", "SENT")]


def test_what_is_not_due_for_a_moment_yet_is_not_buried(delivery, monkeypatch):
    """It may come due between the two looks of a claim."""
    monkeypatch.setattr(send, "lease", lambda rows: 0)

    assert send_delivery(delivery.pk) == ""
    assert again(delivery).state == "WAITING"


# --- killed senders


class Killed(BaseException):
    """What a kill -9 looks like from inside: nothing that follows is run."""


def kill(monkeypatch, carrier) -> None:
    def die(self, message):
        carrier.sent.append(message)
        raise Killed

    monkeypatch.setattr(carrier, "send", die)


def test_a_killed_sender_keeps_it_until_the_lease_runs_out(delivery, monkeypatch, settings):
    with monkeypatch.context() as patch:
        kill(patch, Telegram)
        with pytest.raises(Killed):
            send_delivery(delivery.pk)

    assert send_delivery(delivery.pk) == ""
    assert timedelta() < again(delivery).leased_until - database_time() <= settings.NOTIFICATION_LEASE
    let_the_lease_run_out(delivery)
    assert send_delivery(delivery.pk) == "SENT"


def test_what_kills_every_sender_is_given_up(delivery, monkeypatch):
    kill(monkeypatch, Telegram)

    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            send_delivery(delivery.pk)
        let_the_lease_run_out(delivery)

    assert send_delivery(delivery.pk) == ""
    assert len(Telegram.sent) == MOST_ATTEMPTS
    assert channels_tried(delivery) == [("telegram", "DEAD"), ("email", "WAITING")]


def test_whoever_outlives_his_lease_writes_nothing(delivery, monkeypatch):
    def send_slowly(self, message):
        taken = Delivery.objects.filter(pk=delivery.pk)  # somebody else has taken over meanwhile
        taken.update(attempts=F("attempts") + 1)
        return "too late"

    monkeypatch.setattr(Telegram, "send", send_slowly)

    send_delivery(delivery.pk)

    assert (again(delivery).state, again(delivery).provider_id) == ("SENDING", "")


# --- what is no longer true


def test_a_reminder_of_a_cancelled_visit_is_dropped(salon):
    reminder = reminder_of(salon.visit())
    cancel_appointment(reminder.event.appointment_id, WEB_GUEST)

    assert send_delivery(reminder.pk) == "DROPPED"
    assert (Telegram.sent, again(reminder).reason) == ([], "the visit was moved or cancelled")


def test_a_reminder_of_a_visit_that_has_begun_is_dropped(salon):
    reminder = reminder_of(salon.visit())
    Delivery.objects.filter(pk=reminder.pk).update(useful_until=ClockTimestamp())

    assert send_delivery(reminder.pk) == "DROPPED"


def test_a_reminder_that_is_true_is_sent(salon):
    assert send_delivery(reminder_of(salon.visit()).pk) == "SENT"


def reminder_of(visit) -> Delivery:
    record_event(visit, EventType.BOOKING_REMINDER, SYSTEM, lead_minutes=120, start_time=in_utc(visit.start_time))
    return next(row for row in dispatched(visit, "booking_reminder") if row.role == "client")


# --- one poison blocks nobody


def test_a_person_who_cannot_be_told_keeps_nobody_from_being_told(salon):
    make_user(salon.company, tg_id=next(numbers))
    rows = dispatched(salon.visit(), "booking_created")
    Telegram.answers(AddressGone("gone"))

    for row in rows:
        send_delivery(row.pk)

    assert Telegram.targets() == [row.target for row in rows[1:]]
    assert last(rows[0].event.appointment, "booking_created").dispatched_at is not None
