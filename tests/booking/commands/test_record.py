"""History: who, when, through which channel, before and after, and never a name or a phone."""

import json

import pytest
from django.db import DatabaseError, transaction

from accounts.values import Actor, Channel, Role
from booking.commands import (
    cancel_appointment,
    confirm_appointment,
    expire_overdue_holds,
    extend_hold,
    hold_slot,
    reschedule_appointment,
)
from booking.commands.record import in_utc
from booking.models import Appointment, AppointmentEvent
from booking.signals import event_recorded
from booking.values import CancelReason, Contact
from tests.booking.steps import BOT, history, last_event, make_overdue, operator_of, yesterdays_in
from tests.factories import WEB, Salon, book, make_client
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


def test_an_event_says_who_and_through_which_channel(salon):
    client = make_client(salon.company)
    hold = hold_slot(salon.slot(10), Actor(Role.CLIENT, Channel.TELEGRAM, client_id=client.pk), client_id=client.pk)
    desk = operator_of(salon, user_id=77)

    extend_hold(hold.pk, desk)
    make_overdue(hold)
    expire_overdue_holds()

    assert [event.initiated_by for event in hold.events.order_by("pk")] == [
        {"user_id": None, "role": "client", "channel": "tg_bot", "client_id": client.pk},
        {"user_id": 77, "role": "operator", "channel": "admin"},
        {"user_id": None, "role": "system", "channel": "system"},
    ]


def test_the_first_event_says_everything_and_the_next_what_changed():
    salon = Salon(chairs=1)
    visit = book(salon.slot(10, days=3))  # far enough that moving it is never late, whatever the hour
    reschedule_appointment(visit.pk, salon.at(12, days=3), WEB)
    cancel_appointment(visit.pk, operator_of(salon), CancelReason.MISTAKE)

    placed, created, moved, cancelled = (event.payload for event in visit.events.order_by("pk"))

    utc = {hour: in_utc(salon.at(hour, days=3)) for hour in (10, 11, 12, 13)}
    deadline = {hour: in_utc(salon.at(hour, days=2)) for hour in (10, 12)}
    assert {key: placed[key] for key in ("status", "start_time", "specialist_id", "workplace_id", "price")} == {
        "status": "HOLD", "start_time": utc[10], "specialist_id": salon.specialist.pk,
        "workplace_id": salon.chairs[0].pk, "price": "1000.00",
    }  # fmt: skip
    assert created == {"changed": {"status": ["HOLD", "CONFIRMED"]}}
    assert moved["changed"] == {
        "start_time": [utc[10], utc[12]], "end_time": [utc[11], utc[13]], "busy_until": [utc[11], utc[13]],
        "free_until": [deadline[10], deadline[12]],
    }  # fmt: skip
    assert cancelled == {"changed": {"status": ["CONFIRMED", "CANCELLED"]}, "reason": "mistake"}


def test_history_holds_neither_names_nor_phones_nor_comments(salon):
    hold = hold_slot(salon.slot(10), BOT)
    contact = Contact("Yekaterina", "Zamyatina", "+79995554433", "katya@example.com")
    confirm_appointment(hold.pk, BOT, contact, comment="Allergic to latex")
    reschedule_appointment(hold.pk, salon.at(12), operator_of(salon))
    cancel_appointment(hold.pk, operator_of(salon))

    visit = Appointment.objects.get(pk=hold.pk)
    written = json.dumps(list(hold.events.values("payload", "initiated_by")), default=str)

    assert (visit.contact_name, visit.notes) == ("Yekaterina Zamyatina", "Allergic to latex")
    assert len(history(visit)) == 4
    for secret in ("Yekaterina", "Zamyatina", "9995554433", "katya", "latex", visit.hold_token, visit.visit_token):
        assert secret not in written


def test_listeners_hear_of_an_event_after_the_commit(salon, django_capture_on_commit_callbacks):
    heard = []
    event_recorded.connect(listener := lambda event_id, **_: heard.append(event_id), weak=False)

    with django_capture_on_commit_callbacks() as callbacks:
        hold = hold_slot(salon.slot(10), WEB)
    before = list(heard)
    for callback in callbacks:
        callback()

    event_recorded.disconnect(listener)
    assert (before, heard) == ([], [last_event(hold).pk])


def test_a_listener_that_fails_harms_nobody(salon, django_capture_on_commit_callbacks, caplog):
    heard = []

    def broken(**_):
        raise ValueError

    event_recorded.connect(broken)
    event_recorded.connect(listener := lambda event_id, **_: heard.append(event_id), weak=False)
    with django_capture_on_commit_callbacks(execute=True):
        hold = hold_slot(salon.slot(10), WEB)

    event_recorded.disconnect(broken)
    event_recorded.disconnect(listener)
    assert heard == [last_event(hold).pk]


@pytest.mark.parametrize(
    "deed",
    [
        lambda event: AppointmentEvent.objects.filter(pk=event.pk).delete(),
        lambda event: AppointmentEvent.objects.filter(pk=event.pk).update(payload={}),
        lambda event: AppointmentEvent.objects.filter(pk=event.pk).update(initiated_by={}),
        lambda event: AppointmentEvent.objects.filter(pk=event.pk).update(event_type="booking_reminder"),
    ],
)
def test_history_is_append_only(salon, deed):
    event = last_event(yesterdays_in("CONFIRMED", salon))

    with pytest.raises(DatabaseError), transaction.atomic():
        deed(event)

    assert AppointmentEvent.objects.values().get(pk=event.pk)["payload"] == event.payload


def test_an_event_may_be_marked_as_dispatched(salon):
    event = last_event(yesterdays_in("CONFIRMED", salon))

    AppointmentEvent.objects.filter(pk=event.pk).update(dispatched_at=event.created_at)

    event.refresh_from_db()
    assert event.dispatched_at == event.created_at
