"""A client's wallet, its ledger, and what is paid at the desk in cash or by card."""

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.querysets import Row, VisibleQuerySet
from accounts.values import Actor, Role
from wallet.models.triggers import (
    BALANCE_IS_THE_LEDGER_S,
    LEDGER_MOVES_THE_BALANCE,
    PAYMENT_IS_OF_ITS_COMPANY,
    kept_for_ever,
    never_lost,
    pays_the_visit,
)
from wallet.values import Kind, Method


class MoneyQuerySet(VisibleQuerySet[Row]):
    """A specialist sees no money (source 003); a client his own."""

    company_path = "client__company_id"
    client_path = "client_id"

    def visible_to_staff(self, actor: Actor) -> Self:
        return self.none() if actor.role == Role.SPECIALIST else super().visible_to_staff(actor)

    def visible_to_client(self, actor: Actor) -> Self:
        return self.filter(**{self.client_path: actor.client_id}) if actor.client_id else self.none()


class WalletQuerySet(MoneyQuerySet["ClientWallet"]):
    pass


class ClientWallet(models.Model):
    """A client's balance with the business. Its one writer is the ledger's trigger."""

    client = models.OneToOneField(
        "accounts.Client", on_delete=models.PROTECT, primary_key=True, related_name="wallet", verbose_name=_("client")
    )
    balance = models.DecimalField(_("balance"), max_digits=12, decimal_places=2, default=Decimal(0), editable=False)
    frozen = models.BooleanField(
        _("frozen"), default=False, help_text=_("The nightly check found a mismatch: nothing moves until it is cleared")
    )

    objects = WalletQuerySet.as_manager()

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        ordering = ["client__first_name", "client__last_name", "pk"]
        permissions = [("can_correct", _("Can correct balances"))]
        constraints = [models.CheckConstraint(name="balance_is_never_negative", condition=Q(balance__gte=0))]
        triggers = [BALANCE_IS_THE_LEDGER_S, *never_lost()]

    def __str__(self) -> str:
        return str(self.client)


class TransactionQuerySet(MoneyQuerySet["WalletTransaction"]):
    def within_reach_of(self, actor: Actor) -> Self:
        """Those that staff may return: whoever is limited to some locations leaves the visits of others alone."""
        here = Q(appointment__isnull=True) | Q(appointment__location_id__in=actor.location_ids)
        return self.visible_to(actor).filter(here) if actor.location_ids else self.visible_to(actor)


class WalletTransaction(models.Model):
    """One operation: ``amount`` is what moved, with its sign; ``discount`` is what was not charged.

    The price of a visit paid from the wallet is −amount + discount (domain §7).
    """

    client = models.ForeignKey(
        "accounts.Client", on_delete=models.PROTECT, related_name="wallet_transactions", db_index=False,
        verbose_name=_("client"),
    )  # fmt: skip
    appointment = models.ForeignKey(
        "booking.Appointment", on_delete=models.PROTECT, related_name="wallet_transactions", null=True, blank=True,
        verbose_name=_("visit"),
    )  # fmt: skip
    kind = models.CharField(_("operation"), max_length=10, choices=Kind)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    discount = models.DecimalField(_("discount"), max_digits=10, decimal_places=2, default=Decimal(0))
    balance_after = models.DecimalField(_("balance after"), max_digits=12, decimal_places=2, editable=False)
    description = models.CharField(_("description"), max_length=300, blank=True)
    reference = models.CharField(_("reference"), max_length=100)
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="reversals", null=True, blank=True, verbose_name=_("reverses")
    )
    actor = models.JSONField(_("by"))
    created_at = models.DateTimeField(_("when"), db_default=models.functions.Now())

    objects = TransactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("wallet operation")
        verbose_name_plural = _("wallet operations")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "reference"], name="an_operation_happens_once"),
            models.CheckConstraint(name="operation_has_a_reference", condition=~Q(reference="")),
            models.CheckConstraint(
                name="operation_has_its_sign",
                condition=Q(kind__in=(Kind.DEPOSIT, Kind.REFUND), amount__gt=0)
                | Q(kind__in=(Kind.CHARGE, Kind.FEE), amount__lt=0)
                | (Q(kind=Kind.ADJUSTMENT) & ~Q(amount=0)),
            ),
            models.CheckConstraint(
                name="only_payments_have_a_discount", condition=Q(discount=0) | Q(discount__gt=0, kind=Kind.CHARGE)
            ),
            models.CheckConstraint(
                name="a_refund_names_what_it_reverses",
                condition=~Q(kind=Kind.REFUND) | Q(reverses__isnull=False),
            ),
            models.CheckConstraint(
                name="a_correction_has_its_reason", condition=~Q(kind=Kind.ADJUSTMENT) | ~Q(description="")
            ),
            models.CheckConstraint(name="nothing_reverses_itself", condition=~Q(reverses=F("id"))),
        ]
        indexes = [models.Index(fields=["client", "id"], name="ledger_of_client")]
        triggers = [LEDGER_MOVES_THE_BALANCE, pays_the_visit("-NEW.amount"), *kept_for_ever()]

    def __str__(self) -> str:
        return f"#{self.pk}"


class PaymentQuerySet(MoneyQuerySet["Payment"]):
    company_path = "company_id"
    client_path = "appointment__client_id"

    def visible_to_staff(self, actor: Actor) -> Self:
        """Whoever is limited to some locations sees what was paid for their visits; a wallet is the whole company's."""
        rows = super().visible_to_staff(actor)
        here = Q(appointment__location_id__in=actor.location_ids) | Q(deposit__isnull=False)
        return rows.filter(here) if actor.location_ids else rows


class Payment(models.Model):
    """Cash or card at the desk: for a visit, or for a top-up of the wallet. What is given back is negative.

    Together with the ledger they make the day add up.
    """

    company = models.ForeignKey(
        "accounts.Company", on_delete=models.PROTECT, related_name="payments", db_index=False, verbose_name=_("company")
    )
    appointment = models.ForeignKey(
        "booking.Appointment", on_delete=models.PROTECT, related_name="payments", null=True, blank=True,
        verbose_name=_("visit"),
    )  # fmt: skip
    deposit = models.OneToOneField(
        WalletTransaction, on_delete=models.PROTECT, related_name="payment", null=True, blank=True,
        verbose_name=_("top-up"),
    )  # fmt: skip
    method = models.CharField(_("method"), max_length=4, choices=Method)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    reference = models.CharField(_("reference"), max_length=100)
    actor = models.JSONField(_("by"))
    created_at = models.DateTimeField(_("when"), db_default=models.functions.Now())

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["method", "reference"], name="a_payment_happens_once"),
            models.CheckConstraint(name="a_payment_is_not_nothing", condition=~Q(amount=0) & ~Q(reference="")),
            models.CheckConstraint(
                name="a_payment_is_for_a_visit_or_a_top_up",
                condition=Q(appointment__isnull=False, deposit__isnull=True)
                | Q(appointment__isnull=True, deposit__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["company", "created_at"], name="payments_of_day")]
        triggers = [PAYMENT_IS_OF_ITS_COMPANY, pays_the_visit("NEW.amount"), *kept_for_ever()]

    def __str__(self) -> str:
        return f"#{self.pk}"
