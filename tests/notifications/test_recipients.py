"""WHO is told (source 001 §5): the matrix, minus whoever did it, by the channels that are switched on."""

from dataclasses import replace

import pytest

from accounts.values import SYSTEM, WEB_GUEST, Actor, Channel, Role
from booking.commands import book_now, cancel_appointment, reschedule_appointment
from booking.commands.record import record_event
from booking.models import AppointmentEvent, EventType
from booking.values import Contact
from notifications.commands import attach_chat, dispatch_event
from notifications.models import DeadAddress, Delivery, NotificationSetting, Preferences, PushSubscription
from tests.factories import book, make_client, make_company, make_location, make_specialist, make_user, numbers
from tests.lasting import copied, lasting
from tests.notifications.carriers import Push, Telegram
from tests.notifications.salon import Reachable, dispatched, last, told

pytestmark = pytest.mark.django_db

CREATED, CANCELLED, MOVED = "booking_created", "booking_cancelled", "booking_rescheduled"


built = lasting(Reachable)


@pytest.fixture
def salon(built) -> Reachable:
    return copied(built)


def by_telegram(*people) -> list[tuple[str, str]]:
    return sorted((f"{'client' if hasattr(one, 'first_name') else 'user'}:{one.pk}", "telegram") for one in people)


# --- the matrix


def test_a_booking_by_the_client_is_confirmed_to_him_and_told_to_the_salon(salon):
    visit = salon.visit(actor=replace(salon.as_client, channel=Channel.WEB), client_id=salon.client.pk)

    assert told(visit, CREATED) == by_telegram(salon.client, salon.master, salon.admin, salon.operator)


def test_whoever_books_in_the_bot_has_its_answer_and_is_not_told_there_again(salon):
    visit = booked_in_the_bot(salon)

    assert told(visit, CREATED) == by_telegram(salon.master, salon.admin, salon.operator)


def booked_in_the_bot(salon):
    return salon.visit(actor=salon.as_client, client_id=salon.client.pk)


@pytest.mark.parametrize(
    ("wish", "channels"),
    [({"every_channel": True}, ["email", "sms"]), ({"muted": [f"{CREATED}:telegram"]}, ["email"])],
    ids=["every channel", "not by Telegram"],
)
def test_whoever_books_in_the_bot_and_wants_other_channels_hears_by_them(salon, wish, channels):
    Preferences.objects.create(company=salon.company, client=salon.client, **wish)

    rows = dispatched(booked_in_the_bot(salon), CREATED)

    assert [row.channel for row in rows if row.role == "client"] == channels


def test_what_the_desk_books_for_a_client_in_the_bot_is_told_to_him(salon):
    desk = replace(salon.actor(salon.operator), channel=Channel.TELEGRAM)
    visit = book_now(salon.slot(10, days=3), desk, Contact("Anna"), client_id=salon.client.pk)

    assert told(visit, CREATED) == by_telegram(salon.client, salon.master, salon.admin)


def test_whoever_moves_anothers_visit_in_the_bot_is_the_only_follower_not_told(salon):
    boris, mother = make_client(salon.company, tg_id=next(numbers)), 7_000_000_001
    visit = salon.visit()
    for chat in (boris.tg_id, mother):
        attach_chat(visit.pk, chat, "en")
    record_event(visit, EventType.BOOKING_RESCHEDULED, Actor(Role.CLIENT, Channel.TELEGRAM, client_id=boris.pk))

    rows = dispatched(visit, MOVED)

    assert [row.target for row in rows if row.role == "client"] == [str(salon.client.tg_id), str(mother)]


def test_a_booking_by_an_administrator_is_not_told_to_himself_but_to_his_colleagues(salon):
    visit = book_now(salon.slot(10, days=3), salon.actor(salon.admin), Contact("Anna"), client_id=salon.client.pk)

    assert told(visit, CREATED) == by_telegram(salon.client, salon.master, salon.operator)


def test_a_cancellation_by_the_client_is_not_told_to_him(salon):
    visit = salon.visit()
    cancel_appointment(visit.pk, salon.as_client)

    assert told(visit, CANCELLED) == by_telegram(salon.master, salon.admin, salon.operator)


def test_whoever_cancels_by_the_visits_link_is_its_client(salon):
    visit = salon.visit()
    cancel_appointment(visit.pk, WEB_GUEST)

    assert told(visit, CANCELLED) == by_telegram(salon.master, salon.admin, salon.operator)


def test_a_cancellation_by_an_administrator_is_told_to_the_client(salon):
    visit = salon.visit()
    cancel_appointment(visit.pk, salon.actor(salon.admin))

    assert told(visit, CANCELLED) == by_telegram(salon.client, salon.master, salon.operator)


def test_a_cancellation_by_the_specialist_is_told_to_everybody_else(salon):
    visit = salon.visit()
    cancel_appointment(visit.pk, salon.actor(salon.master))

    assert told(visit, CANCELLED) == by_telegram(salon.client, salon.admin, salon.operator)


def test_a_move_by_an_administrator_is_told_to_client_and_specialist(salon):
    visit = salon.visit()
    reschedule_appointment(visit.pk, salon.at(15, days=3), salon.actor(salon.admin))

    assert told(visit, MOVED) == by_telegram(salon.client, salon.master, salon.operator)


def test_a_visit_given_to_a_colleague_is_told_to_both_specialists(salon):
    visit = salon.visit()
    colleague = make_user(salon.company, Role.SPECIALIST, tg_id=next(numbers))
    taker = make_specialist(salon.location, salon.service, user=colleague)

    reschedule_appointment(visit.pk, visit.start_time, salon.actor(salon.admin), specialist_id=taker.pk)

    assert told(visit, MOVED) == by_telegram(salon.client, salon.master, colleague, salon.operator)


def test_a_reminder_is_told_to_client_and_specialist_alone(salon):
    visit = salon.visit()
    record_event(visit, EventType.BOOKING_REMINDER, SYSTEM)

    assert told(visit, "booking_reminder") == by_telegram(salon.client, salon.master)


@pytest.mark.parametrize("event_type", ["booking_arrived", "booking_completed", "booking_no_show", "hold_placed"])
def test_nobody_is_told_of_the_rest(salon, event_type):
    visit = salon.visit()
    record_event(visit, EventType(event_type), salon.actor(salon.admin))

    assert told(visit, event_type) == []
    assert last(visit, event_type).dispatched_at is not None


# --- who belongs


def test_an_operator_of_another_location_is_not_told(salon):
    salon.operator.locations.add(make_location(salon.company))
    visit = salon.visit()

    assert told(visit, CREATED) == by_telegram(salon.client, salon.master, salon.admin)


def test_an_operator_of_this_location_is_told_once(salon):
    salon.operator.locations.add(make_location(salon.company), salon.location)
    visit = salon.visit()

    assert told(visit, CREATED) == by_telegram(salon.client, salon.master, salon.admin, salon.operator)


def test_strangers_and_those_who_left_are_not_told(salon):
    make_user(make_company(), Role.ADMIN, tg_id=next(numbers))
    make_user(salon.company, Role.ADMIN, tg_id=next(numbers), is_active=False)
    make_user(salon.company, Role.ACCOUNTANT, tg_id=next(numbers))
    visit = salon.visit()

    assert told(visit, CREATED) == by_telegram(salon.client, salon.master, salon.admin, salon.operator)


def test_who_is_specialist_and_administrator_hears_it_once_as_the_specialist(salon):
    salon.specialist.user = salon.admin
    salon.specialist.save(update_fields=["user"])

    rows = dispatched(salon.visit(), CREATED)

    assert [row.role for row in rows if row.user_id == salon.admin.pk] == ["specialist"]


def test_a_guest_is_told_at_the_number_he_left(salon):
    salon.client.delete()
    visit = book_now(salon.slot(10, days=3), salon.actor(salon.admin), Contact("Ann"))
    visit.contact_phone = "+79991112233"
    visit.save(update_fields=["contact_phone"])

    (row,) = (row for row in dispatched(visit, CREATED) if row.role == "client")

    assert (row.recipient, row.channel, row.target) == (f"guest:{visit.pk}", "sms", "+79991112233")


# --- what is switched on


def test_a_role_that_is_switched_off_is_not_told(salon):
    NotificationSetting.objects.filter(company=salon.company, event_type=CREATED, recipient_role="admin").update(
        enabled=False
    )

    assert told(salon.visit(), CREATED) == by_telegram(salon.client, salon.master)


def test_without_a_row_nobody_is_told(salon):
    NotificationSetting.objects.filter(company=salon.company, event_type=CREATED).delete()

    assert told(salon.visit(), CREATED) == []


def test_a_row_of_one_channel_beats_the_row_of_all(salon):
    NotificationSetting.objects.create(
        company=salon.company, event_type=CREATED, recipient_role="client", channel="telegram", enabled=False
    )

    (row,) = (row for row in dispatched(salon.visit(), CREATED) if row.role == "client")

    assert (row.channel, row.target) == ("email", "anna@example.com")


def test_one_channel_alone_can_be_switched_on(salon):
    NotificationSetting.objects.filter(event_type=CREATED, recipient_role="client").update(enabled=False)
    NotificationSetting.objects.create(
        company=salon.company, event_type=CREATED, recipient_role="client", channel="sms", enabled=True
    )

    (row,) = (row for row in dispatched(salon.visit(), CREATED) if row.role == "client")

    assert (row.channel, row.target) == ("sms", "+79990000001")


def test_a_channel_that_the_deployment_lacks_is_passed_over(salon):
    Telegram.configured = False

    assert told(salon.visit(), CREATED) == [(f"client:{salon.client.pk}", "email"), *no_telegram(salon)]


def no_telegram(salon) -> list[tuple[str, str]]:
    return sorted((f"user:{user.pk}", "email") for user in (salon.master, salon.admin, salon.operator))


# --- what the person wants


def test_whoever_wants_every_channel_gets_every_channel(salon):
    Preferences.objects.create(company=salon.company, client=salon.client, every_channel=True)

    rows = dispatched(salon.visit(), CREATED)

    assert [(row.channel, row.target) for row in rows if row.role == "client"] == [
        ("telegram", str(salon.client.tg_id)), ("email", "anna@example.com"), ("sms", "+79990000001"),
    ]  # fmt: skip


def test_what_a_person_switched_off_is_passed_over(salon):
    Preferences.objects.create(company=salon.company, client=salon.client, muted=[f"{CREATED}:telegram"])

    rows = dispatched(salon.visit(), CREATED)

    assert [row.channel for row in rows if row.role == "client"] == ["email"]


def test_who_switched_everything_off_is_left_alone(salon):
    Preferences.objects.create(company=salon.company, client=salon.client, muted=[f"{CREATED}:all"])

    rows = dispatched(salon.visit(), CREATED)

    assert [row.role for row in rows if row.role == "client"] == []


# --- addresses


def test_both_telephones_of_one_person_are_woken(salon):
    type(salon.client).objects.filter(pk=salon.client.pk).update(tg_id=None)
    phones = [subscription(salon, client=salon.client) for _ in range(2)]
    subscription(salon, user=salon.admin)

    rows = dispatched(salon.visit(), CREATED)

    assert [(row.channel, row.target) for row in rows if row.role == "client"] == [
        ("web_push", str(phone.pk)) for phone in phones
    ]


def test_the_browser_that_booked_hears_of_its_own_visit_alone(salon):
    type(salon.client).objects.filter(pk=salon.client.pk).update(tg_id=None)
    browser = subscription(salon, browser_key="this browser")
    here = salon.visit(10, browser_key="this browser")
    elsewhere = salon.visit(14, browser_key="another browser")

    by_push = {visit.pk: [row.target for row in dispatched(visit, CREATED) if row.channel == "web_push"]
               for visit in (here, elsewhere)}  # fmt: skip

    assert by_push == {here.pk: [str(browser.pk)], elsewhere.pk: []}


def test_a_dead_chat_is_passed_over(salon):
    DeadAddress.objects.create(channel="telegram", address=str(salon.client.tg_id), reason="blocked")

    (row,) = (row for row in dispatched(salon.visit(), CREATED) if row.role == "client")

    assert row.channel == "email"


def test_the_desk_sees_that_a_client_cannot_be_reached(salon):
    visit = book_now(salon.slot(10, days=3), salon.actor(salon.admin), Contact("Ann"))

    (row,) = (row for row in dispatched(visit, CREATED) if row.role == "client")

    assert (row.state, row.channel, row.reason) == ("DEAD", "", "no address")


def subscription(salon, **whose) -> PushSubscription:
    return PushSubscription.objects.create(
        company=salon.company, endpoint=f"https://push.example/{next(numbers)}", p256dh="p", auth="a", **whose
    )


# --- once


def test_dispatching_twice_tells_nobody_twice(salon):
    event = last(salon.visit(), CREATED)

    first, second = dispatch_event(event.pk), dispatch_event(event.pk)

    assert (first, second, Delivery.objects.filter(event=event).count()) == (4, 0, 4)


def test_an_event_for_later_waits(salon):
    visit = salon.visit()
    event = last(visit, CREATED)
    AppointmentEvent.objects.filter(pk=event.pk).update(dispatch_after=salon.at(days=1))

    assert dispatch_event(event.pk) == 0
    assert last(visit, CREATED).dispatched_at is None


def test_the_cost_does_not_grow_with_the_people(salon, django_assert_num_queries):
    few, many = last(salon.visit(10), CREATED), last(salon.visit(14), CREATED)
    with django_assert_num_queries(STATEMENTS):
        dispatch_event(few.pk)
    for chat in range(5):
        attach_chat(many.appointment_id, chat, "ru")
        subscription(salon, user=make_user(salon.company, Role.OPERATOR, tg_id=next(numbers)))
    assert Push.configured

    with django_assert_num_queries(STATEMENTS):
        dispatch_event(many.pk)


STATEMENTS = 13
"""A savepoint and its release, a look, the event, the settings, the desk, the chats that follow the visit, preferences,
the visit's browsers, subscriptions, dead addresses, the deliveries, the mark."""


def test_another_clients_link_does_not_make_him_the_initiator(salon):
    visit = salon.visit()
    other = Actor(Role.CLIENT, Channel.TELEGRAM, client_id=salon.client.pk + 1)
    record_event(visit, EventType.BOOKING_CANCELLED, other)

    assert told(visit, CANCELLED) == by_telegram(salon.client, salon.master, salon.admin, salon.operator)


def test_a_booking_without_a_client_of_the_company_is_nobodys_elses(salon):
    stranger = Reachable()
    visit = book(salon.slot(10, days=3), phone="+79995556677")

    rows = dispatched(visit, CREATED)

    assert str(stranger.client.tg_id) not in {row.target for row in rows}
