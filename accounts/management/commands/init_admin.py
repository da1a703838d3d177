"""`manage.py init_admin`."""

import os
import secrets
import sys
from getpass import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.db.models import Q
from django.forms import EmailField
from django.utils.text import slugify

from accounts.models import Company, User
from accounts.models.company import RESERVED_SLUGS
from accounts.values import Role

PASSWORD_VARIABLE = "INIT_ADMIN_PASSWORD"  # noqa: S105 - its name, not its value
DEMO_SIGN_INS = "@demo.local"
"""The demo's administrator does not count: whoever runs the demo may want to be one in Telegram, too."""
UNNAMED = "My company"
LARGEST_TG_ID = 2**52 - 1
"""The Bot API promises at most 52 significant bits."""
CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
IN_LATIN = "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch ' y ' e yu ya"


class Command(BaseCommand):
    """The first administrator of this deployment, and the company if there is none yet. A second run is refused."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="what the administrator signs in to the console with")
        parser.add_argument(
            "--tg-id", default="", help="Telegram id, a number; without it the bot knows no administrator"
        )
        parser.add_argument("--company", default="", help="the company's name; needed when there are several")
        parser.add_argument(
            "--password-file",
            default="",
            help=f"a file with the password; without it {PASSWORD_VARIABLE} is taken, else it is asked for",
        )
        parser.add_argument("--no-input", action="store_true", help="never ask: make a password up and print it once")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 1, with the cure in words, for the second run and for anything that cannot be."""
        require_first()
        email, tg_id = valid_email(options["email"]), valid_tg_id(str(options["tg_id"] or ""))
        given = given_password(options["password_file"], ask=not options["no_input"] and sys.stdin.isatty())
        password = given or secrets.token_urlsafe(12)
        require_strong(password, email)
        user = appoint(email, tg_id, password, options["company"])
        self.stdout.write(f"{user.email} is the administrator of «{user.company}».")
        self.stdout.write(f"  Sign in   {settings.PUBLIC_URL}/admin/")
        if not given:
            self.stdout.write(f"  Password  {password}   (printed this once: keep it)")


@transaction.atomic
def appoint(email: str, tg_id: int | None, password: str, company_name: str) -> User:
    """The user, alone to be made: a second run waits here and is then refused."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_user IN SHARE ROW EXCLUSIVE MODE")
    require_first()
    require_unused(email, tg_id)
    company = company_called(company_name)
    return User.objects.create_user(email, password, role=Role.ADMIN, company=company, tg_id=tg_id)


def require_first() -> None:
    admin = User.objects.filter(role=Role.ADMIN).exclude(email__iendswith=DEMO_SIGN_INS).order_by("pk").first()
    if admin:
        raise CommandError(
            f"There is an administrator already: {admin.email or admin}. init_admin makes only the first one; "
            "others are added in the console, a forgotten password is changed with `manage.py changepassword`."
        )


def require_unused(email: str, tg_id: int | None) -> None:
    wanted = Q(email__iexact=email) | Q(tg_id__isnull=False, tg_id=tg_id)
    for user in User.objects.filter(wanted):
        what = f"--email {email}" if (user.email or "").lower() == email.lower() else f"--tg-id {tg_id}"
        raise CommandError(f"{what} belongs to somebody else already: {user}. Take another.")


def company_called(name: str) -> Company:
    """The company of that name or short name, the only one, or the first one, made here."""
    companies = Company.objects.order_by("pk")
    found = list(companies.filter(Q(name__iexact=name) | Q(slug=name)) if name else companies[:2])
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{company.slug} («{company.name}»)" for company in companies[:5])
    if known and found:
        raise CommandError(f"There are several companies. Add --company with one of: {known}")
    if known:
        raise CommandError(f"There is no company “{name}”. Add --company with one of: {known}")
    return make_company(name or UNNAMED)


def make_company(name: str) -> Company:
    company = Company(name=name, slug=short_name(name))
    try:
        company.full_clean()
    except ValidationError as error:
        raise CommandError(f"--company: {' '.join(error.messages)}") from error
    company.save()
    return company


def short_name(name: str) -> str:
    """Latin letters and hyphens for addresses; the console can change it."""
    latin = dict(zip(CYRILLIC, IN_LATIN.split(), strict=True))
    slug = slugify("".join(latin.get(letter, letter) for letter in name.lower()))[:40].strip("-_") or "company"
    return f"{slug}-1" if slug in RESERVED_SLUGS else slug


def valid_email(text: str) -> str:
    try:
        return str(EmailField(max_length=User._meta.get_field("email").max_length).clean(text))
    except ValidationError as error:
        raise CommandError(f"--email {text} is no e-mail address. Write one like anna@example.com.") from error


def valid_tg_id(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= LARGEST_TG_ID):
        raise CommandError(
            f"--tg-id {text} is no Telegram id: it is a number like 123456789, not a name or a phone. "
            "Telegram's @userinfobot tells you yours."
        )
    return int(text)


def given_password(file: str, ask: bool) -> str:
    """From the file, the environment or the keyboard; empty when there is none of them."""
    if file:
        return password_in(Path(file))
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    return asked_password() if ask else ""


def password_in(path: Path) -> str:
    try:
        password = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--password-file {path} cannot be read: {error}.") from error
    if not password:
        raise CommandError(f"--password-file {path} is empty. Write the password into it.")
    return password


def asked_password() -> str:
    password = getpass("Password (empty: one is made up): ")
    if password and password != getpass("Again: "):
        raise CommandError("The two passwords differ. Run the command again.")
    return password


def require_strong(password: str, email: str) -> None:
    try:
        validate_password(password, User(email=email))
    except ValidationError as error:
        raise CommandError(f"{' '.join(error.messages)} Take a better one.") from error
