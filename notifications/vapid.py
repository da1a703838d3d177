"""Who we are to push services (RFC 8292): one key pair of the deployment, and whom they may write to."""

import re
from collections.abc import Callable
from functools import cache

from notifications import push_keys

CURE = "Run: manage.py vapid"
MAILBOX = re.compile(r"(?:mailto:)?(?P<mailbox>[^\s@:,?]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE | re.ASCII)
"""At a host with a dot: Apple takes no localhost."""


@cache
def problems(private: str, public: str, email: str) -> tuple[str, ...]:
    """What is wrong with the three variables, each in words that name it and the cure; nothing of them is said."""
    found = [
        shape_of("VAPID_PRIVATE_KEY", private, push_keys.PRIVATE_BYTES, push_keys.private_key),
        shape_of("VAPID_PUBLIC_KEY", public, push_keys.POINT_BYTES, push_keys.point),
        problem_of_mailbox(email),
    ]
    wrong = [problem for problem in found if problem]
    if not wrong and push_keys.text_of_point(push_keys.private_key(private).public_key()) != public:
        wrong.append(f"VAPID_PUBLIC_KEY does not belong to VAPID_PRIVATE_KEY; they are made together. {CURE}")
    return tuple(wrong)


def shape_of(name: str, text: str, size: int, read: Callable[[str], object]) -> str:
    if not text:
        return f"{name} is not set, but push needs both keys. {CURE}"
    letters = push_keys.letters_of(size)
    if len(text) != letters:
        return f"{name} is {len(text)} characters; a base64url P-256 key has {letters}. {CURE}"
    try:
        read(text)
    except ValueError:
        return f"{name} is no P-256 key in base64url (A-Z, a-z, 0-9, - and _). {CURE}"
    return ""


def problem_of_mailbox(email: str) -> str:
    if not email:
        return "VAPID_EMAIL is not set; push services want to know whom to write to, as mailto:you@example.com"
    return "" if MAILBOX.fullmatch(email) else "VAPID_EMAIL is no mail address; write it as mailto:you@example.com"


def subject_of(email: str) -> str:
    """With the ``mailto:`` that Apple insists on, whether or not it was written."""
    match = MAILBOX.fullmatch(email)
    return f"mailto:{match['mailbox']}" if match else ""
