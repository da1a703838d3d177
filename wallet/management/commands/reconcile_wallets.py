from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wallet.reconcile import reconcile


class Command(BaseCommand):
    help = "Compare every balance with its ledger and every visit with its payments; exit status 1 on a mismatch"

    def handle(self, *args: Any, **options: Any) -> None:
        result = reconcile()
        for mismatch in result.mismatches:
            self.stderr.write(said(mismatch))
        looked_at = f"{result.wallets} wallets and {result.visits} paid visits checked"
        if result.mismatches:
            raise CommandError(f"{looked_at}: {len(result.mismatches)} do not add up. Their wallets are frozen.")
        self.stdout.write(f"{looked_at}: everything adds up.")


def said(mismatch: dict[str, Any]) -> str:
    whose = f"visit {mismatch['visit_id']}" if mismatch["visit_id"] else f"wallet of client {mismatch['client_id']}"
    broken = f", from operation {mismatch['broken_at']} on" if mismatch["broken_at"] else ""
    return f"{whose}: holds {mismatch['holds']}, its operations make {mismatch['operations']}{broken}"
