"""The database keeps the ledger: written once, summed right, whoever writes."""

from decimal import Decimal

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from booking.models import Appointment
from tests.booking.steps import cashier_of
from tests.factories import Salon, book
from tests.lasting import copied, lasting
from tests.wallet.purse import ledger_of, new_key, purse
from wallet.commands import charge, refund
from wallet.models import ClientWallet, Payment, WalletTransaction
from wallet.values import Kind

pytestmark = pytest.mark.django_db

BY = {"role": "system", "channel": "system"}


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


@pytest.fixture
def client(salon):
    return purse(salon, 3000)


def refused(statement) -> bool:
    try:
        with transaction.atomic():
            statement()
    except DatabaseError:
        return True
    return False


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks pending cannot be truncated at all
        cursor.execute(sql)


def save_with(row, **fields) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


ATTACKS = {
    "orm update": lambda: WalletTransaction.objects.update(amount=1),
    "orm save": lambda: save_with(WalletTransaction.objects.first(), amount=1),
    "orm delete": lambda: WalletTransaction.objects.all().delete(),
    "sql update": lambda: execute("UPDATE wallet_wallettransaction SET description = 'x'"),
    "sql delete": lambda: execute("DELETE FROM wallet_wallettransaction"),
    "sql truncate": lambda: execute("TRUNCATE wallet_wallettransaction CASCADE"),
    "payment update": lambda: execute("UPDATE wallet_payment SET amount = 1"),
    "payment delete": lambda: execute("DELETE FROM wallet_payment"),
    "payment truncate": lambda: execute("TRUNCATE wallet_payment"),
    "wallet delete": lambda: execute("DELETE FROM wallet_clientwallet"),
    "wallet truncate": lambda: execute("TRUNCATE wallet_clientwallet"),
    "balance by orm": lambda: ClientWallet.objects.update(balance=10**6),
    "balance by sql": lambda: execute("UPDATE wallet_clientwallet SET balance = balance + 1"),
    "client's truncate": lambda: execute("TRUNCATE accounts_client CASCADE"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_money_is_refused_to_whoever_changes_it_past_the_ledger(salon, client, attack):
    visit = book(salon.slot(10))
    Payment.objects.create(
        company=salon.company, appointment=visit, method="cash", amount=5, reference=new_key(), actor=BY
    )
    before = ledger_of(client)

    assert refused(ATTACKS[attack])
    assert ledger_of(client) == before
    assert ClientWallet.objects.get(pk=client.pk).balance == 3000


GUARDS = {
    "sql update": "wallet.WalletTransaction:is_not_edited",
    "sql delete": "wallet.WalletTransaction:is_not_deleted",
    "payment update": "wallet.Payment:is_not_edited",
    "balance by sql": "wallet.ClientWallet:balance_is_the_ledgers",
}


@pytest.mark.parametrize("attack", GUARDS)
def test_control_without_its_guard_an_attack_succeeds(salon, client, attack):
    with pgtrigger.ignore(GUARDS[attack]):
        assert not refused(ATTACKS[attack])


def operation(client, **fields) -> WalletTransaction:
    """Written past every command."""
    values = {"kind": Kind.DEPOSIT, "amount": 10, "reference": new_key(), "balance_after": 0, "actor": BY}
    return WalletTransaction.objects.create(client=client, **values | fields)


def test_the_database_computes_the_balance_whoever_writes_the_operation(client):
    lie = operation(client, balance_after=10**6)

    lie.refresh_from_db()
    assert lie.balance_after == 3010
    assert ClientWallet.objects.get(pk=client.pk).balance == 3010


WRONG = {
    "overdraft": {"kind": Kind.CHARGE, "amount": -3001},
    "a charge that adds": {"kind": Kind.CHARGE, "amount": 5},
    "a top-up that takes": {"kind": Kind.DEPOSIT, "amount": -5},
    "nothing": {"kind": Kind.ADJUSTMENT, "amount": 0, "description": "x"},
    "a correction without a reason": {"kind": Kind.ADJUSTMENT, "amount": 5},
    "a refund of nothing": {"kind": Kind.REFUND, "amount": 5},
    "no reference": {"reference": ""},
    "a discount on a top-up": {"discount": 5},
    "a negative discount": {"kind": Kind.CHARGE, "amount": -5, "discount": -5},
}


@pytest.mark.parametrize("case", WRONG)
def test_an_impossible_operation_is_refused_by_the_database(client, case):
    assert refused(lambda: operation(client, **WRONG[case]))
    assert ledger_of(client) == [("deposit", 3000, 3000)]


def test_the_same_reference_twice_is_refused_by_the_database(client):
    operation(client, reference="twice")

    with pytest.raises(IntegrityError, match="has happened already"), transaction.atomic():
        operation(client, reference="twice")


def test_a_refund_above_what_is_left_is_refused_by_the_database(salon, client):
    paid = charge(client.pk, Decimal(1000), cashier_of(salon), reference=new_key())
    refund(paid.pk, Decimal(400), cashier_of(salon), reference=new_key())

    assert refused(lambda: operation(client, kind=Kind.REFUND, amount=601, reverses=paid))
    assert not refused(lambda: operation(client, kind=Kind.REFUND, amount=600, reverses=paid))
    assert refused(lambda: operation(client, kind=Kind.REFUND, amount=1, reverses=paid))


def test_a_refund_of_another_clients_payment_is_refused_by_the_database(salon, client):
    paid = charge(client.pk, Decimal(1000), cashier_of(salon), reference=new_key())
    stranger = purse(salon, 10)

    assert refused(lambda: operation(stranger, kind=Kind.REFUND, amount=1, reverses=paid))


def test_a_wallet_pays_for_its_own_clients_visits_only(salon, client):
    visit = book(salon.slot(10))
    charged = {"kind": Kind.CHARGE, "amount": -5, "appointment": visit}

    assert refused(lambda: operation(client, **charged))
    Appointment.objects.filter(pk=visit.pk).update(client=client)
    assert not refused(lambda: operation(client, **charged))


def test_a_frozen_wallet_moves_for_nobody(client):
    ClientWallet.objects.update(frozen=True)

    assert refused(lambda: operation(client))


def test_a_visit_holds_what_was_paid_for_it_by_whatever_means(salon):
    visit = book(salon.slot(10))
    ClientWallet.objects.create(client=visit.client)
    deposit = operation(visit.client, amount=700)
    operation(visit.client, kind=Kind.CHARGE, amount=-500, appointment=visit)
    Payment.objects.create(company=salon.company, appointment=visit, method="card", amount=300, reference="a", actor=BY)
    Payment.objects.create(company=salon.company, appointment=visit, method="card", amount=-50, reference="b", actor=BY)
    Payment.objects.create(company=salon.company, deposit=deposit, method="cash", amount=700, reference="c", actor=BY)

    visit.refresh_from_db()
    assert visit.paid == 750


def test_an_insert_that_gives_way_moves_nothing(client):
    """ON CONFLICT DO NOTHING would else move the balance and write no operation."""
    row = WalletTransaction.objects.get()

    assert refused(lambda: WalletTransaction.objects.bulk_create([row], ignore_conflicts=True))
    assert ClientWallet.objects.get(pk=client.pk).balance == 3000


def test_what_a_visit_holds_is_changed_by_operations_alone(salon, client):
    visit = book(salon.slot(10))
    Appointment.objects.filter(pk=visit.pk).update(client=client)
    operation(client, kind=Kind.CHARGE, amount=-5, appointment=visit)

    assert refused(lambda: Appointment.objects.filter(pk=visit.pk).update(paid=0))
    assert refused(lambda: Appointment.objects.filter(pk=visit.pk).update(client=None))


def test_a_payment_is_of_its_visits_company_and_gives_back_no_more_than_there_is(salon):
    visit, stranger = book(salon.slot(10)), Salon().company
    payment = {"appointment": visit, "method": "cash", "reference": new_key(), "actor": BY}

    assert refused(lambda: Payment.objects.create(company=stranger, amount=5, **payment))
    assert refused(lambda: Payment.objects.create(company=salon.company, amount=-5, **payment))
