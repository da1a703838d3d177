"""Clients in the console: found by what is known of them, with their last visits beside them."""

import pytest

from accounts.admin import ClientAdmin
from accounts.commands import merge_clients
from accounts.models import Client
from accounts.values import SYSTEM, Role
from tests.console import World, address, filled_in, form_at, signed_in, undrawn
from tests.factories import make_client, make_location
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/client/"


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


def found(browser, term: str) -> list[str]:
    with undrawn():
        return [client.first_name for client in browser.get(LIST, {"q": term}).context_data["cl"].result_list]


@pytest.mark.parametrize(
    "term",
    [
        "4567",
        "23-45-67",
        "+79161234567",
        "8 (916) 123-45-67",
        "007 916 123 45 67",
        "9161234567",
        "Пётр",
        "петр",
        "Велик Пет",
        "petr@example.com",
        "PETR@",
    ],
)
def test_a_client_is_found_by_phone_name_and_e_mail(world, term):
    make_client(world.company, first_name="Пётр", last_name="Великий", phone="+79161234567", email="petr@example.com")

    assert found(world.browser(Role.OPERATOR), term) == ["Пётр"]


@pytest.mark.parametrize("term", ["4568", "567", "x" * 300, "'; DROP TABLE", "%", "9" * 5000])
def test_other_terms_find_nobody(world, term):
    make_client(world.company, first_name="Пётр", phone="+79161234567")

    assert found(world.browser(Role.OPERATOR), term) == []


@pytest.mark.parametrize("typed", ["8 916 123-45-67", "+7(916)1234567", "79161234567", " 8-916-123-45-67 "])
def test_a_phone_is_taken_in_any_form(world, typed):
    browser, page = world.browser(Role.OPERATOR), address(Client, "add")

    browser.post(page, filled_in(form_at(browser, page)) | {"first_name": "Пётр", "phone": typed})

    assert str(Client.objects.get(first_name="Пётр").phone) == "+79161234567"


def test_a_client_may_have_no_phone(world):
    browser, page = world.browser(Role.OPERATOR), address(Client, "add")

    for _ in range(2):
        browser.post(page, filled_in(form_at(browser, page)) | {"first_name": "Без телефона"})

    assert [client.phone for client in Client.objects.filter(first_name="Без телефона")] == [None, None]


def test_the_card_shows_the_last_ten_visits_with_links(world):
    visits = [world.another_visit(days=day) for day in range(2, 14)]

    text = world.browser(Role.OPERATOR).get(address(Client, "change", world.client.pk)).content.decode()

    links = [visit for visit in [world.visit, *visits] if f"/appointment/{visit.pk}/change/" in text]
    assert links == visits[-10:]


def test_the_card_hides_visits_in_locations_the_operator_may_not_see(world):
    operator = world.user(Role.OPERATOR)
    operator.locations.add(make_location(world.company))
    page = address(Client, "change", world.client.pk)
    link = f"/appointment/{world.visit.pk}/change/"

    assert link in world.browser(Role.OPERATOR).get(page).content.decode()
    assert link not in signed_in(operator).get(page).content.decode()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('<b>&"Ко"', "&lt;b&gt;&amp;&quot;Ко&quot;"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("{{7*7}}", "{{7*7}}"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ],
)
def test_a_name_is_never_markup(world, name, shown):
    client = make_client(world.company, first_name=name, notes=name)
    browser = world.browser(Role.OPERATOR)

    texts = [browser.get(page).content.decode() for page in (LIST, address(Client, "change", client.pk))]

    assert all(shown in text for text in texts)
    assert name == shown or all(name not in text for text in texts)


# --- merged cards -----------------------------------------------------------------------------------------------------


def test_a_merged_card_says_where_everything_is_and_cannot_be_changed(world):
    retired, browser = make_client(world.company, first_name="Аня"), world.browser(Role.ADMIN)
    merge_clients(retired.pk, world.client.pk, SYSTEM)
    page = address(Client, "change", retired.pk)

    shown = browser.get(page).content.decode()

    assert "This card was merged into another" in shown
    assert address(Client, "change", world.client.pk) in shown
    assert browser.post(page, {"first_name": "Renamed"}).status_code == 403


def test_control_a_living_card_says_nothing_of_a_merge_and_can_be_changed(world):
    browser, page = world.browser(Role.ADMIN), address(Client, "change", world.client.pk)

    shown = browser.get(page)

    assert "merged" not in shown.content.decode()
    assert browser.post(page, filled_in(shown) | {"first_name": "Renamed"}).status_code == 302


def test_a_form_that_was_open_writes_only_what_was_changed(world, monkeypatch):
    """While it was being saved, the client connected his Telegram."""
    browser, page = world.browser(Role.OPERATOR), address(Client, "change", world.client.pk)
    form = filled_in(form_at(browser, page))
    check = ClientAdmin.save_model

    def save_late(self, request, obj, form, change):
        Client.objects.filter(pk=obj.pk).update(tg_id=7)
        check(self, request, obj, form, change)

    monkeypatch.setattr(ClientAdmin, "save_model", save_late)
    browser.post(page, form | {"first_name": "Renamed"})

    assert Client.objects.filter(pk=world.client.pk).values_list("first_name", "tg_id").get() == ("Renamed", 7)
