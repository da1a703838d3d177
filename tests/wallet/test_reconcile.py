"""The nightly check finds what does not add up, keeps what it found and freezes that wallet."""

from io import StringIO

import pgtrigger
import pytest
from django.core.management import CommandError, call_command

from booking.models import Appointment
from tests.booking.steps import cashier_of
from tests.factories import Salon, book
from tests.wallet.purse import new_key, purse
from wallet.models import ClientWallet, Payment, Reconciliation, WalletTransaction
from wallet.tasks import check_the_money

pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("reconcile_wallets", stdout=out, stderr=out)
    return out.getvalue()


def test_what_adds_up_is_said_and_kept():
    salon = Salon()
    purse(salon, 500)
    purse(salon, 0)

    assert "1 wallets and 0 paid visits checked: everything adds up." in run()
    assert Reconciliation.objects.get().mismatches == []


def test_a_changed_balance_freezes_that_wallet_alone(spoilt):
    salon = Salon()
    good, bad = purse(salon, 500), purse(salon, 700)
    spoilt(bad)

    with pytest.raises(CommandError, match="1 do not add up"):
        run()

    (mismatch,) = Reconciliation.objects.get().mismatches
    assert (mismatch["client_id"], mismatch["holds"], mismatch["operations"]) == (bad.pk, "701.00", "700.00")
    assert [ClientWallet.objects.get(pk=each.pk).frozen for each in (good, bad)] == [False, True]


def test_a_rewritten_operation_is_found_where_it_is():
    client = purse(Salon(), 500)
    operation = WalletTransaction.objects.get()
    with pgtrigger.ignore("wallet.WalletTransaction:is_not_edited"):
        WalletTransaction.objects.update(balance_after=400)

    assert check_the_money() == 1
    (mismatch,) = Reconciliation.objects.get().mismatches
    assert (mismatch["client_id"], mismatch["broken_at"]) == (client.pk, operation.pk)


def test_a_visit_that_holds_what_nobody_paid_is_found():
    salon = Salon()
    visit = book(salon.slot(10))
    Payment.objects.create(
        company=salon.company, appointment=visit, method="cash", amount=5, reference=new_key(),
        actor=cashier_of(salon).as_initiator(),
    )  # fmt: skip
    assert check_the_money() == 0

    with pgtrigger.ignore("booking.Appointment:money_is_written_by_operations"):
        Appointment.objects.filter(pk=visit.pk).update(paid=50)

    assert check_the_money() == 1
    assert Reconciliation.objects.first().mismatches[0]["visit_id"] == visit.pk
