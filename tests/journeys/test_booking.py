"""From the first page to a confirmed visit and back, as a person does it."""

import re

import pytest
from playwright.sync_api import Page, expect

from booking.models import Appointment, AppointmentEvent, Status
from tests.factories import book
from tests.journeys.words import WORDS


class Visitor:
    """Somebody with a browser who reads one language."""

    def __init__(self, page: Page, home: str, language: str) -> None:
        self.page, self.home, self.words = page, home, WORDS[language]

    def open(self) -> None:
        self.page.goto(self.home)

    def tap_time(self, number: int = 0) -> None:
        self.page.locator("button.chip").nth(number).click()

    def look_at_the_day_after(self) -> None:
        """The second day with room."""
        day = self.page.locator("a.day").nth(1)
        day.click()
        expect(self.page.locator("a.day").nth(1)).to_have_attribute("aria-current", "date")

    def type_contact(self, name: str = "Мария", phone: str = "8 999 123-45-67") -> None:
        self.page.get_by_label(self.words["name"]).fill(name)
        self.page.get_by_label(self.words["phone"]).fill(phone)

    def press(self, word: str) -> None:
        self.page.get_by_role("button", name=self.words[word]).first.click()

    def follow(self, word: str) -> None:
        self.page.get_by_role("link", name=self.words[word]).first.click()

    def sees(self, word: str) -> None:
        expect(self.page.get_by_role("heading", name=self.words[word])).to_be_visible()


@pytest.fixture(params=["en", "ru"])
def language(request) -> str:
    return request.param


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def scripting(request) -> bool:
    return request.param == "with JavaScript"


EITHER_WAY = pytest.mark.parametrize(
    ("language", "scripting"), [("en", "with JavaScript"), ("ru", "without JavaScript")], indirect=True
)
"""Each language and each way of working once; the whole road is walked in all four."""


@pytest.fixture
def photograph(photograph, scripting):
    """Pictures show the page as most people see it."""
    return photograph if scripting else lambda page, name, whole=False: None


@pytest.fixture
def visitor(browser, live_server, language, scripting, salon) -> Visitor:
    locale = {"en": "en-GB", "ru": "ru-RU"}[language]
    context = browser.new_context(
        locale=locale, java_script_enabled=scripting, viewport={"width": 360, "height": 740}, color_scheme="light"
    )
    yield Visitor(context.new_page(), f"{live_server.url}/centre/", language)
    context.close()


def test_a_visit_is_booked_moved_undone_and_cancelled(visitor, photograph, language):
    visitor.open()
    photograph(visitor.page, f"services-{language}")
    visitor.follow("all_times")
    visitor.look_at_the_day_after()
    photograph(visitor.page, f"times-{language}")
    visitor.tap_time()
    photograph(visitor.page, f"details-{language}", whole=True)
    visitor.type_contact()
    visitor.press("book")
    visitor.sees("booked")
    photograph(visitor.page, f"booked-{language}")
    first = Appointment.objects.get().start_time
    visitor.follow("move")
    visitor.look_at_the_day_after()
    visitor.tap_time(5)
    visitor.press("put_back")
    visitor.follow("cancel")
    visitor.press("yes_cancel")
    visitor.sees("cancelled")

    visit = Appointment.objects.get()
    assert (visit.status, visit.start_time, visit.contact_phone.as_e164) == (Status.CANCELLED, first, "+79991234567")
    assert list(AppointmentEvent.objects.values_list("event_type", flat=True)) == [
        "hold_placed",
        "booking_created",
        "booking_rescheduled",
        "booking_rescheduled",
        "booking_cancelled",
    ]


@EITHER_WAY
def test_a_slip_is_named_and_mended_without_retyping(visitor):
    visitor.open()
    visitor.tap_time()
    visitor.type_contact(name="")

    visitor.press("book")
    expect(visitor.page.get_by_role("alert")).to_contain_text(visitor.words["enter_name"])
    expect(visitor.page.get_by_label(visitor.words["phone"])).to_have_value("8 999 123-45-67")
    expect(visitor.page).to_have_title(re.compile("^(Error|Ошибка):"))
    visitor.page.get_by_label(visitor.words["name"]).fill("Мария")
    visitor.press("book")

    visitor.sees("booked")


@EITHER_WAY
def test_a_time_taken_meanwhile_costs_one_tap(visitor, salon):
    visitor.open()
    visitor.follow("all_times")
    taken = visitor.page.locator("button.chip").first.get_attribute("value")
    for specialist in salon.specialists:
        book(salon.slot_from(taken, specialist), phone=f"+7999000000{specialist.pk % 10}")

    visitor.tap_time()
    visitor.sees("taken")
    visitor.tap_time()
    visitor.type_contact()
    visitor.press("book")

    visitor.sees("booked")


@EITHER_WAY
def test_a_known_device_books_in_two_taps(visitor):
    visitor.open()
    visitor.tap_time()
    visitor.type_contact()
    visitor.press("book")
    visitor.open()

    visitor.page.locator("section.card button.chip").first.click()
    visitor.press("book")

    visitor.sees("booked")
    assert Appointment.objects.filter(status=Status.CONFIRMED).count() == 2
