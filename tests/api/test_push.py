"""Push subscriptions: whose browser is woken by what, and who may end it."""

import pytest

from accounts.models.device import device_key
from accounts.values import Role
from notifications.commands import subscribe
from notifications.commands.subscribe import MOST_STRANGERS
from notifications.models import PushSubscription
from notifications.push_keys import new_pair
from notifications.queries import address_book
from notifications.recipients import visitor
from notifications.values import Channel
from tests.api.caller import NOBODYS_TOKEN, Caller, client_user, problems, row
from tests.booking.steps import operator_of
from tests.factories import Salon, book, make_client, make_user
from tests.lasting import copied, lasting
from tests.notifications.browsers import Browser

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


PUSH = "push-subscriptions/"


def subscribed(caller: Caller, browser: Browser | None = None, **more):
    return caller.post(PUSH, (browser or Browser()).wire | more)


def test_a_stranger_hears_of_what_was_booked_in_his_browser(salon):
    caller, browser = Caller(**{"user-agent": "Firefox"}), Browser()
    caller.browser.cookies["device"] = "a browser"
    visit = caller.visit(salon)

    answer = subscribed(caller, browser, token=visit["token"])

    subscription = PushSubscription.objects.get()
    assert (answer.status_code, answer.json()) == (201, {"id": subscription.pk})
    assert (subscription.company, subscription.client, subscription.user) == (salon.company, None, None)
    assert (subscription.browser_key, subscription.user_agent) == (device_key("a browser"), "Firefox")
    assert (subscription.endpoint, subscription.p256dh, subscription.auth) == (
        browser.endpoint, browser.p256dh, browser.auth,
    )  # fmt: skip


@pytest.mark.parametrize("booked_by", ["a program", "the desk"])
def test_whoever_has_a_visit_s_link_hears_of_it_and_of_no_other(salon, booked_by):
    caller = Caller()
    booker = caller
    booker.browser.cookies["device"] = "where it was booked"
    visit = row(booker.visit(salon)) if booked_by == "a program" else book(salon.slot(10, days=3), operator_of(salon))
    other = row(booker.visit(salon, 15))

    subscribed(Caller(), token=visit.visit_token)

    subscription = PushSubscription.objects.get()
    assert subscription.browser_key not in ("", visit.browser_key)
    assert woken(visit) == [str(subscription.pk)]
    assert woken(other) == []


def woken(visit) -> list[str]:
    person = visitor(visit)
    return [address.target for address in address_book([person], visit).known(person, Channel.WEB_PUSH)]


def test_two_who_have_the_link_both_hear(salon):
    caller = Caller()
    visit = caller.visit(salon)

    for _ in range(2):
        subscribed(Caller(), token=visit["token"])

    assert len(woken(row(visit))) == 2


def test_the_same_browser_again_is_the_same_subscription(salon):
    caller, browser = Caller(), Browser()
    visit = caller.visit(salon)

    first, second = (subscribed(caller, browser, token=visit["token"]) for _ in range(2))

    assert (second.status_code, second.json()) == (201, first.json())


def test_a_client_who_has_signed_in_hears_of_everything_of_his(salon):
    client = make_client(salon.company)

    answer = subscribed(Caller(client_user(client)))

    subscription = PushSubscription.objects.get()
    assert (answer.status_code, subscription.client, subscription.company) == (201, client, salon.company)


@pytest.mark.parametrize("who", ["a client", "an operator"])
def test_whoever_has_signed_in_hears_of_what_was_booked_in_his_browser_too(salon, who):
    stranger = Caller()
    stranger.browser.cookies["device"] = "a browser"
    visit = row(stranger.visit(salon))
    client, user = make_client(salon.company), make_user(salon.company, Role.OPERATOR)
    caller = Caller(client_user(client) if who == "a client" else user)
    caller.browser.cookies["device"] = "a browser"

    subscribed(caller)

    subscription = PushSubscription.objects.get()
    assert (subscription.client or subscription.user, subscription.browser_key) == (
        client if who == "a client" else user, device_key("a browser"),
    )  # fmt: skip
    assert woken(visit) == [str(subscription.pk)]


def test_one_stranger_too_many_is_refused(salon):
    visit = Caller().visit(salon)
    for _ in range(MOST_STRANGERS):
        assert subscribed(Caller(), token=visit["token"]).status_code == 201

    answer = subscribed(Caller(), token=visit["token"])

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_devices")
    assert PushSubscription.objects.count() == MOST_STRANGERS


def test_a_client_names_one_of_several_companies(salon):
    Salon()
    caller = Caller(client_user(make_client(salon.company)))

    nameless, named = subscribed(caller), subscribed(caller, company=salon.company.slug)

    assert (nameless.status_code, problems(nameless)) == (400, {"company": "required"})
    assert named.status_code == 201


def test_a_client_of_another_company_is_nobody_here(salon):
    other = Salon()

    answer = subscribed(Caller(client_user(make_client(salon.company))), company=other.company.slug)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT])
def test_staff_hear_of_their_work(salon, role):
    user = make_user(salon.company, role)

    answer = subscribed(Caller(user))

    assert (answer.status_code, PushSubscription.objects.get().user) == (201, user)


def test_staff_with_a_visit_s_token_are_its_browser(salon):
    """At the client's page they are guests like anybody."""
    visit = book(salon.slot(10, days=3))

    subscribed(Caller(make_user(salon.company, Role.ADMIN)), token=visit.visit_token)

    assert PushSubscription.objects.get().user is None
    assert len(woken(visit)) == 1


def test_the_owner_names_a_company(salon):
    owner = make_user(None, Role.ADMIN, is_superuser=True)

    nameless, named = subscribed(Caller(owner)), subscribed(Caller(owner), company=salon.company.slug)

    assert (nameless.status_code, problems(nameless)) == (400, {"company": "required"})
    assert (named.status_code, PushSubscription.objects.get().user) == (201, owner)


def test_a_stranger_without_a_token_is_asked_who_he_is(salon):
    answer = subscribed(Caller())

    assert (answer.status_code, problems(answer)) == (401, {None: "not_authenticated"})
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("which", ["nobody's", "of a hold", "of a hold's visit"])
def test_no_other_token_opens_a_visit(salon, which):
    caller = Caller()
    hold = caller.book(salon).json()
    token = {"nobody's": NOBODYS_TOKEN, "of a hold": hold["token"], "of a hold's visit": row(hold).visit_token}[which]

    answer = subscribed(caller, token=token)

    assert (answer.status_code, PushSubscription.objects.exists()) == (404, False)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://169.254.169.254/latest/meta-data/",
        "https://fcm.googleapis.com.example.com/x", "https://example.com/x", "https://fcm.googleapis.com@example.com/x",
        "ftp://fcm.googleapis.com/x", "file:///etc/passwd", "javascript:alert(1)", "//fcm.googleapis.com/x", "x",
    ],
)  # fmt: skip
def test_we_are_sent_to_no_other_host(salon, endpoint):
    answer = subscribed(Caller(make_user(salon.company)), Browser(endpoint=endpoint))

    assert (answer.status_code, problems(answer)) == (400, {"endpoint": "push_host_not_allowed"})
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("field", ["p256dh", "auth"])
@pytest.mark.parametrize("key", ["x", "!" * 22, "A" * 21, "Ж" * 20])
def test_a_key_that_is_none_is_named(salon, field, key):
    browser = Browser()
    wire = browser.wire | {"keys": browser.wire["keys"] | {field: key}}

    answer = Caller(make_user(salon.company)).post(PUSH, wire)

    assert (answer.status_code, problems(answer)) == (400, {f"keys.{field}": "bad_push_key"})


class Woken:
    """A visit and three who are woken: its browser, its client, somebody of the staff."""

    def __init__(self, salon: Salon) -> None:
        self.salon = salon
        self.client = make_client(self.salon.company)
        self.user = make_user(self.salon.company, Role.OPERATOR)
        self.stranger = Caller()
        self.visit = self.stranger.visit(self.salon)
        self.callers = {
            "the browser": self.stranger,
            "the client": Caller(client_user(self.client)),
            "an operator": Caller(self.user),
        }
        token = {"the browser": {"token": self.visit["token"]}}
        self.pks = {who: subscribed(caller, **token.get(who, {})).json()["id"] for who, caller in self.callers.items()}

    def end(self, who: str, whose: str, **query: str):
        return self.callers[who].send("delete", f"{PUSH}{self.pks[whose]}/", **query)


@pytest.mark.parametrize("who", ["the browser", "the client", "an operator"])
def test_everybody_ends_his_own(salon, who):
    woken = Woken(salon)
    token = {"token": woken.visit["token"]} if who == "the browser" else {}

    answer = woken.end(who, who, **token)

    assert (answer.status_code, answer.content) == (204, b"")
    left = set(PushSubscription.objects.values_list("pk", flat=True))
    assert left == {pk for whose, pk in woken.pks.items() if whose != who}


@pytest.mark.parametrize("who", ["the browser", "the client", "an operator", "an administrator"])
def test_nobody_ends_another_s(salon, who):
    """Not even an administrator, who sees them all in the console."""
    woken = Woken(salon)
    woken.callers["an administrator"] = Caller(make_user(woken.salon.company, Role.ADMIN))
    token = {"token": woken.visit["token"]} if who == "the browser" else {}
    others = [whose for whose in woken.pks if whose != who]

    statuses = [woken.end(who, whose, **token).status_code for whose in others]

    assert statuses == [404] * len(others)
    assert PushSubscription.objects.count() == 3


def test_the_token_of_another_visit_ends_nothing(salon):
    woken = Woken(salon)
    other = Caller().visit(woken.salon, 15)

    answers = [woken.end("the browser", whose, token=other["token"]) for whose in woken.pks]

    assert [answer.status_code for answer in answers] == [404] * 3


def test_without_a_token_a_stranger_is_asked_who_he_is(salon):
    woken = Woken(salon)

    assert woken.end("the browser", "the browser").status_code == 401


@pytest.mark.parametrize(("cookie", "status"), [("a browser", 204), ("another", 404)])
def test_a_browser_is_known_by_its_cookie_and_not_by_the_link(salon, cookie, status):
    """Whoever was given the link ends nothing that was begun where the visit was booked."""
    caller, other = Caller(), Caller()
    caller.browser.cookies["device"], other.browser.cookies["device"] = "a browser", cookie
    visit = caller.visit(salon)
    pk = subscribed(caller, token=visit["token"]).json()["id"]

    answer = other.send("delete", f"{PUSH}{pk}/", token=visit["token"])

    assert (answer.status_code, PushSubscription.objects.exists()) == (status, status == 404)


def test_an_empty_key_is_nobody_s(salon):
    browser = Browser()
    operator = operator_of(salon, user_id=make_user(salon.company).pk)
    theirs = subscribe(salon.company.pk, browser.endpoint, browser.p256dh, browser.auth, actor=operator)
    assert theirs.browser_key == ""

    answer = Caller().send("delete", f"{PUSH}{theirs.pk}/", token=NOBODYS_TOKEN)

    assert answer.status_code == 404


def test_the_public_key_is_what_pages_subscribe_with(settings):
    settings.VAPID_PRIVATE_KEY, settings.VAPID_PUBLIC_KEY = new_pair()
    settings.VAPID_EMAIL = "mailto:admin@example.com"

    answer = Caller().get(f"{PUSH}vapid-public-key/")

    assert (answer.status_code, answer.json()) == (200, {"key": settings.VAPID_PUBLIC_KEY})


def test_without_keys_there_is_no_push(settings):
    settings.VAPID_PRIVATE_KEY = settings.VAPID_PUBLIC_KEY = settings.VAPID_EMAIL = ""

    answer = Caller().get(f"{PUSH}vapid-public-key/")

    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (404, "Push is not set up here.")
