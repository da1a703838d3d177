"""Somebody of the staff connects his Telegram by a code that works once, for seven days."""

import re
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from structlog.testing import capture_logs

from accounts.commands import accept_invitation, disconnect_telegram, invite
from accounts.errors import InvitationGone, NotAllowed, TelegramTaken
from accounts.models import Invitation, User
from accounts.models.invitation import VALID, invitation_key
from accounts.queries import actor_of
from accounts.values import SYSTEM, WEB_GUEST, Actor, Channel, Role
from tests.factories import make_client, make_company, make_user

pytestmark = pytest.mark.django_db

CHAT, OTHER_CHAT = 700_000_000_001, 700_000_000_002
DEEP_LINK = re.compile(r"[A-Za-z0-9_-]{1,60}")


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def chief(company) -> Actor:
    return actor_of(make_user(company, Role.ADMIN), Channel.ADMIN)


@pytest.fixture
def anna(company) -> User:
    return make_user(company, Role.SPECIALIST)


def make_older(by: timedelta) -> None:
    """Let every invitation have been made so long ago, by the database's clock."""
    Invitation.objects.update(created_at=Now() - by)


# --- to invite --------------------------------------------------------------------------------------------------------


def test_an_invitation_fits_into_a_deep_link_and_is_kept_as_a_hash(anna, chief):
    code = invite(anna.pk, chief)

    assert DEEP_LINK.fullmatch(f"inv_{code}")
    assert list(Invitation.objects.values_list("user", "key")) == [(anna.pk, invitation_key(code))]
    assert code not in invitation_key(code)


def test_a_new_invitation_replaces_the_earlier_one(anna, chief):
    first = invite(anna.pk, chief)
    make_older(VALID * 2)

    second = invite(anna.pk, chief)

    with pytest.raises(InvitationGone):
        accept_invitation(first, CHAT)
    assert accept_invitation(second, CHAT) == anna


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN, Role.ACCOUNTANT])
def test_an_administrator_invites_the_staff_of_his_company(company, chief, role):
    assert invite(make_user(company, role).pk, chief)


def test_the_owner_invites_everybody():
    owner = User.objects.create_superuser("owner@example.com", "secret")

    assert invite(make_user(make_company(), Role.ADMIN).pk, actor_of(owner, Channel.ADMIN))
    assert invite(owner.pk, actor_of(owner, Channel.ADMIN))


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT])
@pytest.mark.parametrize("whom", ["himself", "a colleague"])
def test_nobody_else_of_the_staff_invites(company, anna, role, whom):
    user = make_user(company, role)
    guest = user if whom == "himself" else anna

    with pytest.raises(NotAllowed):
        invite(guest.pk, actor_of(user, Channel.ADMIN))

    assert not Invitation.objects.exists()


@pytest.mark.parametrize("actor", [SYSTEM, WEB_GUEST], ids=["the system", "a guest"])
def test_nobody_without_a_name_invites(anna, actor):
    with pytest.raises(NotAllowed):
        invite(anna.pk, actor)


@pytest.mark.parametrize(
    "make",
    [
        lambda company: make_user(make_company(), Role.OPERATOR),
        lambda company: make_user(company, Role.OPERATOR, is_active=False),
        lambda company: make_user(company, Role.ADMIN, is_superuser=True),
        lambda company: make_user(company, Role.CLIENT),
    ],
    ids=["a stranger", "who is switched off", "who stands above", "a client"],
)
def test_an_administrator_does_not_invite(company, chief, make):
    with pytest.raises(NotAllowed):
        invite(make(company).pk, chief)


def test_nobody_is_invited_who_is_not_there(chief):
    with pytest.raises(NotAllowed):
        invite(0, chief)


# --- to accept --------------------------------------------------------------------------------------------------------


def test_whoever_accepts_is_that_user_in_telegram(anna, chief):
    code = invite(anna.pk, chief)

    assert accept_invitation(code, CHAT) == anna

    anna.refresh_from_db()
    assert (anna.tg_id, Invitation.objects.count()) == (CHAT, 0)


def test_a_client_may_be_of_the_staff_too(company, anna, chief):
    make_client(company, tg_id=CHAT)

    assert accept_invitation(invite(anna.pk, chief), CHAT) == anna


def test_a_user_moves_to_the_telegram_that_accepts_last(anna, chief):
    accept_invitation(invite(anna.pk, chief), CHAT)

    accept_invitation(invite(anna.pk, chief), OTHER_CHAT)

    anna.refresh_from_db()
    assert anna.tg_id == OTHER_CHAT


def test_a_telegram_that_is_his_already_may_accept_again(anna, chief):
    accept_invitation(invite(anna.pk, chief), CHAT)

    assert accept_invitation(invite(anna.pk, chief), CHAT) == anna


def test_a_telegram_of_somebody_else_is_refused_and_the_code_still_works(company, anna, chief):
    make_user(company, tg_id=CHAT)
    code = invite(anna.pk, chief)

    with pytest.raises(TelegramTaken):
        accept_invitation(code, CHAT)

    assert accept_invitation(code, OTHER_CHAT) == anna


def test_an_invitation_works_for_seven_days(anna, chief):
    code = invite(anna.pk, chief)
    make_older(VALID - timedelta(minutes=1))

    assert accept_invitation(code, CHAT) == anna


def expired(code: str, user: User) -> str:
    make_older(VALID)
    return code


def used(code: str, user: User) -> str:
    accept_invitation(code, OTHER_CHAT)
    return code


def of_somebody_switched_off(code: str, user: User) -> str:
    User.objects.filter(pk=user.pk).update(is_active=False)
    return code


def of_somebody_who_left_the_staff(code: str, user: User) -> str:
    User.objects.filter(pk=user.pk).update(role=Role.CLIENT)
    return code


def changed(code: str, user: User) -> str:
    return code[:-1] + ("A" if code[-1] != "A" else "B")


def its_hash(code: str, user: User) -> str:
    return invitation_key(code)


def garbled(text: str):
    return lambda code, user: text


@pytest.mark.parametrize(
    "spoil",
    [expired, used, of_somebody_switched_off, of_somebody_who_left_the_staff, changed, its_hash]
    + [garbled(text) for text in ("", " ", "\0", "\ud800", "é", "%", "a" * 10_000)],
    ids=lambda spoil: spoil.__name__,
)
def test_a_code_that_does_not_work_says_nothing_but_that(anna, chief, spoil):
    code = spoil(invite(anna.pk, chief), anna)

    with pytest.raises(InvitationGone) as refusal:
        accept_invitation(code, CHAT)

    assert str(refusal.value) == "This invitation no longer works. Ask for a new one."
    assert not User.objects.filter(tg_id=CHAT).exists()


# --- to part again ----------------------------------------------------------------------------------------------------


def test_an_administrator_disconnects_also_somebody_switched_off(company, chief):
    user = make_user(company, Role.OPERATOR, tg_id=CHAT, is_active=False)

    disconnect_telegram(user.pk, chief)

    user.refresh_from_db()
    assert user.tg_id is None


def test_nobody_else_disconnects(company, anna):
    boss = make_user(company, Role.ADMIN, tg_id=CHAT)

    for actor in (actor_of(anna, Channel.ADMIN), SYSTEM, WEB_GUEST):
        with pytest.raises(NotAllowed):
            disconnect_telegram(boss.pk, actor)

    boss.refresh_from_db()
    assert boss.tg_id == CHAT


def test_logs_say_who_and_neither_code_nor_chat(anna, chief):
    with capture_logs() as logs:
        code = invite(anna.pk, chief)
        accept_invitation(code, CHAT)
        disconnect_telegram(anna.pk, chief)

    assert [line["event"] for line in logs] == ["staff_invited", "staff_connected", "staff_disconnected"]
    assert [word for word in (code, str(CHAT)) if word in repr(logs)] == []
