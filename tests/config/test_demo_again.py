"""A demo that is there, who is in it, and what making it again does to it."""

from datetime import timedelta

import pytest
from django.apps import apps

from accounts.models import Client, Company, User
from accounts.values import Actor, Channel, Role
from booking.commands import cancel_appointment
from booking.models import Appointment, Status
from catalog.models import Holiday, Service, Specialist
from config.demo.load import load_demo
from config.devchat.people import CLIENT, NEWCOMERS_PHONES
from config.devchat.people import STAFF as CHATTING_STAFF
from tests.config.demo import FRIDAY
from tests.factories import make_specialist
from tests.lasting import lasting

pytestmark = pytest.mark.django_db

FORTNIGHT = timedelta(days=14)
APPS = ("accounts", "catalog", "wallet", "booking", "notifications")


made = lasting(lambda: load_demo(FRIDAY, "a-password"))


def everything() -> dict[str, list[tuple]]:
    """Every row of our own tables, by table; versions rise with the neighbours."""
    rows = {}
    for model in (model for app in APPS for model in apps.get_app_config(app).get_models()):
        columns = [field.name for field in model._meta.concrete_fields if field.name != "calendar_version"]
        rows[model.__name__] = list(model.objects.order_by("pk").values_list(*columns))
    return rows


def test_demo_staff_have_their_roles_and_anna_her_calendar():
    roles = User.objects.values_list("email", "role", "company__slug")
    assert set(roles) == {
        ("admin@demo.local", Role.ADMIN, "len"),
        ("operator@demo.local", Role.OPERATOR, "len"),
        ("anna@demo.local", Role.SPECIALIST, "len"),
    }
    assert Specialist.objects.get(user__email="anna@demo.local").name == "Анна"


def test_demo_staff_and_a_client_with_money_can_be_played_in_its_telegram():
    staff = {user.email: user.tg_id for user in User.objects.all()}
    (maria,) = Client.objects.filter(tg_id__isnull=False)
    assert staff == {email: somebody.tg_id for email, somebody in CHATTING_STAFF.items()}
    assert (maria.full_name, str(maria.phone), maria.tg_id) == ("Мария Соколова", CLIENT.phone, CLIENT.tg_id)
    assert maria.wallet.balance == 3200
    assert maria.appointments.filter(status=Status.COMPLETED).exists()
    assert not Client.objects.filter(phone__startswith=NEWCOMERS_PHONES).exists()


def test_demo_again_changes_nothing():
    before = everything()

    _, added = load_demo(FRIDAY + timedelta(hours=5), "a-password")

    assert added == 0
    assert everything() == before


def test_demo_days_later_only_adds_the_new_days():
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
    company = Company.objects.get()
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
