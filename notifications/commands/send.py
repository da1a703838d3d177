"""HOW: claim a delivery, render it, hand it to its channel, and keep what the provider said."""

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from booking.models.appointment import ClockTimestamp
from notifications.channels import carrier_of
from notifications.commands.fall_back import fall_back, switch_off
from notifications.errors import AddressGone, AnswerLost, NotSent, Throttled, Unacceptable
from notifications.models import Broadcast, BroadcastState, Delivery
from notifications.models.delivery import DeliveryQuerySet
from notifications.queries import cards
from notifications.relevance import reason_to_drop
from notifications.render import render
from notifications.values import State
from notifications.wake import wake_deliveries

MOST_ATTEMPTS = 3
JITTER = 0.2
SOON = timedelta(seconds=10)
"""What waits no longer is woken when its time has come; what waits longer is found by the sweep."""

READ_TOGETHER = (
    "company",
    "client",
    "user",
    "broadcast",
    *(f"event__{name}" for name in cards.READ_TOGETHER),
)

log = structlog.get_logger()


def send_delivery(delivery_id: int) -> str:
    """Send it, if it is due and nobody else is sending it; the state it is left in, empty when it was not ours.

    A delivery whose sender was killed, or failed by a fault of ours, is taken over when its lease has run out: it may
    then arrive twice, because nobody knows whether the provider had it.
    """
    delivery = claim(delivery_id)
    if delivery is None:
        return ""
    outcome, error = attempt(delivery)
    keep(delivery, outcome, error)
    return outcome.state


def claim(delivery_id: int) -> Delivery | None:
    """Lease the delivery to this process; None when it is not due, or is somebody else's. One that has killed its
    sender so often that it may not be tried again is dead."""
    rows = Delivery.objects.filter(may_be_sent(), pk=delivery_id)
    if lease(rows.filter(attempts__lt=MOST_ATTEMPTS)):
        return read(delivery_id)
    bury_poison(rows.filter(attempts__gte=MOST_ATTEMPTS), delivery_id)
    return None


def read(delivery_id: int) -> Delivery:
    return Delivery.objects.select_related(*READ_TOGETHER).get(pk=delivery_id)


@transaction.atomic
def bury_poison(rows: DeliveryQuerySet, delivery_id: int) -> None:
    """It has killed its sender so often that it is not tried again; the person is told by his next channel."""
    if rows.update(state=State.DEAD, leased_until=None, reason="the sender failed every time"):
        fall_back(read(delivery_id))


def claim_as_read(delivery: Delivery) -> bool:
    """The same for one that has been read, with one statement; no when something has become of it since."""
    ours = lease(Delivery.objects.filter(may_be_sent(), pk=delivery.pk, attempts=delivery.attempts))
    delivery.attempts += ours
    return bool(ours)


def lease(rows: DeliveryQuerySet) -> int:
    until = ClockTimestamp() + settings.NOTIFICATION_LEASE
    return rows.update(state=State.SENDING, leased_until=until, attempts=F("attempts") + 1)


def may_be_sent() -> Q:
    """What is due, and what a killed sender left behind; of a broadcast only the former, and only while it runs."""
    now, own = ClockTimestamp(), Q(broadcast__isnull=True)
    runs = Exists(Broadcast.objects.filter(pk=OuterRef("broadcast"), state=BroadcastState.RUNNING))
    due = Q(state=State.WAITING, not_before__lte=now) & (own | Q(runs))
    return due | (own & Q(state=State.SENDING, leased_until__lte=now))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be written about an attempt; ``attempts`` is how many count so far."""

    state: State
    attempts: int
    reason: str = ""
    provider_id: str = ""
    wait: timedelta | None = None


def attempt(delivery: Delivery) -> tuple[Outcome, NotSent | None]:
    if reason := reason_to_drop(delivery):
        return Outcome(State.DROPPED, delivery.attempts, reason), None
    try:
        message = replace(render(delivery), delivery_id=delivery.pk)
        provider_id = carrier_of(delivery.channel).send(message)
    except NotSent as error:
        return decided(delivery, error), error
    return decided(delivery, provider_id), None


def decided(delivery: Delivery, answer: str | NotSent) -> Outcome:
    """The table of domain §8: what follows from what the provider said, which is its id if it took the message."""
    if isinstance(answer, str):
        return Outcome(State.SENT, delivery.attempts, provider_id=answer)
    return postponed_or_dead(delivery, answer)


def postponed_or_dead(delivery: Delivery, error: NotSent) -> Outcome:
    tried, reason = delivery.attempts, error.reason
    if isinstance(error, Throttled):
        return Outcome(State.WAITING, tried - 1, reason, wait=error.wait)
    is_final = isinstance(error, AddressGone | Unacceptable) or tried >= MOST_ATTEMPTS
    if isinstance(error, AnswerLost) and not is_final and delivery.broadcast_id is None:
        return Outcome(State.WAITING, MOST_ATTEMPTS - 1, reason, wait=with_jitter(wait_after(2)))
    if isinstance(error, AnswerLost) or is_final:
        return Outcome(State.DEAD, tried, reason)
    return Outcome(State.WAITING, tried, reason, wait=with_jitter(wait_after(tried)))


def wait_after(attempts: int) -> timedelta:
    wait: timedelta = settings.NOTIFICATION_WAITS[attempts - 1]
    return wait


def with_jitter(wait: timedelta) -> timedelta:
    """A little more, so that what failed together is not tried together."""
    return wait * random.uniform(1, 1 + JITTER)  # noqa: S311 - no secret


@transaction.atomic
def keep(delivery: Delivery, outcome: Outcome, error: NotSent | None) -> None:
    """Write the outcome, unless the lease ran out and somebody else has taken over; then tell by the next channel."""
    ours = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, attempts=delivery.attempts)
    now = ClockTimestamp()
    written = ours.update(
        state=outcome.state,
        reason=outcome.reason,
        provider_id=outcome.provider_id,
        attempts=outcome.attempts,
        leased_until=None,
        not_before=now + outcome.wait if outcome.wait else F("not_before"),
        sent_at=now if outcome.state == State.SENT else None,
    )
    log.info(
        "delivery",
        delivery_id=delivery.pk,
        channel=delivery.channel,
        state=outcome.state,
        attempts=outcome.attempts,
        reason=outcome.reason,
    )
    if not written:
        return
    if outcome.wait is not None and outcome.wait <= SOON and delivery.broadcast_id is None:
        transaction.on_commit(partial(wake_deliveries, [delivery.pk], after=outcome.wait))
    if isinstance(error, AddressGone):
        switch_off(delivery, error.reason)
    if outcome.state == State.DEAD and not isinstance(error, AnswerLost):
        fall_back(delivery)


def put_back(delivery_id: int) -> bool:
    """Let one that failed wait for three more attempts; whether it had failed."""
    rows = Delivery.objects.filter(pk=delivery_id, state=State.DEAD).exclude(channel="")
    return bool(rows.update(state=State.WAITING, attempts=0, reason="", not_before=ClockTimestamp()))
