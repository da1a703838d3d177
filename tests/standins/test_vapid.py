"""Whoever may not push is told so, in the words of Apple where it has some."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import VapidException
from pywebpush import WebPushException, webpush

from tests.standins.push import PushStandIn, b64url
from tests.standins.pushing import SUB, VAPID, by_hand, new_vapid, public_part, reason, send

DAY = 24 * 60 * 60


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"aud": "https://fcm.googleapis.com"}, "aud is 'https://fcm.googleapis.com', not"),
        ({"exp": int(time.time()) + 2 * DAY}, "exp is not within the next 24 hours"),
        ({"sub": "https://localhost"}, "sub is neither mailto: nor https:"),
        ({"sub": "mailto:admin@localhost"}, "sub is neither mailto: nor https:"),
    ],
)
def test_claim_is_refused(push, claims, words):
    with pytest.raises(WebPushException) as refused:
        send(push.subscribe(), claims={"exp": int(time.time()) + 60, **claims})

    code, told = reason(refused.value.response)
    assert code == 403
    assert told.startswith(f"BadJwtToken: {words}")
    assert push.received == []


LONG_AGO = 1_700_000_000


@pytest.mark.parametrize("exp", [-1, LONG_AGO, "tomorrow"])
def test_token_of_the_past_is_refused(push, exp):
    assert reason(by_hand(push, push.subscribe(), claims={"exp": exp})) == (
        403,
        "BadJwtToken: exp is not within the next 24 hours",
    )


def test_pywebpush_itself_refuses_a_contact_without_a_scheme(push):
    with pytest.raises(VapidException):
        send(push.subscribe(), claims={"sub": "hello@okno.by"})

    assert push.attempts == []


def test_shared_claims_break_the_next_service(push):
    claims = {"sub": SUB}

    def send_to(service):
        info = service.subscribe().as_json()
        return webpush(info, "a", vapid_private_key=VAPID, vapid_claims=claims, ttl=60, timeout=5)

    with PushStandIn() as other:
        send_to(push)
        with pytest.raises(WebPushException) as refused:
            send_to(other)

    assert reason(refused.value.response)[0] == 403
    assert (len(push.received), len(other.received)) == (1, 0)


def test_key_of_somebody_else_is_refused(push):
    with pytest.raises(WebPushException) as refused:
        send(push.subscribe(), vapid=new_vapid())

    assert reason(refused.value.response) == (403, "VapidPkHashMismatch")


@pytest.mark.parametrize(
    ("spoil", "answer"),
    [
        (lambda token, key: None, (401, "MissingAuthorization")),
        (lambda token, key: f"Bearer {token}", (403, "BadJwtToken: not of the form vapid t=…, k=…")),
        (lambda token, key: f"vapid t={token}", (403, "BadJwtToken: not of the form vapid t=…, k=…")),
        (lambda token, key: f"vapid t={token[:-10]}, k={key}", (403, "BadJwtToken: not signed with ES256")),
        (lambda token, key: f"vapid t={token.split('.')[0]}, k={key}", (403, "BadJwtToken: t is no JWT")),
        (lambda token, key: f"vapid t={token}, k={key[:-4]}", (403, "BadJwtToken: k is no point of P-256")),
        (lambda token, key: f"vapid t={token}, k={key}=", (403, "BadJwtToken: not base64url")),
        (
            lambda token, key: f"vapid t={token}, k={public_part(new_vapid())}",
            (403, "BadJwtToken: the signature is not of k"),
        ),
    ],
)
def test_authorization_is_refused(spoil, answer):
    with PushStandIn() as push:
        signed = VAPID.sign({"aud": push.url, "exp": int(time.time()) + 60, "sub": SUB})["Authorization"]
        token, key = signed.removeprefix("vapid t=").split(",k=")

        response = by_hand(push, push.subscribe(), Authorization=spoil(token, key))

        assert reason(response) == answer
        assert push.received == []


def test_another_curve_is_no_key(push):
    key = ec.generate_private_key(ec.SECP384R1()).public_key()
    point = b64url(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    with PushStandIn() as service:
        response = by_hand(service, service.subscribe(), Authorization=f"vapid t=a.b.c, k={point}")

    assert reason(response) == (403, "BadJwtToken: k is no point of P-256")
