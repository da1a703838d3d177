"""Paying from the wallet on the client's pages, and the statement; what every button says is what happens."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Client, Company
from accounts.values import Role
from booking.models import Appointment, Status
from booking.queries.visits import database_time
from catalog.models import ServiceSpecialist
from tests.factories import Salon, make_user
from tests.lasting import copied, lasting
from tests.wallet.purse import moved, purse
from wallet.models import ClientWallet

pytestmark = pytest.mark.django_db

ANNA = {"name": "Anna", "phone": "8 (999) 123-45-67"}


built = lasting(lambda: Salon(specialists=2))


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


@pytest.fixture
def wealthy(salon):
    return purse(salon, 3000)


@pytest.fixture
def browser(client, wealthy):
    """The client's own, signed in."""
    return sign_in(client, wealthy)


def sign_in(browser, client: Client):
    user = make_user(None, Role.CLIENT)
    Client.objects.filter(pk=client.pk).update(user=user)
    browser.force_login(user)
    return browser


def text(page) -> str:
    return page.content.decode().replace("\u00a0", " ")


def hold(browser, salon, hour: int = 10, days: int = 3) -> str:
    address = reverse("booking:times", args=[salon.location.slug, salon.service.pk])
    who = salon.specialists[0].pk
    return browser.post(address, {"slot": salon.at(hour, days=days).isoformat(), "specialist": who}).url


def paid(browser, salon, **when) -> str:
    return browser.post(hold(browser, salon, **when), ANNA | {"pay_from_wallet": "1"}).url


def make_late(address: str) -> None:
    token = address.split("/")[2]
    Appointment.objects.filter(visit_token=token).update(free_until=database_time() - timedelta(minutes=1))


def test_a_signed_in_client_pays_with_one_tick(browser, salon, wealthy):
    details = hold(browser, salon)

    page = browser.get(details)
    visit = browser.post(details, ANNA | {"pay_from_wallet": "1"})

    assert "Pay 1,000 ₽ from the wallet now; it has 3,000 ₽" in text(page)
    assert "1,000 ₽ · paid" in text(browser.get(visit.url))
    assert moved(wealthy) == [("deposit", 3000), ("charge", -1000)]


def test_without_the_tick_nothing_is_charged(browser, salon, wealthy):
    browser.post(hold(browser, salon), ANNA)

    assert moved(wealthy) == [("deposit", 3000)]
    assert Appointment.objects.get().client == wealthy


def test_a_visitor_who_typed_the_phone_sees_and_spends_nothing(client, salon, wealthy):
    Client.objects.filter(pk=wealthy.pk).update(phone="+79991234567")
    details = hold(client, salon)

    page = client.get(details)
    refused = client.post(details, ANNA | {"pay_from_wallet": "1"})

    assert "3,000" not in text(page)
    assert refused.status_code == 409
    assert "Anna" in text(refused)
    assert moved(wealthy) == [("deposit", 3000)]
    assert Appointment.objects.get().status == Status.HOLD


def test_too_little_is_said_with_what_is_missing(client, salon):
    poor = purse(salon, 300)
    page = sign_in(client, poor).get(hold(client, salon))

    assert "Your wallet has 300 ₽: 700 ₽ are missing. Pay at the salon." in text(page)
    assert "pay_from_wallet" not in text(page)


def test_money_spent_in_another_tab_is_refused_and_nothing_typed_is_lost(browser, salon, wealthy, spoilt):
    details = hold(browser, salon)
    ClientWallet.objects.update(frozen=True)

    page = browser.post(details, ANNA | {"pay_from_wallet": "1", "comment": "by the window"})

    assert page.status_code == 409
    assert "This wallet is being checked" in text(page)
    assert "by the window" in text(page)


RULES = [(0, "free of charge until it starts"), (20, "later 20% of the price is kept")]


@pytest.mark.parametrize(("percent", "said"), RULES)
def test_the_rule_is_stated_before_anybody_books(browser, salon, percent, said):
    Company.objects.update(late_fee_percent=percent)

    assert said in text(browser.get(hold(browser, salon)))


def test_a_deadline_that_is_over_is_not_promised(browser, salon):
    Company.objects.update(late_fee_percent=20, free_cancellation_hours=24 * 30)

    page = text(browser.get(hold(browser, salon)))

    assert "no longer free of charge: 20% of the price is kept" in page
    assert "free of charge until" not in page


def test_cancelling_says_what_comes_back_and_that_comes_back(browser, salon, wealthy):
    Company.objects.update(late_fee_percent=20)
    early, late = paid(browser, salon), paid(browser, salon, hour=14)
    make_late(late)

    in_time, too_late = browser.get(f"{early}cancel/"), browser.get(f"{late}cancel/")
    assert "Free of charge: 1,000 ₽ goes back to the wallet." in text(in_time)
    assert "Yes, cancel and return 1,000 ₽" in text(in_time)
    assert "By the rules 200 ₽ is kept; of 1,000 ₽ paid, 800 ₽ goes back to the wallet." in text(too_late)
    assert "Yes, cancel and return 800 ₽" in text(too_late)

    browser.post(f"{early}cancel/")
    browser.post(f"{late}cancel/")
    assert moved(wealthy)[3:] == [("refund", 1000), ("refund", 1000), ("fee", -200)]


def test_cancelling_late_what_nothing_was_paid_for_keeps_nothing(browser, salon):
    Company.objects.update(late_fee_percent=20)
    early, late = (browser.post(hold(browser, salon, hour=hour), ANNA).url for hour in (10, 14))
    make_late(late)

    in_time, too_late = text(browser.get(f"{early}cancel/")), text(browser.get(f"{late}cancel/"))

    assert "Cancelling is free of charge." in in_time
    assert "Nothing was paid, so nothing is kept." in too_late
    assert "free of charge" not in too_late


def test_moving_to_another_price_says_so_first(browser, salon, wealthy):
    visit = paid(browser, salon)
    other = salon.specialists[1]
    ServiceSpecialist.objects.filter(specialist=other).update(custom_price=1500)

    page = browser.get(f"{visit}move/", {"specialist": other.pk})
    assert "The price is then 1,500 ₽." in text(page)
    assert "500 ₽ more is taken from the wallet." in text(page)

    browser.post(f"{visit}move/", {"slot": salon.at(12, days=3).isoformat(), "specialist": other.pk})
    assert moved(wealthy)[1:] == [("charge", -1000), ("charge", -500)]


def test_the_link_alone_is_not_promised_what_it_cannot_do(browser, salon, wealthy):
    visit = paid(browser, salon)
    other = salon.specialists[1]
    ServiceSpecialist.objects.filter(specialist=other).update(custom_price=1500)
    browser.logout()

    page = text(browser.get(f"{visit}move/", {"specialist": other.pk}))

    assert "more is taken from the wallet" not in page
    assert "Only the client who has signed in can pay from the wallet." in page


def test_a_cheaper_move_says_what_comes_back(browser, salon, wealthy):
    visit = paid(browser, salon)
    ServiceSpecialist.objects.filter(specialist=salon.specialists[1]).update(custom_price=600)

    page = browser.get(f"{visit}move/", {"specialist": salon.specialists[1].pk})

    assert "400 ₽ goes back to the wallet." in text(page)


# --- the statement ----------------------------------------------------------------------------------------------------


def test_the_statement_shows_every_operation_and_the_balance_after_it(browser, salon, wealthy):
    visit = paid(browser, salon)
    browser.post(f"{visit}cancel/")

    page = text(browser.get("/me/wallet/"))

    assert page.index("Refund") < page.index("Payment") < page.index("Top-up")
    assert [sum_ in page for sum_ in ("+1,000 ₽", "−1,000 ₽", "+3,000 ₽", "2,000 ₽")] == [True] * 4
    assert visit in page


def test_an_empty_wallet_says_where_it_is_filled(client, salon):
    page = sign_in(client, purse(salon, 0)).get("/me/wallet/")

    assert "It can be topped up at the desk." in text(page)


@pytest.mark.parametrize("role", [None, Role.ADMIN])
def test_the_statement_is_the_clients_own(client, salon, wealthy, role):
    if role:
        client.force_login(make_user(salon.company, role))

    assert client.get("/me/wallet/").status_code == 403


def test_a_person_sees_his_own_wallets_only(client, salon, wealthy):
    page = sign_in(client, purse(salon, 77)).get("/me/wallet/")

    assert "77 ₽" in text(page)
    assert "3,000" not in text(page)
