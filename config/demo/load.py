"""Bring the demo business up to date."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from accounts.models import Company
from catalog.models import Location
from config.demo.business import BRANCHES, STEM
from config.demo.catalogue import write_business
from config.demo.chats import write_chats
from config.demo.money import fill_wallets
from config.demo.people import write_consents
from config.demo.sign_ins import STAFF, write_sign_ins
from config.demo.visits import fill_calendar

ONE_AT_A_TIME = 20260128
"""The number of an advisory lock, for two starts at once."""


class AddressTakenError(Exception):
    """Another business has the address of one of the demo's locations."""


@transaction.atomic
def load_demo(now: datetime, password: str = "") -> tuple[Company, int]:
    """The whole demo as it looks at ``now``, or what is missing of it, and how many visits were added.

    Without a ``password`` nobody can sign in or is in Telegram. Raises AddressTakenError.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    company = demo_company() or write_first_business(now)
    if password:
        write_sign_ins(company, password)
        write_chats(company)
    added = fill_calendar(company, now)
    fill_wallets(company)
    write_consents(company)
    return company, added


def demo_company() -> Company | None:
    """The demo, also when somebody has given it another short name."""
    return Company.objects.filter(Q(slug=STEM) | Q(staff__email__in=STAFF)).order_by("pk").first()


def write_first_business(now: datetime) -> Company:
    taken = Location.objects.filter(slug__in=[branch.slug for branch in BRANCHES]).select_related("company").first()
    if taken:
        raise AddressTakenError(f"/{taken.slug}/ is already the address of a location of {taken.company}.")
    return write_business(now)
