"""The nightly check: does every balance follow from its ledger, and every visit hold what was paid for it?"""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import structlog
from django.utils import timezone

from accounts.statements import rows
from wallet.models import ClientWallet, Reconciliation

log = structlog.get_logger()

# Each is one statement, so it sees one moment; whoever pays meanwhile is in it whole or not at all.
WALLETS = """
    SELECT wallet.client_id, wallet.balance, coalesce(ledger.total, 0) AS total, ledger.broken
    FROM wallet_clientwallet AS wallet LEFT JOIN (
        SELECT client_id, sum(amount) AS total, min(id) FILTER (WHERE balance_after <> running) AS broken
        FROM (
            SELECT id, client_id, amount, balance_after,
                sum(amount) OVER (PARTITION BY client_id ORDER BY id) AS running
            FROM wallet_wallettransaction WHERE %(client)s IS NULL OR client_id = %(client)s
        ) AS operations GROUP BY client_id
    ) AS ledger ON ledger.client_id = wallet.client_id
    WHERE (%(client)s IS NULL OR wallet.client_id = %(client)s)
        AND (wallet.balance <> coalesce(ledger.total, 0) OR ledger.broken IS NOT NULL)
    ORDER BY wallet.client_id
"""
VISITS = """
    SELECT visit.client_id, visit.paid, coalesce(money.paid, 0), visit.id
    FROM booking_appointment AS visit LEFT JOIN (
        SELECT appointment_id, sum(paid) AS paid FROM (
            SELECT appointment_id, -amount AS paid FROM wallet_wallettransaction WHERE appointment_id IS NOT NULL
            UNION ALL SELECT appointment_id, amount FROM wallet_payment WHERE appointment_id IS NOT NULL
        ) AS operations GROUP BY appointment_id
    ) AS money ON money.appointment_id = visit.id
    WHERE (%(client)s IS NULL OR visit.client_id = %(client)s) AND visit.paid <> coalesce(money.paid, 0)
    ORDER BY visit.id
"""
LOOKED_AT = """
    SELECT (SELECT count(*) FROM wallet_clientwallet), (
        SELECT count(*) FROM (
            SELECT appointment_id FROM wallet_wallettransaction WHERE appointment_id IS NOT NULL
            UNION SELECT appointment_id FROM wallet_payment WHERE appointment_id IS NOT NULL
        ) AS visits
    )
"""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A wallet or a visit whose sum is not what its operations make."""

    client_id: int | None
    visit_id: int | None
    holds: Decimal
    operations: Decimal
    broken_at: int | None = None
    """The first operation whose ``balance_after`` does not follow from those before it."""

    def as_json(self) -> dict[str, Any]:
        return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(self).items()}


def reconcile() -> Reconciliation:
    """Check all money, keep the result, and freeze the wallet of every mismatch."""
    started_at = timezone.now()
    mismatches = mismatches_of()
    clients = {mismatch.client_id for mismatch in mismatches if mismatch.client_id}
    ClientWallet.objects.filter(pk__in=clients).update(frozen=True)
    ((wallets, visits),) = rows(LOOKED_AT)
    for mismatch in mismatches:
        log.error("money_does_not_add_up", **mismatch.as_json())
    return Reconciliation.objects.create(
        started_at=started_at,
        wallets=wallets,
        visits=visits,
        mismatches=[mismatch.as_json() for mismatch in mismatches],
    )


def mismatches_of(client_id: int | None = None) -> list[Mismatch]:
    """Every mismatch, or those of one client."""
    wallets = [
        Mismatch(client, None, balance, total, broken)
        for client, balance, total, broken in rows(WALLETS, client=client_id)
    ]
    visits = [Mismatch(client, visit, paid, total) for client, paid, total, visit in rows(VISITS, client=client_id)]
    return wallets + visits
