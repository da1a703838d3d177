"""The desk's commands on a wallet: once, in words, and never a wrong kopeck."""

from decimal import Decimal

import pytest

from accounts.errors import NotAllowed
from tests.booking.steps import cashier_of, operator_of
from tests.factories import Salon
from tests.lasting import copied, lasting
from tests.wallet.purse import moved, new_key, purse, require_sums, signed_in
from wallet.commands import adjust, charge, deposit, refund, unfreeze
from wallet.errors import (
    InsufficientFunds,
    ReasonRequired,
    ReferenceReused,
    StillWrong,
    TooMuchRefunded,
    WalletFrozen,
    WrongAmount,
)
from wallet.models import ClientWallet, Payment
from wallet.queries import balance_of
from wallet.values import Method, parse_amount

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


@pytest.fixture
def client(salon):
    return purse(salon, 3000)


@pytest.fixture
def desk(salon):
    return cashier_of(salon)


@pytest.fixture
def chief(salon):
    return cashier_of(salon, may_correct_wallets=True)


def test_a_wallet_is_topped_up_charged_and_refunded(client, desk):
    deposit(client.pk, Decimal("200.50"), desk, reference=new_key())
    paid = charge(client.pk, Decimal("1200.50"), desk, reference=new_key())
    refund(paid.pk, Decimal(200), desk, reference=new_key())
    refund(paid.pk, None, desk, reference=new_key())

    assert moved(client) == [("deposit", 3000), ("deposit", 200), ("charge", -1200), ("refund", 200), ("refund", 1000)]
    assert balance_of(client.pk) == Decimal("3200.50")
    require_sums(client)


def test_a_top_up_says_how_it_was_paid(client, desk):
    operation = deposit(client.pk, Decimal(500), desk, reference=new_key(), method=Method.CARD)

    payment = Payment.objects.get(deposit=operation)
    assert (payment.method, payment.amount, payment.company_id) == (Method.CARD, 500, client.company_id)


def test_the_same_reference_again_is_the_same_operation(client, desk):
    answers = {deposit(client.pk, Decimal(5), desk, reference="once", method=Method.CASH).pk for _ in range(3)}

    assert len(answers) == 1
    assert moved(client) == [("deposit", 3000), ("deposit", 5)]
    assert Payment.objects.count() == 1


def test_the_same_reference_with_another_sum_is_refused(client, desk):
    deposit(client.pk, Decimal(5), desk, reference="once")

    with pytest.raises(ReferenceReused):
        deposit(client.pk, Decimal(6), desk, reference="once")


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1e30", "NaN", "Infinity", "-Infinity", "10000000"])
@pytest.mark.parametrize("command", [deposit, charge])
def test_an_impossible_amount_is_named_and_writes_nothing(client, desk, command, amount):
    with pytest.raises(WrongAmount) as refusal:
        command(client.pk, Decimal(amount), desk, reference=new_key())

    assert str(refusal.value)
    assert moved(client) == [("deposit", 3000)]


TYPED = {"1500": "1500", "1 500,50": "1500.50", "1\u00a0500.5": "1500.50", "07": "7"}
NONSENSE = [
    "",
    "0",
    "0,00",
    "-5",
    "1.001",
    "1e30",
    "NaN",
    "１０",
    "٣",
    "1,5,0",
    "1.5.0",
    "five",
    "10000000",
    "1" * 50,
    "+5",
]


@pytest.mark.parametrize("text", TYPED)
def test_a_sum_is_understood_as_people_write_it(text):
    assert parse_amount(text) == Decimal(TYPED[text])


@pytest.mark.parametrize("text", NONSENSE)
def test_a_sum_that_is_none_is_refused_in_words(text):
    with pytest.raises(WrongAmount) as refusal:
        parse_amount(text)

    assert str(refusal.value)


def test_more_than_there_is_cannot_be_charged(client, desk):
    with pytest.raises(InsufficientFunds):
        charge(client.pk, Decimal("3000.01"), desk, reference=new_key())

    assert moved(client) == [("deposit", 3000)]


def test_more_than_was_paid_cannot_be_refunded_nor_twice(client, desk):
    paid = charge(client.pk, Decimal(100), desk, reference=new_key())
    refund(paid.pk, Decimal(60), desk, reference=new_key())

    with pytest.raises(TooMuchRefunded):
        refund(paid.pk, Decimal(41), desk, reference=new_key())
    refund(paid.pk, None, desk, reference=new_key())
    with pytest.raises(WrongAmount):
        refund(paid.pk, None, desk, reference=new_key())


def test_a_top_up_is_not_refunded_but_corrected(client, desk, chief):
    wrong = deposit(client.pk, Decimal(100), desk, reference=new_key())

    with pytest.raises(NotAllowed):
        refund(wrong.pk, None, desk, reference=new_key())
    adjust(client.pk, Decimal(-100), chief, reference=new_key(), reason="Another client's", reverses_id=wrong.pk)
    with pytest.raises(TooMuchRefunded):
        adjust(client.pk, Decimal(-1), chief, reference=new_key(), reason="Again", reverses_id=wrong.pk)

    assert balance_of(client.pk) == 3000


def test_a_correction_needs_the_right_and_a_reason(client, desk, chief):
    with pytest.raises(NotAllowed):
        adjust(client.pk, Decimal(5), desk, reference=new_key(), reason="I say so")
    with pytest.raises(ReasonRequired):
        adjust(client.pk, Decimal(5), chief, reference=new_key(), reason="  ")

    adjust(client.pk, Decimal("-5.25"), chief, reference=new_key(), reason="Counted twice")

    assert balance_of(client.pk) == Decimal("2994.75")


def test_nobody_touches_the_money_of_another_company_or_without_the_right(salon, client):
    elsewhere = cashier_of(Salon())
    no_right = operator_of(salon)
    paid = charge(client.pk, Decimal(5), cashier_of(salon), reference=new_key())

    for actor in (elsewhere, no_right, signed_in(client)):
        with pytest.raises(NotAllowed):
            deposit(client.pk, Decimal(5), actor, reference=new_key())
        with pytest.raises(NotAllowed):
            charge(client.pk, Decimal(5), actor, reference=new_key())
        with pytest.raises(NotAllowed):
            refund(paid.pk, None, actor, reference=new_key())


def test_a_frozen_wallet_moves_only_once_it_is_released(client, desk, chief):
    ClientWallet.objects.update(frozen=True)

    with pytest.raises(WalletFrozen):
        deposit(client.pk, Decimal(5), desk, reference=new_key())
    with pytest.raises(NotAllowed):
        unfreeze(client.pk, desk)
    unfreeze(client.pk, chief)
    deposit(client.pk, Decimal(5), desk, reference=new_key())

    assert balance_of(client.pk) == 3005


def test_a_wallet_that_is_still_wrong_stays_frozen(client, chief, spoilt):
    spoilt(client)
    ClientWallet.objects.update(frozen=True)

    with pytest.raises(StillWrong):
        unfreeze(client.pk, chief)


def test_the_same_form_with_another_method_is_refused(client, desk):
    deposit(client.pk, Decimal(5), desk, reference="once", method=Method.CASH)

    with pytest.raises(ReferenceReused):
        deposit(client.pk, Decimal(5), desk, reference="once", method=Method.CARD)


def test_a_wallet_holds_no_more_than_its_column(client, desk, spoilt):
    spoilt(client, by=9_999_990_000)

    with pytest.raises(WrongAmount):
        deposit(client.pk, Decimal(9_999_999), desk, reference=new_key())
