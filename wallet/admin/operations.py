"""The ledger, the payments and the nightly checks, to be looked at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.console import CompanyModelAdmin, VisibleFilter
from accounts.console.skin import display
from accounts.models import Company
from accounts.wording import money, signed_money
from wallet.models import Payment, Reconciliation, WalletTransaction


def happened(row: WalletTransaction | Payment, company: Company) -> str:
    """By the company's clock, as in its statements."""
    return date_format(localtime(row.created_at, company.zone), "SHORT_DATETIME_FORMAT")


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
    list_display = ("happened", "client", "kind", "moved", "left", "appointment", "description")
    list_filter = (("kind", ChoicesDropdownFilter), ("client__company", VisibleFilter))
    list_select_related = ("client__company", "appointment")
    search_fields = ("client__first_name", "client__last_name", "description", "reference")
    owner_only = ("client__company",)
    fields = (
        "client", "appointment", "kind", "moved", "discount", "left", "description", "reference", "reverses", "actor",
        "happened",
    )  # fmt: skip

    @display(description=_("when"), ordering="pk")
    def happened(self, operation: WalletTransaction) -> str:
        return happened(operation, operation.client.company)

    @display(description=_("amount"), ordering="amount")
    def moved(self, operation: WalletTransaction) -> str:
        return signed_money(operation.amount, operation.client.company.currency)

    @display(description=_("balance after"))
    def left(self, operation: WalletTransaction) -> str:
        return money(operation.balance_after, operation.client.company.currency)


@admin.register(Payment)
class PaymentAdmin(Looked):
    list_display = ("happened", "method", "moved", "appointment", "deposit", "company")
    list_filter = (("method", ChoicesDropdownFilter), ("company", VisibleFilter))
    list_select_related = ("company", "appointment", "deposit")
    search_fields = ("reference",)
    fields = ("company", "appointment", "deposit", "method", "moved", "reference", "actor", "happened")

    @display(description=_("when"), ordering="pk")
    def happened(self, payment: Payment) -> str:
        return happened(payment, payment.company)

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
