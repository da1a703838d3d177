"""Which browsers hear of which visit."""

import pytest

from accounts.values import WEB_GUEST, Actor, Channel, Role
from booking.commands import book_now
from booking.values import Contact
from notifications.commands import subscribe
from notifications.commands.subscribe import MOST_STRANGERS
from notifications.models import PushSubscription
from notifications.queries import hears_of
from tests.factories import Salon, book, make_client, make_user
from tests.notifications.browsers import Browser
from tests.notifications.salon import dispatched

pytestmark = pytest.mark.django_db

CREATED = "booking_created"


@pytest.fixture
def salon():
    return Salon()


def agree(visit, browser_key: str, actor: Actor = WEB_GUEST, linked: bool = True) -> PushSubscription:
    browser = Browser()
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


def test_a_link_that_is_handed_around_wakes_the_last_few_strangers_only(salon):
    visit = booked_in(salon, "anna's")
    anna = agree(visit, "anna's")
    booked_in(salon, "mother's", hour=14)
    mother = agree(visit, "mother's")
    strangers = [agree(visit, f"stranger {number}") for number in range(MOST_STRANGERS + 3)]

    kept = {anna.pk, mother.pk, *(each.pk for each in strangers[3:])}

    assert set(pushed_to(visit)) == kept
    assert set(PushSubscription.objects.values_list("pk", flat=True)) == kept


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
