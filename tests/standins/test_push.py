"""A real pywebpush is accepted and read; everything a real push service refuses is refused."""

import base64

import pytest
import requests
from pywebpush import WebPushException, webpush

from tests.standins.push import bad_gateway, delayed, dropped, lost, normal, status
from tests.standins.pushing import PAYLOAD, SUB, VAPID, by_hand, reason, send


def test_subscription_looks_like_a_browsers(push):
    subscription = push.subscribe()

    point = base64.urlsafe_b64decode(subscription.p256dh + "=")
    assert subscription.endpoint.startswith(f"{push.url}/push/")
    assert (len(subscription.p256dh), len(subscription.auth), len(point), point[0]) == (87, 22, 65, 4)
    assert subscription.as_json() == {
        "endpoint": subscription.endpoint,
        "expirationTime": None,
        "keys": {"p256dh": subscription.p256dh, "auth": subscription.auth},
    }


def test_real_push_is_accepted_and_read(push):
    subscription, other = push.subscribe(), push.subscribe()

    response = send(subscription, headers={"Topic": "apt-1", "Urgency": "high"})

    (message,) = push.received
    assert (response.status_code, response.headers["Location"]) == (201, message.location)
    assert (message.json, message.endpoint) == (PAYLOAD, subscription.endpoint)
    assert (message.manner.ttl, message.manner.topic, message.manner.urgency) == (60, "apt-1", "high")
    assert (message.claims["aud"], message.claims["sub"]) == (push.url, SUB)
    assert (message.headers["content-encoding"], push.attempts[0].status) == ("aes128gcm", 201)
    assert (push.received_by(subscription), push.received_by(other)) == ([message], [])


def test_biggest_payload_fits_and_a_bigger_one_does_not(push):
    subscription = push.subscribe()

    assert send(subscription, "a" * 3993).status_code == 201
    with pytest.raises(WebPushException) as refused:
        send(subscription, "a" * 3994)

    assert refused.value.response.status_code == 413
    assert [len(message.payload) for message in push.received] == [3993]


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"TTL": None}, "BadTtl"),
        ({"TTL": "soon"}, "BadTtl"),
        ({"TTL": "-1"}, "BadTtl"),
        ({"Topic": "a" * 33}, "BadWebPushTopic"),
        ({"Topic": "apt:1"}, "BadWebPushTopic"),
        ({"Topic": ""}, "BadWebPushTopic"),
        ({"Urgency": "urgent"}, "BadUrgency"),
        ({"Content_Encoding": "aesgcm"}, "BadContentEncoding"),
        ({"Content_Encoding": None}, "BadContentEncoding"),
    ],
)
def test_header_is_refused(push, headers, words):
    response = by_hand(push, push.subscribe(), b"body", **headers)

    assert reason(response) == (400, words)
    assert push.received == []


def test_subscriptions_end(push):
    subscription, gone = push.subscribe(), push.subscribe()
    push.expire(gone)

    unknown = requests.post(subscription.endpoint + "x", timeout=5)
    with pytest.raises(WebPushException) as expired:
        send(gone)

    assert (reason(unknown), reason(expired.value.response)) == ((404, "UnknownSubscription"), (410, "Unregistered"))
    assert requests.get(subscription.endpoint, timeout=5).status_code == 405


def test_topic_replaces_what_waits(push):
    subscription, other = push.subscribe(), push.subscribe()
    for text, topic in (("old", "apt-1"), ("else", "apt-2"), ("new", "apt-1")):
        send(subscription, text, headers={"Topic": topic})
    send(other, "other", headers={"Topic": "apt-1"})

    assert [message.payload for message in push.received] == [b"old", b"else", b"new", b"other"]
    assert [message.payload for message in push.waiting(subscription)] == [b"else", b"new"]
    assert [message.payload for message in push.collect(subscription)] == [b"else", b"new"]
    assert push.waiting(subscription) == []
    assert [message.payload for message in push.waiting(other)] == [b"other"]


def test_message_waits_for_its_ttl_only(push):
    subscription = push.subscribe()
    send(subscription, "lost", ttl=0)
    send(subscription, "brief", ttl=60)
    send(subscription, "long", ttl=7200)

    push.let_pass(61)

    assert [message.payload for message in push.waiting(subscription)] == [b"long"]
    assert len(push.received) == 3


def test_what_the_browser_cannot_read_is_taken_and_thrown_away(push):
    subscription, other = push.subscribe(), push.subscribe()
    swapped = {**subscription.as_json(), "keys": other.as_json()["keys"]}

    response = webpush(swapped, "a", vapid_private_key=VAPID, vapid_claims={"sub": SUB}, ttl=60, timeout=5)

    assert (response.status_code, push.received, len(push.undecryptable)) == (201, [], 1)
    assert by_hand(push, subscription, b"nonsense").status_code == 201
    assert (push.received, len(push.undecryptable)) == ([], 2)


@pytest.mark.parametrize(
    ("scripted", "code", "retry_after"),
    [
        (status(404), 404, None),
        (status(410), 410, None),
        (status(429, retry_after=7), 429, "7"),
        (status(503, retry_after=120), 503, "120"),
        (bad_gateway(), 502, None),
    ],
)
def test_scripted_answer_is_given_once(push, scripted, code, retry_after):
    subscription = push.subscribe()
    push.script(scripted)

    with pytest.raises(WebPushException) as refused:
        send(subscription)

    response = refused.value.response
    assert (response.status_code, response.headers.get("Retry-After"), push.received) == (code, retry_after, [])
    assert send(subscription).status_code == 201


def test_answers_of_one_subscription_wait_for_it(push):
    subscription, other = push.subscribe(), push.subscribe()
    push.answer_next(subscription, normal(), status(410))

    assert [send(target).status_code for target in (other, subscription, other)] == [201, 201, 201]
    with pytest.raises(WebPushException):
        send(subscription)


def test_redirect_that_is_followed_is_noted(push):
    subscription = push.subscribe()
    push.script(push.redirect(), push.redirect())
    headers = {"TTL": "60"}

    unmoved = requests.post(subscription.endpoint, headers=headers, timeout=5, allow_redirects=False)
    before = len(push.followed)
    requests.post(subscription.endpoint, headers=headers, timeout=5)

    assert (unmoved.status_code, before, len(push.followed), push.received) == (301, 0, 1, [])


def test_connection_is_cut_before_or_after_the_message_is_taken(push):
    subscription = push.subscribe()
    push.script(dropped(), lost())

    with pytest.raises(requests.ConnectionError):
        send(subscription, "before")
    with pytest.raises(requests.ConnectionError):
        send(subscription, "after")

    assert [message.payload for message in push.received] == [b"after"]
    assert [attempt.status for attempt in push.attempts] == [None, None]


def test_slow_answer_times_out(push):
    push.script(delayed(0.5))

    with pytest.raises(requests.Timeout):
        send(push.subscribe(), "a", timeout=0.1)

    assert len(push.received) == 1
