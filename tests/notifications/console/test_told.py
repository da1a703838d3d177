"""On a visit's and a client's page the desk sees who was told, and whom it must call."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from accounts.values import Role
from booking.queries.visits import database_time
from notifications.models import DeadAddress, Preferences, PushSubscription
from notifications.values import Channel, RecipientRole, State
from tests.booking.desk import page_of
from tests.console import World, address, signed_in
from tests.factories import make_location, make_user
from tests.notifications.carriers import RECORDERS
from tests.notifications.console.rows import BLOCKED, put

pytestmark = pytest.mark.django_db

MUST_CALL = "The client could not be told: call."
OUT_OF_REACH = "Out of reach: no channel works."
DEAD = {"state": State.DEAD, "channel": Channel.TELEGRAM, "target": "17", "reason": BLOCKED}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(world):
    return world.browser(Role.OPERATOR)


def text(page) -> str:
    return page.content.decode()


def told(page) -> list[list[tuple[str, list[str]]]]:
    """For every event the people, and what became of each way."""
    return [
        [(person.first.role, [f"{row.channel}:{row.state}" for row in person.deliveries]) for person in event.people]
        for event in page.context["events"]
    ]


# --- a visit ----------------------------------------------------------------------------------------------------------


def test_a_visit_shows_who_was_told_and_every_way_that_was_tried(world, desk):
    dead = put(world.visit, client=world.client, **DEAD)
    mail = put(world.visit, client=world.client, instead_of=dead)
    put(world.visit, user=make_user(world.company, full_name="Vera"), role=RecipientRole.SPECIALIST)

    page = desk.get(page_of(world.visit))

    assert told(page) == [[("client", ["telegram:DEAD", "email:SENT"]), ("specialist", ["email:SENT"])]]
    assert "The bot has been blocked." in text(page)
    assert address(type(mail), "change", mail.pk) in text(page)
    assert MUST_CALL not in text(page)


def test_a_client_whom_nothing_reached_must_be_called(world, desk):
    put(world.visit, **DEAD)
    put(world.visit, channel="", state=State.DEAD, reason="no address")

    assert MUST_CALL in text(desk.get(page_of(world.visit)))


@pytest.mark.parametrize("state", [State.SENT, State.WAITING, State.SENDING])
def test_one_way_that_works_is_enough(world, desk, state):
    put(world.visit, **DEAD)
    put(world.visit, state=state, leased_until=database_time() if state == State.SENDING else None)

    assert MUST_CALL not in text(desk.get(page_of(world.visit)))


def test_a_specialist_whom_nothing_reached_needs_no_call(world, desk):
    put(world.visit, user=make_user(world.company), role=RecipientRole.SPECIALIST, **DEAD)

    assert MUST_CALL not in text(desk.get(page_of(world.visit)))


def test_nobody_told_is_said_too(world, desk):
    assert "Nobody has been told of this visit yet." in text(desk.get(page_of(world.visit)))


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.ACCOUNTANT])
def test_whoever_sees_no_deliveries_sees_no_block(world, role):
    put(world.visit, **DEAD)

    page = text(world.browser(role).get(page_of(world.visit)))

    assert "told-heading" not in page
    assert BLOCKED not in page


def test_the_block_costs_one_statement_however_many_were_told(world, desk):
    put(world.visit, **DEAD)
    few = len(statements(desk, page_of(world.visit)))

    for _ in range(20):
        put(world.visit, user=make_user(world.company), role=RecipientRole.ADMIN)

    many, hidden = (statements(browser, page_of(world.visit)) for browser in (desk, world.browser(Role.ACCOUNTANT)))
    assert len(many) == few <= 15
    assert [sum("notifications_" in sql for sql in page) for page in (many, hidden)] == [1, 0]


def statements(browser, where: str) -> list[str]:
    browser.get(where)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(where).status_code == 200
    return [query["sql"] for query in captured if "django_session" not in query["sql"]]


# --- a client ---------------------------------------------------------------------------------------------------------


def card(world: World) -> str:
    return address(Client, "change", world.client.pk)


def ways(page) -> dict[str, str]:
    """What is said of each channel: the first that is true of it."""
    reasons = {"used": "is_used", "works": "works", "dead": "is_dead", "closed": "addresses"}
    return {
        str(way.channel): next((said for said, name in reasons.items() if getattr(way, name)), "none")
        for way in page.context["ways"]
    }


def test_a_client_s_card_says_by_what_he_is_told(world, desk):
    Client.objects.filter(pk=world.client.pk).update(tg_id=17, email="anna@example.com")
    DeadAddress.objects.create(channel=Channel.TELEGRAM, address="17", reason=BLOCKED)
    PushSubscription.objects.create(company=world.company, client=world.client, endpoint="https://push.example/1")
    RECORDERS[Channel.SMS].configured = False

    assert ways(desk.get(card(world))) == {"telegram": "dead", "web_push": "used", "email": "works", "sms": "closed"}


def test_whoever_wants_every_channel_is_told_by_each(world, desk):
    Client.objects.filter(pk=world.client.pk).update(email="anna@example.com")
    Preferences.objects.create(company=world.company, client=world.client, every_channel=True)

    assert ways(desk.get(card(world))) == {"telegram": "none", "web_push": "none", "email": "used", "sms": "used"}


def test_a_client_out_of_reach_is_marked(world, desk):
    RECORDERS[Channel.SMS].configured = False

    assert OUT_OF_REACH in text(desk.get(card(world)))
    RECORDERS[Channel.SMS].configured = True
    assert OUT_OF_REACH not in text(desk.get(card(world)))


def test_the_card_leads_to_the_client_s_wishes(world, desk):
    add = f"{address(Preferences, 'add')}?client={world.client.pk}"
    first = text(desk.get(card(world)))
    wishes = Preferences.objects.create(company=world.company, client=world.client, wants_offers=True)

    second = text(desk.get(card(world)))

    assert add in first
    assert desk.get(add).context["adminform"].form["client"].value() == str(world.client.pk)
    assert address(Preferences, "change", wishes.pk) in second
    assert "Agrees to offers." in second


def test_the_card_shows_what_he_was_told_last(world, desk):
    deliveries = [put(world.visit, client=world.client, target=f"{number}@example.com") for number in range(7)]

    assert list(desk.get(card(world)).context["deliveries"]) == deliveries[:1:-1]


def test_the_card_hides_what_concerns_locations_the_operator_may_not_see(world, desk):
    limited = world.user(Role.OPERATOR)
    limited.locations.add(make_location(world.company))
    delivery = put(world.visit, client=world.client)

    seen = [list(browser.get(card(world)).context["deliveries"]) for browser in (desk, signed_in(limited))]

    assert seen == [[delivery], []]


def test_an_accountant_s_card_has_no_such_block(world):
    assert "reach-heading" not in text(world.browser(Role.ACCOUNTANT).get(card(world)))


def test_the_card_costs_the_same_however_much_he_was_told(world, desk):
    put(world.visit, client=world.client)
    few = len(statements(desk, card(world)))

    for number in range(20):
        put(world.visit, client=world.client, target=f"{number}@example.com")
        PushSubscription.objects.create(
            company=world.company, client=world.client, endpoint=f"https://push.example/{number}"
        )

    assert len(statements(desk, card(world))) == few <= 15
