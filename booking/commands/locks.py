"""Locks in one order for everybody: location → specialist → workplace → client → appointment, of a kind by id."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Model

from accounts.models import Client
from booking.models import Appointment
from booking.queries.facts import BusyRow
from booking.values import FreeSlot
from catalog.models import Location, Specialist, Workplace


@dataclass(frozen=True, slots=True)
class Claim:
    """The calendars that one appointment takes part in."""

    location_id: int
    specialist_id: int
    workplace_id: int | None


def claim_of(row: Appointment | BusyRow | FreeSlot) -> Claim:
    return Claim(row.location_id, row.specialist_id, row.workplace_id)


def lock_calendars(claims: Iterable[Claim]) -> None:
    """Wait for everybody who is writing in these calendars.

    These calendars, as they were read before this call in the same transaction, are thereby proved current: had anybody
    raised their ``calendar_version`` since the snapshot, PostgreSQL would refuse the lock with 40001 and the command
    would run anew. What hangs on the company alone (a price, a length, the step) is as it was at the snapshot: whoever
    changes it at that very moment comes after the booking.
    The appointment itself comes last and needs no lock of its own: its UPDATE is one, and is refused in the same way.
    A location without a capacity is not locked: its chairs must not queue behind each other.
    """
    claims = list(claims)
    lock(Location, {claim.location_id for claim in claims}, capacity__isnull=False)
    lock(Specialist, {claim.specialist_id for claim in claims})
    lock(Workplace, {claim.workplace_id for claim in claims if claim.workplace_id})


def lock(model: type[Model], ids: Iterable[int], **conditions: object) -> None:
    # no_key: a plain FOR UPDATE would make unrelated inserts that refer to the row wait.
    if ids:
        rows = model._default_manager.filter(pk__in=ids, **conditions).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))


def lock_client(pk: int | None) -> None:
    """Wait for whoever is holding times for the same proved client.

    Written and not only locked: a client carries no version, and without a new one REPEATABLE READ notices no rival.
    """
    if pk is not None:
        Client.objects.filter(pk=pk).update(is_active=F("is_active"))


def lock_appointment(pk: int) -> None:
    """For a command that does not write the row itself: what follows is written about it."""
    lock(Appointment, {pk})
