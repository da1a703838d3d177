"""Two cards of one person become one, and nothing of either is lost."""

from collections.abc import Callable
from decimal import Decimal
from random import Random

import pytest
from django.db.models import Count, Sum

from accounts.commands import merge_clients
from accounts.errors import CannotMerge
from accounts.models import Client, Device
from accounts.models.client import Priority
from accounts.values import Actor, Channel, Role
from booking.commands import cancel_appointment, complete_appointment, confirm_appointment, hold_slot, pay_visit
from booking.commands.once import once
from booking.commands.pay import Sums
from booking.models import Appointment
from notifications.models import Delivery, Preferences, PushSubscription
from tests.booking.rows import put, refused
from tests.booking.steps import ANNA, cashier_of
from tests.console import begun
from tests.factories import Salon, make_client, make_company, make_user, numbers
from tests.wallet.purse import new_key, purse, require_sums, signed_in
from wallet.commands import charge, deposit
from wallet.models import ClientWallet, Payment, WalletTransaction
from wallet.queries import balance_of

pytestmark = pytest.mark.django_db

CHAT = 700_000_000_001


@pytest.fixture
def company():
    return make_company()


def merge(retired: Client, kept: Client) -> Client:
    """By the client himself, as when he proves his phone."""
    actor = Actor(Role.CLIENT, Channel.TELEGRAM, client_id=kept.pk, company_id=kept.company_id)
    merged = merge_clients(retired.pk, kept.pk, actor)
    retired.refresh_from_db()
    kept.refresh_from_db()
    return merged


# --- the cards --------------------------------------------------------------------------------------------------------


def test_merge_retires_one_card_and_leaves_the_name_of_the_other(company):
    retired = make_client(company, first_name="Аня", tg_id=CHAT, user=make_user(None, Role.CLIENT))
    kept = make_client(company, first_name="Анна", phone="+79991234567")

    assert merge(retired, kept) == kept
    assert (retired.is_active, retired.tg_id, retired.phone, retired.user) == (False, None, None, None)
    assert (retired.merged_into, retired.first_name) == (kept, "Аня")
    assert (kept.is_active, kept.first_name, str(kept.phone)) == (True, "Анна", "+79991234567")


def test_merge_fills_what_the_kept_card_does_not_have(company):
    user = make_user(None, Role.CLIENT)
    ways = {"tg_id": CHAT, "phone": "+79991234567", "email": "anna@example.com", "language": "en", "user": user}
    retired, kept = make_client(company, **ways), make_client(company, phone=None)

    merge(retired, kept)

    assert {name: getattr(kept, name) for name in ways} == ways


def test_merge_replaces_nothing_that_the_kept_card_has(company):
    mine = {"tg_id": CHAT, "phone": "+79991234567", "email": "anna@example.com", "language": "en"}
    retired = make_client(company, tg_id=CHAT + 1, email="other@example.com", language="ru")
    kept = make_client(company, **mine, user=(user := make_user(None, Role.CLIENT)))

    merge(retired, kept)

    assert {name: getattr(kept, name) for name in mine} == mine
    assert kept.user == user


@pytest.mark.parametrize(
    ("ranks", "left"),
    [
        ((Priority.VIP, Priority.NORMAL), Priority.VIP),
        ((Priority.NORMAL, Priority.URGENT), Priority.URGENT),
        ((Priority.URGENT, Priority.VIP), Priority.URGENT),
    ],
)
def test_merge_keeps_the_higher_mark(company, ranks, left):
    retired, kept = (make_client(company, priority=rank) for rank in ranks)

    merge(retired, kept)

    assert kept.priority == left


@pytest.mark.parametrize(
    ("notes", "left"),
    [
        (("", ""), ""),
        (("allergic", ""), "allergic"),
        (("allergic", "likes tea"), "likes tea\nallergic"),
        (("likes tea", "likes tea"), "likes tea"),
        (("a" * 5000, "b"), "b\n" + "a" * 4998),
    ],
)
def test_merge_keeps_what_was_noted_on_either(company, notes, left):
    retired, kept = (make_client(company, notes=text) for text in notes)

    merge(retired, kept)

    assert (kept.notes, retired.notes) == (left, notes[0])


def test_merge_gives_known_browsers_to_the_kept_card(company):
    retired, kept = make_client(company), make_client(company)
    device = Device.objects.create(company=company, key="key", first_name="A", phone="+79991234567", client=retired)

    merge(retired, kept)

    device.refresh_from_db()
    assert device.client == kept


def test_whoever_was_merged_before_follows(company):
    first, second, third = (make_client(company) for _ in range(3))
    merge(first, second)

    merge(second, third)

    first.refresh_from_db()
    assert [card.merged_into for card in (first, second, third)] == [third, third, None]
    assert [card.heir for card in (first, second, third)] == [third] * 3


def pair_of_two_companies() -> list[Client]:
    return [make_client(make_company()) for _ in range(2)]


def one_and_the_same() -> list[Client]:
    return [make_client(make_company())] * 2


def one_that_has_retired() -> list[Client]:
    company = make_company()
    retired, kept = make_client(company), make_client(company)
    merge(retired, kept)
    return [retired, make_client(company)]


def one_that_has_retired_as_the_heir() -> list[Client]:
    return list(reversed(one_that_has_retired()))


@pytest.mark.parametrize(
    "pair", [pair_of_two_companies, one_and_the_same, one_that_has_retired, one_that_has_retired_as_the_heir]
)
def test_merge_refuses(pair: Callable[[], list[Client]]):
    retired, kept = pair()
    before = list(Client.objects.order_by("pk").values())

    with pytest.raises(CannotMerge) as refusal:
        merge(retired, kept)

    assert str(refusal.value)
    assert list(Client.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("revived", [{"is_active": True}, {"tg_id": CHAT}, {"phone": "+79991234567"}, {"user": 1}])
def test_a_merged_card_stays_retired(company, revived):
    retired, kept = make_client(company), make_client(company)
    merge(retired, kept)
    revived = {"user": make_user(None, Role.CLIENT)} if "user" in revived else revived

    with refused("merged_client_is_retired"):
        Client.objects.filter(pk=retired.pk).update(**revived)


# --- everything else --------------------------------------------------------------------------------------------------

# Every foreign key to a client, and who gives its rows to the kept one. A new one is added here with its receiver.
WHO_NAMES_A_CLIENT = {
    (Client, "merged_into"): "follows",
    (Device, "client"): "follows",
    (Appointment, "client"): "follows",
    (ClientWallet, "client"): "stays, empty",
    (WalletTransaction, "client"): "stays: the old ledger (domain §11)",
    (PushSubscription, "client"): "follows",
    (Preferences, "client"): "follows",
    (Delivery, "client"): "follows",
}


def test_every_row_that_names_a_client_is_known_to_the_merge():
    named = {(relation.related_model, relation.field.name) for relation in Client._meta.related_objects}

    assert named == set(WHO_NAMES_A_CLIENT)


class Pair:
    """Two cards with money, a paid visit and a live hold each, and what chance adds."""

    def __init__(self, seed: int) -> None:
        self.random, self.salon = Random(seed), Salon(specialists=2)
        self.desk = cashier_of(self.salon)
        self.cards = [purse(self.salon, 6000) for _ in range(2)]
        for card in self.cards:
            self.pay(card, 9)
            self.hold(card, 10)
        for hour in range(11, 17):
            self.random.choice(DEEDS)(self, self.random.choice(self.cards), hour)

    def hold(self, card: Client, hour: int) -> Appointment:
        specialist = self.salon.specialists[self.cards.index(card)]
        actor = Actor(Role.CLIENT, Channel.API, client_id=card.pk, company_id=card.company_id)
        return hold_slot(self.salon.slot(hour, specialist=specialist), actor, client_id=card.pk)

    def book(self, card: Client, hour: int) -> Appointment:
        contact = ANNA if self.random.random() < 0.2 else type(ANNA)(first_name="A", phone=str(card.phone))
        return confirm_appointment(self.hold(card, hour).pk, signed_in(card), contact, client_id=card.pk)

    def pay(self, card: Client, hour: int) -> Appointment:
        visit = self.book(card, hour)
        from_wallet = min(balance_of(card.pk), self.random.choice([Decimal(400), Decimal(700)]))
        sums = Sums(wallet=from_wallet, cash=self.random.choice([Decimal(0), Decimal(300)]))
        return pay_visit(visit.pk, sums, self.desk, request=once("desk", new_key()))

    def cancel(self, card: Client, hour: int) -> Appointment:
        return cancel_appointment(self.pay(card, hour).pk, signed_in(card))

    def complete(self, card: Client, hour: int) -> Appointment:
        return complete_appointment(begun(self.pay(card, hour), hours=hour * 3).pk, self.desk)

    def spend(self, card: Client, hour: int) -> None:
        if balance_of(card.pk) >= 100:
            charge(card.pk, Decimal(100), self.desk, reference=new_key())
        deposit(card.pk, Decimal(50), self.desk, reference=new_key())

    def totals(self) -> dict[str, object]:
        """What of the two together must not change."""
        theirs = {"client__in": self.cards}
        visits = Appointment.objects.filter(**theirs)
        return {
            "visits": dict(visits.order_by().values_list("status").annotate(Count("pk"))),
            "paid": visits.aggregate(Sum("paid"))["paid__sum"],
            "versions": list(visits.order_by("pk").values_list("pk", "version", "paid")),
            "balance": sum(balance_of(card.pk) for card in self.cards),
            "ledger": WalletTransaction.objects.filter(**theirs).aggregate(Sum("amount"))["amount__sum"] or 0,
            "at the desk": Payment.objects.filter(appointment__in=visits).aggregate(Sum("amount"))["amount__sum"],
        }


DEEDS = (Pair.hold, Pair.book, Pair.pay, Pair.cancel, Pair.complete, Pair.spend)


@pytest.mark.parametrize("seed", range(3))
def test_merge_loses_nothing(seed):
    pair = Pair(seed)
    before, (retired, kept) = pair.totals(), pair.cards
    assert Appointment.objects.filter(client=retired, paid__gt=0).exists()
    assert balance_of(retired.pk) > 0

    merge(retired, kept)

    assert pair.totals() == before
    assert not Appointment.objects.filter(client=retired).exists()
    assert balance_of(retired.pk) == 0
    require_sums(retired, kept)


def test_a_receiver_that_refuses_undoes_the_whole_merge(company, monkeypatch):
    retired, kept = make_client(company, tg_id=next(numbers)), make_client(company)
    salon = Salon(company=company)
    visit = put(salon, client=retired)
    monkeypatch.setattr("notifications.receivers.hand_over_addresses", lambda *ids: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        merge(retired, kept)

    visit.refresh_from_db()
    retired.refresh_from_db()
    assert (retired.is_active, retired.merged_into, visit.client) == (True, None, retired)
