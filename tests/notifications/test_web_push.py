"""Pushes against a service that refuses what the real ones refuse: what arrives, and what follows from its answers."""

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
from django.utils import timezone

from notifications.channels import web_push
from notifications.channels.web_push import LONGEST_PAYLOAD, WebPushCarrier, payload_of, wait_of
from notifications.errors import AddressGone, AnswerLost, NotSent, Throttled, TryLater, Unacceptable
from notifications.models import PushSubscription
from notifications.push_keys import new_pair
from notifications.values import Button, Message, Urgency
from tests.factories import make_company
from tests.standins.push import PushStandIn, bad_gateway, delayed, dropped, lost, status

pytestmark = pytest.mark.django_db

PRIVATE, PUBLIC = new_pair()
URL = "https://book.example.com/v/0123456789abcdef/"


@pytest.fixture
def push(settings):
    settings.VAPID_PRIVATE_KEY, settings.VAPID_PUBLIC_KEY = PRIVATE, PUBLIC
    settings.VAPID_EMAIL = "salon@example.com"
    with PushStandIn(public_key=PUBLIC) as push:
        settings.PUSH_ALLOWED_HOSTS = [push.url.removeprefix("http://")]
        yield push


@pytest.fixture
def device(push) -> PushSubscription:
    return row_of(push)


def row_of(push: PushStandIn, **more) -> PushSubscription:
    subscription = push.subscribe()
    return PushSubscription.objects.create(
        company=make_company(),
        browser_key="here",
        **{"endpoint": subscription.endpoint, "p256dh": subscription.p256dh, "auth": subscription.auth} | more,
    )


def notice(device: PushSubscription, **more) -> Message:
    fields = {"title": "Вы записаны", "text": "28 января в 10:00", "language": "ru", "url": URL, "tag": "apt-17"}
    told = {"event": "booking_created", "subject_id": 17}
    return Message(target=str(device.pk), **fields | told | more)


def sent(message: Message) -> str:
    return WebPushCarrier().send(message)


def refusal_of(message: Message) -> NotSent:
    with pytest.raises(NotSent) as refused:
        sent(message)
    return refused.value


def test_a_push_arrives_as_both_our_worker_and_safari_read_it(push, device):
    provider_id = sent(notice(device))

    (message,) = push.received
    assert message.json == {
        "web_push": 8030,
        "notification": {
            "title": "Вы записаны",
            "body": "28 января в 10:00",
            "lang": "ru",
            "dir": "auto",
            "navigate": URL,
            "silent": False,
            "app_badge": "1",
            "tag": "apt-17",
        },
        "data": {"id": 17, "event": "booking_created"},
    }
    assert message.location.endswith(f"/{provider_id}")
    assert len(provider_id) > 8


def test_a_push_says_how_long_it_is_of_use_and_how_urgent_it_is(push, device):
    sent(notice(device, useful_for=timedelta(hours=2), urgency=Urgency.NORMAL))

    (message,) = push.received
    assert (message.manner.ttl, message.manner.urgency, message.manner.topic) == (7200, "normal", "apt-17")
    assert message.claims["sub"] == "mailto:salon@example.com"


@pytest.mark.parametrize("useful_for", [timedelta(0), timedelta(seconds=-5), timedelta(milliseconds=1)])
def test_a_push_is_never_lost_on_whoever_is_offline(push, device, useful_for):
    sent(notice(device, useful_for=useful_for))

    assert [message.manner.ttl for message in push.received] == [1]


def test_a_push_is_kept_for_four_weeks_at_most(push, device):
    sent(notice(device, useful_for=timedelta(days=365)))

    assert [message.manner.ttl for message in push.received] == [28 * 24 * 3600]


@pytest.mark.parametrize("tag", ["", "a" * 33, "apt:17", "запись", "apt-17\r\nX: 1"])
def test_a_tag_that_is_no_topic_is_none(push, device, tag):
    sent(notice(device, tag=tag))

    (message,) = push.received
    assert "topic" not in message.headers
    assert message.json["notification"].get("tag", "") == tag


def test_buttons_that_lead_to_a_page_are_actions_and_those_of_the_bot_are_not(push, device):
    links = [Button("Move", url=f"{URL}move/"), Button("Cancel", url=f"{URL}cancel/"), Button("More", url=URL)]

    sent(notice(device, buttons=((Button("Hide", callback="bkn:hide:17"), links[0]), (links[1], links[2]))))

    assert push.received[0].json["notification"]["actions"] == [
        {"action": "go-1", "title": "Move", "navigate": f"{URL}move/"},
        {"action": "go-2", "title": "Cancel", "navigate": f"{URL}cancel/"},
    ]


def test_a_success_is_remembered(push, device):
    assert device.last_ok_at is None

    sent(notice(device))

    device.refresh_from_db()
    assert device.last_ok_at is not None


def test_two_services_in_a_row_each_get_claims_of_their_own(push, device, settings):
    """pywebpush writes the first service's origin into the claims it is given, and the second would answer 403."""
    with PushStandIn(public_key=PUBLIC) as other:
        settings.PUSH_ALLOWED_HOSTS = [*settings.PUSH_ALLOWED_HOSTS, other.url.removeprefix("http://")]
        carrier = WebPushCarrier()

        carrier.send(notice(device))
        carrier.send(notice(row_of(other)))
        carrier.send(notice(device))

    assert (len(push.received), len(other.received)) == (2, 1)


@pytest.mark.parametrize("letter", ["a", "я", "😀", '"', "\\", "e\u0301"])
def test_what_is_too_long_loses_its_end_and_no_half_of_a_letter(push, device, letter):
    sent(notice(device, text=letter * 4000, title=letter * 1000))

    (message,) = push.received
    body = message.json["notification"]["body"]
    assert LONGEST_PAYLOAD - 20 < len(message.payload) <= LONGEST_PAYLOAD
    assert body.endswith("…")
    assert body[:-1] in ("", letter * (len(body[:-1]) // len(letter)))


def test_what_fits_is_not_shortened(device):
    text = "a" * 2000

    assert f'"body":"{text}"' in payload_of(notice(device, text=text))


ANSWERS = [
    (status(404), AddressGone, "127.0.0.1 answered 404"),
    (status(410), AddressGone, "127.0.0.1 answered 410"),
    (status(400), Unacceptable, "127.0.0.1 answered 400"),
    (status(405), Unacceptable, "127.0.0.1 answered 405"),
    (status(413), Unacceptable, "127.0.0.1 answered 413"),
    (status(401), TryLater, "127.0.0.1 answered 401: see VAPID_PRIVATE_KEY"),
    (status(403), TryLater, "127.0.0.1 answered 403: see VAPID_PRIVATE_KEY"),
    (status(408), TryLater, "127.0.0.1 answered 408"),
    (status(429), Throttled, "127.0.0.1 answered 429"),
    (status(500), TryLater, "127.0.0.1 answered 500"),
    (status(503, retry_after=5), TryLater, "127.0.0.1 answered 503"),
    (bad_gateway(), TryLater, "127.0.0.1 answered 502"),
]


@pytest.mark.parametrize(("answer", "kind", "reason"), ANSWERS, ids=[f"{row[0].status}" for row in ANSWERS])
def test_what_follows_from_an_answer(push, device, answer, kind, reason):
    push.script(answer)

    refusal = refusal_of(notice(device))

    device.refresh_from_db()
    assert type(refusal) is kind
    assert refusal.reason.startswith(reason)
    assert device.endpoint not in refusal.reason
    assert device.last_ok_at is None


@pytest.mark.parametrize("code", [200, 202, 203, 204, 206])
def test_any_kind_of_success_is_one(push, device, code):
    push.script(status(code))

    assert sent(notice(device)) == ""


def test_a_subscription_of_another_key_is_tried_later_and_names_ours(push, device, settings):
    settings.VAPID_PRIVATE_KEY, settings.VAPID_PUBLIC_KEY = new_pair()

    refusal = refusal_of(notice(device))

    assert type(refusal) is TryLater
    assert "VAPID_PRIVATE_KEY" in refusal.reason


def test_a_browser_that_took_its_permission_back_is_gone(push):
    subscription = push.subscribe()
    row = row_of(push, endpoint=subscription.endpoint)
    push.expire(subscription)

    assert type(refusal_of(notice(row))) is AddressGone


def test_a_subscription_that_was_deleted_is_gone(push, device):
    message = notice(device)
    device.delete()

    assert type(refusal_of(message)) is AddressGone
    assert push.attempts == []


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(push, device, code):
    redirect = push.redirect()
    push.script(replace(redirect, status=code))

    refusal = refusal_of(notice(device))

    assert (type(refusal), refusal.reason) == (Unacceptable, f"127.0.0.1 answered {code}")
    assert (len(push.attempts), push.followed) == (1, [])


def test_a_careless_session_would_follow_a_redirect(push, device, monkeypatch):
    """The control of the test above."""
    monkeypatch.setattr(web_push, "NoRedirects", requests.Session)
    push.script(push.redirect())

    sent(notice(device))

    assert len(push.followed) == 1


@pytest.mark.parametrize("hosts", [[], ["127.0.0.1"], ["push.example.com"]])
def test_a_host_that_is_allowed_no_longer_is_not_connected_to(push, device, settings, hosts):
    settings.PUSH_ALLOWED_HOSTS = hosts

    refusal = refusal_of(notice(device))

    assert (type(refusal), refusal.reason) == (Unacceptable, "the host is no push service that we know")
    assert push.attempts == []


def test_without_the_look_at_the_host_it_would_be_connected_to(push, device, settings, monkeypatch):
    """The control of the test above."""
    settings.PUSH_ALLOWED_HOSTS = []
    monkeypatch.setattr(web_push, "is_allowed", lambda *args: True)

    sent(notice(device))

    assert len(push.received) == 1


TAGGED, UNTAGGED, BULK = {"tag": "apt-17"}, {"tag": ""}, {"tag": "offer-3", "is_bulk": True}


@pytest.mark.parametrize("trouble", [delayed(30), lost(), dropped()], ids=["too late", "lost", "dropped"])
@pytest.mark.parametrize(("manner", "kind"), [(TAGGED, TryLater), (UNTAGGED, AnswerLost), (BULK, AnswerLost)])
def test_a_lost_answer_is_harmless_where_a_second_push_takes_the_place_of_the_first(
    push, device, monkeypatch, trouble, manner, kind
):
    monkeypatch.setattr(web_push, "TIMEOUT", 0.3)
    push.script(trouble)

    refusal = refusal_of(notice(device, **manner))

    assert type(refusal) is kind
    assert refusal.reason.startswith("no answer from the push service: ")


def test_the_second_push_takes_the_place_of_the_first(push):
    subscription = push.subscribe()
    row = row_of(push, endpoint=subscription.endpoint, p256dh=subscription.p256dh, auth=subscription.auth)
    push.script(lost())

    refusal_of(notice(row))
    sent(notice(row))

    assert len(push.received_by(subscription)) == 2
    assert len(push.waiting(subscription)) == 1


@pytest.mark.parametrize("manner", [TAGGED, UNTAGGED, BULK])
def test_a_service_that_is_not_there_is_tried_later(push, settings, manner):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        host = f"127.0.0.1:{closed.getsockname()[1]}"
    settings.PUSH_ALLOWED_HOSTS = [host]
    row = row_of(push, endpoint=f"http://{host}/push/1")

    refusal = refusal_of(notice(row, **manner))

    assert (type(refusal), refusal.reason) == (TryLater, "no answer from the push service: ConnectionError")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5),
        ("0", 1),
        ("3601", 3600),
        ("99999999999999999999", 60),
        ("", 60),
        ("soon", 60),
        ("-5", 60),
        ("１０", 60),
        ("1.5", 60),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1),
        ("Wed, 21 Oct 2315 07:28:00 GMT", 3600),
        ("Wed, 21 Oct 2315 07:28:00 -0000", 3600),
    ],
)
def test_retry_after_is_read_within_bounds(header, seconds):
    assert wait_of(header) == timedelta(seconds=seconds)


def test_retry_after_may_be_a_date():
    soon = (timezone.now() + timedelta(seconds=90)).astimezone(UTC)

    wait = wait_of(format_datetime(soon, usegmt=True))

    assert timedelta(seconds=80) < wait <= timedelta(seconds=90)
    assert isinstance(soon, datetime)


def test_a_throttled_push_waits_as_long_as_it_is_told(push, device):
    push.script(status(429, retry_after=17))

    refusal = refusal_of(notice(device))

    assert isinstance(refusal, Throttled)
    assert refusal.wait == timedelta(seconds=17)


@pytest.mark.parametrize("damage", [{"p256dh": ""}, {"p256dh": "B" * 87}, {"auth": ""}, {"auth": "A" * 40}])
def test_keys_that_are_damaged_make_a_subscription_useless(push, damage):
    row = row_of(push, **damage)

    refusal = refusal_of(notice(row))

    assert (type(refusal), push.attempts) == (AddressGone, [])
