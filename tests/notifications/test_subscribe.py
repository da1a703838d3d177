"""Whose a push subscription is, and what is refused before it is kept."""

import pytest

from accounts.errors import NotAllowed
from accounts.values import WEB_GUEST, Actor, Channel, Role
from notifications.commands import remove_subscription, renew, subscribe, unsubscribe
from notifications.commands.subscribe import MOST_PER_PERSON
from notifications.errors import BadPushKey, PushHostNotAllowed
from notifications.models import PushSubscription
from tests.factories import make_client, make_company, make_user
from tests.notifications.browsers import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def anna(company):
    return make_client(company)


def the_client(client) -> Actor:
    return Actor(Role.CLIENT, Channel.WEB, user_id=7, client_id=client.pk, company_id=client.company_id)


def one_of_staff(user) -> Actor:
    return Actor(user.role, Channel.API, user_id=user.pk, company_id=user.company_id)


def agree(company, browser: Browser | None = None, actor: Actor = WEB_GUEST, **more) -> PushSubscription:
    browser = browser or Browser()
    return subscribe(company.pk, browser.endpoint, browser.p256dh, browser.auth, actor=actor, **more)


def owners() -> list[tuple[int | None, int | None, str]]:
    return list(PushSubscription.objects.order_by("pk").values_list("client", "user", "browser_key"))


def test_subscribe_keeps_a_guest_by_his_browser(company):
    browser = Browser()

    row = agree(company, browser, browser_key="here", user_agent="Firefox " * 100)

    assert owners() == [(None, None, "here")]
    assert (row.endpoint, row.p256dh, row.auth) == (browser.endpoint, browser.p256dh, browser.auth)
    assert row.user_agent == ("Firefox " * 100)[:300]
    assert row.created_at is not None


def test_subscribe_keeps_a_client_who_has_signed_in_as_himself(company, anna):
    agree(company, actor=the_client(anna), browser_key="here")

    assert owners() == [(anna.pk, None, "here")]


def test_subscribe_keeps_staff_by_their_user(company):
    user = make_user(company, Role.SPECIALIST)

    agree(company, actor=one_of_staff(user))

    assert owners() == [(None, user.pk, "")]


def test_subscribe_takes_a_client_of_another_company_for_a_guest(company):
    stranger = make_client(make_company())

    agree(company, actor=the_client(stranger), browser_key="here")

    assert owners() == [(None, None, "here")]


def test_subscribe_refuses_nobody_in_no_browser(company):
    with pytest.raises(NotAllowed):
        agree(company)

    assert owners() == []


def test_subscribe_twice_is_one_row(company):
    browser = Browser()

    first = agree(company, browser, browser_key="here")
    second = agree(company, browser, browser_key="here")

    assert (second.pk, second.created_at) == (first.pk, first.created_at)
    assert PushSubscription.objects.count() == 1


def test_a_guest_takes_no_endpoint_from_whom_it_belongs_to_nor_his_keys(company, anna):
    browser = Browser()
    row = agree(company, browser, actor=the_client(anna), browser_key="hers")

    same = agree(company, Browser(endpoint=browser.endpoint), browser_key="his")

    assert (same.pk, owners()) == (row.pk, [(anna.pk, None, "hers")])
    row.refresh_from_db()
    assert (row.p256dh, row.auth) == (browser.p256dh, browser.auth)


def test_a_guest_in_the_same_browser_renews_it_for_whom_it_belongs_to(company, anna):
    row = agree(company, actor=the_client(anna), browser_key="here")
    browser = Browser()

    same = agree(company, browser, browser_key="here")

    assert (same.pk, owners()) == (row.pk, [(anna.pk, None, "here")])
    row.refresh_from_db()
    assert (row.endpoint, row.p256dh) == (browser.endpoint, browser.p256dh)


def test_another_company_has_a_row_of_its_own(company, anna):
    browser, other = Browser(), make_company()
    mine = agree(company, browser, actor=the_client(anna), browser_key="here")

    theirs = agree(other, browser, browser_key="here")

    assert owners() == [(anna.pk, None, "here"), (None, None, "here")]
    assert [(row.pk, row.endpoint) for row in (mine, theirs)] == [(row.pk, browser.endpoint) for row in (mine, theirs)]
    assert mine.pk != theirs.pk


def test_the_new_endpoint_of_a_browser_goes_into_the_rows_of_every_company(company, anna):
    other = make_company()
    rows = [agree(company, actor=the_client(anna), browser_key="here"), agree(other, browser_key="here")]
    browser = Browser()

    agree(other, browser, browser_key="here")

    found = PushSubscription.objects.order_by("pk").values_list("pk", "endpoint", "p256dh")
    assert list(found) == [(row.pk, browser.endpoint, browser.p256dh) for row in rows]


def test_one_of_the_staff_who_is_a_client_as_well_is_both(company, anna):
    browser, user = Browser(), make_user(company)

    agree(company, browser, actor=one_of_staff(user), browser_key="here")
    agree(company, browser, actor=the_client(anna), browser_key="here")

    assert owners() == [(anna.pk, user.pk, "here")]


def test_whoever_signs_in_takes_over_what_was_a_guests_and_anothers(company, anna):
    browser, boris = Browser(), make_client(company)
    takers = []

    for actor, key in ((WEB_GUEST, "old"), (the_client(anna), "old"), (the_client(boris), "new")):
        agree(company, browser, actor=actor, browser_key=key)
        takers += owners()

    assert takers == [(None, None, "old"), (anna.pk, None, "old"), (boris.pk, None, "new")]


def test_whoever_signs_in_by_a_program_leaves_the_browser_its_name(company, anna):
    browser = Browser()
    agree(company, browser, browser_key="here")

    agree(company, browser, actor=the_client(anna))

    assert owners() == [(anna.pk, None, "here")]


def test_subscribe_puts_the_new_endpoint_of_a_browser_into_the_row_it_has(company):
    """What waits for the row in a queue still arrives."""
    here, there = agree(company, browser_key="here"), agree(company, browser_key="there")
    browser = Browser()

    renewed = agree(company, browser, browser_key="here")

    assert (renewed.pk, renewed.endpoint, renewed.p256dh) == (here.pk, browser.endpoint, browser.p256dh)
    assert set(PushSubscription.objects.all()) == {renewed, there}


def test_subscribe_leaves_a_browser_one_row_when_it_takes_over_another(company):
    mine, his = Browser(), Browser()
    agree(company, mine, browser_key="mine")
    taken = agree(company, his, browser_key="his")

    agree(company, his, browser_key="mine")

    assert owners() == [(None, None, "mine")]
    assert PushSubscription.objects.get().pk == taken.pk


def test_subscribe_keeps_the_last_devices_of_a_person(company, anna):
    rows = [agree(company, actor=the_client(anna)) for _ in range(MOST_PER_PERSON + 2)]
    somebody_elses = agree(company, browser_key="there")

    kept = set(PushSubscription.objects.all())

    assert kept == {*rows[2:], somebody_elses}


@pytest.mark.parametrize("endpoint", ["https://example.com/push", "http://fcm.googleapis.com/x", "not an address"])
def test_subscribe_refuses_a_host_that_is_no_push_service(company, endpoint):
    with pytest.raises(PushHostNotAllowed) as refused:
        agree(company, Browser(endpoint=endpoint), browser_key="here")

    assert (refused.value.code, refused.value.field) == ("push_host_not_allowed", "endpoint")
    assert owners() == []


def test_subscribe_takes_a_host_that_the_deployment_names(company, settings):
    settings.PUSH_ALLOWED_HOSTS = ["127.0.0.1:9000"]

    agree(company, Browser(endpoint="http://127.0.0.1:9000/push/1"), browser_key="here")

    assert owners() == [(None, None, "here")]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("p256dh", ""),
        ("p256dh", "B" * 87),
        ("p256dh", "A" * 86),
        ("auth", ""),
        ("auth", "A" * 21),
        ("auth", "A" * 44),
        ("auth", "A" * 21 + "\x00"),
    ],
)
def test_subscribe_refuses_a_key_of_another_shape_and_names_it(company, field, text):
    browser = Browser()
    keys = {"p256dh": browser.p256dh, "auth": browser.auth} | {field: text}

    with pytest.raises(BadPushKey) as refused:
        subscribe(company.pk, browser.endpoint, keys["p256dh"], keys["auth"], actor=WEB_GUEST, browser_key="here")

    assert (refused.value.code, refused.value.field) == ("bad_push_key", field)
    assert owners() == []


def test_subscribe_takes_keys_with_padding_and_keeps_them_without(company):
    browser = Browser()

    row = subscribe(
        company.pk, browser.endpoint, browser.p256dh + "=", browser.auth + "==", actor=WEB_GUEST, browser_key="here"
    )

    assert (row.p256dh, row.auth) == (browser.p256dh, browser.auth)


def test_unsubscribe_forgets_the_endpoint_of_this_browser_and_no_other(company):
    mine, his = Browser(), Browser()
    agree(company, mine, browser_key="mine")
    agree(company, his, browser_key="his")

    assert unsubscribe(his.endpoint, actor=WEB_GUEST, browser_key="mine") is False
    assert unsubscribe(mine.endpoint, actor=WEB_GUEST) is False
    assert unsubscribe(mine.endpoint, actor=WEB_GUEST, browser_key="mine") is True
    assert unsubscribe(mine.endpoint, actor=WEB_GUEST, browser_key="mine") is False

    assert list(PushSubscription.objects.values_list("endpoint", flat=True)) == [his.endpoint]


def test_renew_changes_the_endpoint_and_not_the_owner(company, anna):
    old, new = Browser(), Browser()
    row = agree(company, old, actor=the_client(anna), browser_key="here")

    known = renew(old.endpoint, new.endpoint, new.p256dh, new.auth, browser_key="here")

    assert known is True
    assert owners() == [(anna.pk, None, "here")]
    row.refresh_from_db()
    assert (row.endpoint, row.p256dh, row.auth) == (new.endpoint, new.p256dh, new.auth)


def test_renew_takes_the_place_of_a_row_that_has_the_endpoint_already(company):
    old, new = Browser(), Browser()
    row = agree(company, old, browser_key="here")
    agree(company, new, browser_key="there")

    renew(old.endpoint, new.endpoint, new.p256dh, new.auth, browser_key="here")

    assert list(PushSubscription.objects.values_list("pk", "endpoint")) == [(row.pk, new.endpoint)]


def test_renew_moves_the_rows_of_every_company(company, anna):
    old, new, other = Browser(), Browser(), make_company()
    agree(company, old, actor=the_client(anna), browser_key="here")
    agree(other, old, browser_key="here")

    assert renew(old.endpoint, new.endpoint, new.p256dh, new.auth, browser_key="here") is True

    assert owners() == [(anna.pk, None, "here"), (None, None, "here")]
    assert set(PushSubscription.objects.values_list("endpoint", flat=True)) == {new.endpoint}


def test_renew_takes_nothing_from_whom_it_belongs_to(company, anna):
    mine, hers = Browser(), Browser()
    agree(company, mine, browser_key="mine")
    agree(company, hers, actor=the_client(anna), browser_key="hers")

    assert renew(mine.endpoint, hers.endpoint, mine.p256dh, mine.auth, browser_key="mine") is False

    rows = PushSubscription.objects.order_by("pk").values_list("endpoint", "client", "p256dh")
    assert list(rows) == [(mine.endpoint, None, mine.p256dh), (hers.endpoint, anna.pk, hers.p256dh)]


def test_renew_joins_what_one_browser_has_twice(company, anna):
    """When the page was quicker than the worker."""
    old, new = Browser(), Browser()
    row = agree(company, old, browser_key="here")
    PushSubscription.objects.create(
        company=company, client=anna, browser_key="here", endpoint=new.endpoint, p256dh=new.p256dh, auth=new.auth
    )

    assert renew(old.endpoint, new.endpoint, new.p256dh, new.auth, browser_key="here") is True

    assert owners() == [(anna.pk, None, "here")]
    assert PushSubscription.objects.get().pk == row.pk


def test_unsubscribe_ends_it_for_every_company(company, anna):
    browser = Browser()
    for each, actor in ((company, the_client(anna)), (make_company(), WEB_GUEST)):
        agree(each, browser, actor=actor, browser_key="here")

    assert unsubscribe(browser.endpoint, actor=WEB_GUEST, browser_key="here") is True

    assert owners() == []


@pytest.mark.parametrize(("endpoint", "browser_key"), [("mine", "there"), ("unknown", "here"), ("mine", "")])
def test_renew_is_for_whoever_knows_the_old_endpoint_in_the_same_browser(company, endpoint, browser_key):
    mine, new = Browser(), Browser()
    agree(company, mine, browser_key="here")
    asked = {"mine": mine.endpoint, "unknown": new.endpoint}[endpoint]

    assert renew(asked, new.endpoint, new.p256dh, new.auth, browser_key=browser_key) is False
    assert list(PushSubscription.objects.values_list("endpoint", flat=True)) == [mine.endpoint]


def test_renew_refuses_a_host_that_is_no_push_service(company):
    mine = Browser()
    agree(company, mine, browser_key="here")

    with pytest.raises(PushHostNotAllowed):
        renew(mine.endpoint, "https://example.com/x", mine.p256dh, mine.auth, browser_key="here")

    assert list(PushSubscription.objects.values_list("endpoint", flat=True)) == [mine.endpoint]


def test_remove_subscription_removes_ones_own_device_and_no_other(company, anna):
    hers = agree(company, actor=the_client(anna))
    boris = make_client(company)

    assert remove_subscription(hers.pk, actor=the_client(boris)) is False
    assert remove_subscription(hers.pk, actor=WEB_GUEST) is False
    assert remove_subscription(hers.pk, actor=the_client(anna)) is True

    assert owners() == []
