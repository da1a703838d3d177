"""`demo --scale`: many businesses, each as sound as the first."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q

from accounts.models import Company
from booking.models import Appointment, AppointmentEvent
from catalog.models import Location, ServiceSpecialist, SpecialistSchedule, WorkplaceService
from config.demo import copies
from tests.config.demo import FRIDAY
from tests.factories import Salon, book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_business")]


@pytest.fixture(autouse=True)
def short_past(monkeypatch):
    monkeypatch.setattr(copies, "DAYS_BEHIND", 3)
    monkeypatch.setattr(copies, "AT_ONCE", 2)


def multiply(scale: int) -> int:
    return copies.multiply(scale, FRIDAY, print)


def counts(company: Company) -> tuple[int, ...]:
    related = "locations services specialists clients appointments"
    return tuple(getattr(company, name).count() for name in related.split())


def test_scale_makes_that_many_businesses():
    made = multiply(5)

    assert made == 4
    names = Company.objects.order_by("pk").values_list("slug", "name")
    assert list(names) == [("len", "Лён"), *((f"len-{n}", f"Лён {n}") for n in (2, 3, 4, 5))]
    assert Location.objects.get(slug="saburtalo-5").company.slug == "len-5"


def test_scale_repeated_makes_only_what_is_missing():
    multiply(3)

    assert multiply(3) == 0
    assert multiply(5) == 2
    assert Company.objects.filter(slug="len-5").exists()


def test_copies_have_as_much_as_the_prototype():
    multiply(4)

    prototype = counts(Company.objects.get(slug="len-2"))
    assert min(prototype) > 0
    assert counts(Company.objects.get(slug="len-3")) == prototype
    assert counts(Company.objects.get(slug="len-4")) == prototype


def test_copies_refer_to_their_own_rows_only():
    multiply(4)

    company = F("company_id")
    strangers = ~Q(location__company_id=company) | ~Q(service__company_id=company) | ~Q(specialist__company_id=company)
    strangers |= Q(client__isnull=False) & ~Q(client__company_id=company)
    strangers |= Q(workplace__isnull=False) & ~Q(workplace__location_id=F("location_id"))
    assert Appointment.objects.filter(company__slug="len-4").exists()
    assert not Appointment.objects.filter(strangers).exists()
    assert not WorkplaceService.objects.exclude(workplace__location__company=F("service__company")).exists()
    assert not ServiceSpecialist.objects.exclude(specialist__company=F("service__company")).exists()
    assert not SpecialistSchedule.objects.exclude(specialist__company=F("location__company")).exists()


def test_copied_history_names_its_own_visit():
    multiply(3)

    events = AppointmentEvent.objects.filter(appointment__company__slug="len-3").select_related("appointment")
    assert events.filter(payload__has_key="location_id").exists()
    for event in events:
        visit = event.appointment
        own = {"location_id": visit.location_id, "specialist_id": visit.specialist_id, "service_id": visit.service_id}
        assert "location_id" not in event.payload or own.items() <= event.payload.items()
        assert event.initiated_by.get("client_id", visit.client_id) == visit.client_id


def test_copied_links_are_all_different():
    multiply(4)

    assert not Appointment.objects.values("visit_token").annotate(times=Count("pk")).filter(times__gt=1).exists()
    assert all(len(token) == 22 for token in Appointment.objects.values_list("hold_token", flat=True))


def test_after_scaling_one_can_book_as_before():
    multiply(4)

    visit = book(Salon().slot(10))

    assert visit.pk == Appointment.objects.order_by("pk").last().pk


def test_scale_below_one_is_refused():
    with pytest.raises(CommandError, match="take 1 or more"):
        call_command("demo", scale=0)
