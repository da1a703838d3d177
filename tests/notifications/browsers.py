"""Browsers that agreed to be woken, as their PushSubscription.toJSON() tells of them."""

import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

from notifications import push_keys

FCM = "https://fcm.googleapis.com/fcm/send/"


@dataclass
class Browser:
    """Keys of its own, and an endpoint at a push service."""

    endpoint: str = field(default_factory=lambda: FCM + secrets.token_urlsafe(12))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def p256dh(self) -> str:
        return push_keys.text_of_point(self.key.public_key())

    @property
    def auth(self) -> str:
        return push_keys.encoded(self.secret)

    @property
    def wire(self) -> dict:
        return {
            "endpoint": self.endpoint,
            "expirationTime": None,
            "keys": {"p256dh": self.p256dh, "auth": self.auth},
        }
