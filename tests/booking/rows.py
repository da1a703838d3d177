"""Appointments written straight into their table, past every command: what remains is the schema's own opinion."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.values import Channel
from booking.models import Appointment, Status
from booking.queries.visits import database_time
from tests.factories import Salon

SPECIALIST = "specialist_not_double_booked"
WORKPLACE = "workplace_not_double_booked"
CAPACITY = "location_not_over_capacity"


def put(salon: Salon, hour: int = 10, minute: int = 0, *, length: int = 60, rest: int = 0, **fields) -> Appointment:
    """A visit of ``length`` minutes and ``rest`` after it, with the salon's first specialist and at no workplace."""
    start = salon.at(hour, minute)
    end = start + timedelta(minutes=length)
    defaults = {
        "company": salon.company,
        "location": salon.location,
        "service": salon.service,
        "specialist": salon.specialist,
        "start_time": start,
        "end_time": end,
        "busy_until": end + timedelta(minutes=rest),
        "status": Status.CONFIRMED,
        "price": 1000,
        "source": Channel.API,
    }
    return Appointment.objects.create(**defaults | fields)


def put_hold(salon: Salon, hour: int = 10, minute: int = 0, *, lasts: int = 300, **fields) -> Appointment:
    """A hold that ends in ``lasts`` seconds; of a negative number it has run out."""
    deadline = database_time() + timedelta(seconds=lasts)
    return put(salon, hour, minute, status=Status.HOLD, expires_at=deadline, **fields)


@contextmanager
def refused(constraint: str) -> Iterator[None]:
    """The database refuses what is done inside, and names ``constraint``."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        yield
    assert error.value.__cause__.diag.constraint_name == constraint
