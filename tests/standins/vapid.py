"""Who sends a push, and how: the checks of RFC 8030 (headers), of RFC 8292 (VAPID) and of Apple, the strictest."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

LONGEST_LIFE = 24 * 60 * 60
"""Seconds a token may be valid for."""
BIGGEST_BODY = 4096
URGENCIES = {"very-low", "low", "normal", "high"}
CONTACT = re.compile(r"mailto:[^\s<>@]+@[^\s<>@.]+(\.[^\s<>@.]+)+|https://[^\s/.]+(\.[^\s/.]+)+(/\S*)?")


class RefusedPush(Exception):
    """An answer that is no 201."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def bad_token(words: str) -> RefusedPush:
    return RefusedPush(403, f"BadJwtToken: {words}")


@dataclass(frozen=True)
class Manner:
    """How a message wants to be kept."""

    ttl: int
    topic: str
    urgency: str


def read_manner(headers: Mapping[str, str], body: bytes) -> Manner:
    """TTL, Topic and Urgency; refuses what RFC 8030 has no place for."""
    if len(body) > BIGGEST_BODY:
        raise RefusedPush(413, "PayloadTooLarge")
    if body and headers.get("content-encoding") != "aes128gcm":
        raise RefusedPush(400, "BadContentEncoding")
    ttl, topic, urgency = headers.get("ttl", ""), headers.get("topic"), headers.get("urgency", "normal")
    if not re.fullmatch(r"\d{1,10}", ttl):
        raise RefusedPush(400, "BadTtl")
    if topic is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", topic):
        raise RefusedPush(400, "BadWebPushTopic")
    if urgency not in URGENCIES:
        raise RefusedPush(400, "BadUrgency")
    return Manner(int(ttl), topic or "", urgency)


def read_claims(authorization: str, *, origin: str, now: float, pinned: str) -> dict[str, Any]:
    """The claims of a valid ``vapid t=…, k=…`` for ``origin``; ``pinned`` is the one key that is welcome, if any."""
    if not authorization:
        raise RefusedPush(401, "MissingAuthorization")
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    if scheme.lower() != "vapid" or parts.keys() != {"t", "k"}:
        raise bad_token("not of the form vapid t=…, k=…")
    if pinned and parts["k"] != pinned:
        raise RefusedPush(403, "VapidPkHashMismatch")
    claims = verified(parts["t"], public_key(parts["k"]))
    check_claims(claims, origin=origin, now=now)
    return claims


def check_claims(claims: dict[str, Any], *, origin: str, now: float) -> None:
    if claims.get("aud") != origin:
        raise bad_token(f"aud is {claims.get('aud')!r}, not {origin!r}")
    exp = claims.get("exp")
    if not isinstance(exp, int) or not now < exp <= now + LONGEST_LIFE:
        raise bad_token("exp is not within the next 24 hours")
    if not CONTACT.fullmatch(str(claims.get("sub", ""))):
        raise bad_token("sub is neither mailto: nor https:")  # a localhost is no contact either


def decoded(text: str) -> bytes:
    """base64url without padding; anything else is refused."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text) or len(text) % 4 == 1:
        raise bad_token("not base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def public_key(text: str) -> ec.EllipticCurvePublicKey:
    point = decoded(text)
    try:
        if len(point) != 65:
            raise ValueError
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise bad_token("k is no point of P-256") from None


def verified(token: str, key: ec.EllipticCurvePublicKey) -> dict[str, Any]:
    """The claims of ``token``, if it is a JWT that the owner of ``key`` signed with ES256."""
    if token.count(".") != 2:
        raise bad_token("t is no JWT")
    signed, _, seal = token.rpartition(".")
    head, claims = (json_object(decoded(part)) for part in signed.split("."))
    signature = decoded(seal)
    if head.get("alg") != "ES256" or len(signature) != 64:
        raise bad_token("not signed with ES256")
    halves = (int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    try:
        key.verify(encode_dss_signature(*halves), signed.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise bad_token("the signature is not of k") from None
    return claims


def json_object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        raise bad_token("t is no JWT") from None
    if not isinstance(value, dict):
        raise bad_token("t is no JWT")
    return value
