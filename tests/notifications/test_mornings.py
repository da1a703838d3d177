"""A specialist hears of his day once, in the morning of his location."""

from datetime import timedelta

import pytest

from booking.models import Appointment
from notifications.commands import mornings, summarize_day
from notifications.models import Delivery, NotificationSetting
from tests.factories import make_location
from tests.lasting import copied, lasting
from tests.notifications.salon import Reachable

pytestmark = pytest.mark.django_db


built = lasting(Reachable)


@pytest.fixture
def salon(built) -> Reachable:
    return copied(built)


@pytest.fixture
def visit(salon) -> Appointment:
    return salon.visit(14)


@pytest.fixture
def look(monkeypatch):
    def look_at(now) -> int:
        monkeypatch.setattr(mornings, "database_time", lambda: now)
        return summarize_day()

    return look_at


def test_it_is_told_in_the_morning_and_once(salon, visit, look):
    day = [salon.at(7, 59, days=3), salon.at(8, days=3), salon.at(8, 5, days=3), salon.at(11, days=3)]

    told = [look(now) for now in day]

    assert told == [0, 1, 0, 0]
    (row,) = Delivery.objects.filter(event_type="day_summary")
    assert (row.recipient, row.channel, row.target) == (f"user:{salon.master.pk}", "telegram", str(salon.master.tg_id))
    assert (row.occasion, row.useful_until) == (f"day:{salon.day(3).isoformat()}", visit.start_time)


def test_a_day_without_visits_is_not_told(salon, visit, look):
    assert look(salon.at(8, days=4)) == 0


def test_after_four_hours_it_would_be_no_news(salon, visit, look):
    assert look(salon.at(12, days=3)) == 0


def test_a_day_that_is_already_over_is_not_told(salon, look):
    salon.visit(9)

    assert look(salon.at(9, days=3) + timedelta(minutes=1)) == 0


def test_a_salon_may_switch_it_off(salon, visit, look):
    NotificationSetting.objects.filter(event_type="day_summary").update(enabled=False)

    assert look(salon.at(8, days=3)) == 0


def test_a_specialist_without_a_sign_in_is_not_told(salon, visit, look):
    salon.specialist.user = None
    salon.specialist.save(update_fields=["user"])

    assert look(salon.at(8, days=3)) == 0


def test_whoever_works_in_two_locations_hears_it_once(salon, visit, look):
    other = make_location(salon.company)
    Appointment.objects.filter(pk=salon.visit(17).pk).update(location=other)

    assert look(salon.at(8, days=3)) == 1
