"""The shapes of Web Push's keys: points of P-256 and short secrets in base64url (RFC 8291, RFC 8292)."""

import base64
import binascii
import re

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

POINT_BYTES, SECRET_BYTES, PRIVATE_BYTES = 65, 16, 32
ALPHABET = re.compile(r"[A-Za-z0-9_-]+")


def letters_of(size: int) -> int:
    """Characters of base64url without padding for ``size`` bytes."""
    return -(-size * 4 // 3)


def decoded(text: str, size: int) -> bytes:
    """Exactly ``size`` bytes in base64url without padding. Raises ValueError."""
    if len(text) != letters_of(size) or not ALPHABET.fullmatch(text):
        raise ValueError("wrong length or letters")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def point(text: str) -> ec.EllipticCurvePublicKey:
    """A public key: 87 characters, an uncompressed point that lies on the curve. Raises ValueError."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(text, POINT_BYTES))


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """43 characters: a number between 1 and the order of the curve. Raises ValueError."""
    return ec.derive_private_key(int.from_bytes(decoded(text, PRIVATE_BYTES), "big"), ec.SECP256R1())


def text_of_point(key: ec.EllipticCurvePublicKey) -> str:
    return encoded(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def new_pair() -> tuple[str, str]:
    """A fresh private key and its public one, as the environment takes them."""
    key = ec.generate_private_key(ec.SECP256R1())
    number = key.private_numbers().private_value
    return encoded(number.to_bytes(PRIVATE_BYTES, "big")), text_of_point(key.public_key())
