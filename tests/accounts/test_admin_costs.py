"""A page of the console costs the same number of SQL statements however many rows it shows (experience §2.6)."""

import pytest
from django.db import connection
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
from tests.console import OWNER, World, address
from tests.factories import (
    make_client,
    make_company,
    make_location,
    make_service,
    make_user,
    make_workplace,
    numbers,
)

pytestmark = pytest.mark.django_db

MANY = 20


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


def statements(browser, where: str) -> int:
    browser.get(where)  # content types are read once per process
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(where).status_code == 200
    return sum("django_session" not in query["sql"] for query in captured)


@pytest.mark.parametrize("role", [OWNER, Role.ADMIN])
@pytest.mark.parametrize(
    "model",
    [
        *(Client, Company, Device, User, Location, Workplace, Service, Specialist, Holiday, Break),
        *(AdTemplate, NotificationSetting, Broadcast, Delivery, Preferences, PushSubscription, IncomingUpdate),
    ],
    ids=lambda model: model._meta.label,
)
def test_lists_cost_the_same_with_one_row_and_with_twenty(model, role):
    world = World()
    world.row(model)
    browser, where = world.browser(role), address(model, "changelist")
    few = statements(browser, where)

    for _ in range(MANY):
        more(world, model)

    assert statements(browser, where) == few
    assert few <= 15


def test_dead_addresses_cost_the_same_with_one_row_and_with_twenty():
    world = World()
    browser, where = world.browser(OWNER), address(DeadAddress, "changelist")
    few = statements(browser, where)

    for _ in range(MANY):
        more(world, DeadAddress)

    assert statements(browser, where) == few
    assert few <= 15


@pytest.mark.parametrize("model", [Location, Specialist, Service, Workplace], ids=lambda model: model._meta.label)
def test_the_pages_of_the_catalogue_cost_the_same_however_large_it_is(model):
    world = World()
    browser, where = world.browser(Role.ADMIN), address(model, "change", world.row(model).pk)
    few = statements(browser, where)

    for other in (Service, Workplace, Specialist, Location):
        for _ in range(MANY):
            more(world, other)
    for service in Service.objects.filter(company=world.company):
        world.salon.chairs[0].offers.get_or_create(service=service)
        world.salon.specialist.offers.get_or_create(service=service)
        make_workplace(world.location, service)

    assert statements(browser, where) == few
    assert few <= 15
