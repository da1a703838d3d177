"""How people want to be told, their browsers and their dead addresses, in the console."""

import pytest

from accounts.errors import NotAllowed
from accounts.queries import actor_of
from accounts.values import Channel as Door
from accounts.values import Role
from notifications.commands import try_again
from notifications.models import DeadAddress, Preferences, PushSubscription
from notifications.values import Channel
from tests.console import OWNER, World, address, filled_in, form_at, problems, said
from tests.factories import make_client, make_user
from tests.notifications.console.rows import BLOCKED

pytestmark = pytest.mark.django_db

ADD = "/admin/notifications/preferences/add/"
ONE_PERSON = "Choose a client or one of the staff: a choice is one person’s."


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(world):
    return world.browser(Role.OPERATOR)


@pytest.fixture
def chief(world):
    return world.browser(Role.ADMIN)


def text(page) -> str:
    return page.content.decode()


def save(browser, page: str, **typed):
    sent = filled_in(form_at(browser, page)) | typed
    return browser.post(page, {name: value for name, value in sent.items() if value is not None})


def change(row) -> str:
    return address(type(row), "change", row.pk)


def heard(page) -> set[str]:
    """The boxes that are checked."""
    return set(page.context["adminform"].form["hears"].value())


# --- wishes -----------------------------------------------------------------------------------------------------------


def test_boxes_show_what_is_heard_and_save_the_fewest_entries(world, desk):
    wishes = Preferences.objects.create(
        company=world.company, client=world.client, muted=["booking_created:all", "booking_reminder:email"]
    )
    page = desk.get(change(wishes))
    before = heard(page)

    save(
        desk,
        change(wishes),
        hears=sorted(before - {f"booking_cancelled:{way}" for way in Channel} - {"booking_reminder:sms"}),
    )

    wishes.refresh_from_db()
    assert before == {
        *(f"{event}:{way}" for event in ("booking_rescheduled", "booking_cancelled") for way in Channel),
        *(f"booking_reminder:{way}" for way in set(Channel) - {Channel.EMAIL}),
    }
    assert sorted(wishes.muted) == [
        "booking_cancelled:all",
        "booking_created:all",
        "booking_reminder:email",
        "booking_reminder:sms",
    ]


def test_what_the_boxes_do_not_show_stays_switched_off(world, desk):
    wishes = Preferences.objects.create(
        company=world.company, client=world.client, muted=["broadcast:all", "booking_created:sms"]
    )

    save(desk, change(wishes), hears=[f"booking_created:{way}" for way in Channel])

    wishes.refresh_from_db()
    assert "broadcast:all" in wishes.muted
    assert "booking_created:sms" not in wishes.muted


def test_a_page_saved_as_it_came_changes_nothing(world, desk):
    wishes = Preferences.objects.create(company=world.company, client=world.client, muted=["booking_reminder:sms"])

    save(desk, change(wishes))

    wishes.refresh_from_db()
    assert wishes.muted == ["booking_reminder:sms"]


def test_consent_to_offers_and_every_channel_are_switched(world, desk):
    wishes = Preferences.objects.create(company=world.company, client=world.client)

    save(desk, change(wishes), wants_offers="on", every_channel="on")

    wishes.refresh_from_db()
    assert (wishes.wants_offers, wishes.every_channel) == (True, True)


def test_staff_are_offered_what_staff_are_told(world, chief):
    wishes = Preferences.objects.create(company=world.company, user=make_user(world.company, Role.SPECIALIST))

    form = chief.get(change(wishes)).context["adminform"].form

    assert [group for group, _ in form.fields["hears"].choices][-1] == "The day ahead"
    assert "client" not in form.fields


def test_wishes_belong_to_the_company_and_to_one_person(world, desk):
    answer = save(desk, ADD, client=world.client.pk, wants_offers="on")

    wishes = Preferences.objects.get()
    assert answer.status_code == 302
    assert (wishes.company, wishes.client, wishes.user, wishes.muted) == (
        world.company,
        world.client,
        None,
        [],
    )


def test_neither_nobody_s_nor_two_people_s_wishes_are_saved(world, chief):
    user = make_user(world.company)

    answers = [save(chief, ADD), save(chief, ADD, client=world.client.pk, user=user.pk)]

    assert [problems(answer) for answer in answers] == [{"client": [ONE_PERSON]}] * 2
    assert not Preferences.objects.exists()


def test_one_has_one_choice(world, desk):
    Preferences.objects.create(company=world.company, client=world.client)

    answer = save(desk, ADD, client=world.client.pk)

    assert list(problems(answer)) == ["client"]
    assert Preferences.objects.count() == 1


def test_whose_wishes_they_are_is_not_changed(world, desk):
    wishes = Preferences.objects.create(company=world.company, client=world.client)

    save(desk, change(wishes), client=make_client(world.company).pk)

    wishes.refresh_from_db()
    assert wishes.client == world.client


@pytest.mark.parametrize("nonsense", ["x", "booking_created:pigeon", "nothing:sms", "broadcast:sms"])
def test_an_edited_box_is_refused(world, desk, nonsense):
    wishes = Preferences.objects.create(company=world.company, client=world.client, muted=["booking_created:sms"])

    answer = save(desk, change(wishes), hears=[nonsense])

    assert list(problems(answer)) == ["hears"]


def test_wishes_are_found_by_name_and_phone(world, desk):
    client = make_client(world.company, first_name="Pyotr", phone="+79161234567")
    wishes = [Preferences.objects.create(company=world.company, client=each) for each in (client, world.client)]

    found = [
        list(desk.get("/admin/notifications/preferences/", {"q": term}).context["cl"].result_list)
        for term in ("pyotr", "23-45-67")
    ]

    assert found == [[wishes[0]], [wishes[0]]]


# --- browsers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def subscription(world) -> PushSubscription:
    return PushSubscription.objects.create(
        company=world.company,
        client=world.client,
        endpoint="https://push.example/secret-of-the-browser",
        p256dh="secret-key",
        auth="secret-auth",
        user_agent="Firefox 132",
    )


def test_a_browser_is_shown_without_what_one_needs_to_write_to_it(chief, subscription):
    pages = [text(chief.get(where)) for where in ("/admin/notifications/pushsubscription/", change(subscription))]

    assert all("Firefox 132" in page and "push.example" in page for page in pages)
    assert all("secret" not in page for page in pages)


def test_a_browser_is_deleted_and_not_edited(chief, subscription):
    edited = chief.post(change(subscription), {"user_agent": "x"})
    subscription.refresh_from_db()

    chief.post(address(PushSubscription, "delete", subscription.pk), {"post": "yes"})

    assert (edited.status_code, subscription.user_agent) == (403, "Firefox 132")
    assert not PushSubscription.objects.exists()


# --- dead addresses ---------------------------------------------------------------------------------------------------


@pytest.fixture
def dead(db) -> list[DeadAddress]:
    return [
        DeadAddress.objects.create(channel=Channel.TELEGRAM, address=f"{number}", reason=BLOCKED) for number in range(3)
    ]


def test_the_owner_tries_addresses_again(world, dead):
    owner, where = world.browser(OWNER), "/admin/notifications/deadaddress/"
    chosen = {"action": "try_selected_again", "_selected_action": [dead[0].pk, dead[1].pk]}

    answer = owner.post(where, chosen, follow=True)

    assert said(answer) == ["2 addresses will be tried again."]
    assert list(DeadAddress.objects.all()) == [dead[2]]


def test_the_owner_tries_one_again_from_its_page(world, dead):
    owner, again = world.browser(OWNER), address(DeadAddress, "again", dead[0].pk)

    page = text(owner.get(change(dead[0])))
    got = owner.get(again)
    answer = owner.post(again, follow=True)

    assert again in page
    assert "The bot has been blocked." in page
    assert got.status_code == 405
    assert said(answer) == ["1 address will be tried again."]
    assert DeadAddress.objects.count() == 2


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT])
def test_nobody_else_sees_or_revives_them(world, dead, role):
    browser = world.browser(role)

    answers = [
        browser.get("/admin/notifications/deadaddress/"),
        browser.post(address(DeadAddress, "again", dead[0].pk)),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    with pytest.raises(NotAllowed):
        try_again([dead[0].pk], actor_of(world.user(role), Door.ADMIN))
    assert DeadAddress.objects.count() == 3
