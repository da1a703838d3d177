"""The button on the page of a visit, and what a browser tells us when it is pressed."""

import json
import re

import pytest
from django.db import connection
from django.test import Client as Visitor
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Client
from accounts.models.device import device_key
from accounts.values import Role
from booking.commands import cancel_appointment
from booking.views.common import DEVICE_COOKIE
from notifications.commands.subscribe import MOST_STRANGERS
from notifications.models import PushSubscription
from notifications.push_keys import new_pair
from tests.factories import WEB, Salon, book, make_client, make_user
from tests.lasting import copied, lasting
from tests.notifications.browsers import Browser
from tests.notifications.carriers import Telegram

pytestmark = pytest.mark.django_db

PRIVATE, PUBLIC = new_pair()
DEVICE = "a-device-of-anna"


@pytest.fixture(autouse=True)
def push(settings, recorders):
    settings.NOTIFICATION_CHANNELS = {
        **settings.NOTIFICATION_CHANNELS,
        "web_push": "notifications.channels.web_push.WebPushCarrier",
    }
    settings.VAPID_PRIVATE_KEY, settings.VAPID_PUBLIC_KEY = PRIVATE, PUBLIC
    settings.VAPID_EMAIL = "salon@example.com"
    return settings


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


@pytest.fixture
def visit(salon):
    return book(salon.slot(10, days=3), browser_key=device_key(DEVICE))


@pytest.fixture
def visitor():
    visitor = Visitor(enforce_csrf_checks=True, headers={"accept-language": "en", "user-agent": "Firefox"})
    visitor.cookies[DEVICE_COOKIE] = DEVICE
    return visitor


def page_of(visit) -> str:
    return reverse("booking:visit", args=[visit.visit_token])


def opened(visitor, visit) -> str:
    """The page, whose form token the browser then has."""
    page = visitor.get(page_of(visit)).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    visitor.token = token[1] if token else ""
    return page


def tell(visitor, visit, content, method: str = "post", **more):
    body = content if isinstance(content, str | bytes) else json.dumps(content)
    address = reverse("notifications:visit_push", args=[visit.visit_token])
    headers = {"x-csrftoken": getattr(visitor, "token", "")}
    return getattr(visitor, method)(address, body, content_type="application/json", headers=headers, **more)


def rows() -> list[tuple]:
    columns = ("endpoint", "company", "client", "user", "browser_key", "user_agent")
    return list(PushSubscription.objects.values_list(*columns))


def test_the_page_of_a_visit_has_the_button_and_what_its_script_needs(visitor, visit):
    page = opened(visitor, visit)

    assert f'data-push data-key="{PUBLIC}" data-address="{page_of(visit)}push/" data-worker="/sw.js" hidden' in page
    assert re.search(r"data-push-on>.*On this device</span></button>", page)
    assert re.search(r'<script src="/static/push/push\.js" defer></script>', page)
    assert not re.search(r"<script(?![^>]*src=)", page)


def test_there_is_no_button_where_this_deployment_has_no_push(visitor, visit, settings):
    settings.VAPID_PRIVATE_KEY = ""

    page = opened(visitor, visit)

    assert "push" not in page
    assert tell(visitor, visit, Browser().wire).status_code in (403, 404)


def test_there_is_no_button_on_a_visit_that_is_over(visitor, visit):
    cancel_appointment(visit.pk, WEB)

    assert "data-push" not in opened(visitor, visit)


# --- Telegram beside it


def test_the_page_of_a_visit_offers_the_bot_and_names_the_reminders_once(visitor, visit, settings):
    settings.TELEGRAM_BOT_USERNAME = "okno_bot"

    page = opened(visitor, visit)

    link = f"https://t.me/okno_bot?start=v_{visit.visit_token}"
    assert f'<a class="button" href="{link}"' in page
    assert page.count("Get it in Telegram") == page.count("Reminders:") == page.count("On this device") == 1


def test_the_bot_is_offered_where_there_is_no_push(visitor, visit, settings):
    settings.TELEGRAM_BOT_USERNAME, settings.VAPID_PRIVATE_KEY = "okno_bot", ""

    page = opened(visitor, visit)

    assert ("https://t.me/okno_bot?start=v_" in page, "data-push" in page) == (True, False)


@pytest.mark.parametrize("missing", ["a name", "a token", "a visit to come"])
def test_no_bot_is_offered_that_would_not_answer(visitor, visit, settings, missing):
    settings.TELEGRAM_BOT_USERNAME = "" if missing == "a name" else "okno_bot"
    Telegram.configured = missing != "a token"
    if missing == "a visit to come":
        cancel_appointment(visit.pk, WEB)

    assert "t.me" not in opened(visitor, visit)


# --- what the browser tells


def test_a_browser_that_agrees_is_kept_with_its_visit(visitor, visit):
    browser = Browser()
    opened(visitor, visit)

    answer = tell(visitor, visit, browser.wire)

    assert (answer.status_code, answer.content) == (204, b"")
    assert rows() == [(browser.endpoint, visit.company_id, None, None, device_key(DEVICE), "Firefox")]
    assert list(PushSubscription.objects.get().visits.all()) == [visit]
    assert " data-on hidden" in opened(visitor, visit)


def test_agreeing_again_is_the_same_row(visitor, visit):
    browser = Browser()
    opened(visitor, visit)

    for _ in range(2):
        tell(visitor, visit, browser.wire)

    assert len(rows()) == 1


def test_another_device_that_has_the_link_agrees_for_itself(visit):
    phone = Visitor(enforce_csrf_checks=True)
    opened(phone, visit)

    answer = tell(phone, visit, Browser().wire)

    assert answer.status_code == 204
    (row,) = rows()
    assert row[4] == device_key(phone.cookies[DEVICE_COOKIE].value) != device_key(DEVICE)
    assert " data-on hidden" in opened(phone, visit)
    assert " data-on hidden" not in opened(Visitor(), visit)


def test_one_stranger_too_many_is_told_so_and_his_page_has_the_words(visitor, visit):
    for _ in range(MOST_STRANGERS):
        stranger = Visitor(enforce_csrf_checks=True)
        opened(stranger, visit)
        assert tell(stranger, visit, Browser().wire).status_code == 204
    late = Visitor(enforce_csrf_checks=True, headers={"accept-language": "en"})
    page = opened(late, visit)

    answer = tell(late, visit, Browser().wire)

    assert (answer.status_code, answer.json()["code"], len(rows())) == (409, "too_many_devices", MOST_STRANGERS)
    assert f'data-when="full" hidden>{answer.json()["message"]}</p>' in page


def test_a_client_who_has_signed_in_is_kept_as_himself(visitor, visit, salon):
    anna = sign_in(visitor, make_client(salon.company))
    opened(visitor, visit)

    tell(visitor, visit, Browser().wire)

    assert [(row[2], row[3]) for row in rows()] == [(anna.pk, None)]


def test_staff_are_guests_on_the_pages_of_clients(visitor, visit, salon):
    visitor.force_login(make_user(salon.company, Role.ADMIN))
    opened(visitor, visit)

    tell(visitor, visit, Browser().wire)

    assert [row[2:5] for row in rows()] == [(None, None, device_key(DEVICE))]


def sign_in(visitor, client: Client) -> Client:
    client.user = make_user(None, Role.CLIENT)
    client.save(update_fields=["user"])
    visitor.force_login(client.user)
    return client


def test_a_browser_that_wants_no_more_is_forgotten(visitor, visit):
    browser = Browser()
    opened(visitor, visit)
    tell(visitor, visit, browser.wire)

    answers = [tell(visitor, visit, browser.wire, "delete").status_code for _ in range(2)]

    assert (answers, rows()) == ([204, 204], [])


def test_nobody_forgets_another_browser(visitor, visit):
    browser, stranger = Browser(), Visitor()
    opened(visitor, visit)
    tell(visitor, visit, browser.wire)

    tell(stranger, visit, {"endpoint": browser.endpoint}, "delete")

    assert len(rows()) == 1


def test_another_sites_form_wakes_nobody(visitor, visit):
    visitor.get(page_of(visit))

    answer = tell(visitor, visit, Browser().wire)

    assert (answer.status_code, rows()) == (403, [])


def test_an_unknown_visit_is_not_found(visitor, visit):
    opened(visitor, visit)
    address = reverse("notifications:visit_push", args=["x" * 22])

    answer = visitor.post(address, "{}", content_type="application/json", headers={"x-csrftoken": visitor.token})

    assert answer.status_code == 404


WIRE = Browser().wire
BROKEN = [
    (b"", "body"),
    (b"no json", "body"),
    (b"\xff\xfe", "body"),
    (b"[" * 100_000, "body"),
    (b"[]", "body"),
    (b'"text"', "body"),
    (b"NaN", "body"),
    ({}, "keys"),
    (WIRE | {"keys": None}, "keys"),
    (WIRE | {"keys": ["p256dh"]}, "keys"),
    ({"keys": WIRE["keys"]}, "endpoint"),
    (WIRE | {"endpoint": 5}, "endpoint"),
    (WIRE | {"endpoint": ""}, "endpoint"),
    (WIRE | {"endpoint": "https://example.com/push"}, "endpoint"),
    (WIRE | {"endpoint": "https://fcm.googleapis.com/\x00"}, "endpoint"),
    (WIRE | {"endpoint": "https://fcm.googleapis.com/\ud800"}, "endpoint"),
    (WIRE | {"endpoint": "https://fcm.googleapis.com/" + "x" * 5000}, "endpoint"),
    (WIRE | {"keys": {"auth": WIRE["keys"]["auth"]}}, "p256dh"),
    (WIRE | {"keys": WIRE["keys"] | {"p256dh": {}}}, "p256dh"),
    (WIRE | {"keys": WIRE["keys"] | {"p256dh": "\ud800"}}, "p256dh"),
    (WIRE | {"keys": WIRE["keys"] | {"auth": "x"}}, "auth"),
    (WIRE | {"keys": WIRE["keys"] | {"auth": None}}, "auth"),
]


@pytest.mark.parametrize(("content", "field"), BROKEN, ids=range(len(BROKEN)))
def test_bad_input_is_refused_and_the_field_named(visitor, visit, content, field):
    opened(visitor, visit)

    answer = tell(visitor, visit, content)

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert answer.json()["message"]
    assert rows() == []


def test_a_refusal_speaks_the_readers_language(visitor, visit):
    opened(visitor, visit)

    answer = tell(visitor, visit, WIRE | {"endpoint": "https://example.com/push"})

    assert answer.json() == {
        "code": "push_host_not_allowed",
        "field": "endpoint",
        "message": "This address belongs to no push service that we know.",
    }


@pytest.mark.parametrize("method", ["get", "put", "patch"])
def test_the_door_takes_no_other_verb(visitor, visit, method):
    opened(visitor, visit)
    address = reverse("notifications:visit_push", args=[visit.visit_token])

    answer = getattr(visitor, method)(address, headers={"x-csrftoken": visitor.token})

    assert answer.status_code == 405


# --- the worker


def test_the_worker_is_at_the_root_and_always_asked_for_anew(client):
    worker = client.get("/sw.js")

    assert worker.status_code == 200
    assert worker["Content-Type"] == "text/javascript; charset=utf-8"
    assert worker["Cache-Control"] == "no-cache"
    assert f'const KEY = "{PUBLIC}";' in worker.content.decode()
    assert "worker-src 'self'" in worker["Content-Security-Policy"]


def renew(visitor, content):
    return visitor.post("/me/push/", json.dumps(content), content_type="application/json")


@pytest.mark.parametrize("tells_the_old_one", [True, False])
def test_the_worker_passes_on_a_new_endpoint(visitor, visit, tells_the_old_one):
    old, new = Browser(), Browser()
    opened(visitor, visit)
    tell(visitor, visit, old.wire)

    answer = renew(visitor, {"old": old.endpoint if tells_the_old_one else "", "new": new.wire})

    assert answer.status_code == 204
    assert [row[0] for row in rows()] == [new.endpoint]
    assert list(PushSubscription.objects.get().visits.all()) == [visit]


@pytest.mark.parametrize(
    "content",
    [{}, {"new": WIRE | {"endpoint": "https://example.com/x"}}, {"old": 5, "new": WIRE}, {"old": "x", "new": []}],
)
def test_a_new_endpoint_that_is_none_is_refused(visitor, visit, content):
    opened(visitor, visit)
    tell(visitor, visit, WIRE)

    assert renew(visitor, content).status_code == 422
    assert [row[0] for row in rows()] == [WIRE["endpoint"]]


def test_a_stranger_cannot_pass_on_a_new_endpoint(visitor, visit):
    old, new = Browser(), Browser()
    opened(visitor, visit)
    tell(visitor, visit, old.wire)

    answers = [renew(Visitor(), {"old": end, "new": new.wire}).status_code for end in (old.endpoint, "", new.endpoint)]

    assert (answers, [row[0] for row in rows()]) == ([404, 404, 404], [old.endpoint])


def test_the_page_costs_one_statement_more(visitor, visit, settings):
    opened(visitor, visit)

    with_push = statements_of(visitor, visit)
    settings.VAPID_PUBLIC_KEY = ""

    assert with_push == statements_of(visitor, visit) + 1


def statements_of(visitor, visit) -> int:
    with CaptureQueriesContext(connection) as statements:
        opened(visitor, visit)
    return len(statements)
