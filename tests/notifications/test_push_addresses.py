"""Which browsers hear of which visit."""

from functools import partial
from importlib import import_module

import pytest

from accounts.values import WEB_GUEST, Actor, Channel, Role
from booking.commands import book_now
from booking.models import Appointment
from booking.values import Contact
from notifications.commands import subscribe
from notifications.commands.subscribe import MOST_STRANGERS
from notifications.errors import TooManyDevices
from notifications.models import PushSubscription
from notifications.queries import hears_of
from tests.factories import Salon, book, make_client, make_user
from tests.notifications.browsers import Browser
from tests.notifications.salon import dispatched
from tests.torture.rivals import after_whom_nobody_hurries, at_once

pytestmark = pytest.mark.django_db

CREATED = "booking_created"


@pytest.fixture
def salon():
    return Salon()


def agree(
    visit, browser_key: str, actor: Actor = WEB_GUEST, *, linked: bool = True, browser: Browser | None = None
) -> PushSubscription:
    browser = browser or Browser()
    return subscribe(
        visit.company_id,
        browser.endpoint,
        browser.p256dh,
        browser.auth,
        actor=actor,
        browser_key=browser_key,
        visit_id=visit.pk if linked else None,
    )


def booked_in(salon, browser_key: str, hour: int = 10, phone: str = "+79990000001"):
    return book(salon.slot(hour, days=3), browser_key=browser_key, phone=phone)


def pushed_to(visit) -> list[int]:
    return [int(row.target) for row in dispatched(visit, CREATED) if row.channel == "web_push"]


def test_the_link_of_a_visit_opens_that_visit_to_a_browser_and_no_other(salon):
    visit, other = booked_in(salon, "desktop"), booked_in(salon, "desktop", hour=14)
    phone = agree(visit, "phone")

    assert (pushed_to(visit), pushed_to(other)) == ([phone.pk], [])


def test_a_visit_that_was_booked_by_telephone_is_heard_of_by_its_link(salon):
    desk = Actor(Role.OPERATOR, Channel.ADMIN, user_id=make_user(salon.company).pk, company_id=salon.company.pk)
    visit = book_now(salon.slot(10, days=3), desk, Contact("Ann", phone="+79990000001"))
    phone = agree(visit, "phone")

    assert pushed_to(visit) == [phone.pk]


def test_a_browser_hears_of_its_visits_at_whatever_company_it_subscribed_last(salon):
    here, elsewhere = booked_in(salon, "this browser"), booked_in(Salon(), "this browser")

    browser = agree(elsewhere, "this browser")

    assert (pushed_to(here), pushed_to(elsewhere)) == ([browser.pk], [browser.pk])


def test_whoever_signed_in_elsewhere_hears_of_a_friends_visit_by_its_link_alone(salon):
    boris = make_client(salon.company)
    as_boris = Actor(Role.CLIENT, Channel.WEB, client_id=boris.pk, company_id=salon.company.pk)
    visit = booked_in(salon, "anna's")

    phone = agree(visit, "boris's", as_boris)

    assert pushed_to(visit) == [phone.pk]
    assert pushed_to(booked_in(salon, "anna's", hour=14)) == []
    assert pushed_to(booked_in(salon, "anna's", hour=16, phone=str(boris.phone))) == [phone.pk]


def test_a_link_that_is_handed_around_wakes_the_first_few_strangers_only(salon):
    visit = booked_in(salon, "anna's")
    strangers = [agree(visit, f"stranger {number}") for number in range(MOST_STRANGERS)]

    with pytest.raises(TooManyDevices):
        agree(visit, "one more")

    booked_in(salon, "mother's", hour=14)
    known = [agree(visit, key) for key in ("anna's", "mother's", "stranger 0")]
    kept = {each.pk for each in [*strangers, *known]}
    assert known[-1] == strangers[0]
    assert set(pushed_to(visit)) == kept
    assert set(PushSubscription.objects.values_list("pk", flat=True)) == kept


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [True, False], ids=["locked", "control without the lock"])
def test_two_strangers_who_come_at_once_do_not_both_get_the_last_place(salon, monkeypatch, is_locked):
    visit = booked_in(salon, "anna's")
    for number in range(1, MOST_STRANGERS):
        agree(visit, f"stranger {number}")
    module = import_module("notifications.commands.subscribe")
    monkeypatch.setattr(module, "require_room", after_whom_nobody_hurries(module.require_room))
    if not is_locked:
        monkeypatch.setattr(module, "locked_visit", lambda pk: Appointment.objects.get(pk=pk))

    outcomes = at_once([partial(agree, visit, key) for key in ("one", "another")])

    assert [type(each.error) for each in outcomes if not each.won] == ([TooManyDevices] if is_locked else [])
    assert len(pushed_to(visit)) == MOST_STRANGERS + (not is_locked)


def test_a_browser_that_lost_its_cookie_still_hears_of_what_was_booked_in_it(salon):
    browser, visit = Browser(), booked_in(salon, "old cookie")
    row = agree(visit, "old cookie", browser=browser, linked=False)

    again = agree(booked_in(salon, "new cookie", hour=14), "new cookie", browser=browser)

    assert again.pk == row.pk
    assert pushed_to(visit) == [row.pk]


def test_a_guest_at_somebodys_browser_hears_of_what_he_booked_and_the_other_loses_nothing(salon):
    browser, anna = Browser(), make_client(salon.company)
    row = agree(booked_in(salon, "hers"), "hers", the_client(anna), browser=browser, linked=False)
    his, his_other = booked_in(salon, "his", hour=12), booked_in(salon, "his", hour=14)

    same = agree(his, "his", browser=browser)

    hers = booked_in(salon, "elsewhere", hour=16, phone=str(anna.phone))
    assert same.pk == row.pk
    assert [pushed_to(visit) for visit in (his, his_other, hers)] == [[row.pk]] * 3


def test_a_client_of_two_companies_is_woken_by_both_and_once(salon):
    browser, other = Browser(), Salon()
    people = [(each, make_client(each.company)) for each in (salon, other)]
    rows = [agree_as(each, client, browser) for each, client in people]

    told = [pushed_to(booked_in(each, "here", phone=str(client.phone))) for each, client in people]

    assert rows[0].pk != rows[1].pk
    assert [len(targets) for targets in told] == [1, 1]
    assert {row.client_id for row in rows} == {client.pk for _, client in people}


def agree_as(salon, client, browser) -> PushSubscription:
    keys = (browser.endpoint, browser.p256dh, browser.auth)
    return subscribe(salon.company.pk, *keys, actor=the_client(client), browser_key="here")


def the_client(client) -> Actor:
    return Actor(Role.CLIENT, Channel.WEB, client_id=client.pk, company_id=client.company_id)


@pytest.mark.parametrize(
    ("browser_key", "linked", "answer"),
    [("anna's", False, True), ("anna's", True, True), ("other", True, True), ("other", False, False)],
)
def test_a_browser_knows_whether_it_hears_of_a_visit(salon, browser_key, linked, answer):
    visit = booked_in(salon, "anna's")
    assert hears_of(browser_key, visit) is False

    agree(visit, browser_key, linked=linked)

    assert hears_of(browser_key, visit) is answer
    assert hears_of("another", visit) is False
