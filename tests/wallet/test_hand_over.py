"""The money of a client whose card was merged: the balance moves, the old ledger stays, and nothing is lost."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.commands import merge_clients
from accounts.errors import CardMerged
from accounts.models import Client, Company
from booking.commands import cancel_appointment, confirm_appointment, give_back, hold_slot, pay_visit
from booking.commands.once import once
from booking.commands.pay import Sums
from booking.models import Appointment
from tests.booking.steps import ANNA, cashier_of
from tests.factories import Salon, make_client
from tests.lasting import copied, lasting
from tests.wallet.purse import moved, new_key, purse, require_sums, signed_in
from wallet.commands import adjust, charge, deposit, refund, unfreeze
from wallet.errors import WalletFrozen, WrongAmount
from wallet.models import ClientWallet, WalletTransaction
from wallet.queries import balance_of
from wallet.values import FULLEST

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


@pytest.fixture
def desk(salon):
    return cashier_of(salon)


def merge(retired: Client, kept: Client) -> None:
    merge_clients(retired.pk, kept.pk, signed_in(kept))


def paid_visit(salon: Salon, client: Client, amount: int = 1000) -> Appointment:
    """Of tomorrow, of which the wallet has paid so much."""
    hold = hold_slot(salon.slot(10, days=3), signed_in(client), client_id=client.pk)
    visit = confirm_appointment(hold.pk, signed_in(client), ANNA, client_id=client.pk)
    return pay_visit(visit.pk, Sums(wallet=Decimal(amount)), cashier_of(salon), request=once("desk", new_key()))


def test_a_merge_moves_the_balance_by_two_corrections(salon):
    Company.objects.filter(pk=salon.company.pk).update(language="en")
    retired, kept = purse(salon, 700), purse(salon, 500)

    merge(retired, kept)

    assert moved(retired) == [("deposit", 700), ("adjustment", -700)]
    assert moved(kept) == [("deposit", 500), ("adjustment", 700)]
    given, received = WalletTransaction.objects.filter(kind="adjustment").order_by("pk")
    assert given.description == received.description == "The balance moved with a merged card"
    assert given.reference != received.reference
    assert given.actor == received.actor == signed_in(kept).as_initiator()
    require_sums(retired, kept)


def test_a_merge_opens_a_wallet_for_whoever_had_none(salon):
    retired, kept = purse(salon, 700), make_client(salon.company)

    merge(retired, kept)

    assert (balance_of(retired.pk), balance_of(kept.pk)) == (0, 700)
    require_sums(retired, kept)


@pytest.mark.parametrize("amount", [0, 700])
def test_a_merge_of_an_empty_wallet_writes_nothing(salon, desk, amount):
    retired, kept = purse(salon, amount), make_client(salon.company)
    if amount:
        charge(retired.pk, Decimal(amount), desk, reference=new_key())
    before = WalletTransaction.objects.count()

    merge(retired, kept)

    assert WalletTransaction.objects.count() == before
    assert not ClientWallet.objects.filter(pk=kept.pk).exists()


@pytest.mark.parametrize("which", [0, 1])
def test_a_frozen_wallet_stops_the_merge(salon, which):
    cards = retired, kept = purse(salon, 700), purse(salon, 500)
    ClientWallet.objects.filter(pk=cards[which].pk).update(frozen=True)

    with pytest.raises(WalletFrozen):
        merge(retired, kept)

    retired.refresh_from_db()
    assert (retired.is_active, retired.merged_into) == (True, None)
    assert (balance_of(retired.pk), balance_of(kept.pk)) == (700, 500)


def test_a_frozen_wallet_that_gets_nothing_stops_nobody(salon):
    retired, kept = make_client(salon.company), purse(salon, 500)
    ClientWallet.objects.filter(pk=kept.pk).update(frozen=True)

    merge(retired, kept)

    assert moved(kept) == [("deposit", 500)]


def test_a_merge_overfills_no_wallet(salon):
    retired, kept = purse(salon, 1), make_client(salon.company)
    ClientWallet.objects.create(client=kept)
    WalletTransaction.objects.create(
        client=kept, kind="adjustment", amount=FULLEST, balance_after=0, reference="full", actor={}, description="full"
    )

    with pytest.raises(WrongAmount):
        merge(retired, kept)

    assert moved(retired) == [("deposit", 1)]


# --- what the retired client has paid ---------------------------------------------------------------------------------


def test_a_visit_that_the_retired_client_paid_stays_paid_and_is_refunded_to_the_kept_one(salon):
    retired, kept = purse(salon, 1500), purse(salon, 0)
    visit = paid_visit(salon, retired)
    merge(retired, kept)

    cancelled = cancel_appointment(visit.pk, signed_in(kept))

    assert (cancelled.client, cancelled.paid) == (kept, 0)
    assert moved(kept) == [("adjustment", 500), ("refund", 1000)]
    assert moved(retired) == [("deposit", 1500), ("charge", -1000), ("adjustment", -500)]
    require_sums(retired, kept)


def test_a_refund_finds_its_way_through_two_merges(salon, desk):
    first, second, third = purse(salon, 1000), purse(salon, 300), purse(salon, 0)
    visit = paid_visit(salon, first, 400)
    merge(first, second)
    pay_visit(visit.pk, Sums(wallet=Decimal(600)), desk, request=once("desk", new_key()))
    merge(second, third)

    give_back(visit.pk, Sums(wallet=Decimal(1000)), desk, request=once("desk", new_key()))

    assert [balance_of(card.pk) for card in (first, second, third)] == [0, 0, 1300]
    require_sums(first, second, third)


def test_a_late_fee_is_kept_of_what_the_retired_client_paid(salon):
    retired, kept = purse(salon, 1000), purse(salon, 0)
    visit = paid_visit(salon, retired)
    Appointment.objects.filter(pk=visit.pk).update(free_until=salon.at(days=-1), late_fee_percent=30)
    merge(retired, kept)

    cancelled = cancel_appointment(visit.pk, signed_in(kept))

    assert moved(kept) == [("refund", 1000), ("fee", -300)]
    assert cancelled.paid == 300
    require_sums(retired, kept)


def test_the_desk_returns_what_the_retired_client_bought_to_the_kept_one(salon, desk):
    retired, kept = purse(salon, 1000), purse(salon, 0)
    sold = charge(retired.pk, Decimal(200), desk, reference=new_key())
    merge(retired, kept)

    refund(sold.pk, None, desk, reference=new_key())

    assert moved(kept) == [("adjustment", 800), ("refund", 200)]
    require_sums(retired, kept)


def test_a_correction_takes_an_operation_of_the_retired_client_back(salon):
    boss = cashier_of(salon, may_correct_wallets=True)
    retired, kept = purse(salon, 1000), purse(salon, 0)
    sold = charge(retired.pk, Decimal(200), boss, reference=new_key())
    merge(retired, kept)

    adjust(kept.pk, Decimal(200), boss, reference=new_key(), reason="a slip", reverses_id=sold.pk)

    assert balance_of(kept.pk) == 1000
    require_sums(retired, kept)


@pytest.mark.parametrize(
    "deed",
    [
        lambda card, boss: deposit(card.pk, Decimal(1), boss, reference=new_key()),
        lambda card, boss: charge(card.pk, Decimal(1), boss, reference=new_key()),
        lambda card, boss: adjust(card.pk, Decimal(1), boss, reference=new_key(), reason="a slip"),
    ],
    ids=["deposit", "charge", "adjust"],
)
def test_nothing_is_done_with_the_wallet_of_a_retired_client(salon, deed):
    retired, kept = purse(salon, 0), purse(salon, 0)
    merge(retired, kept)

    with pytest.raises(CardMerged):
        deed(retired, cashier_of(salon, may_correct_wallets=True))


def test_the_wallet_of_a_retired_client_can_be_released(salon):
    """The nightly check looks at it, too."""
    retired, kept = purse(salon, 10), purse(salon, 0)
    merge(retired, kept)
    ClientWallet.objects.filter(pk=retired.pk).update(frozen=True)

    assert not unfreeze(retired.pk, cashier_of(salon, may_correct_wallets=True)).frozen


def test_control_the_database_returns_nothing_to_somebody_else(salon, desk):
    payer, stranger = purse(salon, 1000), purse(salon, 0)
    sold = charge(payer.pk, Decimal(200), desk, reference=new_key())

    with pytest.raises(IntegrityError), transaction.atomic():
        WalletTransaction.objects.create(
            client=stranger, kind="refund", amount=200, balance_after=0, reference="r", actor={}, reverses=sold
        )


def test_control_a_paid_visit_goes_to_no_other_client_without_a_merge(salon):
    payer, stranger = purse(salon, 1000), purse(salon, 0)
    visit = paid_visit(salon, payer)

    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=visit.pk).update(client=stranger)


def test_a_merge_locks_clients_then_visits_then_wallets(salon):
    """The order of everybody (domain §6), whichever app hears of it first."""
    retired, kept = purse(salon, 1500), purse(salon, 0)
    paid_visit(salon, retired)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        merge(retired, kept)

    locks = [query["sql"] for query in queries if "UPDATE" in query["sql"]]
    tables = [table for sql in locks for table in ("client", "appointment", "clientwallet") if f'_{table}"' in sql]
    first = [tables.index(table) for table in ("client", "appointment", "clientwallet")]
    assert first == sorted(first)
