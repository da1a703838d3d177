"""A page of the console costs the same number of SQL statements however many rows it shows (experience §2.6)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client, Company, Device, User
from accounts.values import Role
from catalog.models import Break, Holiday, Location, Service, Specialist, Workplace
from tests.console import OWNER, World, address
from tests.factories import make_client, make_company, make_location, make_service, make_user, make_workplace

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
    }
    make[model]()


def statements(browser, where: str) -> int:
    browser.get(where)  # content types are read once per process
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(where).status_code == 200
    return sum("django_session" not in query["sql"] for query in captured)


@pytest.mark.parametrize("role", [OWNER, Role.ADMIN])
@pytest.mark.parametrize(
    "model",
    [Client, Company, Device, User, Location, Workplace, Service, Specialist, Holiday, Break],
    ids=lambda model: model._meta.label,
)
def test_lists_cost_the_same_with_one_row_and_with_twenty(model, role):
    world = World()
    browser, where = world.browser(role), address(model, "changelist")
    few = statements(browser, where)

    for _ in range(MANY):
        more(world, model)

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
