"""Database triggers that keep ``calendar_version`` honest.

Every row that a booking decision rests on belongs to a calendar (of a company, a location, a specialist or a
workplace), and each calendar carries a version. Its one writer is the database: whoever changes such a row, through a
command, the admin or raw SQL, raises the version in the same transaction. The raise makes REPEATABLE READ refuse a
decision taken on old facts (architecture §4.4), and it is the key under which availability is cached (§4.5).
"""

from collections.abc import Sequence

import pgtrigger

RAISE = "SET calendar_version = calendar_version + 1"


def raises_own_version(*columns: str) -> pgtrigger.Trigger:
    """A change of one of ``columns`` raises the row's own ``calendar_version``, and nothing ever lowers it.

    Django saves whole rows: a form opened before somebody else's change would write the version it was opened with.
    """
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return pgtrigger.Trigger(
        name="raises_own_version",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
            IF ROW({old}) IS DISTINCT FROM ROW({new}) THEN
                NEW.calendar_version := OLD.calendar_version + 1;
            ELSE
                NEW.calendar_version := greatest(NEW.calendar_version, OLD.calendar_version);
            END IF;
            RETURN NEW;
        """,
    )


def raises_version_of(table: str, column: str) -> pgtrigger.Trigger:
    """Any change of a row raises the version of the ``table`` row that its ``column`` names, before and after."""
    return raises_versions(
        f"raises_version_of_{table}",
        [f"UPDATE {table} {RAISE} WHERE id IN (OLD.{column}, NEW.{column})"],
    )


def raises_versions(
    name: str, statements: Sequence[str], operation: pgtrigger.Operation | None = None
) -> pgtrigger.Trigger:
    """Run ``statements`` after any change of a row; OLD and NEW are NULL where there is none."""
    return pgtrigger.Trigger(
        name=name,
        operation=operation or (pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete),
        when=pgtrigger.After,
        func="; ".join([*statements, "RETURN NULL;"]),
    )


def raises_company_version(company_ids: str, *columns: str) -> pgtrigger.Trigger:
    """A change of the catalogue raises its company's version, under which the catalogue is remembered.

    ``company_ids`` is SQL for the ids concerned; ``columns`` limits an UPDATE to those that matter, so that raising a
    calendar's own version does not spread.
    """
    change = pgtrigger.UpdateOf(*columns) if columns else pgtrigger.Update
    return raises_versions(
        "raises_company_version",
        [f"UPDATE accounts_company {RAISE} WHERE id IN ({company_ids})"],
        operation=pgtrigger.Insert | pgtrigger.Delete | change,
    )
