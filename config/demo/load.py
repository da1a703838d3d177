"""Bring the demo business up to date."""

from datetime import datetime

from django.db import connection, transaction

from accounts.models import Company
from catalog.models import Location
from config.demo.business import BRANCHES, STEM
from config.demo.catalogue import write_business
from config.demo.sign_ins import write_sign_ins
from config.demo.visits import fill_calendar

ONE_AT_A_TIME = 20260128
"""An advisory lock's number, for two starts at once."""


class AddressTaken(Exception):
    """Another business has the address of one of the demo's locations."""


@transaction.atomic
def load_demo(now: datetime, password: str = "") -> int:
    """The whole demo as it looks at ``now``, or what is missing of it; how many visits were added.

    People can sign in only when there is a ``password``. Raises AddressTaken.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    company = Company.objects.filter(slug=STEM).first() or write_first_business(now)
    if password:
        write_sign_ins(company, password)
    return fill_calendar(company, now)


def write_first_business(now: datetime) -> Company:
    taken = Location.objects.filter(slug__in=[branch.slug for branch in BRANCHES]).select_related("company").first()
    if taken:
        raise AddressTaken(f"/{taken.slug}/ is already the address of a location of {taken.company}.")
    return write_business(now)
