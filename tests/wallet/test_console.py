"""Money at the desk, in the console: every sum on a page is the one in the table."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.commands import merge_clients
from accounts.values import SYSTEM, Actor, Channel, Role
from booking.models import Appointment
from tests.booking.desk import everything_offered, page_of
from tests.console import World, form_at, said
from tests.factories import make_client
from tests.lasting import copied, lasting
from tests.wallet.purse import moved, require_sums
from wallet.commands import deposit
from wallet.models import ClientWallet, Payment, WalletTransaction
from wallet.queries import balance_of
from wallet.values import Method

pytestmark = pytest.mark.django_db


def world_with_a_client() -> World:
    world = World()
    Appointment.objects.filter(pk=world.visit.pk).update(client=world.client)
    world.visit.refresh_from_db()
    return world


built = lasting(world_with_a_client)


@pytest.fixture
def world(built) -> World:
    return copied(built)


@pytest.fixture
def desk(world):
    return world.browser(Role.OPERATOR)


@pytest.fixture
def chief(world):
    return world.browser(Role.ADMIN)


def wallet_page(world: World) -> str:
    return reverse("admin:wallet_clientwallet_change", args=[world.client.pk])


def deed(world: World, name: str) -> str:
    return reverse("admin:wallet_clientwallet_deed", args=[world.client.pk, name])


def do(console, address: str, **typed):
    """Fill in the form of a page as it came, and send it."""
    form = form_at(console, address).context["form"]
    sent = {field.html_name: field.value() or "" for field in form}
    return console.post(address, sent | typed, follow=True)


def money_page(world: World, name: str) -> str:
    return reverse(f"admin:booking_appointment_{name}", args=[world.visit.pk])


def text(page) -> str:
    return page.content.decode().replace("\u00a0", " ")


def test_a_wallet_begins_with_its_first_top_up(world, desk):
    assert "The wallet is empty" in text(desk.get(wallet_page(world)))

    page = do(desk, deed(world, "deposit"), amount="1 500,50", method="card", description="gift")

    assert said(page) == ["Top up: 1,500.50\u00a0₽."]
    assert balance_of(world.client.pk) == Decimal("1500.50")
    assert Payment.objects.get().method == "card"
    assert "1,500.50 ₽" in text(page)
    assert "gift" in text(page)


def test_the_same_form_sent_twice_tops_up_once(world, desk):
    form = form_at(desk, deed(world, "deposit")).context["form"]
    sent = {"key": form["key"].value(), "amount": "100", "method": "cash", "description": ""}

    for _ in range(3):
        desk.post(deed(world, "deposit"), sent)

    assert moved(world.client) == [("deposit", 100)]


@pytest.mark.parametrize("amount", ["", "0", "-5", "1.001", "1e30", "NaN", "１０", "five"])
def test_a_wrong_sum_is_named_beside_its_field_and_kept(world, desk, amount):
    page = do(desk, deed(world, "deposit"), amount=amount)

    assert page.status_code == 422
    assert page.context["form"].errors["amount"]
    assert page.context["form"]["amount"].value() == amount
    assert not WalletTransaction.objects.exists()


def test_a_charge_is_returned_from_the_statement(world, desk):
    do(desk, deed(world, "deposit"), amount="1000")
    do(desk, deed(world, "charge"), amount="300", description="shampoo")
    paid = WalletTransaction.objects.get(kind="charge")
    address = reverse("admin:wallet_clientwallet_refund", args=[world.client.pk, paid.pk])

    assert address in text(desk.get(wallet_page(world)))
    do(desk, address, amount="100")
    rest = do(desk, address)

    assert moved(world.client) == [("deposit", 1000), ("charge", -300), ("refund", 100), ("refund", 200)]
    assert address not in text(rest)
    require_sums(world.client)


def test_more_than_there_is_is_refused_in_words(world, desk):
    do(desk, deed(world, "deposit"), amount="100")

    page = do(desk, deed(world, "charge"), amount="100.01", description="x")

    assert page.status_code == 409
    assert "There is not enough money in the wallet." in text(page)


def test_corrections_have_their_own_right(world, desk, chief):
    do(chief, deed(world, "deposit"), amount="100")

    assert desk.get(deed(world, "correct")).status_code == 403
    assert deed(world, "correct") not in text(desk.get(wallet_page(world)))
    page = do(chief, deed(world, "correct"), amount="−40", reason="counted twice")

    assert said(page) == ["Correct: −40\u00a0₽."]
    assert balance_of(world.client.pk) == 60


def test_a_frozen_wallet_can_only_be_released_and_only_when_it_is_right(world, desk, chief, spoilt):
    do(desk, deed(world, "deposit"), amount="100")
    ClientWallet.objects.update(frozen=True)

    assert "frozen" in text(desk.get(wallet_page(world)))
    assert desk.get(deed(world, "deposit")).status_code == 403
    spoilt(world.client)
    assert do(chief, deed(world, "release")).status_code == 409
    spoilt(world.client, by=-1)
    do(chief, deed(world, "release"))

    assert not ClientWallet.objects.get().frozen


def test_a_visit_is_paid_in_a_mixture_and_given_back(world, desk):
    do(desk, deed(world, "deposit"), amount="400")

    form = desk.get(money_page(world, "pay")).context["form"]
    assert (form["wallet"].value(), form["cash"].value()) == ("400", "600")
    page = do(desk, money_page(world, "pay"), discount="100", wallet="400", cash="200", card="300")

    assert said(page) == ["Paid: 900\u00a0₽. Still to be paid: 0\u00a0₽."]
    world.visit.refresh_from_db()
    assert (world.visit.paid, world.visit.discount) == (900, 100)
    assert everything_offered(desk, world.visit) >= {"return"}
    assert "pay" not in everything_offered(desk, world.visit)

    page = do(desk, money_page(world, "return"))

    world.visit.refresh_from_db()
    assert world.visit.paid == 0
    require_sums(world.client)


def test_a_wrong_payment_keeps_what_was_typed(world, desk):
    page = do(desk, money_page(world, "pay"), wallet="", cash="5000", card="")

    assert page.status_code == 409
    assert "Still to be paid: 1,000 ₽" in text(page)
    assert page.context["form"]["cash"].value() == "5000"


def test_staff_who_cancel_are_told_what_becomes_of_the_money(world, desk):
    do(desk, deed(world, "deposit"), amount="400")
    do(desk, money_page(world, "pay"), wallet="400", cash="600", card="")

    page = desk.get(reverse("admin:booking_appointment_cancel", args=[world.visit.pk]))

    assert "400 ₽ goes back to the wallet, 600 ₽ is to be returned at the desk" in text(page)


def test_specialists_see_no_money_and_accountants_touch_none(world, desk):
    do(desk, deed(world, "deposit"), amount="400")
    specialist, accountant = world.browser(Role.SPECIALIST), world.browser(Role.ACCOUNTANT)

    assert specialist.get(wallet_page(world)).status_code == 403
    assert specialist.get(money_page(world, "pay")).status_code == 403
    assert "₽" not in text(specialist.get(page_of(world.visit)))
    assert accountant.get(wallet_page(world)).status_code == 200
    assert accountant.get(deed(world, "deposit")).status_code == 403
    assert accountant.get(money_page(world, "pay")).status_code == 403


def test_wallets_of_another_company_are_not_there(world, desk):
    stranger = World()
    stranger.money()
    paid = WalletTransaction.objects.get()

    assert desk.get(wallet_page(stranger)).status_code == 404
    assert desk.post(deed(stranger, "deposit"), {"amount": "5"}).status_code == 404
    assert desk.get(reverse("admin:wallet_clientwallet_refund", args=[world.client.pk, paid.pk])).status_code == 404


def test_wallets_are_found_by_the_end_of_a_phone(world, desk):
    do(desk, deed(world, "deposit"), amount="400")

    page = desk.get("/admin/wallet/clientwallet/", {"q": str(world.phone)[-4:]})

    assert [wallet.client for wallet in page.context["cl"].result_list] == [world.client]


def test_a_statement_costs_the_same_however_long_it_is(world, desk, django_assert_max_num_queries):
    user = world.user(Role.OPERATOR)
    clerk = Actor(user.role, Channel.ADMIN, user_id=user.pk, company_id=user.company_id, may_take_money=True)
    for amount in range(1, 61):
        deposit(world.client.pk, Decimal(amount), clerk, reference=f"top-up {amount}", method=Method.CASH)

    with django_assert_max_num_queries(16):
        page = desk.get(wallet_page(world))

    assert len(page.context["rows"]) == 50
    assert "Older" in text(page)


def test_history_tells_of_discounts_returns_and_fees_but_not_to_specialists(world, desk):
    do(desk, deed(world, "deposit"), amount="900")
    do(desk, money_page(world, "pay"), discount="100", wallet="900", cash="", card="")
    desk.post(reverse("admin:booking_appointment_cancel", args=[world.visit.pk]), {"reason": "mistake"})

    page = text(desk.get(page_of(world.visit)))

    assert "<strong>Discount</strong>" in page
    assert "discount: 0 ₽ → 100 ₽" in page
    assert "returned to the wallet: 900 ₽" in page
    assert "₽" not in text(world.browser(Role.SPECIALIST).get(page_of(world.visit)))


def test_operations_are_told_by_the_company_s_clock(world, desk):
    """Moscow is three hours ahead of the server."""
    do(desk, deed(world, "deposit"), amount="900")
    moment = localtime(WalletTransaction.objects.get().created_at, world.company.zone)

    for page in ("wallettransaction", "payment"):
        assert date_format(moment, "SHORT_DATETIME_FORMAT") in text(desk.get(f"/admin/wallet/{page}/"))


def test_the_wallet_of_a_merged_card_leads_to_the_one_that_has_the_balance(world, chief):
    world.money()
    offered = chief.get(wallet_page(world)).context["deeds"]
    kept = make_client(world.company)
    merge_clients(world.client.pk, kept.pk, SYSTEM)

    page = chief.get(wallet_page(world))

    assert (bool(offered), page.context["deeds"]) == (True, [])
    assert reverse("admin:wallet_clientwallet_change", args=[kept.pk]) in text(page)
    assert chief.get(deed(world, "deposit")).status_code == 403
