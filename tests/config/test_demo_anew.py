"""The demo is made, made again, and refused; at a fixed moment unless the clock itself matters."""

import stat
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.models import Client, Company, User
from accounts.values import Actor, Channel, Role
from booking.availability import Reason
from booking.commands import cancel_appointment
from booking.models import Appointment, Status
from booking.queries.calendars import read_calendar
from booking.queries.catalogue import read_catalogue
from booking.queries.locations import located
from booking.queries.slots import openings_of
from catalog.models import Holiday, Location, Service, Specialist
from config.demo.chats import write_chats
from config.demo.load import load_demo
from config.demo.sign_ins import STAFF
from config.devchat.people import CLIENT, NEWCOMERS_PHONES, SPECIALIST
from config.devchat.people import STAFF as CHATTING_STAFF
from tests.config.demo import FRIDAY
from tests.factories import make_client, make_company, make_location, make_specialist

pytestmark = pytest.mark.django_db

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


def demo(**options) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


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
