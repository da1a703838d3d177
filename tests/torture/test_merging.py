"""Proofs of phones and merges while others book, pay and prove at the same time: one card, and nothing lost."""

import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction

from accounts import transactions
from accounts.commands import accept_invitation, chats, client_of_chat, invite, merge, merge_clients, prove_phone
from accounts.errors import CardMerged, InvitationGone, TelegramTaken
from accounts.models import Client, Company, User
from accounts.models.invitation import InvitationQuerySet
from accounts.values import SYSTEM, Actor, Channel, Role
from booking.commands import book_now, confirm_appointment, hold_slot
from booking.models import Appointment
from booking.values import Contact
from tests.booking.rows import put
from tests.booking.steps import ANNA, cashier_of, operator_of
from tests.factories import Salon, make_client, make_company, make_user
from tests.torture.rivals import Meeting, at_once, before_locking, rounds, winners, without_uniqueness
from tests.wallet.purse import new_key, purse, require_sums
from wallet.commands import deposit
from wallet.queries import balance_of

pytestmark = pytest.mark.usefixtures("crowd")

CHAT, PHONE = 700_000_000_001, "+79991234567"
RIVALS = 8
CHATS = [CHAT + number for number in range(RIVALS)]
NOTES = {f"Note {number}" for number in range(RIVALS)}
ONE_CHAT, ONE_PHONE = "client_telegram_is_unique_in_company", "client_phone_is_unique_in_company"


def elsewhere(deed: Callable[[], Any]) -> None:
    """Do it in a connection of its own, to its end."""
    winners(at_once([deed]))


def first_meeting(monkeypatch, where: Any, name: str, parties: int = RIVALS) -> None:
    """Nobody goes on to ``name`` before everybody has come there, each on what he has read."""
    meeting, deed = Meeting(parties), getattr(where, name)

    def met(*args, **kwargs):
        meeting.wait()
        return deed(*args, **kwargs)

    monkeypatch.setattr(where, name, met)


def merging(retired: Client, kept: Client) -> Callable[[], Client]:
    return partial(merge_clients, retired.pk, kept.pk, SYSTEM)


# --- many who prove ---------------------------------------------------------------------------------------------------


def test_a_chat_that_begins_many_times_at_once_is_one_client():
    company = make_company()

    found = winners(at_once(partial(client_of_chat, company.pk, CHAT, first_name="Аня") for _ in range(RIVALS)))

    assert found == [Client.objects.get()] * RIVALS


def test_control_without_its_constraint_a_chat_that_begins_many_times_at_once_is_many_clients(monkeypatch):
    company = make_company()
    first_meeting(monkeypatch, chats, "newcomer")

    with without_uniqueness(Client, ONE_CHAT):
        found = winners(at_once(partial(client_of_chat, company.pk, CHAT, first_name="Аня") for _ in range(RIVALS)))

    assert len({client.pk for client in found}) == RIVALS


@pytest.mark.parametrize("own", [True, False], ids=["with a card", "without a card"])
@pytest.mark.parametrize("known", [True, False], ids=["a known phone", "a new phone"])
def test_a_phone_that_one_chat_proves_many_times_at_once_is_on_one_card(own, known):
    company = make_company()
    if own:
        client_of_chat(company.pk, CHAT, first_name="Аня")
    if known:
        make_client(company, phone=PHONE)

    found = winners(at_once(partial(prove_phone, company.pk, CHAT, PHONE, first_name="Аня") for _ in range(RIVALS)))

    (card,) = Client.objects.filter(is_active=True)
    assert found == [card] * RIVALS
    assert (card.tg_id, str(card.phone)) == (CHAT, PHONE)
    assert Client.objects.count() == 1 + (own and known)


def test_control_without_the_constraints_a_phone_that_one_chat_proves_many_times_at_once_is_on_many_cards(monkeypatch):
    company = make_company()
    first_meeting(monkeypatch, chats, "newcomer")

    with without_uniqueness(Client, ONE_CHAT, ONE_PHONE):
        found = winners(at_once(partial(prove_phone, company.pk, CHAT, PHONE, first_name="A") for _ in range(RIVALS)))

    assert len({client.pk for client in found}) == RIVALS


def test_a_phone_that_many_chats_prove_at_once_is_on_one_card_with_all_that_was_theirs():
    for _ in rounds(2):
        salon = Salon(specialists=1)
        own = begun_chats(salon.company)
        for number, client in enumerate(own):
            put(salon, 10 + number, client=client)
        note(own)

        prove_at_once(salon.company)

        (card,) = Client.objects.filter(company=salon.company, phone=PHONE)
        left = Client.objects.filter(company=salon.company, is_active=True)
        assert list(left) == [card]
        assert card.tg_id in CHATS
        assert set(card.notes.splitlines()) == NOTES
        assert Appointment.objects.filter(client=card).count() == RIVALS
        assert Client.objects.filter(merged_into=card).count() == RIVALS - 1


def test_control_without_its_constraint_a_phone_that_many_chats_prove_at_once_is_on_many_cards(monkeypatch):
    company = make_company()
    begun_chats(company)
    first_meeting(monkeypatch, chats, "require_open")

    with without_uniqueness(Client, ONE_PHONE):
        prove_at_once(company)
        cards = Client.objects.filter(phone=PHONE).count()

    assert cards == RIVALS


def test_control_without_locked_cards_what_is_written_on_them_is_lost(monkeypatch):
    company = make_company()
    card = make_client(company, phone=PHONE)
    note(begun_chats(company))
    monkeypatch.setattr(chats, "lock_cards", lambda rows: list(rows.order_by("pk")))
    first_meeting(monkeypatch, chats, "require_open")

    prove_at_once(company)

    assert Client.objects.filter(merged_into=card).count() == RIVALS
    card.refresh_from_db()
    assert set(card.notes.splitlines()) < NOTES


def begun_chats(company: Company) -> list[Client]:
    return [client_of_chat(company.pk, chat, first_name="A") for chat in CHATS]


def note(clients: list[Client]) -> None:
    """On each card something that no other says."""
    for client, words in zip(clients, sorted(NOTES), strict=True):
        Client.objects.filter(pk=client.pk).update(notes=words)


def prove_at_once(company: Company) -> None:
    """Everybody the same phone."""
    winners(at_once(partial(prove_phone, company.pk, chat, PHONE, first_name="A") for chat in CHATS))


def test_clients_who_book_while_they_are_merged_lose_no_visit():
    for _ in rounds(2):
        salon = Salon(specialists=2)
        own, kept = client_of_chat(salon.company.pk, CHAT, first_name="A"), make_client(salon.company, phone=PHONE)
        actor = Actor(Role.CLIENT, Channel.TELEGRAM, client_id=own.pk, company_id=salon.company.pk)
        contact = Contact(first_name="A")

        def book(hour: int, salon=salon, own=own, actor=actor, contact=contact) -> Appointment:
            hold = hold_slot(salon.slot(hour), Actor(Role.CLIENT, Channel.API), client_id=own.pk)
            return confirm_appointment(hold.pk, actor, contact)

        deeds = [partial(book, hour) for hour in (10, 12, 14)]
        prove = partial(prove_phone, salon.company.pk, CHAT, PHONE, first_name="A")
        booked = winners(at_once([*deeds, prove]))[:-1]

        assert Appointment.objects.filter(client=kept).count() == len(booked)
        assert not Appointment.objects.filter(client=own).exists()


# --- the worst moments ------------------------------------------------------------------------------------------------


def merge_meets_a_visit_not_yet_committed() -> tuple[Client, Client]:
    """Somebody is just committing a visit of the retired client when the merge begins, and waits for him."""
    salon = Salon()
    retired, kept = make_client(salon.company), make_client(salon.company)
    merger = Thread(target=elsewhere, args=[merging(retired, kept)], daemon=True)
    with transaction.atomic():
        put(salon, client=retired)
        connection.check_constraints()  # as a commit does before it is one
        merger.start()
        await_somebody_waiting()
    merger.join(5)
    return retired, kept


WAIT_FOR_US = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
"""Other tests wait on the same server, too."""


def await_somebody_waiting() -> None:
    end = time.monotonic() + 5
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(WAIT_FOR_US)
            if cursor.fetchone()[0]:
                return
    pytest.fail("nobody waits")


def test_a_visit_that_is_committed_while_the_merge_waits_is_handed_over():
    retired, kept = merge_meets_a_visit_not_yet_committed()

    assert list(Appointment.objects.values_list("client", flat=True)) == [kept.pk]
    assert Client.objects.get(pk=retired.pk).merged_into == kept


def test_control_a_merge_that_looks_at_its_first_snapshot_loses_the_visit(monkeypatch):
    monkeypatch.setattr(transactions, "joined", transactions.alone)

    retired, _kept = merge_meets_a_visit_not_yet_committed()

    assert list(Appointment.objects.values_list("client", flat=True)) == [retired.pk]


def book_at_the_desk_while_merged(monkeypatch) -> tuple[Client, Client]:
    """The desk has read everything, chosen a card that nobody can be reached by, and then it is merged."""
    salon = Salon()
    retired, kept = make_client(salon.company, phone=None), make_client(salon.company)
    merge_once = iter([merging(retired, kept)])
    before_locking(monkeypatch, lambda: [elsewhere(deed) for deed in merge_once])
    book_now(salon.slot(10), operator_of(salon), ANNA, client_id=retired.pk)
    return retired, kept


def test_a_visit_booked_on_what_was_read_before_a_merge_is_the_kept_client_s(monkeypatch):
    _retired, kept = book_at_the_desk_while_merged(monkeypatch)

    assert list(Appointment.objects.values_list("client", flat=True)) == [kept.pk]


def test_control_behind_a_weaker_lock_the_visit_is_lost_on_a_retired_card(monkeypatch):
    monkeypatch.setattr(merge, "lock_cards", lambda rows: list(rows.order_by("pk").select_for_update(no_key=True)))

    retired, _kept = book_at_the_desk_while_merged(monkeypatch)

    assert list(Appointment.objects.values_list("client", flat=True)) == [retired.pk]


def test_money_paid_in_on_what_was_read_before_a_merge_is_refused(monkeypatch):
    salon = Salon()
    retired, kept = make_client(salon.company, phone=None), purse(salon, 100)
    merge_once, post = iter([merging(retired, kept)]), deposit.__wrapped__.__globals__["post"]

    def merge_first(*args, **kwargs):
        for deed in merge_once:
            elsewhere(deed)
        return post(*args, **kwargs)

    monkeypatch.setattr("wallet.commands.post", merge_first)

    with pytest.raises(CardMerged):
        deposit(retired.pk, Decimal(50), cashier_of(salon), reference=new_key())

    assert (balance_of(retired.pk), balance_of(kept.pk)) == (0, 100)
    require_sums(retired, kept)


# --- invitations ------------------------------------------------------------------------------------------------------


def test_an_invitation_that_many_accept_at_once_is_one_s():
    user = make_user(make_company(), Role.OPERATOR)
    code = invite(user.pk, Actor(Role.ADMIN, Channel.ADMIN, company_id=user.company_id))

    outcomes = at_once(partial(accept_invitation, code, CHAT + number) for number in range(RIVALS))

    assert [outcome.answer for outcome in outcomes if outcome.won] == [user]
    assert {type(outcome.error) for outcome in outcomes if not outcome.won} == {InvitationGone}


def test_control_without_its_lock_an_invitation_that_many_accept_at_once_is_everybody_s(monkeypatch):
    user = make_user(make_company(), Role.OPERATOR)
    code = invite(user.pk, Actor(Role.ADMIN, Channel.ADMIN, company_id=user.company_id))
    monkeypatch.setattr(InvitationQuerySet, "select_for_update", lambda rows, **_how: rows)
    first_meeting(monkeypatch, User, "save")

    accepted = winners(at_once(partial(accept_invitation, code, CHAT + number) for number in range(RIVALS)))

    assert accepted == [user] * RIVALS


def test_a_chat_that_accepts_two_invitations_at_once_is_one_user_s():
    company = make_company()
    users = [make_user(company, Role.OPERATOR) for _ in range(2)]
    codes = [invite(user.pk, Actor(Role.ADMIN, Channel.ADMIN, company_id=company.pk)) for user in users]

    outcomes = at_once(partial(accept_invitation, code, CHAT) for code in codes)

    assert sorted(type(outcome.error) for outcome in outcomes if not outcome.won) == [TelegramTaken]
    assert User.objects.filter(tg_id=CHAT).count() == 1


def test_control_without_its_constraint_a_chat_that_accepts_two_invitations_at_once_is_two_users(monkeypatch):
    company = make_company()
    users = [make_user(company, Role.OPERATOR) for _ in range(2)]
    codes = [invite(user.pk, Actor(Role.ADMIN, Channel.ADMIN, company_id=company.pk)) for user in users]
    first_meeting(monkeypatch, User, "save", parties=2)

    with without_uniqueness(User, "accounts_user_tg_id_key"):
        accepted = winners(at_once(partial(accept_invitation, code, CHAT) for code in codes))

    assert [user.tg_id for user in accepted] == [CHAT] * 2
