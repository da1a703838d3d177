"""Money as people move it: at the desk and on the client's pages; the sums shown are the sums in the tables."""

import re
from decimal import Decimal

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from playwright.sync_api import Page, expect

from accounts.models import Client
from accounts.values import Role
from booking.models import Appointment, Status
from tests.factories import book, make_user
from tests.journeys.test_console import console, operator  # noqa: F401 - fixtures
from tests.wallet.purse import purse, require_sums
from wallet.models import Payment, WalletTransaction
from wallet.queries import balance_of


def amounts(page: Page) -> list[Decimal]:
    """What moved, as the statement shows it, the oldest first."""
    shown = page.locator(".okno-statement tbody td.okno-sum:nth-child(3)").all_inner_texts()
    return [number(text) for text in reversed(shown)]


def number(text: str) -> Decimal:
    return Decimal(re.sub(r"[^0-9.\-]", "", text.replace("−", "-")))


def fill(page: Page, **typed: str) -> None:
    for name, text in typed.items():
        page.locator(f"[name={name}]").fill(text)


@pytest.fixture
def visit(salon) -> Appointment:
    """Two and a half thousand to pay."""
    return book(salon.slot(10, specialist=salon.specialists[0]), name="Мария", phone="+79991234567")


def test_the_desk_tops_up_takes_a_mixture_and_gives_back(console, live_server, salon, visit, photograph):  # noqa: F811
    client = visit.client
    console.goto(f"{live_server.url}/admin/wallet/clientwallet/{client.pk}/change/")
    console.get_by_role("link", name="Top up").click()
    fill(console, amount="1 000", description="gift")
    console.get_by_label("Card").check()
    console.get_by_role("button", name="Top up").click()
    expect(console.locator("#balance-heading")).to_have_text("1,000\u00a0₽")

    console.goto(f"{live_server.url}/admin/booking/appointment/{visit.pk}/change/")
    console.get_by_role("link", name="Take payment").click()
    expect(console.locator("[name=wallet]")).to_have_value("1000")
    expect(console.locator("[name=cash]")).to_have_value("1500")
    fill(console, discount="300", wallet="1000", cash="700", card="500")
    console.get_by_role("button", name="Take payment").click()
    expect(console.get_by_text("Paid: 2,200")).to_be_visible()
    expect(console.locator(".okno-statement tfoot td")).to_have_text("2,200\u00a0₽")
    photograph(console, "paid-en", whole=True)

    console.get_by_role("link", name="Return money").click()
    fill(console, wallet="400", cash="0", card="")
    console.get_by_role("button", name="Return money").click()
    expect(console.locator(".okno-statement tfoot td")).to_have_text("1,800\u00a0₽")

    console.get_by_role("link", name="The client's wallet").click()
    assert amounts(console) == [1000, -1000, 400]
    assert amounts(console) == list(WalletTransaction.objects.order_by("pk").values_list("amount", flat=True))
    shown = number(console.locator("#balance-heading").inner_text())
    photograph(console, "wallet-en", whole=True)

    visit.refresh_from_db()
    assert shown == balance_of(client.pk) == sum(amounts(console)) == 400
    assert (visit.paid, visit.due) == (1800, 400)
    assert sum(payment.amount for payment in Payment.objects.filter(appointment=visit)) == 1200
    require_sums(client)


def test_an_impatient_double_click_tops_up_once(console, live_server, visit):  # noqa: F811
    console.goto(f"{live_server.url}/admin/wallet/clientwallet/{visit.client_id}/do/deposit/")
    fill(console, amount="500")
    console.get_by_role("button", name="Top up").dblclick()

    expect(console.locator("#balance-heading")).to_have_text("500\u00a0₽")
    assert WalletTransaction.objects.count() == 1


def signed_in(browser, live_server, client: Client, **options) -> Page:
    """The client's own browser; the pages to sign in come later, the session is what they will leave."""
    user = make_user(None, Role.CLIENT)
    Client.objects.filter(pk=client.pk).update(user=user)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "accounts.backends.RoleBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme="light", **options)
    context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": live_server.url}])
    return context.new_page()


@pytest.mark.parametrize("scripting", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_client_pays_cancels_and_reads_the_statement(browser, live_server, salon, photograph, scripting):
    client = purse(salon, 3000)
    page = signed_in(browser, live_server, client, locale="ru-RU", java_script_enabled=scripting)
    page.goto(f"{live_server.url}/centre/")
    page.locator("button.chip").nth(1).click()
    expect(page.locator(".known")).to_contain_text(client.full_name)
    page.get_by_label("Оплатить 2\u00a0500\u00a0₽ с кошелька").check()
    page.get_by_role("button", name="Записаться").click()
    expect(page.locator(".summary")).to_contain_text("оплачено")
    assert balance_of(client.pk) == 500

    page.get_by_role("link", name="Отменить").click()
    page.get_by_role("button", name="Да, отменить и вернуть 2\u00a0500\u00a0₽").click()
    expect(page.get_by_role("heading", name="Визит отменён")).to_be_visible()
    page.goto(f"{live_server.url}/me/wallet/")

    shown = [number(text) for text in page.locator(".operations .sum b").all_inner_texts()]
    assert shown == [2500, -2500, 3000]
    assert number(page.locator(".moment").inner_text()) == sum(shown) == balance_of(client.pk)
    assert Appointment.objects.get().status == Status.CANCELLED
    if scripting:
        photograph(page, "statement-ru")
    page.context.close()
