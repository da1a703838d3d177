"""The demo business of contract §7, at a fixed moment unless the clock itself matters."""

import stat
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.models import Client, Company, User
from accounts.values import Actor, Channel, Role
from booking.availability import Reason
from booking.commands import cancel_appointment
from booking.commands.choose import require_free
from booking.models import Appointment, AppointmentEvent, EventType, Status
from booking.queries.calendars import read_calendar
from booking.queries.catalogue import read_catalogue
from booking.queries.locations import located
from booking.queries.slots import openings_of
from catalog.models import Break, Holiday, Location, Service, Specialist, SpecialistSchedule
from config.demo.chats import write_chats
from config.demo.load import load_demo
from config.demo.sign_ins import STAFF
from config.devchat.people import CLIENT, NEWCOMERS_PHONES, SPECIALIST
from config.devchat.people import STAFF as CHATTING_STAFF
from notifications.audience import audience_of
from notifications.models import Broadcast, Preferences
from tests.factories import make_client, make_company, make_location, make_specialist
from wallet.models import Payment, WalletTransaction
from wallet.reconcile import mismatches_of

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 11, 20, 11, 40, tzinfo=UTC)
WHENEVER = frozenset({Reason.TOO_SOON, Reason.TOO_FAR})
FORTNIGHT = timedelta(days=14)
APPS = ("accounts", "catalog", "wallet", "booking", "notifications")


@pytest.fixture(autouse=True)
def password_file(tmp_path, monkeypatch):
    """Not the file of whoever runs the tests."""
    path = tmp_path / "demo-password"
    monkeypatch.setattr("config.demo.sign_ins.password_file", lambda: path)
    return path


def everything() -> dict[str, list[tuple]]:
    """Every row of our own tables, by table; versions rise with the neighbours."""
    rows = {}
    for model in (model for app in APPS for model in apps.get_app_config(app).get_models()):
        columns = [field.name for field in model._meta.concrete_fields if field.name != "calendar_version"]
        rows[model.__name__] = list(model.objects.order_by("pk").values_list(*columns))
    return rows


def booked_days(location: Location) -> set[date]:
    return {
        start.astimezone(location.zone).date() for start in location.appointments.values_list("start_time", flat=True)
    }


def demo(**options) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


# --- what there is --------------------------------------------------------------------------------------------------


def test_demo_offers_what_the_contract_says():
    company, _ = load_demo(FRIDAY)

    assert (company.name, company.slug, company.currency, company.timezone) == ("Лён", "len", "RUB", "Europe/Moscow")
    services = company.services.values_list("name", "duration_min", "break_min", "price")
    assert set(services) == {
        ("Стрижка", 60, 10, 2500),
        ("Борода", 30, 0, 1200),
        ("Окрашивание", 120, 15, 6000),
        ("Маникюр", 90, 0, 2000),
    }


def test_demo_has_two_locations_each_in_its_zone():
    load_demo(FRIDAY)

    centre, saburtalo = Location.objects.order_by("position")
    assert (centre.slug, centre.name, centre.timezone) == ("centre", "Центр", "Europe/Moscow")
    hours = centre.schedules.values_list("day_of_week", "start_time", "end_time")
    assert list(hours) == [(day, time(9), time(20)) for day in range(6)]
    assert list(centre.workplaces.values_list("name", flat=True)) == ["Кресло 1", "Кресло 2", "Кабинет"]
    assert (saburtalo.slug, saburtalo.name, saburtalo.timezone) == ("saburtalo", "Сабуртало", "Asia/Tbilisi")
    assert saburtalo.workplaces.count() == 1


def test_demo_specialists_can_what_the_contract_says():
    load_demo(FRIDAY)

    skills = defaultdict(dict)
    for name, service, price in Specialist.objects.values_list("name", "offers__service__name", "offers__custom_price"):
        skills[name][service] = price
    assert skills["Анна"] == dict.fromkeys(["Стрижка", "Борода", "Окрашивание", "Маникюр"])
    assert skills["Борис"] == {"Стрижка": Decimal(2200), "Борода": None}
    assert skills["Вера"] == dict.fromkeys(["Окрашивание", "Маникюр"])
    nino = SpecialistSchedule.objects.filter(specialist__name="Нино")
    assert set(nino.values_list("location__slug", flat=True)) == {"saburtalo"}


def test_demo_has_days_off_a_vacation_and_a_holiday_ahead():
    load_demo(FRIDAY)

    assert SpecialistSchedule.objects.filter(is_day_off=True).exists()
    assert Break.objects.filter(reason="Отпуск", date__gt=FRIDAY).exists()
    assert Holiday.objects.filter(is_working=False, date__gt=FRIDAY).count() >= 2


def test_demo_staff_have_their_roles_and_anna_her_calendar():
    load_demo(FRIDAY, "a-password")

    roles = User.objects.values_list("email", "role", "company__slug")
    assert set(roles) == {
        ("admin@demo.local", Role.ADMIN, "len"),
        ("operator@demo.local", Role.OPERATOR, "len"),
        ("anna@demo.local", Role.SPECIALIST, "len"),
    }
    assert Specialist.objects.get(user__email="anna@demo.local").name == "Анна"


def test_demo_staff_and_a_client_with_money_can_be_played_in_its_telegram():
    load_demo(FRIDAY, "a-password")

    staff = {user.email: user.tg_id for user in User.objects.all()}
    (maria,) = Client.objects.filter(tg_id__isnull=False)
    assert staff == {email: somebody.tg_id for email, somebody in CHATTING_STAFF.items()}
    assert (maria.full_name, str(maria.phone), maria.tg_id) == ("Мария Соколова", CLIENT.phone, CLIENT.tg_id)
    assert maria.wallet.balance == 3200
    assert maria.appointments.filter(status=Status.COMPLETED).exists()
    assert not Client.objects.filter(phone__startswith=NEWCOMERS_PHONES).exists()


def test_demo_of_an_earlier_version_gets_into_telegram_and_own_ids_stay():
    company = make_company()
    admin = User.objects.create_user("admin@demo.local", company=company, role=Role.ADMIN, tg_id=77)
    anna = User.objects.create_user("anna@demo.local", company=company, role=Role.SPECIALIST)
    maria, other = make_client(company, phone=CLIENT.phone), make_client(company, tg_id=CLIENT.tg_id)

    for _ in range(2):
        write_chats(company)

    for row in (admin, anna, maria, other):
        row.refresh_from_db()
    assert (admin.tg_id, anna.tg_id) == (77, SPECIALIST.tg_id)
    assert (maria.tg_id, other.tg_id) == (None, CLIENT.tg_id)


def test_demo_visits_are_of_every_kind():
    load_demo(FRIDAY)

    past, ahead = Appointment.objects.filter(start_time__lt=FRIDAY), Appointment.objects.filter(start_time__gte=FRIDAY)
    assert {Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED} <= set(past.values_list("status", flat=True))
    assert set(ahead.values_list("status", flat=True)) == {Status.CONFIRMED, Status.CANCELLED}
    sources = Counter(Appointment.objects.values_list("source", flat=True))
    assert set(sources) == {Channel.WEB, Channel.TELEGRAM, Channel.ADMIN}
    assert set(Appointment.objects.values_list("priority", flat=True)) == {"NORMAL", "VIP", "URGENT"}
    assert Appointment.objects.exclude(notes="").exists()
    assert max(len(name) for name in Appointment.objects.values_list("contact_name", flat=True)) > 40


def test_demo_on_a_server_has_fictitious_phones_and_nobody_in_telegram():
    load_demo(FRIDAY)

    assert all(str(phone).startswith("+7999000") for phone in Client.objects.values_list("phone", flat=True))
    assert not Client.objects.filter(tg_id__isnull=False).exists()


def test_demo_has_clients_to_write_a_broadcast_to():
    company, _ = load_demo(FRIDAY)

    everybody, rich = Broadcast(company=company), Broadcast(company=company, has_balance=True)
    gone = Broadcast(company=company, not_seen_days=10)
    assert audience_of(everybody).exclude(email="").count() == audience_of(everybody).count() == 20
    assert sorted(audience_of(rich).values_list("first_name", flat=True)) == ["Иван", "Мария"]
    assert 0 < audience_of(gone).count() < 20


def test_demo_asks_nobody_for_consent_twice():
    company, _ = load_demo(FRIDAY)
    Preferences.objects.filter(company=company).update(wants_offers=False)

    load_demo(FRIDAY)

    assert not audience_of(Broadcast(company=company)).exists()


# --- the calendar ---------------------------------------------------------------------------------------------------


def test_demo_fills_every_day_of_the_fortnights_but_none_of_them_wholly():
    company, _ = load_demo(FRIDAY)

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
    load_demo(FRIDAY)

    visits = Appointment.objects.filter(status__in=[Status.CONFIRMED, Status.COMPLETED]).select_related("location")
    for visit in visits:
        day = visit.start_time.astimezone(visit.location.zone).date()
        catalogue = read_catalogue(located(visit.location_id), [visit.service_id])
        calendar = read_calendar(catalogue, day, day, kept=visit.kept)
        slot = replace(visit.slot, workplace_id=visit.workplace_id)
        found = require_free(calendar, slot, WHENEVER)  # raises SlotRefused
        assert (found.end, found.busy_until, found.price) == (visit.end_time, visit.busy_until, visit.price)


@pytest.mark.parametrize("later", range(7))
def test_demo_leaves_room_for_every_service_within_a_week(later):
    now = FRIDAY + timedelta(days=later)
    load_demo(now)

    room = set()
    for location in Location.objects.all():
        today = now.astimezone(location.zone).date()
        calendar = read_calendar(read_catalogue(located(location.pk)), today, today + timedelta(days=7))
        for service in Service.objects.all():
            starts = openings_of(calendar, service.pk, waived=WHENEVER).by_day()
            if any(start > now for day in starts.values() for start in day):
                room.add(service.name)
    assert room == {"Стрижка", "Борода", "Окрашивание", "Маникюр"}


def test_demo_history_is_what_the_commands_would_have_written():
    load_demo(FRIDAY)

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
    load_demo(FRIDAY)

    assert AppointmentEvent.objects.exists()
    assert not AppointmentEvent.objects.filter(dispatched_at=None).exists()


# --- again ----------------------------------------------------------------------------------------------------------


def test_demo_again_changes_nothing():
    load_demo(FRIDAY, "a-password")
    before = everything()

    _, added = load_demo(FRIDAY + timedelta(hours=5), "a-password")

    assert added == 0
    assert everything() == before


def test_demo_days_later_only_adds_the_new_days():
    load_demo(FRIDAY, "a-password")
    before = everything()

    _, added = load_demo(FRIDAY + timedelta(days=5), "a-password")

    after = everything()
    assert added > 10
    kept = dict(zip((row[0] for row in after["Appointment"]), after["Appointment"], strict=True))
    assert [kept[row[0]] for row in before["Appointment"]] == before["Appointment"]
    new = Appointment.objects.order_by("pk")[len(before["Appointment"]) :]
    assert min(visit.start_time for visit in new) > FRIDAY + FORTNIGHT - timedelta(days=1)
    unchanged = {"Company", "Location", "Service", "User", "Client", "Holiday", "Break", "SpecialistSchedule"}
    assert {name for name in unchanged if before[name] != after[name]} == set()


def test_demo_brings_nothing_back_that_somebody_changed():
    company, _ = load_demo(FRIDAY, "a-password")
    desk = Actor(role=Role.OPERATOR, channel=Channel.ADMIN, company_id=company.pk)
    visit = Appointment.objects.filter(status=Status.CONFIRMED).earliest("start_time")
    cancel_appointment(visit.pk, desk)
    Specialist.objects.filter(name="Борис").update(name="Борис Б.")
    Service.objects.filter(name="Маникюр").update(is_active=False)
    Holiday.objects.filter(is_working=True).delete()
    make_specialist(company.locations.first(), *company.services.all(), name="Глеб")
    Company.objects.update(slug="flax")
    before = everything()

    load_demo(FRIDAY + timedelta(hours=1), "a-password")

    assert everything() == before


def test_demo_refuses_to_take_the_address_of_a_real_business():
    real = make_location(make_company(name="Salon"), slug="centre")

    with pytest.raises(CommandError, match="/centre/ is already the address of a location of Salon"):
        demo(yes_in_production=True)

    assert list(Location.objects.all()) == [real]


# --- signing in -----------------------------------------------------------------------------------------------------


def test_demo_prints_a_password_that_opens_the_console(client, settings, password_file):
    settings.DEBUG = True

    printed = demo()

    password = password_file.read_text().strip()
    assert f"Password       {password} " in printed
    assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
    for email in STAFF:
        assert email in printed
        assert client.login(username=email, password=password)


def test_demo_prints_the_same_password_every_time(settings, password_file):
    settings.DEBUG = True
    demo()
    password = password_file.read_text()

    demo()

    assert password_file.read_text() == password


def test_demo_password_works_again_after_it_was_changed(settings, password_file):
    settings.DEBUG = True
    demo()
    user = User.objects.get(email="admin@demo.local")
    user.set_password("something else")
    user.save(update_fields=["password"])

    demo()

    user.refresh_from_db()
    assert user.check_password(password_file.read_text().strip())


def test_demo_prints_the_pages(settings):
    settings.DEBUG = True
    settings.PUBLIC_URL = "http://localhost:8001"

    printed = demo()

    assert "http://localhost:8001/centre/" in printed
    assert "http://localhost:8001/saburtalo/" in printed
    assert "http://localhost:8001/admin/" in printed


def test_demo_refuses_a_real_server():
    with pytest.raises(CommandError, match="DEBUG is off"):
        demo()

    assert not Company.objects.exists()


def test_demo_on_a_server_lets_nobody_in(password_file):
    printed = demo(yes_in_production=True)

    assert Appointment.objects.exists()
    assert not User.objects.exists()
    assert not password_file.exists()
    assert "Password" not in printed


def test_demo_money_adds_up_and_is_made_once():
    """Мария has the 3 200 of contract §7; completed visits are paid."""
    load_demo(FRIDAY)
    maria = Client.objects.get(first_name="Мария", last_name="Соколова")
    before = Payment.objects.count(), WalletTransaction.objects.count()

    assert maria.wallet.balance == 3200
    assert not Appointment.objects.filter(status=Status.COMPLETED, paid=0).exists()
    assert mismatches_of() == []
    load_demo(FRIDAY)
    assert (Payment.objects.count(), WalletTransaction.objects.count()) == before
