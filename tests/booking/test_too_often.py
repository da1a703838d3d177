"""Strangers who hurry are asked to wait, on the pages as by the API, and lose nothing they typed."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts import rates
from accounts.values import Role
from booking.models import Appointment, Status
from tests.api.caller import Caller
from tests.factories import Salon, make_user
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

ANNA = {"name": "Anna <b>&", "phone": "8 (999) 123-45-67", "comment": "Quietly, please"}


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


@pytest.fixture(autouse=True)
def _two_a_day(settings, monkeypatch) -> None:
    """A day that does not end while a test runs."""
    settings.API_BOOK_RATE = "2/day"
    monkeypatch.setattr(rates.time, "time", lambda: 1_790_000_000.0)
    cache.clear()


def take(browser, salon, hour=10, address="127.0.0.1", **data):
    page = reverse("booking:times", args=[salon.location.slug, salon.service.pk])
    typed = {"slot": salon.at(hour).isoformat(), "specialist": salon.specialist.pk, **data}
    return browser.post(page, typed, REMOTE_ADDR=address)


def hidden(page) -> dict[str, str]:
    return page.context["kept"]


def test_a_third_tap_is_asked_to_wait(client, salon):
    statuses = [take(client, salon, hour).status_code for hour in (10, 11, 12)]

    assert statuses == [302, 302, 429]
    assert [row.start_time for row in Appointment.objects.filter(status=Status.HOLD)] == [salon.at(11)]


def test_who_waits_is_told_how_long_and_can_tap_again(client, salon):
    for hour in (10, 11):
        take(client, salon, hour)

    page = take(client, salon, 12)

    assert int(page["Retry-After"]) == 24 * 3600 - 1_790_000_000 % (24 * 3600)
    assert "Please try again in" in page.context["please_wait"]
    assert hidden(page) == {"slot": salon.at(12).isoformat(), "specialist": str(salon.specialist.pk)}


def test_what_was_typed_for_another_time_is_kept(client, salon):
    for hour in (10, 11):
        take(client, salon, hour)

    page = take(client, salon, 12, **ANNA, unknown="x")

    assert {name: hidden(page)[name] for name in ANNA} == ANNA
    assert "unknown" not in hidden(page)
    assert b"Anna &lt;b&gt;&amp;" in page.content
    assert b"Anna <b>" not in page.content


def test_a_confirmation_too_many_keeps_the_form_and_books_nothing(client, salon):
    details = take(client, salon).url
    take(client, salon, 10)

    page = client.post(details, ANNA)

    assert page.status_code == 429
    assert int(page["Retry-After"]) > 0
    assert {name: page.context["form"][name].value() for name in ANNA} == ANNA
    assert Appointment.objects.get().status == Status.HOLD


def test_when_the_wait_is_over_the_same_form_books(client, salon, monkeypatch):
    details = take(client, salon).url
    take(client, salon, 10)
    assert client.post(details, ANNA).status_code == 429

    monkeypatch.setattr(rates.time, "time", lambda: 1_790_000_000.0 + 24 * 3600)

    assert client.post(details, ANNA).status_code == 302
    assert Appointment.objects.get().status == Status.CONFIRMED


def test_pages_and_api_are_counted_together(client, salon):
    take(client, salon, 10)
    Caller().book(salon)

    assert take(client, salon, 12).status_code == 429
    assert Caller().book(salon).status_code == 429


def test_looking_is_not_counted(client, salon):
    for _ in range(5):
        client.get(f"/{salon.location.slug}/")

    assert take(client, salon).status_code == 302


def test_whoever_has_signed_in_is_not_counted(client, salon):
    client.force_login(make_user(None, Role.CLIENT))

    assert 429 not in [take(client, salon, hour).status_code for hour in (10, 11, 12, 13)]


@pytest.mark.parametrize(
    ("addresses", "last"),
    [
        (["2001:db8:1:2::1", "2001:db8:1:2:ffff::7", "2001:db8:1:2:a:b:c:d"], 429),
        (["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:3::1"], 302),
        (["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"], 429),
        (["192.0.2.1", "192.0.2.2", "192.0.2.3"], 302),
        (["unknown", "unknown", "unknown"], 429),
    ],
)
def test_an_address_of_ipv6_counts_as_its_network(client, salon, addresses, last):
    """Whoever has one address of 128 bits has 2^64 of them."""
    statuses = [take(client, salon, 10 + n, address).status_code for n, address in enumerate(addresses)]

    assert statuses[-1] == last


def test_control_without_the_count_nobody_waits(client, salon, settings):
    settings.API_BOOK_RATE = "0"

    assert [take(client, salon, hour).status_code for hour in (10, 11, 12)] == [302, 302, 302]
