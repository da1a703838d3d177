"""The demo is made and refused; at a fixed moment unless the clock itself matters."""

import stat
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Company, User
from accounts.values import Role
from booking.availability import Reason
from booking.models import Appointment
from booking.queries.calendars import read_calendar
from booking.queries.catalogue import read_catalogue
from booking.queries.locations import located
from booking.queries.slots import openings_of
from catalog.models import Location, Service
from config.demo.chats import write_chats
from config.demo.load import load_demo
from config.demo.sign_ins import STAFF
from config.devchat.people import CLIENT, SPECIALIST
from tests.config.demo import FRIDAY
from tests.factories import make_client, make_company, make_location

pytestmark = pytest.mark.django_db

WHENEVER = frozenset({Reason.TOO_SOON, Reason.TOO_FAR})


@pytest.fixture(autouse=True)
def password_file(tmp_path, monkeypatch):
    """Not the file of whoever runs the tests."""
    path = tmp_path / "demo-password"
    monkeypatch.setattr("config.demo.sign_ins.password_file", lambda: path)
    return path


def demo(**options) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


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
