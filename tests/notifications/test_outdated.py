"""When the buttons under a message are to be taken away, and by whom."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from accounts.values import SYSTEM, WEB_GUEST
from booking.models import Appointment
from booking.models.appointment import ClockTimestamp
from booking.queries.visits import database_time
from notifications.commands import cards, claim_outdated, forget_card, send_delivery, stripped
from notifications.commands.cards import STAYS
from notifications.models import Delivery
from tests.booking.plans import analyse
from tests.notifications.carriers import Telegram
from tests.notifications.salon import dispatched
from tests.notifications.stories import AN_HOUR, Len, at, changed, created, moved, reminded
from tests.torture.rivals import at_once

pytestmark = pytest.mark.django_db

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def salon() -> Len:
    salon = Len()
    salon.operator.delete()
    return salon


def sent(event) -> list[Delivery]:
    """To everybody who is told of it."""
    rows = dispatched(event.appointment, event.event_type)
    for row in rows:
        send_delivery(row.pk)
    return rows


def due(rows: list[Delivery]) -> set[datetime | None]:
    return set(Delivery.objects.filter(pk__in=[row.pk for row in rows]).values_list("strip_at", flat=True))


def numbers_of(rows: list[Delivery]) -> list[int]:
    return [row.pk for row in rows]


def overdue(salon: Len, count: int) -> list[int]:
    """So many messages, the first of which has waited longest."""
    rows = []
    for hour in range(count):
        (row,) = (row for row in sent(created(salon.visit(10 + hour), WEB_GUEST)) if row.role == "client")
        Delivery.objects.filter(event=row.event).exclude(pk=row.pk).update(strip_at=None)
        Delivery.objects.filter(pk=row.pk).update(strip_at=ClockTimestamp() - (count - hour) * A_MINUTE)
        rows.append(row)
    return numbers_of(rows)


# --- when


def test_buttons_stay_until_a_day_after_the_visit(salon):
    start = salon.at(12, days=3)

    rows = sent(created(salon.booked(start), WEB_GUEST))

    assert {row.role for row in rows} == {"client", "specialist", "admin"}
    assert due(rows) == {start + AN_HOUR + STAYS}


def test_buttons_of_a_reminder_do_too(salon):
    start = salon.at(12, days=3)

    assert due(sent(reminded(salon.booked(start), SYSTEM, hours=2))) == {start + AN_HOUR + STAYS}


@pytest.mark.parametrize("days", [5, 2], ids=["later", "earlier"])
def test_when_the_visit_is_moved_all_that_was_told_of_it_follows(salon, days):
    visit, other = salon.booked(salon.at(12, days=3)), salon.booked(salon.at(15, days=3))
    earlier, of_another = sent(created(visit, WEB_GUEST)), sent(created(other, WEB_GUEST))
    start = salon.at(12, days=days)

    rows = sent(moved(changed(visit), salon.actor(salon.admin), start=start))

    assert due(earlier) == due(rows) == {start + AN_HOUR + STAYS}
    assert due(of_another) == {other.end_time + STAYS}


def test_what_was_under_way_while_its_visit_moved_has_the_new_time(salon, monkeypatch):
    visit = salon.booked(salon.at(12, days=3))
    rows = dispatched(created(visit, WEB_GUEST).appointment, "booking_created")
    later = salon.at(12, days=9)

    def move_meanwhile(carrier, message) -> str:
        Appointment.objects.filter(pk=visit.pk).update(**at(later))
        return "77"

    monkeypatch.setattr(Telegram, "send", move_meanwhile)
    send_delivery(rows[0].pk)

    assert due(rows[:1]) == {later + AN_HOUR + STAYS}


def test_what_did_not_go_by_telegram_has_no_buttons_to_lose(salon):
    Telegram.configured = False

    rows = sent(created(salon.booked(salon.at(12, days=3)), WEB_GUEST))

    assert {row.channel for row in rows} == {"email"}
    assert due(rows) == {None}


def test_what_is_no_card_any_more_keeps_its_buttons(salon):
    rows = sent(created(salon.booked(salon.at(12, days=3)), WEB_GUEST))
    client = Delivery.objects.get(pk=rows[0].pk)

    forget_card(int(client.target), client.provider_id)

    assert due(rows[:1]) == {None}
    assert None not in due(rows[1:])


# --- by whom


def test_those_longest_due_are_claimed_and_nobody_gets_them_twice(salon):
    first, second, third = overdue(salon, 3)

    batches = [[each.delivery_id for each in claim_outdated(2)] for _ in range(3)]

    assert batches == [[first, second], [third], []]


def test_a_claim_says_where_the_message_is(salon):
    (number,) = overdue(salon, 1)
    row = Delivery.objects.get(pk=number)

    (claimed,) = claim_outdated(10)

    assert (claimed.delivery_id, claimed.chat, claimed.message_id) == (number, row.target, row.provider_id)


def test_what_is_not_done_when_its_lease_ends_is_due_again_and_what_is_done_never(salon, settings):
    done, left = overdue(salon, 2)
    settings.NOTIFICATION_LEASE = timedelta(seconds=-1)
    claim_outdated(2)

    count = stripped([done])

    assert count == 1
    assert [each.delivery_id for each in claim_outdated(2)] == [left]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_claim_different_messages(salon):
    first, second, third = overdue(salon, 3)

    with transaction.atomic():
        mine = [each.delivery_id for each in claim_outdated(2)]
        (his,) = at_once([lambda: [each.delivery_id for each in claim_outdated(2)]])

    assert (mine, his.answer) == ([first, second], [third])


def test_looking_reads_no_more_of_the_index_than_is_due(salon):
    (number,) = overdue(salon, 1)
    copies(number, strip_at=database_time() + A_MINUTE)
    analyse(Delivery)

    plan = cards.due_by(database_time())[:200].explain()

    assert "deliveries_to_strip" in plan
    assert "Index Cond: (strip_at <=" in plan


def copies(number: int, **changes) -> None:
    row = Delivery.objects.get(pk=number)
    values = {field.attname: getattr(row, field.attname) for field in Delivery._meta.concrete_fields} | changes
    Delivery.objects.bulk_create(
        Delivery(**values | {"id": None, "recipient": f"client:{copy}"}) for copy in range(1_000_000, 1_002_000)
    )
