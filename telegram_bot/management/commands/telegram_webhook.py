"""`manage.py telegram_webhook set|delete|info`."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from telegram_bot.carrier import TelegramCarrier
from telegram_bot.errors import trouble_in_words
from telegram_bot.introduction import introduce
from telegram_bot.polling import WANTED
from telegram_bot.wire import WIRE

SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
PORTS = (443, 80, 88, 8443)
CONNECTIONS = 40


class Command(BaseCommand):
    """Tell Telegram where the bot's updates go, and what the bot says of itself; or ask where they go now."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["set", "delete", "info"])
        parser.add_argument("--drop-pending", action="store_true", help="forget what has come in meanwhile")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 1, with the cure in words, when Telegram or the settings refuse."""
        require_token()
        try:
            if options["action"] == "set":
                self.set(drop=options["drop_pending"])
            elif options["action"] == "delete":
                WIRE.call(lambda bot: bot.delete_webhook(drop_pending_updates=options["drop_pending"]))
                self.stdout.write("The webhook is gone: `manage.py run_bot` may ask for updates now.")
            else:
                self.tell(WIRE.call(Bot.get_webhook_info))
        except InvalidToken as error:
            raise CommandError(
                "Telegram does not know TELEGRAM_BOT_TOKEN. Ask @BotFather for the bot's token."
            ) from error
        except TelegramError as error:
            raise CommandError(trouble_in_words(error)) from error
        finally:
            WIRE.stop()

    def set(self, *, drop: bool) -> None:
        address, secret = webhook_address(), webhook_secret()
        WIRE.call(
            lambda bot: bot.set_webhook(
                address,
                secret_token=secret,
                allowed_updates=WANTED,
                max_connections=CONNECTIONS,
                drop_pending_updates=drop,
            )
        )
        introduce()
        self.stdout.write(f"Telegram sends updates to {address} from now on.")
        self.stdout.write("The commands, the menu button and the descriptions are set in every language.")

    def tell(self, info: WebhookInfo) -> None:
        self.stdout.write(f"address    {info.url or 'none: updates are asked for by `manage.py run_bot`'}")
        self.stdout.write(f"waiting    {info.pending_update_count}")
        if info.last_error_message:
            self.stdout.write(f"last error {info.last_error_date:%Y-%m-%d %H:%M} UTC: {info.last_error_message}")


def require_token() -> None:
    if not TelegramCarrier().is_configured():
        raise CommandError("TELEGRAM_BOT_TOKEN is not set, or is no token. @BotFather gives one, like 123456:ABC-DEF.")


def webhook_address() -> str:
    """Raises CommandError for an address that Telegram would not call."""
    parts = urlsplit(settings.PUBLIC_URL)
    if parts.scheme != "https":
        raise CommandError(
            f"PUBLIC_URL is {settings.PUBLIC_URL}, and Telegram calls only https:// addresses. Set it to the address "
            "people open, or use `manage.py run_bot` where there is none."
        )
    if (parts.port or 443) not in PORTS:
        raise CommandError(f"PUBLIC_URL has port {parts.port}; Telegram calls only {', '.join(map(str, PORTS))}.")
    return settings.PUBLIC_URL + reverse("telegram_bot:webhook")


def webhook_secret() -> str:
    """Raises CommandError when there is none, or one that Telegram would not send."""
    secret: str = settings.TELEGRAM_WEBHOOK_SECRET
    if not SECRET.fullmatch(secret):
        raise CommandError(
            "TELEGRAM_WEBHOOK_SECRET must be 16 to 256 of A-Z a-z 0-9 _ -. Make one: "
            'python -c "import secrets; print(secrets.token_urlsafe(32))"'
        )
    return secret
