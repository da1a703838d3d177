"""A push service and the browsers behind it: ``with PushStandIn() as push``, then ``push.subscribe()``."""

import base64
import json
import os
import secrets
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.standins.script import (
    ANYBODY,
    Script,
    Scripted,
    bad_gateway,
    delayed,
    dropped,
    lost,
    normal,
    status,
)
from tests.standins.server import Reply, Request, StandIn
from tests.standins.vapid import Manner, RefusedPush, read_claims, read_manner

__all__ = [
    "PushStandIn",
    "Received",
    "Subscription",
    "bad_gateway",
    "delayed",
    "dropped",
    "lost",
    "normal",
    "status",
]
FOLLOWED = "/followed"
"""Where redirects lead; a push must never go there."""
UNDECRYPTABLE = (http_ece.ECEException, InvalidTag, ValueError, IndexError, struct.error)


@dataclass(frozen=True)
class Subscription:
    """What a browser hands out."""

    endpoint: str
    p256dh: str
    auth: str

    def as_json(self) -> dict[str, Any]:
        """The PushSubscription.toJSON() of the browser, which is pywebpush's ``subscription_info``, too."""
        keys = {"p256dh": self.p256dh, "auth": self.auth}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}


@dataclass(frozen=True)
class Received:
    """A message that was accepted and could be read."""

    endpoint: str
    payload: bytes
    headers: dict[str, str]
    claims: dict[str, Any]
    manner: Manner
    at: float
    location: str

    @property
    def json(self) -> Any:
        return json.loads(self.payload)


@dataclass
class Attempt:
    """Any request, accepted or not; ``status`` None is a cut connection."""

    method: str
    path: str
    headers: dict[str, str]
    size: int
    at: float
    status: int | None = None


@dataclass
class Device:
    """A browser: the secrets of its subscription, and what waits for it to come online."""

    key: ec.EllipticCurvePrivateKey
    secret: bytes
    expired: bool = False
    waiting: list[tuple[float, Received]] = field(default_factory=list)

    def keep(self, message: Received, now: float) -> None:
        """Keep ``message`` for its TTL in place of the one with its topic; a TTL of 0 is lost on whoever is offline."""
        topic = message.manner.topic
        self.waiting = [(end, other) for end, other in self.waiting if not topic or other.manner.topic != topic]
        if message.manner.ttl:
            self.waiting.append((now + message.manner.ttl, message))


def b64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class PushStandIn(StandIn):
    """A push service whose browsers are offline until a test lets them ``collect``.

    ``public_key``: the one VAPID key (87 characters) that may push to its subscriptions.
    """

    def __init__(self, *, public_key: str = "") -> None:
        super().__init__()
        self.public_key = public_key
        self.lock = threading.Lock()
        self.answers = Script()
        self.devices: dict[str, Device] = {}
        self.received: list[Received] = []
        self.undecryptable: list[bytes] = []
        self.attempts: list[Attempt] = []
        self.ahead = 0.0

    # The browsers -----------------------------------------------------------------------------------------------------

    def subscribe(self) -> Subscription:
        """A new subscription with keys of its own."""
        key, secret, path = (
            ec.generate_private_key(ec.SECP256R1()),
            os.urandom(16),
            f"/push/{secrets.token_urlsafe(24)}",
        )
        with self.lock:
            self.devices[path] = Device(key, secret)
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Subscription(self.url + path, b64url(point), b64url(secret))

    def expire(self, subscription: Subscription) -> None:
        """The person took the permission back: 410 from now on."""
        with self.lock:
            self.device(subscription).expired = True

    def waiting(self, subscription: Subscription) -> list[Received]:
        """What the browser will get when it comes online: unexpired, one of a topic."""
        with self.lock:
            return [message for end, message in self.device(subscription).waiting if end > self.now()]

    def collect(self, subscription: Subscription) -> list[Received]:
        """The browser comes online and takes what waits for it."""
        messages = self.waiting(subscription)
        with self.lock:
            self.device(subscription).waiting.clear()
        return messages

    def received_by(self, subscription: Subscription) -> list[Received]:
        """Everything ever accepted for ``subscription``, in order."""
        with self.lock:
            return [message for message in self.received if message.endpoint == subscription.endpoint]

    def device(self, subscription: Subscription) -> Device:
        return self.devices[subscription.endpoint.removeprefix(self.url)]

    # The clock and the script -----------------------------------------------------------------------------------------

    def now(self) -> float:
        return time.time() + self.ahead

    def let_pass(self, seconds: float) -> None:
        """Make the service's clock go on: what waits expires, and so do tokens."""
        self.ahead += seconds

    @property
    def followed(self) -> list[Attempt]:
        """Requests that followed a redirect, of which there must be none."""
        return [attempt for attempt in self.attempts if attempt.path == FOLLOWED]

    def script(self, *answers: Scripted) -> None:
        """What the next pushes get, whomever they are for."""
        self.answers.add(ANYBODY, *answers)

    def answer_next(self, subscription: Subscription, *answers: Scripted) -> None:
        """What the next pushes to ``subscription`` get."""
        self.answers.add(subscription.endpoint, *answers)

    def redirect(self) -> Scripted:
        """A 301 to where it is noted down that it was followed."""
        return Scripted(301, headers={"Location": self.url + FOLLOWED})

    # The wire ---------------------------------------------------------------------------------------------------------

    def respond(self, request: Request) -> Reply:
        headers = {name.lower(): value for name, value in request.headers.items()}
        attempt = Attempt(request.method, request.path, headers, len(request.body), time.monotonic())
        with self.lock:
            self.attempts.append(attempt)
        if request.path == FOLLOWED:
            attempt.status = 200
            return Reply()
        scripted = self.answers.take(self.url + request.path)
        reply = self.push(attempt, request.body) if scripted.effect else Reply.from_script(scripted)
        self.closing.wait(scripted.delay)
        if scripted.cut:
            return Reply(cut=True)
        attempt.status = reply.status
        return reply

    def push(self, attempt: Attempt, body: bytes) -> Reply:
        try:
            location = self.accept(attempt, body)
        except RefusedPush as refused:
            reason = json.dumps({"reason": refused.reason}, ensure_ascii=False).encode()
            return Reply(refused.status, reason, {"Content-Type": "application/json"})
        return Reply(201, headers={"Location": location, "TTL": attempt.headers["ttl"]})

    def accept(self, attempt: Attempt, body: bytes) -> str:
        """Check the push, read it as the browser will, and keep it; the address of the message."""
        device = self.living(attempt)
        manner = read_manner(attempt.headers, body)
        authorization = attempt.headers.get("authorization", "")
        claims = read_claims(authorization, origin=self.url, now=self.now(), pinned=self.public_key)
        location = f"{self.url}/message/{secrets.token_urlsafe(12)}"
        with self.lock:
            try:
                payload = decrypt(body, device)
            except UNDECRYPTABLE:  # a real service has no key and takes it; the browser throws it away
                self.undecryptable.append(body)
                return location
            endpoint = self.url + attempt.path
            message = Received(endpoint, payload, attempt.headers, claims, manner, attempt.at, location)
            self.received.append(message)
            device.keep(message, self.now())
        return location

    def living(self, attempt: Attempt) -> Device:
        if attempt.path not in self.devices:
            raise RefusedPush(404, "UnknownSubscription")
        if attempt.method != "POST":
            raise RefusedPush(405, "MethodNotAllowed")
        if self.devices[attempt.path].expired:
            raise RefusedPush(410, "Unregistered")
        return self.devices[attempt.path]


def decrypt(body: bytes, device: Device) -> bytes:
    """The plaintext; a push without a body is a mere tickle."""
    if not body:
        return b""
    plain: bytes = http_ece.decrypt(body, private_key=device.key, auth_secret=device.secret, version="aes128gcm")
    return plain
