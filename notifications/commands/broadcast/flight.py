"""A batch of deliveries on its way through a channel that sends many at the same time."""

from collections.abc import Sequence
from functools import partial
from typing import overload

from notifications.channels import BulkCarrier
from notifications.commands.broadcast.threads import with_connection
from notifications.commands.send import Outcome, claim_as_read, decided, keep, message_of
from notifications.errors import NotSent
from notifications.models import Delivery
from notifications.relevance import reason_to_drop
from notifications.values import Message, State


class Letters(Sequence[Message]):
    """Each is written when the carrier comes to it, so that the first is on its way before the last is written."""

    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self.deliveries = deliveries

    def __len__(self) -> int:
        return len(self.deliveries)

    @overload
    def __getitem__(self, which: int) -> Message: ...
    @overload
    def __getitem__(self, which: slice) -> "Letters": ...
    def __getitem__(self, which: int | slice) -> "Message | Letters":
        chosen = self.deliveries[which]
        return message_of(chosen) if isinstance(chosen, Delivery) else Letters(chosen)


class Flight:
    """Claims each delivery when its own send begins, and keeps its outcome as soon as it is known."""

    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self.deliveries, self.begun = deliveries, 0

    def fly(self, carrier: BulkCarrier) -> bool:
        """Whether anything of it was ours to send. The carrier may call back from threads of its own."""
        carrier.send_many(
            Letters(self.deliveries),
            lambda number: with_connection(partial(self.begin, number)),
            lambda number, answer: with_connection(partial(self.land, number, answer)),
        )
        return self.begun > 0

    def begin(self, number: int) -> bool:
        """Claim the delivery, if it still is to be sent."""
        delivery = self.deliveries[number]
        if not claim_as_read(delivery):
            return False
        self.begun += 1
        if reason := reason_to_drop(delivery):
            keep(delivery, Outcome(State.DROPPED, delivery.attempts, reason), None)
        return not reason

    def land(self, number: int, answer: str | NotSent) -> None:
        """Keep what the provider said."""
        delivery = self.deliveries[number]
        keep(delivery, decided(delivery, answer), answer if isinstance(answer, NotSent) else None)
