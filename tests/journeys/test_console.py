"""The receptionist's day in the console: what clients did is there with who, when and through which channel."""

import pytest
from playwright.sync_api import Page, expect

from accounts.values import Role
from booking.models import Appointment, Status
from tests.factories import book, make_client, make_user

WIDE = {"width": 1280, "height": 850}


@pytest.fixture
def operator(salon):
    return make_user(salon.company, Role.OPERATOR, full_name="Ольга")


@pytest.fixture
def console(browser, live_server, operator) -> Page:
    """Signed in by hand, in English."""
    context = browser.new_context(locale="en-GB", viewport=WIDE, color_scheme="light")
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/")
    page.locator("[name=username]").fill(operator.email)
    page.locator("[name=password]").fill("secret")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    yield page
    context.close()


def test_the_console_shows_who_did_what_through_which_channel(console, live_server, salon, photograph):
    visit = book(salon.slot(10, specialist=salon.specialists[0]), name="Мария")

    console.goto(f"{live_server.url}/admin/booking/appointment/{visit.pk}/change/")
    console.get_by_role("link", name="Cancel the visit").click()
    console.get_by_label("The client asked").check()
    console.get_by_role("button", name="Cancel the visit").click()

    history = console.locator(".okno-history li")
    expect(history).to_have_count(3)
    expect(history.nth(1)).to_contain_text("Booked")
    expect(history.nth(1)).to_contain_text("Web page")
    expect(history.nth(2)).to_contain_text("Cancelled")
    expect(history.nth(2)).to_contain_text("Ольга · Console")
    assert Appointment.objects.get().status == Status.CANCELLED
    photograph(console, "visit-en")


def test_a_client_is_booked_by_telephone(console, live_server, salon, photograph):
    known = make_client(salon.company, first_name="Ирина", phone="+79991112233")

    console.goto(f"{live_server.url}/admin/booking/appointment/add/")
    console.locator("#id_service + .select2").click()
    console.get_by_role("option", name="Стрижка").click()
    console.locator("[name=date]").fill(salon.day().isoformat())
    console.locator("[name=time]").fill("10:00")
    console.locator("[name=first_name]").fill("Ирина")
    console.locator("[name=phone]").fill("8 999 111-22-33")
    console.get_by_role("button", name="Book", exact=True).click()

    expect(console.locator(".okno-history li")).to_have_count(1)
    visit = Appointment.objects.get()
    assert (visit.client, visit.status, visit.source) == (known, Status.CONFIRMED, "admin")


def test_visits_are_found_by_the_last_digits_of_a_phone(console, live_server, salon, photograph):
    first, second = salon.specialists
    book(salon.slot(10, specialist=first), name="Мария", phone="+79991234567")
    book(salon.slot(10, specialist=second), name="Иван", phone="+79997654321")
    book(salon.slot(12, specialist=second), name="Светлана", phone="+79990001122")

    console.goto(f"{live_server.url}/admin/booking/appointment/?q=")
    photograph(console, "console-en")
    console.goto(f"{live_server.url}/admin/booking/appointment/?q=4567")

    rows = console.locator("#result_list tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Мария")
