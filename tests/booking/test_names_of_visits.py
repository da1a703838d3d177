"""Visits are found by the name typed for them and by their client's, by two indexes."""

import pytest
from django.db import connection

from accounts.models import Client
from booking.models import Appointment
from tests.booking.plans import analyse, fill_up
from tests.booking.rows import put
from tests.factories import Salon, make_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def salon() -> Salon:
    return Salon()


def found(typed: str) -> list[Appointment]:
    return list(Appointment.objects.with_name_like(typed).order_by("pk"))


def test_a_visit_is_found_by_the_name_typed_for_it_and_by_its_client(salon):
    maria = make_client(salon.company, first_name="Мария", last_name="Алёхина")
    of_a_guest = put(salon, 10, contact_name="Пётр Римский")
    for_a_friend = put(salon, 12, client=maria, contact_name="Катя")

    assert found("рим п") == [of_a_guest]
    assert found("катя") == found("алехина мар") == [for_a_friend]
    assert found("") == found("имский") == found("катя алехина") == []


def test_searching_by_name_can_be_done_by_two_indexes(filled):
    plans = [filled.with_name_like(typed).order_by().explain() for typed in ("фамилия17", "Имя17 Фам")]

    assert [(name, plan) for plan in plans for name in ("visits_by_name", "client_visits") if name not in plan] == []
    assert [plan for plan in plans if "Seq Scan" in plan] == []


def test_control_an_ordinary_search_reads_every_visit(filled):
    named = filled.filter(contact_name__icontains="имя17") | filled.filter(client__first_name__icontains="имя17")

    assert "visits_by_name" not in named.order_by().explain()


@pytest.fixture
def filled(salon):
    """So few are quicker read as a whole: only whoever has no index does that here."""
    fill_up(salon)
    for number, client in enumerate(Client.objects.order_by("pk")):
        Client.objects.filter(pk=client.pk).update(first_name=f"Имя{number}", last_name=f"Фамилия{number}")
        client.appointments.update(contact_name=f"Имя{number}")
    analyse(Appointment, Client)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return Appointment.objects.all()
