"""A visit and its money are one: confirmed and paid, cancelled and returned, moved and settled, or not at all."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.errors import NotAllowed
from accounts.models import Company
from booking.commands import (
    book_now,
    cancel_appointment,
    confirm_appointment,
    correct_status,
    give_back,
    hold_slot,
    mark_no_show,
    pay_visit,
    reschedule_appointment,
    undo_reschedule,
)
from booking.commands.once import once
from booking.commands.pay import Sums
from booking.errors import SignInToPay, WrongStatus
from booking.models import Appointment, Status
from booking.queries.visits import database_time
from booking.values import Contact
from catalog.models import ServiceSpecialist
from tests.booking.steps import ANNA, cashier_of
from tests.console import begun
from tests.factories import WEB, Salon, book
from tests.lasting import copied, lasting
from tests.wallet.purse import moved, new_key, purse, require_sums, signed_in
from wallet.commands import adjust, charge, refund
from wallet.errors import InsufficientFunds, TooMuchRefunded, WalletFrozen, WrongAmount
from wallet.models import ClientWallet, WalletTransaction

pytestmark = pytest.mark.django_db


built = lasting(lambda: Salon(specialists=2))


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


@pytest.fixture
def client(salon):
    return purse(salon, 3000)


@pytest.fixture
def desk(salon):
    return cashier_of(salon)


def held(salon, client, hour: int = 10, days: int = 3) -> Appointment:
    slot = salon.slot(hour, days=days, specialist=salon.specialists[0])
    return hold_slot(slot, signed_in(client), client_id=client.pk)


def paid_visit(salon, client, **when) -> Appointment:
    """Confirmed and paid from the wallet by the client himself: a thousand."""
    hold = held(salon, client, **when)
    return confirm_appointment(hold.pk, signed_in(client), ANNA, client_id=client.pk, pay_from_wallet=True)


def key(**body: object):
    return once("test", new_key(), **body)


def with_fee(salon, percent: int = 50, hours: int = 24) -> None:
    Company.objects.filter(pk=salon.company.pk).update(late_fee_percent=percent, free_cancellation_hours=hours)


def make_late(visit: Appointment) -> None:
    Appointment.objects.filter(pk=visit.pk).update(free_until=database_time() - timedelta(minutes=1))


# --- confirm ----------------------------------------------------------------------------------------------------------


def test_confirming_charges_the_price(salon, client):
    visit = paid_visit(salon, client)

    assert (visit.status, visit.paid, visit.due) == (Status.CONFIRMED, 1000, 0)
    assert moved(client) == [("deposit", 3000), ("charge", -1000)]
    require_sums(client)


def test_confirming_again_charges_once(salon, client):
    visit = paid_visit(salon, client)

    confirm_appointment(visit.pk, signed_in(client), ANNA, client_id=client.pk, pay_from_wallet=True)

    assert moved(client) == [("deposit", 3000), ("charge", -1000)]


def test_with_too_little_nothing_is_booked_and_the_hold_stays(salon):
    poor = purse(salon, 999)
    hold = held(salon, poor)

    with pytest.raises(InsufficientFunds):
        confirm_appointment(hold.pk, signed_in(poor), ANNA, client_id=poor.pk, pay_from_wallet=True)

    hold.refresh_from_db()
    assert hold.status == Status.HOLD
    assert moved(poor) == [("deposit", 999)]


def test_whoever_merely_typed_a_phone_spends_nothing(salon):
    client = purse(salon, 3000, phone=ANNA.phone)
    hold = hold_slot(salon.slot(10, specialist=salon.specialists[0]), WEB)

    with pytest.raises(SignInToPay):
        confirm_appointment(hold.pk, WEB, ANNA, pay_from_wallet=True)

    assert moved(client) == [("deposit", 3000)]


def test_a_client_spends_no_other_clients_money(salon, client):
    stranger = purse(salon, 3000)
    hold = held(salon, client)

    with pytest.raises(SignInToPay):
        confirm_appointment(hold.pk, signed_in(stranger), ANNA, client_id=client.pk, pay_from_wallet=True)

    assert moved(client) == moved(stranger) == [("deposit", 3000)]


def test_a_frozen_wallet_books_nothing_that_it_would_pay(salon, client):
    hold = held(salon, client)
    ClientWallet.objects.update(frozen=True)

    with pytest.raises(WalletFrozen):
        confirm_appointment(hold.pk, signed_in(client), ANNA, client_id=client.pk, pay_from_wallet=True)

    hold.refresh_from_db()
    assert hold.status == Status.HOLD


# --- cancel -----------------------------------------------------------------------------------------------------------


def test_cancelling_in_time_returns_everything(salon, client):
    with_fee(salon)
    visit = paid_visit(salon, client)

    cancelled = cancel_appointment(visit.pk, signed_in(client))

    assert cancelled.paid == 0
    assert moved(client)[1:] == [("charge", -1000), ("refund", 1000)]
    require_sums(client)


def test_cancelling_late_keeps_the_fee_and_says_so(salon, client):
    with_fee(salon, percent=20)
    visit = paid_visit(salon, client)
    make_late(visit)

    cancelled = cancel_appointment(visit.pk, signed_in(client))

    assert cancelled.paid == 200
    assert moved(client)[1:] == [("charge", -1000), ("refund", 1000), ("fee", -200)]
    assert cancelled.events.last().payload["fee"] == "200.00"
    require_sums(client)


def test_staff_who_cancel_late_return_everything(salon, client, desk):
    with_fee(salon)
    visit = paid_visit(salon, client)
    make_late(visit)

    cancel_appointment(visit.pk, desk)

    assert moved(client)[1:] == [("charge", -1000), ("refund", 1000)]


def test_cancelling_twice_returns_once(salon, client):
    visit = paid_visit(salon, client)

    for _ in range(3):
        cancel_appointment(visit.pk, signed_in(client))

    assert moved(client)[1:] == [("charge", -1000), ("refund", 1000)]


def test_the_link_of_a_visit_cancels_and_returns_too(salon, client):
    visit = paid_visit(salon, client)

    cancel_appointment(visit.pk, WEB)

    assert moved(client)[1:] == [("charge", -1000), ("refund", 1000)]


def test_nothing_paid_nothing_taken(salon, client):
    with_fee(salon, percent=100)
    visit = book(salon.slot(10, days=3, specialist=salon.specialists[0]))
    make_late(visit)

    cancel_appointment(visit.pk, WEB)

    assert WalletTransaction.objects.filter(appointment=visit).count() == 0


def test_the_fee_is_never_above_what_was_paid(salon, client, desk):
    with_fee(salon, percent=50)
    hold = held(salon, client)
    visit = confirm_appointment(hold.pk, signed_in(client), ANNA, client_id=client.pk)
    pay_visit(visit.pk, Sums(wallet=Decimal(300)), desk, request=key())
    make_late(visit)

    cancelled = cancel_appointment(visit.pk, signed_in(client))

    assert cancelled.paid == 300
    assert moved(client)[1:] == [("charge", -300), ("refund", 300), ("fee", -300)]


def test_money_of_the_desk_pays_the_fee_first(salon, client, desk):
    with_fee(salon, percent=50)
    hold = held(salon, client)
    visit = confirm_appointment(hold.pk, signed_in(client), ANNA, client_id=client.pk)
    pay_visit(visit.pk, Sums(wallet=Decimal(600), cash=Decimal(400)), desk, request=key())
    make_late(visit)

    cancelled = cancel_appointment(visit.pk, signed_in(client))

    assert moved(client)[1:] == [("charge", -600), ("refund", 600), ("fee", -100)]
    assert cancelled.paid == 500


def test_a_no_show_keeps_what_was_paid_also_when_corrected(salon, client, desk):
    visit = begun(paid_visit(salon, client))

    mark_no_show(visit.pk, desk)
    assert moved(client)[1:] == [("charge", -1000)]

    correct_status(visit.pk, desk)
    assert moved(client)[1:] == [("charge", -1000)]


def test_the_rule_is_the_one_of_the_day_of_booking(salon, client):
    with_fee(salon, percent=10, hours=2)
    visit = paid_visit(salon, client)
    with_fee(salon, percent=100, hours=700)

    visit.refresh_from_db()
    assert visit.late_fee_percent == 10
    assert visit.free_until == visit.start_time - timedelta(hours=2)
    cancel_appointment(visit.pk, signed_in(client))
    assert moved(client)[1:] == [("charge", -1000), ("refund", 1000)]


# --- move -------------------------------------------------------------------------------------------------------------


def dear(salon, price: int) -> int:
    """The other specialist, who costs another price."""
    other = salon.specialists[1]
    ServiceSpecialist.objects.filter(specialist=other).update(custom_price=price)
    return other.pk


def test_a_dearer_move_charges_the_difference(salon, client):
    visit = paid_visit(salon, client)

    reschedule_appointment(visit.pk, salon.at(12, days=3), signed_in(client), specialist_id=dear(salon, 1500))

    visit.refresh_from_db()
    assert (visit.price, visit.paid) == (1500, 1500)
    assert moved(client)[1:] == [("charge", -1000), ("charge", -500)]
    require_sums(client)


def test_a_dearer_move_is_refused_to_whoever_has_too_little(salon):
    poor = purse(salon, 1200)
    visit = paid_visit(salon, poor)

    with pytest.raises(InsufficientFunds):
        reschedule_appointment(visit.pk, salon.at(12, days=3), signed_in(poor), specialist_id=dear(salon, 1500))

    visit.refresh_from_db()
    assert (visit.price, visit.start_time) == (1000, salon.at(10, days=3))
    assert moved(poor)[1:] == [("charge", -1000)]


def test_a_dearer_move_by_the_link_alone_needs_the_client_to_sign_in(salon, client):
    visit = paid_visit(salon, client)

    with pytest.raises(SignInToPay):
        reschedule_appointment(visit.pk, salon.at(12, days=3), WEB, specialist_id=dear(salon, 1500))


def test_a_dearer_move_at_the_desk_leaves_the_difference_due(salon, client, desk):
    visit = paid_visit(salon, client)

    reschedule_appointment(visit.pk, salon.at(12, days=3), desk, specialist_id=dear(salon, 1500))

    visit.refresh_from_db()
    assert (visit.paid, visit.due) == (1000, 500)


def test_a_cheaper_move_returns_the_difference_and_its_undo_takes_it_again(salon, client):
    visit = paid_visit(salon, client)

    reschedule_appointment(visit.pk, salon.at(12, days=3), WEB, specialist_id=dear(salon, 600))
    assert moved(client)[1:] == [("charge", -1000), ("refund", 400)]

    undo_reschedule(visit.pk, WEB)
    visit.refresh_from_db()
    assert (visit.price, visit.paid) == (1000, 1000)
    assert moved(client)[1:] == [("charge", -1000), ("refund", 400), ("charge", -400)]
    cancel_appointment(visit.pk, WEB)
    assert moved(client)[4:] == [("refund", 400), ("refund", 600)]
    require_sums(client)


def test_a_visit_that_is_not_paid_moves_without_money(salon, client):
    hold = held(salon, client)
    visit = confirm_appointment(hold.pk, signed_in(client), ANNA, client_id=client.pk)

    reschedule_appointment(visit.pk, salon.at(12, days=3), signed_in(client), specialist_id=dear(salon, 1500))

    assert moved(client) == [("deposit", 3000)]


def test_moving_late_keeps_the_old_deadline_and_moving_in_time_sets_a_new_one(salon, client):
    with_fee(salon)
    early, late = paid_visit(salon, client), paid_visit(salon, client, hour=14)
    make_late(late)
    late.refresh_from_db()

    reschedule_appointment(early.pk, salon.at(12, days=9), signed_in(client))
    moved_late = reschedule_appointment(late.pk, salon.at(13, days=9), signed_in(client))

    early.refresh_from_db()
    assert early.free_until == salon.at(12, days=8)
    assert moved_late.free_until == late.free_until


def test_an_undo_brings_the_old_deadline_back(salon, client):
    """Moved near by mistake and put back: nothing was lost by it."""
    with_fee(salon)
    visit = paid_visit(salon, client, days=5)
    reschedule_appointment(visit.pk, salon.at(12, days=1), signed_in(client))

    undo_reschedule(visit.pk, signed_in(client))

    visit.refresh_from_db()
    assert visit.free_until == salon.at(10, days=4)


# --- the desk ---------------------------------------------------------------------------------------------------------


def unpaid(salon, client) -> Appointment:
    hold = held(salon, client)
    return confirm_appointment(hold.pk, signed_in(client), ANNA, client_id=client.pk)


def test_a_visit_is_paid_in_a_mixture_with_a_discount(salon, client, desk):
    visit = unpaid(salon, client)

    paid = pay_visit(
        visit.pk, Sums(Decimal(200), Decimal(300), Decimal(400)), desk, request=key(), discount=Decimal(100)
    )

    assert (paid.discount, paid.paid, paid.due) == (100, 900, 0)
    charge = WalletTransaction.objects.get(kind="charge")
    assert (charge.amount, charge.discount) == (-200, 100)
    require_sums(client)


def test_a_discount_is_told_once(salon, client, desk):
    visit = unpaid(salon, client)

    pay_visit(visit.pk, Sums(wallet=Decimal(100)), desk, request=key(), discount=Decimal(300))
    pay_visit(visit.pk, Sums(wallet=Decimal(600)), desk, request=key())

    assert sorted(row.discount for row in WalletTransaction.objects.filter(kind="charge")) == [0, 300]


def test_the_same_form_twice_is_paid_once(salon, client, desk):
    visit, form = unpaid(salon, client), key()

    for _ in range(3):
        pay_visit(visit.pk, Sums(Decimal(100), Decimal(100)), desk, request=form)

    visit.refresh_from_db()
    assert visit.paid == 200


@pytest.mark.parametrize(
    ("sums", "discount"),
    [
        (Sums(wallet=Decimal(1001)), None),
        (Sums(cash=Decimal(600), card=Decimal(401)), None),
        (Sums(cash=Decimal(-5)), None),
        (Sums(cash=Decimal("0.001")), None),
        (Sums(), Decimal(1001)),
        (Sums(), Decimal(-1)),
        (Sums(cash=Decimal(1000)), Decimal(1)),
    ],
    ids=str,
)
def test_a_wrong_sum_is_refused_and_writes_nothing(salon, client, desk, sums, discount):
    visit = unpaid(salon, client)

    with pytest.raises(WrongAmount):
        pay_visit(visit.pk, sums, desk, request=key(), discount=discount)

    visit.refresh_from_db()
    assert (visit.paid, visit.discount) == (0, 0)


def test_money_is_given_back_the_way_it_came(salon, client, desk):
    visit = unpaid(salon, client)
    pay_visit(visit.pk, Sums(Decimal(300), Decimal(300), Decimal(400)), desk, request=key())

    with pytest.raises(TooMuchRefunded):
        give_back(visit.pk, Sums(cash=Decimal(301)), desk, request=key())
    with pytest.raises(WrongAmount):
        give_back(visit.pk, Sums(wallet=Decimal(301)), desk, request=key())
    back = give_back(visit.pk, Sums(Decimal(300), Decimal(300), Decimal(400)), desk, request=key())

    assert back.paid == 0
    require_sums(client)


def test_a_guest_pays_in_cash_and_has_no_wallet(salon, desk):
    guest = book(salon.slot(10, specialist=salon.specialists[0]))
    Appointment.objects.filter(pk=guest.pk).update(client=None)

    with pytest.raises(WrongAmount):
        pay_visit(guest.pk, Sums(wallet=Decimal(5)), desk, request=key())

    assert pay_visit(guest.pk, Sums(cash=Decimal(1000)), desk, request=key()).due == 0


def test_only_who_may_takes_money_and_only_for_a_visit(salon, client, desk):
    visit, hold = unpaid(salon, client), held(salon, client, hour=15)

    with pytest.raises(NotAllowed):
        pay_visit(visit.pk, Sums(cash=Decimal(5)), cashier_of(salon, may_take_money=False), request=key())
    with pytest.raises(NotAllowed):
        pay_visit(visit.pk, Sums(cash=Decimal(5)), cashier_of(Salon()), request=key())
    with pytest.raises(WrongStatus):
        pay_visit(hold.pk, Sums(cash=Decimal(5)), desk, request=key())


# --- ways around the rule, closed -------------------------------------------------------------------------------------


def test_an_undo_takes_only_what_its_move_returned(salon, client, desk):
    hold = held(salon, client)
    visit = confirm_appointment(hold.pk, signed_in(client), ANNA, client_id=client.pk)
    reschedule_appointment(visit.pk, salon.at(12, days=3), WEB, specialist_id=dear(salon, 600))
    pay_visit(visit.pk, Sums(wallet=Decimal(600)), desk, request=key())

    undo_reschedule(visit.pk, WEB)

    visit.refresh_from_db()
    assert (visit.price, visit.paid, visit.due) == (1000, 600, 400)


def test_an_undo_takes_back_all_that_its_move_returned(salon, client, desk):
    hold = held(salon, client)
    visit = confirm_appointment(hold.pk, signed_in(client), ANNA, client_id=client.pk)
    pay_visit(visit.pk, Sums(wallet=Decimal(300), cash=Decimal(700)), desk, request=key())
    reschedule_appointment(visit.pk, salon.at(12, days=3), WEB, specialist_id=dear(salon, 600))
    assert moved(client)[-1] == ("refund", 300)

    undo_reschedule(visit.pk, WEB)

    visit.refresh_from_db()
    assert (visit.paid, visit.due) == (1000, 0)
    require_sums(client)


def test_an_undo_of_money_spent_meanwhile_leaves_it_due(salon, client, desk):
    visit = paid_visit(salon, client)
    reschedule_appointment(visit.pk, salon.at(12, days=3), WEB, specialist_id=dear(salon, 600))
    charge(client.pk, Decimal(2300), desk, reference=new_key())

    undo_reschedule(visit.pk, desk)

    visit.refresh_from_db()
    assert (visit.paid, visit.due) == (700, 300)


@pytest.mark.parametrize("price", [0, 100])
def test_a_late_move_to_a_lower_price_saves_no_fee(salon, client, price):
    with_fee(salon, percent=100)
    visit = paid_visit(salon, client)
    make_late(visit)

    reschedule_appointment(visit.pk, salon.at(12, days=5), signed_in(client), specialist_id=dear(salon, price))
    assert moved(client)[1:] == [("charge", -1000)]
    cancelled = cancel_appointment(visit.pk, signed_in(client))

    assert cancelled.paid == 1000
    require_sums(client)


def test_staff_who_bring_a_visit_nearer_take_no_time_away(salon, client, desk):
    with_fee(salon)
    visit = paid_visit(salon, client, days=5)

    moved_visit = reschedule_appointment(visit.pk, salon.at(15, days=1), desk)

    assert moved_visit.free_until == salon.at(10, days=4)


def test_a_move_keeps_the_rule_of_the_day_of_booking(salon, client):
    with_fee(salon, hours=2)
    visit = paid_visit(salon, client)
    with_fee(salon, hours=700)

    moved_visit = reschedule_appointment(visit.pk, salon.at(11, days=3), signed_in(client))

    assert moved_visit.free_until == salon.at(9, days=3)


def test_a_frozen_wallet_keeps_nobody_from_cancelling(salon, client, desk):
    visit = paid_visit(salon, client)
    ClientWallet.objects.update(frozen=True)

    cancelled = cancel_appointment(visit.pk, signed_in(client))
    assert (cancelled.status, cancelled.paid) == (Status.CANCELLED, 1000)

    ClientWallet.objects.update(frozen=False)
    give_back(visit.pk, Sums(wallet=Decimal(1000)), desk, request=key())
    assert moved(client)[1:] == [("charge", -1000), ("refund", 1000)]


def test_whoever_is_limited_to_a_location_returns_nothing_of_another(salon, client, desk):
    visit = paid_visit(salon, client)
    operation = WalletTransaction.objects.get(appointment=visit)
    elsewhere = cashier_of(salon, location_ids=frozenset({salon.location.pk + 1}))

    with pytest.raises(NotAllowed):
        refund(operation.pk, None, elsewhere, reference=new_key())
    refund(operation.pk, None, desk, reference=new_key())


def test_a_guests_move_can_be_taken_back(salon, desk):
    """He has no wallet: whatever he pays, he pays at the desk."""
    guest = book_now(salon.slot(10, days=3, specialist=salon.specialists[0]), desk, Contact("Anna"))
    reschedule_appointment(guest.pk, salon.at(12, days=3), desk)

    back = undo_reschedule(guest.pk, desk)

    assert (back.client, back.start_time) == (None, salon.at(10, days=3))


def test_a_correction_may_reverse_an_operation_of_a_visit(salon, client):
    visit, chief = paid_visit(salon, client), cashier_of(salon, may_correct_wallets=True)
    operation = WalletTransaction.objects.get(appointment=visit)
    stranger = purse(salon, 10)

    with pytest.raises(NotAllowed):
        adjust(stranger.pk, Decimal(5), chief, reference=new_key(), reason="slip", reverses_id=operation.pk)
    adjust(client.pk, Decimal(100), chief, reference=new_key(), reason="slip", reverses_id=operation.pk)

    visit.refresh_from_db()
    assert visit.paid == 900
    require_sums(client, stranger)


def test_a_forms_key_takes_no_reference_of_a_command(salon, client, desk):
    """Whoever knows how commands name their operations cannot keep a visit from being cancelled."""
    visit = paid_visit(salon, client)
    forged = once("desk:1", f"v{visit.version + 1}")

    give_back(visit.pk, Sums(wallet=Decimal(100)), desk, request=forged)

    assert cancel_appointment(visit.pk, signed_in(client)).paid == 0
