"""The environment: every variable with the default it has in a demo, and what a server must be told."""

import os
import re
import sys
from pathlib import Path

import environ

DEMO_SECRET_KEY = "demo only, refused when DEBUG is off"  # noqa: S105 - published on purpose
SHORTEST_KEY = 32
RATE = re.compile(r"0|[1-9][0-9]*/(sec|min|hour|day)", re.ASCII)
REQUIRED_ON_A_SERVER = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL")

DEFAULTS = {
    "DEBUG": (bool, True),
    "LOG_LEVEL": (str, "INFO"),
    "ALLOWED_HOSTS": (list, ["localhost", "127.0.0.1", "[::1]"]),
    "CSRF_TRUSTED_ORIGINS": (list, []),
    "PUBLIC_URL": (str, "http://localhost:8000"),
    "DATABASE_URL": (str, "postgres://okno@127.0.0.1:5432/okno"),
    "DATABASE_POOL_SIZE": (int, 8),
    "DATABASE_POOL_TIMEOUT": (int, 5),
    "REDIS_URL": (str, "redis://127.0.0.1:6379/0"),
    "BOOKING_HOLD_SECONDS": (int, 300),
    "BOOKING_SLOT_STEP_MINUTES": (int, 15),
    "BOOKING_MIN_NOTICE_MINUTES": (int, 60),
    "BOOKING_HORIZON_DAYS": (int, 60),
    "TELEGRAM_BOT_TOKEN": (str, ""),
    "TELEGRAM_BOT_USERNAME": (str, ""),
    "TELEGRAM_WEBHOOK_SECRET": (str, ""),
    "TELEGRAM_API_BASE": (str, "https://api.telegram.org"),
    "VAPID_PRIVATE_KEY": (str, ""),
    "VAPID_PUBLIC_KEY": (str, ""),
    "VAPID_EMAIL": (str, ""),
    "PUSH_ALLOWED_HOSTS": (list, []),
    "EMAIL_URL": (str, ""),
    "EMAIL_FROM": (str, ""),
    "SMS_GATEWAY": (str, ""),
    "API_BOOK_RATE": (str, ""),
}


def read_environment(base_dir: Path) -> environ.Env:
    """The process environment over ``.env`` over the demo's defaults.

    Raises SystemExit, naming each missing variable, when DEBUG is off and something a server needs is not set.
    """
    env = environ.Env(**DEFAULTS)
    env.read_env(base_dir / ".env")
    refuse_no_rate(env.str("API_BOOK_RATE"))
    if not env.bool("DEBUG"):
        refuse_half_configured()
    return env


def refuse_no_rate(rate: str) -> None:
    if rate and not RATE.fullmatch(rate):
        sys.exit(f"API_BOOK_RATE={rate} is no rate: write one like 60/min, or 0 for none.")


def mails_in(folder: Path) -> str:
    """The ``EMAIL_URL`` of an absolute folder. django-environ takes one slash more away than a URL gives."""
    return f"filemail:///{folder}"


def refuse_half_configured() -> None:
    missing = [name for name in REQUIRED_ON_A_SERVER if not os.environ.get(name)]
    if missing:
        sys.exit(
            f"DEBUG is off and these variables are not set: {', '.join(missing)}.\n"
            "Set them in the environment or in .env; .env.example explains each."
        )
    key = os.environ["SECRET_KEY"]
    if key == DEMO_SECRET_KEY:
        sys.exit("SECRET_KEY is the demo's, which everybody knows. Make your own: see .env.example.")
    if len(key) < SHORTEST_KEY or len(set(key)) < SHORTEST_KEY // 4:
        sys.exit(f"SECRET_KEY can be guessed. Make one of at least {SHORTEST_KEY} random characters: see .env.example.")
