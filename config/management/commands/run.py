"""`manage.py run`, which `make run` ends in."""

import os
import signal
import sys
from argparse import ArgumentParser
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config.address import AddressError, require_free, web_address
from config.demo.kept import kept_push_keys
from config.devchat import access
from config.devchat.door import KEY
from config.embedded import EmbeddedError, leave
from config.household import Household, die_with_parent, wait_for_answer
from config.translations import compile_translations


class Command(BaseCommand):
    """Migrate, load the demo business once, then web, workers and beat in this terminal until Ctrl-C."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--end-with-parent",
            action="store_true",
            help="end when the process that started this one ends, even by kill -9 (Linux); make run asks for it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 0 after Ctrl-C or SIGTERM, 1 when something could not start or ended by itself."""
        if options["end_with_parent"]:
            die_with_parent(signal.SIGTERM)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # until honcho takes over
        try:
            address = web_address(os.environ)
            require_free(*address)
            sign_ins = self.prepare(options["verbosity"])
            self.let_the_demo_chat(address)
            self.keep_running(address, sign_ins)
        except (AddressError, EmbeddedError) as error:
            raise CommandError(str(error)) from error
        finally:
            if leave():
                self.stdout.write("The embedded PostgreSQL and Redis have ended too.")

    def prepare(self, verbosity: int) -> str:
        """Bring translations, tables and the demo up to date; returns what the demo has to say."""
        try:
            compile_translations()
        except ValueError as error:
            raise CommandError(f"A translation cannot be compiled. {error}") from error
        call_command("migrate", interactive=False, verbosity=verbosity)
        sign_ins = StringIO()
        if settings.DEBUG:
            self.stdout.write("Loading the demo business, if it is not there yet…")
            call_command("demo", stdout=sign_ins)
            self.let_the_demo_push()
        else:
            call_command("collectstatic", interactive=False, verbosity=0)  # pages name files by their checksum
        # The pool's threads must not be there when honcho forks.
        for connection in connections.all(initialized_only=True):
            connection.close()
            getattr(connection, "close_pool", lambda: None)()
        return sign_ins.getvalue()

    def let_the_demo_push(self) -> None:
        """Give web and worker a pair of keys, unless somebody has set his own, or half of it."""
        if not (settings.VAPID_PRIVATE_KEY or settings.VAPID_PUBLIC_KEY):
            os.environ.update(kept_push_keys())

    def let_the_demo_chat(self, address: tuple[str, int]) -> None:
        """Give the bot a Telegram of this machine's own, unless somebody has set a token."""
        if settings.DEBUG and not settings.TELEGRAM_BOT_TOKEN and access.is_possible():
            os.environ.update(access.variables(address, urlsplit(settings.PUBLIC_URL).netloc))

    def keep_running(self, address: tuple[str, int], sign_ins: str) -> None:
        os.environ.setdefault("LOG_LEVEL", "WARNING")  # or every request would push the address out of sight
        household = Household(when_started=lambda: self.announce(address, sign_ins))
        for name in self.names():
            household.add(name)
        if not household.keep():
            names = ", ".join(household.ended_first) or "a process"
            raise CommandError(f"{names} ended unexpectedly, so everything was ended. The lines above say why.")

    def names(self) -> list[str]:
        """What runs, by the names of the entrypoint."""
        telegram = [access.NAME] if self.has_a_telegram() else ["bot"] if self.has_a_bot_to_ask_for() else []
        return ["web", "worker", "worker-broadcast", "beat", *telegram]

    def has_a_telegram(self) -> bool:
        return settings.DEBUG and KEY in os.environ

    def has_a_bot_to_ask_for(self) -> bool:
        """A bot with a token whose updates Telegram cannot bring: a server with an https:// address has its webhook."""
        return bool(settings.TELEGRAM_BOT_TOKEN) and not settings.PUBLIC_URL.startswith("https://")

    def announce(self, address: tuple[str, int], sign_ins: str) -> None:
        """Last, when the pages answer: what a person wants to see must not scroll away."""
        if wait_for_answer(*address):
            console = "" if sign_ins else f"  Console        {settings.PUBLIC_URL}/admin/\n"  # the demo has named it
            addresses = f"  All pages      {settings.PUBLIC_URL}/\n{console}"
            if self.has_a_telegram():
                addresses += f"  Telegram bot   {settings.PUBLIC_URL}/dev/telegram/   (no token needed)\n"
            self.stdout.write(f"\n{sign_ins}{addresses}\n  Ctrl-C ends everything.\n")
