"""What every page owes people: the keyboard, contrast, small screens, few bytes."""

import gzip

import pytest
from playwright.sync_api import expect

from booking.models import Appointment
from tests.factories import book
from tests.journeys.look import barriers_in_any_light, too_small, too_wide

BUDGET_BYTES = 45 * 1024
BUDGET_REQUESTS = 6
KEYS = 25


def addresses(salon) -> dict[str, str]:
    """Every client page W0 to W5 in a state worth looking at."""
    visit = book(salon.slot(10, days=2, specialist=salon.specialists[0]))
    cancelled = book(salon.slot(10, days=3, specialist=salon.specialists[0]))
    Appointment.objects.filter(pk=cancelled.pk).update(status="CANCELLED")
    times = f"/centre/{salon.service.pk}/"
    return {
        "locations": "/",
        "services": "/centre/",
        "times": times,
        "empty day": f"{times}?date={salon.day(59)}&specialist={salon.specialists[1].pk}",
        "wrong date": f"{times}?day=31&month=2&year=2027",
        "visit": f"/v/{visit.visit_token}/",
        "move": f"/v/{visit.visit_token}/move/",
        "cancel": f"/v/{visit.visit_token}/cancel/",
        "cancelled": f"/v/{cancelled.visit_token}/",
        "not found": "/nowhere/",
    }


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_page_is_for_everybody(browser, live_server, salon, branch, language):
    """For whoever does not see well, has a small telephone, or large fingers."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page, found = context.new_page(), {}

    for name, address in addresses(salon).items():
        page.goto(f"{live_server.url}{address}{'&' if '?' in address else '?'}lang={language}")
        found[name] = wrong_with(page)
    page.goto(f"{live_server.url}/centre/?lang={language}")
    page.locator("button.chip").first.click()
    found["details"] = wrong_with(page)
    page.locator("button.primary").click()
    found["errors"] = wrong_with(page)

    context.close()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def wrong_with(page) -> list[str]:
    return [*barriers_in_any_light(page), *too_wide(page), *too_small(page)]


def test_a_visit_is_booked_with_the_keyboard_alone(browser, live_server, salon):
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{live_server.url}/centre/")
    keys = 0

    def press(key: str) -> None:
        nonlocal keys
        keys += 1
        page.keyboard.press(key)

    def tab_to(selector: str) -> None:
        while not page.locator(selector).first.evaluate("node => node === document.activeElement"):
            press("Tab")
            assert keys <= KEYS

    tab_to("button.chip")
    press("Enter")
    page.wait_for_url("**/hold/**")
    tab_to("[name=name]")
    page.keyboard.type("Anna")
    tab_to("[name=phone]")
    page.keyboard.type("89991234567")
    press("Enter")

    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    assert keys <= KEYS
    context.close()


def test_the_first_visit_is_light(browser, live_server, salon):
    context = browser.new_context()
    page, bodies = context.new_page(), {}
    page.on("response", lambda response: bodies.update({response.url: response.body()}))

    page.goto(f"{live_server.url}/centre/", wait_until="networkidle")

    weight = sum(len(gzip.compress(body)) for body in bodies.values())
    context.close()
    assert len(bodies) <= BUDGET_REQUESTS
    assert weight <= BUDGET_BYTES


def test_no_page_asks_for_anything_from_elsewhere_or_breaks_its_own_policy(browser, live_server, salon, branch):
    context = browser.new_context()
    page, strangers, complaints = context.new_page(), [], []
    page.on("request", lambda request: strangers.append(request.url) if live_server.url not in request.url else None)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    for name, address in addresses(salon).items():
        if name != "not found":
            page.goto(live_server.url + address, wait_until="networkidle")

    context.close()
    assert (strangers, complaints) == ([], [])


def test_the_countdown_runs_and_more_time_can_be_had(browser, live_server, salon):
    salon.company.hold_seconds = 61
    salon.company.save()
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{live_server.url}/centre/")
    page.locator("button.chip").first.click()

    more = page.get_by_role("button", name="Need more time?")
    expect(page.locator(".countdown")).to_have_text("0:59")
    more.click()

    expect(page.locator(".countdown")).to_have_text("1:57", timeout=10_000)
    expect(more).to_have_count(0)
    context.close()


def test_choosing_a_day_with_htmx_changes_the_address(browser, live_server, salon):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{live_server.url}/centre/{salon.service.pk}/")
    requests = []
    page.on("request", lambda request: requests.append(request))

    page.locator("a.day").nth(2).click()
    page.wait_for_url("**?date=*")

    pages = [request for request in requests if request.resource_type in ("document", "xhr", "fetch")]
    assert [request.headers.get("hx-request") for request in pages] == ["true"]
    context.close()
