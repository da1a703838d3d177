"""A real Chromium against a real server; without a Chromium these tests say so and step aside. Real workers, too."""

import os
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from catalog.models import Holiday, ServiceSpecialist
from tests.factories import Salon, make_location, make_service, make_specialist

SCREENSHOTS = os.environ.get("SCREENSHOTS")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The server and the test share one process, and Playwright keeps an event loop in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def light_chromium() -> str | None:
    """Where there is one, the shell without windows and notifications, which does half the work."""
    return shutil.which("chromium-headless-shell") or chromium()


def pytest_collection_modifyitems(items):
    """Every test in this folder needs real commits, and most of them the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.django_db(transaction=True))
            if "browser" not in item.fixturenames:
                continue
            item.add_marker(pytest.mark.browser)
            if light_chromium() is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on PATH and CHROMIUM is not set"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    return launched(light_chromium())


def launched(program: str | None) -> dict:
    """What Playwright begins it with."""
    return {
        "executable_path": program,
        "args": [
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
        ],
    }


MORE_SERVICES = (
    ("Борода", "Волосы", 30, 1200),
    ("Окрашивание", "Волосы", 120, 6000),
    ("Маникюр", "Ногти", 90, 2000),
)


@pytest.fixture
def salon() -> Salon:
    """«Лён»: two specialists, two chairs, four services, as a newcomer meets it.

    Closed today: the first time that is offered must not begin while somebody types.
    """
    salon = Salon(
        specialists=2,
        chairs=2,
        name="Центр",
        slug="centre",
        address="Москва, ул. Ленина, 5",
        phone="+79990001122",
        service={"name": "Стрижка", "category": "Волосы", "break_min": 10, "price": Decimal(2500)},
    )
    Holiday.objects.create(location=salon.location, date=salon.day(0))
    salon.company.name = "Лён"
    salon.company.save()
    for specialist, name in zip(salon.specialists, ("Анна", "Борис"), strict=True):
        specialist.name = name
        specialist.save()
    for number, chair in enumerate(salon.chairs, start=1):
        chair.name = f"Кресло {number}"
        chair.save()
    for position, (name, category, minutes, price) in enumerate(MORE_SERVICES, start=1):
        service = make_service(
            salon.company, name=name, category=category, duration_min=minutes, price=Decimal(price), position=position
        )
        for specialist in salon.specialists:
            ServiceSpecialist.objects.create(service=service, specialist=specialist)
    return salon


@pytest.fixture
def branch(salon) -> Iterator:
    """A second location of the same company, in another zone."""
    location = make_location(salon.company, name="Сабуртало", slug="saburtalo", timezone="Asia/Tbilisi")
    service = make_service(salon.company, name="Маникюр", duration_min=90, price=Decimal(2000))
    make_specialist(location, service, name="Нино")
    return location


@pytest.fixture
def photograph(request):
    """Keep a picture of the page for the README, when asked to by SCREENSHOTS=folder."""

    def take(page, name: str, whole: bool = False) -> None:
        if SCREENSHOTS:
            folder = Path(SCREENSHOTS)
            folder.mkdir(parents=True, exist_ok=True)
            usual = page.viewport_size
            if whole:  # a bar that sticks to the bottom then lies where the page ends
                page.set_viewport_size({**usual, "height": page.evaluate("document.documentElement.scrollHeight")})
            page.screenshot(path=folder / f"{name}.png")
            page.set_viewport_size(usual)

    return take
