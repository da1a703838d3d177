"""The ledger, the payments and the nightly checks, to be looked at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.console import CompanyModelAdmin, VisibleFilter
from accounts.console.skin import display
from accounts.wording import money, signed_money
from wallet.models import Payment, Reconciliation, WalletTransaction


class Looked(CompanyModelAdmin):
    """What nobody edits."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(WalletTransaction)
class WalletTransactionAdmin(Looked):
    list_display = ("created_at", "client", "kind", "moved", "left", "appointment", "description")
    list_filter = (("kind", ChoicesDropdownFilter), ("client__company", VisibleFilter))
    list_select_related = ("client__company", "appointment")
    search_fields = ("client__first_name", "client__last_name", "description", "reference")
    owner_only = ("client__company",)
    fields = (
        "client", "appointment", "kind", "moved", "discount", "left", "description", "reference", "reverses", "actor",
        "created_at",
    )  # fmt: skip

    @display(description=_("amount"), ordering="amount")
    def moved(self, operation: WalletTransaction) -> str:
        return signed_money(operation.amount, operation.client.company.currency)

    @display(description=_("balance after"))
    def left(self, operation: WalletTransaction) -> str:
        return money(operation.balance_after, operation.client.company.currency)


@admin.register(Payment)
class PaymentAdmin(Looked):
    list_display = ("created_at", "method", "moved", "appointment", "deposit", "company")
    list_filter = (("method", ChoicesDropdownFilter), ("company", VisibleFilter))
    list_select_related = ("company", "appointment", "deposit")
    search_fields = ("reference",)
    fields = ("company", "appointment", "deposit", "method", "moved", "reference", "actor", "created_at")

    @display(description=_("amount"), ordering="amount")
    def moved(self, payment: Payment) -> str:
        return signed_money(payment.amount, payment.company.currency)


@admin.register(Reconciliation)
class ReconciliationAdmin(Looked):
    list_display = ("started_at", "wallets", "visits", "result")
    fields = ("started_at", "finished_at", "wallets", "visits", "mismatches")

    @display(description=_("result"), label={"good": "success", "bad": "danger"})
    def result(self, check: Reconciliation) -> tuple[str, Any]:
        return ("bad", len(check.mismatches)) if check.mismatches else ("good", _("everything adds up"))
