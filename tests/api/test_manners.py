"""What holds for every endpoint: JSON in every case, who may come, how often, what is said in trouble."""

from collections.abc import Iterator
from itertools import product

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.urls import URLPattern, URLResolver, get_resolver
from psycopg_pool import PoolTimeout

from accounts import rates
from accounts.api.views import ApiView
from accounts.errors import Busy, NotAllowed, Refusal
from accounts.values import Role
from booking.api import appointments
from booking.models import Appointment
from tests.api.caller import BASE, Caller, problems, wish
from tests.factories import Salon, make_user

pytestmark = pytest.mark.django_db

PK = "1099511627776"
# Every address, and what a stranger hears: with nothing, an appointment is not there, the rest asks who he is.
OPEN, WITH_TOKEN, FOR_STAFF, FOR_SOMEBODY = 400, 404, 401, 401
ADDRESSES = {
    "availability/": {"get": OPEN},
    "appointments/book/": {"post": OPEN},
    "appointments/confirm/": {"post": OPEN},
    "appointments/<int:pk>/reschedule/": {"post": OPEN},
    "appointments/<int:pk>/cancel/": {"post": WITH_TOKEN},
    "appointments/<int:pk>/extend/": {"post": WITH_TOKEN},
    "appointments/<int:pk>/release/": {"post": WITH_TOKEN},
    "notification-settings/": dict.fromkeys(("get", "post"), FOR_STAFF),
    "notification-settings/<int:pk>/": dict.fromkeys(("get", "put", "patch", "delete"), FOR_STAFF),
    "ad-templates/": dict.fromkeys(("get", "post"), FOR_STAFF),
    "ad-templates/<int:pk>/": dict.fromkeys(("get", "put", "patch", "delete"), FOR_STAFF),
    "push-subscriptions/": {"post": OPEN},
    "push-subscriptions/vapid-public-key/": {"get": WITH_TOKEN},
    "push-subscriptions/<int:pk>/": {"delete": FOR_SOMEBODY},
}
VERBS = ("get", "post", "put", "patch", "delete", "options")


def api_patterns() -> Iterator[tuple[str, URLPattern]]:
    [api] = [each for each in get_resolver().url_patterns if str(each.pattern) == "api/"]
    for prefix in api.url_patterns:
        if isinstance(prefix, URLResolver):
            for each in prefix.url_patterns:
                yield str(prefix.pattern) + str(each.pattern), each


def test_every_address_of_the_api_is_classified():
    """A new endpoint stands in the table above, and so somebody has thought of who may come."""
    assert {where for where, _ in api_patterns()} == {f"v1/{where}" for where in ADDRESSES}


def test_every_endpoint_is_one_of_ours():
    """Through ``ApiView`` it knows who asks, keeps no copies, and speaks of errors like all others."""
    assert all(issubclass(each.callback.view_class, ApiView) for _, each in api_patterns())


def fill(where: str) -> str:
    return where.replace("<int:pk>", PK)


@pytest.mark.parametrize("where", ADDRESSES)
def test_a_stranger_with_nothing_is_told_nothing(where, settings):
    settings.VAPID_PUBLIC_KEY = ""
    Salon()

    statuses = {verb: Caller().send(verb, fill(where)).status_code for verb in VERBS}

    assert statuses == {verb: ADDRESSES[where].get(verb, 405) for verb in VERBS}


@pytest.mark.parametrize("where", [*ADDRESSES, "nowhere/", "", "appointments/book", "availability", "../v2/", "../"])
def test_every_answer_is_json_whatever_is_asked_for(where):
    """A path without its slash is no redirect either: a POST would lose its body."""
    for asked in product([*VERBS, "trace"], ["text/html", "application/xml", "*/*"]):
        verb, accept = asked

        answer = Caller(accept=accept).browser.generic(verb.upper(), BASE + fill(where), b"<x/>", "text/xml")

        assert 400 <= answer.status_code < 500, asked
        assert answer["Content-Type"] == "application/json", asked
        assert set(answer.json()) == {"type", "errors"}, asked
        assert answer["Cache-Control"] == "private, no-store", asked


def test_an_unknown_address_is_not_found():
    answer = Caller().get("nowhere/")

    assert (answer.status_code, answer.json()) == (
        404,
        {"type": "client_error", "errors": [{"code": "not_found", "detail": "Not found.", "attr": None}]},
    )


def test_errors_speak_the_reader_s_language():
    answer = Caller(**{"accept-language": "ru"}).get("availability/")

    assert {error["detail"] for error in answer.json()["errors"]} == {"Обязательное поле."}


def test_a_format_in_the_address_is_a_field_like_any_other():
    assert "format" in problems(Caller().get("availability/", format="xml"))


def test_nothing_is_said_in_html(client):
    """The browsable API is not there."""
    page = client.get(f"{BASE}availability/", headers={"accept": "text/html,*/*;q=0.8"})

    assert (page.status_code, page["Content-Type"]) == (400, "application/json")


GONE = [Busy(), OperationalError("server closed the connection"), PoolTimeout("no connection")]


@pytest.mark.parametrize("error", GONE, ids=lambda error: type(error).__name__)
def test_when_the_database_is_gone_the_answer_says_try_again(error, monkeypatch):
    salon = Salon()

    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(appointments, "hold_slot", fail)

    answer = Caller().book(salon)

    assert (answer.status_code, answer["Retry-After"], problems(answer)) == (503, "5", {None: "unavailable"})


def test_when_the_database_is_gone_before_there_is_a_view_the_answer_is_json(monkeypatch, settings):
    """A middleware fails: Django asks ``server_error`` for its page."""
    Salon()
    caller = Caller()
    caller.browser.raise_request_exception = False

    def fail(*args):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("django.contrib.messages.middleware.MessageMiddleware.process_request", fail)

    answer = caller.get("availability/")
    page = caller.browser.get("/")

    assert (answer.status_code, answer["Retry-After"], problems(answer)) == (503, "5", {None: "unavailable"})
    assert (page.status_code, page["Content-Type"]) == (503, "text/html; charset=utf-8")


def test_an_error_of_ours_says_nothing_of_itself(monkeypatch, settings):
    salon = Salon()
    settings.DEBUG = False

    def fail(*args, **kwargs):
        raise KeyError("+79991234567")

    monkeypatch.setattr(appointments, "hold_slot", fail)

    caller = Caller()
    caller.browser.raise_request_exception = False

    answer = caller.book(salon)

    assert (answer.status_code, problems(answer)) == (500, {None: "error"})
    assert "7999" not in answer.content.decode()


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(Refusal("No.", code="any"), 409), (NotAllowed(), 403), (Refusal("No.", code="key_reused"), 422)],
    ids=["a refusal", "not allowed", "a key with another body"],
)
def test_a_refusal_is_said_as_the_contract_says(refusal, status, monkeypatch):
    def refuse(*args, **kwargs):
        raise refusal

    monkeypatch.setattr(appointments, "hold_slot", refuse)

    answer = Caller().book(Salon())

    assert (answer.status_code, answer.json()) == (
        status,
        {"code": refusal.code, "message": str(refusal), "alternatives": []},
    )


@pytest.fixture
def three_a_day(settings) -> None:
    """The day may end during a test, and then there are six: nobody asks so often."""
    settings.API_BOOK_RATE = "3/day"
    cache.clear()


def asked(caller: Caller, salon: Salon, times: int) -> list[int]:
    return [caller.post("appointments/book/", wish(salon, 8)).status_code for _ in range(times)]


@pytest.fixture
def frozen_day(monkeypatch) -> None:
    """The window does not end while a test runs."""
    monkeypatch.setattr(rates.time, "time", lambda: 1_790_000_000.0)


@pytest.mark.usefixtures("three_a_day", "frozen_day")
class TestThrottle:
    def test_a_stranger_holds_so_often_and_no_more(self):
        salon = Salon()

        statuses = asked(Caller(), salon, 5)
        refused = Caller().post("appointments/book/", wish(salon, 8))

        assert statuses == [409, 409, 409, 429, 429]
        assert problems(refused) == {None: "throttled"}
        assert 0 < int(refused["Retry-After"]) <= 24 * 3600

    def test_another_address_has_its_own_count(self):
        salon, other = Salon(), Caller()
        other.browser.defaults["REMOTE_ADDR"] = "192.0.2.7"

        assert asked(Caller(), salon, 4)[-1] == 429
        assert asked(other, salon, 1) == [409]

    def test_what_a_stranger_says_of_his_address_counts_nothing(self):
        salon = Salon()

        statuses = [asked(Caller(**{"x-forwarded-for": f"192.0.2.{number}"}), salon, 1)[0] for number in range(4)]

        assert statuses == [409, 409, 409, 429]

    def test_behind_a_proxy_its_word_counts(self, settings, monkeypatch):
        monkeypatch.setattr("rest_framework.throttling.api_settings.NUM_PROXIES", 1)
        salon = Salon()

        statuses = [
            asked(Caller(**{"x-forwarded-for": f"10.0.0.{number}, 192.0.2.7"}), salon, 1)[0] for number in range(4)
        ]
        elsewhere = asked(Caller(**{"x-forwarded-for": "192.0.2.7, 192.0.2.8"}), salon, 1)

        assert (statuses, elsewhere) == ([409, 409, 409, 429], [409])

    def test_whoever_has_signed_in_is_not_counted(self):
        salon = Salon()

        statuses = asked(Caller(make_user(salon.company, Role.OPERATOR)), salon, 5)

        assert 429 not in statuses

    def test_nothing_else_is_counted(self):
        Salon()

        statuses = {Caller().get("availability/").status_code for _ in range(5)}

        assert statuses == {400}

    @pytest.mark.parametrize("answer", [None, ValueError("gone"), "poison"])
    def test_without_redis_nobody_is_counted(self, answer, monkeypatch):
        """With its errors ignored it says None; a key that ended in between is a ValueError."""
        salon = Salon()

        def incr(key, *args, **kwargs):
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(rates.cache, "incr", incr)
        monkeypatch.setattr(rates.cache, "add", lambda *args, **kwargs: None)

        assert asked(Caller(), salon, 5) == [409] * 5

    def test_no_address_is_kept_in_clear(self):
        asked(Caller(), Salon(), 1)

        keys = list(cache.iter_keys("rate:book:*"))

        assert len(keys) == 1
        assert "127.0.0.1" not in keys[0]


@pytest.mark.usefixtures("frozen_day")
def test_a_real_redis_that_is_gone_counts_nobody(settings):
    settings.API_BOOK_RATE = "1/day"
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}

    assert asked(Caller(), Salon(), 3) == [409] * 3


def test_a_demo_counts_nobody(settings):
    caller = Caller()

    statuses = [caller.post("appointments/book/").status_code for _ in range(70)]

    assert settings.API_BOOK_RATE == "0"
    assert statuses == [400] * 70


def test_a_stampede_of_strangers_has_one_winner():
    salon = Salon()

    statuses = [Caller().book(salon).status_code for _ in range(20)]

    assert sorted(statuses) == [201] + [409] * 19
    assert Appointment.objects.count() == 1
