"""Secrets of a demo: made once, then read from a file in the git-ignored folder of this checkout."""

import os
from collections.abc import Callable
from pathlib import Path

from config.embedded.place import Place
from notifications.push_keys import new_pair


def kept(path: Path, make: Callable[[], str]) -> str:
    """What the file says, which is for our eyes only; whoever wants something else writes it there."""
    if path.exists() and (text := path.read_text().strip()):
        return text
    text = make()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")
    Place().give_to_the_owner(path)
    return text


def push_keys_file() -> Path:
    return Place().home / "demo-push-keys"


def kept_push_keys() -> dict[str, str]:
    """The environment in which a demo can push: browsers ask for the pair they have subscribed with."""
    private, _, public = kept(push_keys_file(), lambda: " ".join(new_pair())).partition(" ")
    return {
        "VAPID_PRIVATE_KEY": private,
        "VAPID_PUBLIC_KEY": public,
        "VAPID_EMAIL": "mailto:demo@example.com",
    }
