"""The demo business of contract §7, made once at a fixed moment and looked at."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from accounts.models import Client, Company
from accounts.values import Channel
from booking.availability import Reason
from booking.commands.choose import require_free
from booking.models import Appointment, AppointmentEvent, EventType, Status
from booking.queries.calendars import read_calendar
from booking.queries.catalogue import read_catalogue
from booking.queries.locations import located
from booking.queries.slots import openings_of
from catalog.models import Break, Holiday, Location, Specialist, SpecialistSchedule
from config.demo.load import load_demo
from notifications.audience import audience_of
from notifications.models import Broadcast, Preferences
from tests.config.demo import FRIDAY
from wallet.models import Payment, WalletTransaction
from wallet.reconcile import mismatches_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_business")]

WHENEVER = frozenset({Reason.TOO_SOON, Reason.TOO_FAR})
FORTNIGHT = timedelta(days=14)


def booked_days(location: Location) -> set[date]:
    return {
        start.astimezone(location.zone).date() for start in location.appointments.values_list("start_time", flat=True)
    }


# --- what there is --------------------------------------------------------------------------------------------------


def test_demo_offers_what_the_contract_says():
    company = Company.objects.get()

    assert (company.name, company.slug, company.currency, company.timezone) == ("Лён", "len", "RUB", "Europe/Moscow")
    services = company.services.values_list("name", "duration_min", "break_min", "price")
    assert set(services) == {
        ("Стрижка", 60, 10, 2500),
        ("Борода", 30, 0, 1200),
        ("Окрашивание", 120, 15, 6000),
        ("Маникюр", 90, 0, 2000),
    }


def test_demo_has_two_locations_each_in_its_zone():
    centre, saburtalo = Location.objects.order_by("position")
    assert (centre.slug, centre.name, centre.timezone) == ("centre", "Центр", "Europe/Moscow")
    hours = centre.schedules.values_list("day_of_week", "start_time", "end_time")
    assert list(hours) == [(day, time(9), time(20)) for day in range(6)]
    assert list(centre.workplaces.values_list("name", flat=True)) == ["Кресло 1", "Кресло 2", "Кабинет"]
    assert (saburtalo.slug, saburtalo.name, saburtalo.timezone) == ("saburtalo", "Сабуртало", "Asia/Tbilisi")
    assert saburtalo.workplaces.count() == 1


def test_demo_specialists_can_what_the_contract_says():
    skills = defaultdict(dict)
    for name, service, price in Specialist.objects.values_list("name", "offers__service__name", "offers__custom_price"):
        skills[name][service] = price
    assert skills["Анна"] == dict.fromkeys(["Стрижка", "Борода", "Окрашивание", "Маникюр"])
    assert skills["Борис"] == {"Стрижка": Decimal(2200), "Борода": None}
    assert skills["Вера"] == dict.fromkeys(["Окрашивание", "Маникюр"])
    nino = SpecialistSchedule.objects.filter(specialist__name="Нино")
    assert set(nino.values_list("location__slug", flat=True)) == {"saburtalo"}


def test_demo_has_days_off_a_vacation_and_a_holiday_ahead():
    assert SpecialistSchedule.objects.filter(is_day_off=True).exists()
    assert Break.objects.filter(reason="Отпуск", date__gt=FRIDAY).exists()
    assert Holiday.objects.filter(is_working=False, date__gt=FRIDAY).count() >= 2


def test_demo_visits_are_of_every_kind():
    past, ahead = Appointment.objects.filter(start_time__lt=FRIDAY), Appointment.objects.filter(start_time__gte=FRIDAY)
    assert {Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED} <= set(past.values_list("status", flat=True))
    assert set(ahead.values_list("status", flat=True)) == {Status.CONFIRMED, Status.CANCELLED}
    sources = Counter(Appointment.objects.values_list("source", flat=True))
    assert set(sources) == {Channel.WEB, Channel.TELEGRAM, Channel.ADMIN}
    assert set(Appointment.objects.values_list("priority", flat=True)) == {"NORMAL", "VIP", "URGENT"}
    assert Appointment.objects.exclude(notes="").exists()
    assert max(len(name) for name in Appointment.objects.values_list("contact_name", flat=True)) > 40


def test_demo_on_a_server_has_fictitious_phones_and_nobody_in_telegram():
    assert all(str(phone).startswith("+7999000") for phone in Client.objects.values_list("phone", flat=True))
    assert not Client.objects.filter(tg_id__isnull=False).exists()


def test_demo_has_clients_to_write_a_broadcast_to():
    company = Company.objects.get()

    everybody, rich = Broadcast(company=company), Broadcast(company=company, has_balance=True)
    gone = Broadcast(company=company, not_seen_days=10)
    assert audience_of(everybody).exclude(email="").count() == audience_of(everybody).count() == 20
    assert sorted(audience_of(rich).values_list("first_name", flat=True)) == ["Иван", "Мария"]
    assert 0 < audience_of(gone).count() < 20


def test_demo_asks_nobody_for_consent_twice():
    company = Company.objects.get()
    Preferences.objects.filter(company=company).update(wants_offers=False)

    load_demo(FRIDAY)

    assert not audience_of(Broadcast(company=company)).exists()


# --- the calendar ---------------------------------------------------------------------------------------------------


def test_demo_fills_every_day_of_the_fortnights_but_none_of_them_wholly():
    company = Company.objects.get()

    for location in Location.objects.all():
        calendar = read_calendar(
            read_catalogue(located(location.pk)), FRIDAY.date() - FORTNIGHT, FRIDAY.date() + FORTNIGHT
        )
        booked, free = booked_days(location), set()
        for service in company.services.all():
            free |= set(openings_of(calendar, service.pk, waived=WHENEVER).by_day())
        assert booked <= free
        assert free <= booked


def test_demo_visits_obey_the_engine():
    visits = Appointment.objects.filter(status__in=[Status.CONFIRMED, Status.COMPLETED]).select_related("location")
    for visit in visits:
        day = visit.start_time.astimezone(visit.location.zone).date()
        catalogue = read_catalogue(located(visit.location_id), [visit.service_id])
        calendar = read_calendar(catalogue, day, day, kept=visit.kept)
        slot = replace(visit.slot, workplace_id=visit.workplace_id)
        found = require_free(calendar, slot, WHENEVER)  # raises SlotRefused
        assert (found.end, found.busy_until, found.price) == (visit.end_time, visit.busy_until, visit.price)


def test_demo_history_is_what_the_commands_would_have_written():
    last = {
        Status.CONFIRMED: EventType.BOOKING_CREATED,
        Status.COMPLETED: EventType.BOOKING_COMPLETED,
        Status.CANCELLED: EventType.BOOKING_CANCELLED,
        Status.NO_SHOW: EventType.BOOKING_NO_SHOW,
        Status.ARRIVED: EventType.BOOKING_ARRIVED,
    }
    for visit in Appointment.objects.prefetch_related("events"):
        events = list(visit.events.all())
        assert events[-1].event_type == last[Status(visit.status)]
        assert EventType.BOOKING_CREATED in [event.event_type for event in events]
        assert len(events) == visit.version
        assert [event.created_at for event in events] == sorted(event.created_at for event in events)
        assert (events[0].created_at, events[-1].created_at) == (visit.created_at, visit.updated_at)
        assert visit.updated_at <= FRIDAY
        assert events[0].payload["start_time"] == visit.start_time.isoformat()


def test_demo_tells_nobody():
    assert AppointmentEvent.objects.exists()
    assert not AppointmentEvent.objects.filter(dispatched_at=None).exists()


def test_demo_money_adds_up_and_is_made_once():
    """Мария has the 3 200 of contract §7; completed visits are paid."""
    maria = Client.objects.get(first_name="Мария", last_name="Соколова")
    before = Payment.objects.count(), WalletTransaction.objects.count()

    assert maria.wallet.balance == 3200
    assert not Appointment.objects.filter(status=Status.COMPLETED, paid=0).exists()
    assert mismatches_of() == []
    load_demo(FRIDAY)
    assert (Payment.objects.count(), WalletTransaction.objects.count()) == before
