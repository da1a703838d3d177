"""`manage.py demo`, which `make run` begins with."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Company
from booking.queries.visits import database_time
from config.demo.copies import multiply
from config.demo.load import AddressTakenError, load_demo
from config.demo.sign_ins import STAFF, kept_password
from config.embedded import EmbeddedError

SCALE = (
    "for measurements: how many businesses there shall be. The demo is the first; every further one has the same two "
    "locations, four specialists and 120 clients, and about a thousand visits over nine weeks behind and two ahead, so "
    "that 1000 makes a million. They are made once: for fresh dates start with an empty database"
)
IN_PRODUCTION = "with DEBUG off: really; nobody will be able to sign in to it"


class Command(BaseCommand):
    """The demo business «Лён», with dates around today. Safe to repeat: adds what is missing, changes nothing else."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=int, default=1, metavar="N", help=SCALE)
        parser.add_argument("--yes-in-production", action="store_true", help=IN_PRODUCTION)

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 1, with the cure in words, when the demo does not belong here."""
        self.require_sense(options["scale"], options["yes_in_production"])
        now = database_time()
        try:
            password = kept_password() if settings.DEBUG else ""
            company, added = load_demo(now, password)
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        except AddressTakenError as error:
            raise CommandError(
                f"{error} The demo needs a database of its own: give it another DATABASE_URL."
            ) from error
        multiply(options["scale"], now, self.stdout.write)
        self.stdout.write("\n".join(welcome(company, added, password)))

    def require_sense(self, scale: int, in_production: bool) -> None:
        if scale < 1:
            raise CommandError(f"--scale {scale}: take 1 or more.")
        if not (settings.DEBUG or in_production):
            raise CommandError(
                "DEBUG is off, so this is a real salon's database, and invented clients do not belong there. "
                "For measurements on a server of your own add --yes-in-production."
            )


def welcome(company: Company, added: int, password: str) -> list[str]:
    """Where to look, and how to sign in."""
    news = f"{added} visits added" if added else "up to date"
    lines = [line("Demo", f"the salon «{company.name}», {news}")]
    locations = company.locations.filter(is_active=True)
    lines += [line(location.name, f"{settings.PUBLIC_URL}/{location.slug}/") for location in locations]
    if password:
        lines += [
            line("Console", f"{settings.PUBLIC_URL}/admin/"),
            line("Sign in as", " · ".join(STAFF)),
            line("Password", f"{password}   (for all three; in demo mode only)"),
        ]
    return lines


def line(label: str, text: str) -> str:
    return f"  {label:<14} {text}"
