"""The same request twice: one effect, one answer (guarantee 11)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from booking.errors import OtherBody
from booking.models import Appointment, OnceKey
from booking.queries.visits import database_time


@dataclass(frozen=True, slots=True)
class Once:
    """A one-time key that came with a request: whose it is, the key itself, and what was asked with it."""

    scope: str
    key: str
    fingerprint: str


def once(scope: str, key: str, **body: object) -> Once:
    """A one-time key for a request with this ``body``; the same key with another body is refused."""
    text = json.dumps(body, sort_keys=True, default=str)
    return Once(scope, key, hashlib.sha256(text.encode()).hexdigest())


def answered_before(request: Once | None) -> Appointment | None:
    """The answer this key had the first time. Raises OtherBody when it then asked for something else."""
    if request is None:
        return None
    row = OnceKey.objects.select_related("appointment").filter(scope=request.scope, key=request.key).first()
    if row is None:
        return None
    if row.fingerprint != request.fingerprint:
        raise OtherBody
    return row.appointment


def remember_answer(request: Once | None, appointment: Appointment) -> None:
    """Written with the effect: a twin waits here on the unique index, fails, looks again and hears the same answer."""
    if request is not None:
        OnceKey.objects.create(
            scope=request.scope, key=request.key, fingerprint=request.fingerprint, appointment=appointment
        )


def forget_old_keys(age: timedelta = timedelta(days=2)) -> int:
    """Delete keys older than ``age``; how many."""
    deleted, _ = OnceKey.objects.filter(created_at__lt=database_time() - age).delete()
    return deleted
