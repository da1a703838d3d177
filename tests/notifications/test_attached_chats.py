"""A chat that opened a visit's link hears of that visit and of no other, whoever the client is."""

from contextlib import suppress
from functools import partial
from threading import Barrier, BrokenBarrierError

import pytest

from accounts.values import WEB_GUEST
from booking.commands import book_now, hold_slot
from booking.models import Appointment
from booking.values import Contact
from notifications.commands import attach, attach_chat, detach_chat, send_delivery
from notifications.commands.attach import MOST_CHATS
from notifications.errors import AddressGone, TooManyChats
from notifications.models import AttachedChat, DeadAddress, Delivery, Preferences
from notifications.queries import follows, visits_followed_by
from tests.notifications.carriers import Telegram
from tests.notifications.salon import Reachable, dispatched
from tests.torture.rivals import at_once

pytestmark = pytest.mark.django_db

CREATED = "booking_created"
MOTHER, FATHER = 7_000_000_001, 7_000_000_002
"""Chats of nobody whom the salon knows; ids of Telegram have long outgrown 32 bits."""


@pytest.fixture
def salon() -> Reachable:
    return Reachable()


def to_the_client(visit: Appointment) -> list[tuple[str, str, str]]:
    rows = [row for row in dispatched(visit, CREATED) if row.role == "client"]
    return [(row.channel, row.target, row.language) for row in rows]


def guest_in(salon: Reachable) -> Appointment:
    """Whom the desk wrote down by his first name alone."""
    return book_now(salon.slot(10, days=3), salon.actor(salon.admin), Contact("Ann"))


# --- following


def test_a_chat_follows_the_visit_whose_link_it_opened_and_no_other(salon):
    visit, other = salon.visit(10), salon.visit(14)

    attach_chat(visit.pk, MOTHER, "en")

    assert (follows(MOTHER, visit.pk), follows(MOTHER, other.pk), follows(FATHER, visit.pk)) == (True, False, False)
    assert list(visits_followed_by(MOTHER)) == [visit]
    assert list(visits_followed_by(FATHER)) == []


def test_attaching_again_is_the_same_row_in_the_language_of_today(salon):
    visit = salon.visit()

    first, second = attach_chat(visit.pk, MOTHER, "en"), attach_chat(visit.pk, MOTHER, "ru")

    assert first.pk == second.pk
    assert list(AttachedChat.objects.values_list("tg_id", "language")) == [(MOTHER, "ru")]


def test_detaching_forgets_this_chat_and_this_visit_alone(salon):
    visit, other = salon.visit(10), salon.visit(14)
    for each, chat in ((visit, MOTHER), (visit, FATHER), (other, MOTHER)):
        attach_chat(each.pk, chat, "ru")

    done, again = detach_chat(visit.pk, MOTHER), detach_chat(visit.pk, MOTHER)

    assert (done, again) == (True, False)
    assert set(AttachedChat.objects.values_list("appointment", "tg_id")) == {(visit.pk, FATHER), (other.pk, MOTHER)}


def test_a_hold_is_no_visit_to_follow(salon):
    hold = hold_slot(salon.slot(10, days=3), WEB_GUEST)

    with pytest.raises(Appointment.DoesNotExist):
        attach_chat(hold.pk, MOTHER, "ru")


def test_the_sixth_chat_is_refused_and_nobody_is_put_out(salon):
    visit, other = salon.visit(10), salon.visit(14)
    chats = list(range(1, MOST_CHATS + 1))
    for chat in chats:
        attach_chat(visit.pk, chat, "ru")

    with pytest.raises(TooManyChats) as refusal:
        attach_chat(visit.pk, MOTHER, "ru")

    assert refusal.value.code == "too_many_chats"
    assert list(AttachedChat.objects.values_list("tg_id", flat=True)) == chats
    assert attach_chat(visit.pk, chats[0], "en").language == "en"
    assert attach_chat(other.pk, MOTHER, "ru").tg_id == MOTHER


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [True, False], ids=["locked", "control without the lock"])
def test_two_who_come_at_once_do_not_both_get_the_last_place(salon, monkeypatch, is_locked):
    visit = salon.visit()
    for chat in range(1, MOST_CHATS):
        attach_chat(visit.pk, chat, "ru")
    monkeypatch.setattr(attach, "require_room", after_whom_nobody_hurries(attach.require_room))
    if not is_locked:
        monkeypatch.setattr(attach, "locked", lambda pk: Appointment.objects.get(pk=pk))

    outcomes = at_once([partial(attach_chat, visit.pk, chat, "ru") for chat in (MOTHER, FATHER)])

    refusals = [outcome.error for outcome in outcomes if not outcome.won]
    assert [type(error) for error in refusals] == ([TooManyChats] if is_locked else [])
    assert AttachedChat.objects.count() == MOST_CHATS + (not is_locked)


def after_whom_nobody_hurries(require_room):
    """Whoever has counted waits a moment for his rival to have counted, too."""
    both = Barrier(2, timeout=0.3)

    def counted(*args) -> None:
        require_room(*args)
        with suppress(BrokenBarrierError):
            both.wait()

    return counted


# --- hearing


def test_who_follows_a_visit_hears_of_it_beside_its_client_each_in_his_language(salon):
    visit, other = salon.visit(10), salon.visit(14)
    attach_chat(visit.pk, MOTHER, "en")

    heard = to_the_client(visit)

    own = ("telegram", str(salon.client.tg_id), "ru")
    assert heard == [own, ("telegram", str(MOTHER), "en")]
    assert to_the_client(other) == [own]


def test_nobody_of_the_salon_gets_what_is_for_a_follower(salon):
    visit = salon.visit()
    attach_chat(visit.pk, MOTHER, "en")

    rows = dispatched(visit, CREATED)

    assert {row.role for row in rows} == {"client", "specialist", "admin"}
    assert [row.recipient for row in rows if row.target == str(MOTHER)] == [f"client:{salon.client.pk}"]


def test_a_guest_without_a_number_is_reached_in_the_chat_that_follows(salon):
    visit = guest_in(salon)
    attach_chat(visit.pk, MOTHER, "en")

    (row,) = (row for row in dispatched(visit, CREATED) if row.role == "client")

    assert (row.recipient, row.target, row.language, row.state) == (f"guest:{visit.pk}", str(MOTHER), "en", "WAITING")


def test_the_clients_own_chat_is_told_once_and_in_his_language(salon):
    visit = salon.visit()
    attach_chat(visit.pk, MOTHER, "en")
    attach_chat(visit.pk, salon.client.tg_id, "en")

    assert to_the_client(visit) == [("telegram", str(salon.client.tg_id), "ru"), ("telegram", str(MOTHER), "en")]


def test_a_dead_chat_that_follows_is_passed_over(salon):
    visit = salon.visit()
    attach_chat(visit.pk, MOTHER, "en")
    DeadAddress.objects.create(channel="telegram", address=str(MOTHER), reason="blocked")

    assert to_the_client(visit) == [("telegram", str(salon.client.tg_id), "ru")]


def test_when_every_chat_is_gone_the_mail_is_in_the_clients_own_language(salon):
    salon.client.tg_id = None
    salon.client.save(update_fields=["tg_id"])
    visit = salon.visit()
    attach_chat(visit.pk, MOTHER, "en")
    (row,) = (row for row in dispatched(visit, CREATED) if row.role == "client")
    Telegram.answers(AddressGone("blocked"))

    send_delivery(row.pk)

    mail = Delivery.objects.get(instead_of=row)
    assert (mail.channel, mail.target, mail.language) == ("email", "anna@example.com", "ru")


def test_what_the_client_has_switched_off_is_off_for_his_followers(salon):
    Preferences.objects.create(company=salon.company, client=salon.client, muted=[f"{CREATED}:all"])
    visit = salon.visit()
    attach_chat(visit.pk, MOTHER, "en")

    assert to_the_client(visit) == []
