"""How the tests of the push stand-in push: by the real pywebpush, and by hand."""

import json
import time
from typing import Any

import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import webpush

from tests.standins.push import PushStandIn, Subscription, b64url

SUB = "mailto:hello@okno.by"
PAYLOAD = {"web_push": 8030, "notification": {"title": "Окно", "navigate": "https://okno.by/v/1"}}


def new_vapid() -> Vapid02:
    vapid = Vapid02()
    vapid.generate_keys()
    return vapid


def public_part(vapid: Vapid02) -> str:
    return b64url(vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


VAPID = new_vapid()


def send(
    subscription: Subscription,
    text: str | None = None,
    *,
    vapid: Vapid02 = VAPID,
    ttl: int = 60,
    claims: dict[str, Any] | None = None,
    timeout: float = 5,
    **options: Any,
) -> requests.Response:
    """A push by pywebpush."""
    return webpush(
        subscription.as_json(),
        json.dumps(PAYLOAD, ensure_ascii=False) if text is None else text,
        vapid_private_key=vapid,
        vapid_claims={"sub": SUB, **(claims or {})},
        ttl=ttl,
        timeout=timeout,
        **options,
    )


def by_hand(
    push: PushStandIn,
    subscription: Subscription,
    body: bytes = b"",
    *,
    claims: dict[str, Any] | None = None,
    **headers: str | None,
) -> requests.Response:
    """A request with what pywebpush would not let pass; a header of None is left out."""
    signed = VAPID.sign({"aud": push.url, "exp": int(time.time()) + 60, "sub": SUB, **(claims or {})})
    spoilt = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"TTL": "60", **({"Content-Encoding": "aes128gcm"} if body else {}), **signed, **spoilt}
    return requests.post(subscription.endpoint, body, headers=sent, timeout=5)


def reason(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["reason"]
