"""The location of a page or of a command, with its company and the database's clock.

Every request begins here, some twice.
"""

from itertools import chain

from django.db import connection

from accounts.models import Company
from accounts.statements import rows
from catalog.models import Location

LOCATION, COMPANY = Location._meta.concrete_fields, Company._meta.concrete_fields
LOCATED = f"""
    SELECT clock_timestamp(), {
    ", ".join(
        chain((f"location.{field.column}" for field in LOCATION), (f"company.{field.column}" for field in COMPANY))
    )
}
    FROM catalog_location AS location JOIN accounts_company AS company ON company.id = location.company_id
"""  # noqa: S608 - the columns are our own
BY_ID = f"{LOCATED} WHERE location.id = %(pk)s"
BY_ADDRESS = f"""{LOCATED} WHERE location.slug = %(slug)s AND location.is_active AND company.is_active
    AND (company.host = %(host)s OR NOT EXISTS (SELECT FROM accounts_company WHERE host = %(host)s AND is_active))"""


def located(pk: int) -> Location:
    """The location with its ``company`` and, as ``now``, the database's clock. Raises Location.DoesNotExist."""
    return read(BY_ID, pk=pk)


def location_on(host: str, slug: str) -> Location:
    """The active location behind an address, ``located``. Raises Location.DoesNotExist.

    A host that is a company's own shows that company only, any other host shows all (domain §1).
    """
    return read(BY_ADDRESS, host=host, slug=slug)


def read(statement: str, **values: int | str) -> Location:
    for now, *columns in rows(statement, **values):
        ours, companys = columns[: len(LOCATION)], columns[len(LOCATION) :]
        location = Location.from_db(connection.alias, [field.attname for field in LOCATION], ours)
        location.company = Company.from_db(connection.alias, [field.attname for field in COMPANY], companys)
        location.now = now  # type: ignore[attr-defined]  # the clock that decides (domain §6)
        return location
    raise Location.DoesNotExist
