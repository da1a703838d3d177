"""A user's page in the console says whether his Telegram is connected, invites it and parts with it."""

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.commands import accept_invitation, invite
from accounts.models import Invitation, User
from accounts.models.invitation import VALID
from accounts.queries import actor_of
from accounts.values import Channel, Role
from tests.console import OWNER, World, address, filled_in, form_at, said
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

CHAT, BOT = 700_000_000_001, "okno_bot"


built = lasting(World)


@pytest.fixture
def world(built, settings) -> World:
    settings.TELEGRAM_BOT_USERNAME = BOT
    return copied(built)


@pytest.fixture
def anna(world) -> User:
    return world.user(Role.OPERATOR, full_name="Анна & Ко")


@pytest.fixture
def chief(world):
    return world.browser(Role.ADMIN)


def page_of(user: User) -> str:
    return address(User, "change", user.pk)


def deed(user: User, name: str) -> str:
    return reverse(f"admin:accounts_user_{name}", args=[user.pk])


def text(page) -> str:
    return page.content.decode()


def telegram_of(user: User) -> int | None:
    return User.objects.values_list("tg_id", flat=True).get(pk=user.pk)


def buttons(page) -> list[str]:
    """What the panel offers, by the addresses of its forms."""
    return [name for name in ("invite", "disconnect") if f"/{name}/" in text(page)]


def test_the_link_of_an_invitation_is_shown_once_and_connects(anna, chief):
    shown = chief.post(deed(anna, "invite"))

    link = shown.context["link"]
    start = f"https://t.me/{BOT}?start=inv_"
    assert link.startswith(start)
    assert f">{link}</code>" in text(shown)
    assert "Анна &amp; Ко" in text(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    assert link not in text(chief.get(page_of(anna)))
    assert accept_invitation(link.removeprefix(start), CHAT) == anna


def test_a_page_that_is_only_looked_at_invites_nobody(anna, chief):
    answer = chief.get(deed(anna, "invite"))

    assert (answer.status_code, answer.url) == (302, page_of(anna))
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("tg_id", "says", "offers"),
    [(None, "not connected", ["invite"]), (CHAT, "connected", ["invite", "disconnect"])],
)
def test_the_page_says_whether_telegram_is_connected(anna, chief, tg_id, says, offers):
    User.objects.filter(pk=anna.pk).update(tg_id=tg_id)

    page = chief.get(page_of(anna))

    panel = text(page).split('id="telegram-heading"')[1]
    assert says in panel
    assert ("not connected" in panel) == (tg_id is None)
    assert buttons(page) == offers


def test_the_page_says_until_when_somebody_is_invited(anna, chief):
    before = chief.get(page_of(anna)).context["telegram"]
    invite(anna.pk, actor_of(User.objects.get(role=Role.ADMIN), Channel.ADMIN))

    page = chief.get(page_of(anna))

    until = Invitation.objects.get().created_at + VALID
    assert (before["invited_until"], page.context["telegram"]["invited_until"]) == (None, until)
    assert "the link works until" in text(page)


def test_a_connected_telegram_is_parted_with(anna, chief):
    User.objects.filter(pk=anna.pk).update(tg_id=CHAT)

    answer = chief.post(deed(anna, "disconnect"), follow=True)

    assert (telegram_of(anna), said(answer)) == (None, ["Telegram has been disconnected."])


def test_a_link_that_is_only_followed_parts_with_nothing(anna, chief):
    User.objects.filter(pk=anna.pk).update(tg_id=CHAT)

    assert chief.get(deed(anna, "disconnect")).status_code == 405
    assert telegram_of(anna) == CHAT


def test_without_a_bot_the_page_says_what_to_set(anna, chief, settings):
    settings.TELEGRAM_BOT_USERNAME = ""

    page = chief.get(page_of(anna))

    assert "set TELEGRAM_BOT_USERNAME in the environment" in text(page)
    assert buttons(page) == []
    assert chief.post(deed(anna, "invite")).url == page_of(anna)
    assert not Invitation.objects.exists()


def test_somebody_switched_off_can_only_be_parted_with(anna, chief):
    User.objects.filter(pk=anna.pk).update(is_active=False, tg_id=CHAT)

    assert buttons(chief.get(page_of(anna))) == ["disconnect"]
    assert said(chief.post(deed(anna, "invite"), follow=True)) == ["You may not do that."]


@pytest.mark.parametrize("name", ["invite", "disconnect"])
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT])
def test_nobody_but_administrators_comes_near(world, anna, role, name):
    User.objects.filter(pk=anna.pk).update(tg_id=CHAT)

    assert world.browser(role).post(deed(anna, name)).status_code in (403, 404)
    assert (telegram_of(anna), Invitation.objects.count()) == (CHAT, 0)


@pytest.mark.parametrize("name", ["invite", "disconnect"])
def test_a_stranger_is_not_there(anna, name):
    assert World().browser(Role.ADMIN).post(deed(anna, name)).status_code == 404


@pytest.mark.parametrize("name", ["invite", "disconnect"])
def test_whoever_stands_above_is_left_alone(world, chief, name):
    owner = world.user(OWNER)
    above = world.user(Role.ADMIN, is_superuser=True, tg_id=CHAT)

    assert buttons(chief.get(page_of(above))) == []
    assert chief.post(deed(above, name)).status_code == 403
    assert chief.post(deed(owner, name)).status_code == 404
    assert telegram_of(above) == CHAT


def test_a_client_s_user_has_no_telegram_of_the_staff(world):
    client = world.user(Role.CLIENT)

    assert buttons(world.browser(OWNER).get(page_of(client))) == []


def test_a_form_that_was_open_does_not_part_with_what_was_connected_meanwhile(anna, chief):
    form = filled_in(form_at(chief, page_of(anna)))
    User.objects.filter(pk=anna.pk).update(tg_id=CHAT)

    chief.post(page_of(anna), form | {"full_name": "Renamed"})

    assert User.objects.filter(full_name="Renamed").values_list("tg_id", flat=True).get() == CHAT


def test_the_date_speaks_the_reader_s_language(anna, chief):
    invite(anna.pk, actor_of(User.objects.get(role=Role.ADMIN), Channel.ADMIN))

    page = chief.get(page_of(anna), headers={"accept-language": "ru"})

    with translation.override("ru"):
        month = f"{Invitation.objects.get().created_at + VALID:%m}"
    months = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
    assert months[int(month) - 1] in text(page)
