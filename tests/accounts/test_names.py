"""Clients are found by the beginnings of the words of their names, by one index."""

import pytest
from django.db import connection

from accounts.models import Client, Company
from accounts.names import words_of
from tests.factories import make_client, make_company

pytestmark = pytest.mark.django_db

FIRST_NAMES = ("Анна", "Мария", "Ольга", "Иван", "Пётр", "Fiona", "Greta", "Hugo", "Ilse", "Jonas")
SURNAMES = 500


def found(typed: str) -> list[Client]:
    return list(Client.objects.with_name_like(typed))


@pytest.mark.parametrize(
    "typed",
    [
        "мария",
        "МАРИЯ",
        "Мар",
        "алёхина",
        "Алехина",
        "АЛЁХ",
        "Мария Алёхина",
        "алехина мария",
        "ал мар",
        " Алёхина,  М. ",
        "Римская",
        "Алёхина-Римская",
        "рим ал мар",
        "мария\0",
    ],
)
def test_a_client_is_found_by_the_beginnings_of_his_words(typed):
    maria = make_client(make_company(), first_name="Мария", last_name="Алёхина-Римская")
    make_client(make_company(), first_name="Анна", last_name="Петрова")

    assert found(typed) == [maria]


@pytest.mark.parametrize(
    "typed",
    ["ария", "хина", "Мария Петрова", "мария мария мария п", "", " ", "-", "%", "_", "'", "\\", "🌸", "м" * 3000],
)
def test_nobody_is_found_by_anything_else(typed):
    make_client(make_company(), first_name="Мария", last_name="Алёхина")

    assert found(typed) == []


@pytest.mark.parametrize("typed", ["a & b", "a | b", "!a", "a:*", "a <-> b", "(a", "'a", "a\\"])
def test_what_is_typed_is_words_and_no_language_of_searches(typed):
    both = make_client(make_company(), first_name="Anna", last_name="Bach")

    assert found(typed) == [both]


@pytest.mark.parametrize("name", ["🌸Мария🌸", "✨ мария", "Анна/Мария", "Анна-Мария", "«Мария»", "(мария)", "Ю.Мария"])
def test_what_stands_between_words_is_no_part_of_them(name):
    maria = make_client(make_company(), first_name=name)

    assert found("мария") == [maria]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("O'Brien", "o'brien"),
        ("O’Brien", "brien"),
        ("Иван 3", "3"),
        ("प्रिया", "प्रि"),
        ("Müller", "MÜL"),
        ("a\\b", "A\\B"),
    ],
)
def test_names_of_every_kind_are_found(name, typed):
    whoever = make_client(make_company(), first_name=name)

    assert found(typed) == [whoever]


def test_a_name_without_a_letter_is_none_to_look_for():
    make_client(make_company(), first_name="🌸", last_name="")

    assert (words_of("🌸"), found("🌸")) == ([], [])


def test_a_changed_name_is_found_at_once():
    whoever = make_client(make_company(), first_name="Мария")

    Client.objects.filter(pk=whoever.pk).update(first_name="Ольга")

    assert (found("мария"), found("ольга")) == ([], [whoever])


@pytest.fixture
def many() -> Company:
    """A company with clients enough for PostgreSQL to care how it finds one."""
    company = make_company()
    Client.objects.bulk_create(
        Client(company=company, first_name=first, last_name=f"Фамилия{number}")
        for number in range(SURNAMES)
        for first in FIRST_NAMES
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_client")
    return company


def test_searching_by_name_is_a_scan_of_its_index(many):
    plans = {
        typed: many.clients.with_name_like(typed).order_by().explain()
        for typed in ("мария фамилия12", "фамилия499", "Мар")
    }

    assert {typed: plan for typed, plan in plans.items() if "Index Scan on client_name_words" not in plan} == {}


def test_control_an_ordinary_search_by_name_reads_everybody(many):
    plan = many.clients.filter(first_name__icontains="мар").order_by().explain()

    assert "client_name_words" not in plan
