"""A page of the console costs the same number of SQL statements however many rows it shows (experience §2.6)."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Client, Company, Device, User
from accounts.values import Role
from booking.queries.visits import database_time
from catalog.models import Break, Holiday, Location, Service, Specialist, Workplace
from notifications.models import (
    AdTemplate,
    Broadcast,
    DeadAddress,
    Delivery,
    NotificationSetting,
    Preferences,
    PushSubscription,
)
from telegram_bot.models import IncomingUpdate
from tests.console import OWNER, World, address, registered
from tests.factories import (
    make_client,
    make_company,
    make_location,
    make_service,
    make_user,
    make_workplace,
    numbers,
)
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

MANY = 20
ENOUGH = 15
CATALOGUE = (Service, Workplace, Specialist, Location)


class Watched(World):
    """A company with one row of everything, and both kinds of people who may look at it all."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = {model: self.row(model) for model in registered()}
        self.browsers = {role: self.browser(role) for role in (OWNER, Role.ADMIN)}
        ContentType.objects.get_for_models(*registered())  # they are read once per process


built = lasting(Watched)


@pytest.fixture
def world(built) -> Watched:
    return copied(built)


def more(world: World, model: type) -> None:
    """Another row of ``model``, with relatives of its own to be read."""
    day = world.salon.day(50 + model._default_manager.count())
    make = {
        Company: make_company,
        User: lambda: make_user(world.company, Role.OPERATOR),
        Client: lambda: make_client(world.company),
        Device: lambda: Device.objects.create(
            company=world.company, key=str(day), first_name="A", phone=world.phone, client=make_client(world.company)
        ),
        Location: lambda: make_location(world.company),
        Workplace: lambda: make_workplace(make_location(world.company)),
        Service: lambda: make_service(world.company),
        Specialist: lambda: Specialist.objects.create(
            company=world.company, name="A", user=make_user(world.company, Role.SPECIALIST)
        ),
        Holiday: lambda: Holiday.objects.create(location=make_location(world.company), date=day),
        Break: lambda: Break.objects.create(
            specialist=Specialist.objects.create(company=world.company, name="A"), date=day
        ),
        AdTemplate: lambda: more_ads(world),
        NotificationSetting: lambda: more_ads(world),
        Broadcast: lambda: Broadcast.objects.create(company=world.company, name="A", started_at=database_time()),
        Delivery: lambda: more_deliveries(world),
        Preferences: lambda: Preferences.objects.create(company=world.company, client=make_client(world.company)),
        PushSubscription: lambda: PushSubscription.objects.create(
            company=world.company, client=make_client(world.company), endpoint=f"https://push.example/{next(numbers)}"
        ),
        IncomingUpdate: lambda: IncomingUpdate.objects.create(
            update_id=next(numbers), tg_id=1, user=make_user(world.company), what=f"ad:v:{next(numbers)}:done"
        ),
        DeadAddress: lambda: DeadAddress.objects.create(channel="email", address=f"{next(numbers)}@example.com"),
    }
    make[model]()


def more_ads(world: World) -> None:
    """One more, that follows a message of a company of its own."""
    ad = AdTemplate.objects.create(company=world.company, name=f"A {next(numbers)}", content_tg="A")
    NotificationSetting.objects.filter(company=make_company()).update(ad_template=ad)


def more_deliveries(world: World) -> None:
    event = world.another_visit(days=3 + next(numbers) % 20, hour=10 + next(numbers) % 9).events.last()
    Delivery.objects.create(
        company=world.company, event=event, client=make_client(world.company), user=make_user(world.company),
        occasion=f"event:{event.pk}", recipient="client:1", event_type=event.event_type,
        broadcast=Broadcast.objects.create(company=world.company, name="A"),
    )  # fmt: skip


def statements(browser: Browser, where: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(where).status_code == 200
    return sum("django_session" not in query["sql"] for query in captured)


@pytest.mark.parametrize(
    "model",
    [
        *(Client, Company, Device, User, Location, Workplace, Service, Specialist, Holiday, Break),
        *(AdTemplate, NotificationSetting, Broadcast, Delivery, Preferences, PushSubscription, IncomingUpdate),
    ],
    ids=lambda model: model._meta.label,
)
def test_lists_cost_the_same_with_one_row_and_with_twenty(model, world):
    where = address(model, "changelist")
    few = {role: statements(browser, where) for role, browser in world.browsers.items()}

    for _ in range(MANY):
        more(world, model)

    assert {role: statements(browser, where) for role, browser in world.browsers.items()} == few
    assert max(few.values()) <= ENOUGH, few


def test_dead_addresses_cost_the_same_with_one_row_and_with_twenty(world):
    browser, where = world.browsers[OWNER], address(DeadAddress, "changelist")
    few = statements(browser, where)

    for _ in range(MANY):
        more(world, DeadAddress)

    assert statements(browser, where) == few
    assert few <= ENOUGH


def test_the_pages_of_the_catalogue_cost_the_same_however_large_it_is(world):
    browser = world.browsers[Role.ADMIN]
    pages = {model: address(model, "change", world.rows[model].pk) for model in CATALOGUE}
    few = {model: statements(browser, where) for model, where in pages.items()}

    for other in CATALOGUE:
        for _ in range(MANY):
            more(world, other)
    for service in Service.objects.filter(company=world.company):
        world.salon.chairs[0].offers.get_or_create(service=service)
        world.salon.specialist.offers.get_or_create(service=service)
        make_workplace(world.location, service)

    assert {model: statements(browser, where) for model, where in pages.items()} == few
    assert max(few.values()) <= ENOUGH, few
