"""Steps that tests of booking share: actors, visits in any status, what history says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from accounts.errors import Refusal
from accounts.values import Actor, Channel, Role
from booking.commands import (
    book_now,
    cancel_appointment,
    complete_appointment,
    expire_overdue_holds,
    hold_slot,
    mark_arrived,
    mark_no_show,
)
from booking.models import Appointment, AppointmentEvent, Status
from booking.queries.visits import database_time
from booking.values import Contact
from tests.factories import Salon

ANNA = Contact(first_name="Anna", last_name="Petrova", phone="+79990000001")
BORIS = Contact(first_name="Boris", phone="+79990000002")
API = Actor(role=Role.CLIENT, channel=Channel.API)
BOT = Actor(role=Role.CLIENT, channel=Channel.TELEGRAM)


def operator_of(salon: Salon, **fields) -> Actor:
    """Somebody at the desk."""
    return Actor(**{"role": Role.OPERATOR, "channel": Channel.ADMIN, "company_id": salon.company.pk} | fields)


def manager_of(salon: Salon) -> Actor:
    """Somebody at the desk who may book outside the rules."""
    return operator_of(salon, role=Role.ADMIN, may_book_outside_rules=True)


def cashier_of(salon: Salon, **fields) -> Actor:
    """Somebody at the desk who takes money."""
    return operator_of(salon, **{"may_take_money": True} | fields)


def make_overdue(hold: Appointment, by: timedelta = timedelta(seconds=1)) -> None:
    """Let ``hold`` have run out, by the database's clock and with nobody noticing."""
    Appointment.objects.filter(pk=hold.pk).update(expires_at=database_time() - by)


def yesterdays(salon: Salon, specialist=None) -> Appointment:
    """A confirmed visit that has begun, so that nothing is too early; only staff can book it."""
    return book_now(salon.slot(10, days=-1, specialist=specialist), operator_of(salon), ANNA)


def yesterdays_in(status: Status | str, salon: Salon) -> Appointment:
    """The same in any status."""
    desk = operator_of(salon)
    if status in (Status.HOLD, Status.EXPIRED):
        hold = hold_slot(salon.slot(10, days=-1), desk)
        if status == Status.EXPIRED:
            make_overdue(hold)
            expire_overdue_holds()
        return Appointment.objects.get(pk=hold.pk)
    visit = yesterdays(salon)
    steps: dict[Status, list[Callable[..., Appointment]]] = {
        Status.CONFIRMED: [],
        Status.ARRIVED: [mark_arrived],
        Status.COMPLETED: [mark_arrived, complete_appointment],
        Status.CANCELLED: [cancel_appointment],
        Status.NO_SHOW: [mark_no_show],
    }
    for step in steps[Status(status)]:
        visit = step(visit.pk, desk)
    return visit


def history(appointment: Appointment) -> list[str]:
    """What happened to an appointment, in order."""
    return list(appointment.events.order_by("pk").values_list("event_type", flat=True))


def last_event(appointment: Appointment) -> AppointmentEvent:
    event = appointment.events.order_by("pk").last()
    assert event is not None
    return event


def everything() -> tuple[list[dict], int]:
    """Every appointment as it is, and how many events there are."""
    return list(Appointment.objects.order_by("pk").values()), AppointmentEvent.objects.count()


@contextmanager
def refused(kind: type[Refusal], code: str | None = None) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """A refusal that changes nothing: no row, no event."""
    before = everything()
    with pytest.raises(kind) as refusal:
        yield refusal
    assert everything() == before
    assert code in (None, refusal.value.code)
    assert str(refusal.value), "a refusal says why"


@contextmanager
def nothing_changes() -> Iterator[None]:
    before = everything()
    yield
    assert everything() == before
