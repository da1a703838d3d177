"""The same stampedes through the front door: a real server, many browsers, every page between the tap and the visit."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.servers.basehttp import WSGIServer

from booking.models import Appointment, Status
from tests.factories import Salon
from tests.torture.rivals import CONSTRAINTS, FOLLOW, PEAK, at_once, before_locking, doubles, peak, rounds, say, without

pytestmark = pytest.mark.usefixtures("crowd")
RIVALS = 32
# The test server queues ten connections and resets the rest; a real one queues thousands.
WSGIServer.request_queue_size = 2 * RIVALS
PHONE = "+7999{:07}"


@dataclass
class Browser:
    """As much of a browser as the pages need: cookies, forms, redirects."""

    server: str
    number: int
    cookies: dict[str, str] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    page: str = ""

    def get(self, path: str) -> int:
        return self.ask("GET", path)

    def send(self, path: str, **fields: str) -> int:
        """Submit a form of the page that is open, and follow where it leads."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)[1]
        return self.ask("POST", path, urlencode({"csrfmiddlewaretoken": token, **fields}))

    def ask(self, method: str, path: str, body: str | None = None) -> int:
        link = HTTPConnection(urlsplit(self.server).netloc, timeout=20)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Accept-Language": "en"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        link.request(method, path, body, headers)
        response = link.getresponse()
        self.page, location = response.read().decode(), response.getheader("Location")
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        link.close()
        self.statuses.append(response.status)
        return self.get(location) if location else response.status

    def book(self, path: str, slot: str) -> str:
        """From the open page to a confirmed visit, or to the page that says why not."""
        self.send(path, slot=slot)
        if "Check and confirm" not in self.page:
            return "taken" if "has just been taken" in self.page or "is free at this time" in self.page else self.page
        details = re.search(r'action="(/hold/[^/]+/)" class="contact"', self.page)[1]
        self.send(details, name="Anna", phone=PHONE.format(self.number))
        return "booked" if "You are booked" in self.page else self.page


def browsers_on(server: str, path: str, count: int = RIVALS) -> list[Browser]:
    browsers = [Browser(server, number) for number in range(count)]
    for browser in browsers:
        assert browser.get(path) == 200
    return browsers


def stampede(server: str, salon: Salon, slots: Callable[[int], str]) -> list[str]:
    """Everybody has the page open and taps at the same moment."""
    path = f"/{salon.location.slug}/{salon.service.pk}/"
    browsers = browsers_on(server, path)
    outcomes = at_once(partial(browser.book, path, slots(browser.number)) for browser in browsers)
    assert [outcome.error for outcome in outcomes if outcome.error] == []
    assert {status for browser in browsers for status in browser.statuses} <= {200, 302, 409}
    return [outcome.answer for outcome in outcomes]


def everybody(moment: datetime) -> Callable[[int], str]:
    """Wants the same time."""
    return lambda _: moment.isoformat()


def test_one_slot_is_booked_by_one_browser(live_server):
    tried = 0
    for _ in rounds(quick=1):
        salon = Salon(chairs=1)

        ends = stampede(live_server.url, salon, everybody(salon.at(10)))

        assert sorted(ends) == ["booked"] + ["taken"] * (RIVALS - 1)
        tried += RIVALS
    assert doubles() == 0
    say(f"one slot over HTTP: 0 doubles of {tried}")


def test_overlapping_slots_are_booked_without_an_overlap(live_server):
    salon = Salon(specialists=2, chairs=1)

    ends = stampede(live_server.url, salon, lambda number: salon.at(10, 15 * (number % 4)).isoformat())

    assert (ends.count("booked"), ends.count("taken")) == (1, RIVALS - 1)
    assert doubles() == 0


def test_any_specialist_serves_exactly_as_many_as_there_are(live_server):
    salon = Salon(specialists=3)

    ends = stampede(live_server.url, salon, everybody(salon.at(10)))

    assert (ends.count("booked"), ends.count("taken")) == (3, RIVALS - 3)
    assert Appointment.objects.filter(status=Status.CONFIRMED).values("specialist").distinct().count() == 3


def test_a_full_location_takes_nobody_more(live_server):
    salon = Salon(specialists=5, capacity=2)

    ends = stampede(live_server.url, salon, everybody(salon.at(10)))

    assert ends.count("booked") == 2
    assert peak(salon.location.pk) == 2


def test_with_the_mechanisms_removed_browsers_book_twice(live_server, monkeypatch):
    """The control: no constraint, no version, no lock."""
    salon = Salon()
    before_locking(monkeypatch, partial(time.sleep, 0.3), lock=False)
    with without(constraints=CONSTRAINTS, triggers=[FOLLOW, PEAK]):
        ends = stampede(live_server.url, salon, everybody(salon.at(10)))

        assert ends.count("booked") > 1
        assert doubles() > 0
