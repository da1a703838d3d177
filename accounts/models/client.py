"""A client of one company."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.names import FIRST_AND_LAST, name_words, named_like
from accounts.querysets import VisibleQuerySet
from accounts.values import Actor, Role


class Priority(models.TextChoices):
    """A mark and an order in the console; never a licence to overlap (seed 004)."""

    NORMAL = "NORMAL", _("Normal")
    VIP = "VIP", _("VIP")
    URGENT = "URGENT", _("Urgent")


class ClientQuerySet(VisibleQuerySet["Client"]):
    def visible_to_staff(self, actor: Actor) -> Self:
        rows = super().visible_to_staff(actor)
        if actor.role == Role.SPECIALIST:
            return rows.filter(appointments__specialist__user_id=actor.user_id).distinct()
        return rows

    def visible_to_client(self, actor: Actor) -> Self:
        return self.filter(pk=actor.client_id) if actor.client_id else self.none()

    def with_phone_ending(self, digits: str) -> Self:
        """Clients whose number ends with ``digits``: a prefix scan of the index on the reversed number."""
        return self.alias(reversed_phone=Reverse("phone")).filter(reversed_phone__startswith=digits[::-1])

    def with_name_like(self, typed: str) -> Self:
        """Clients whose name has words that begin like each of those that were typed; nobody when there is none."""
        return named_like(self, typed, *FIRST_AND_LAST)


class Client(models.Model):
    """Somebody who books. Unique by phone and by Telegram id within the company."""

    company = models.ForeignKey(
        "accounts.Company", on_delete=models.PROTECT, related_name="clients", verbose_name=_("company")
    )
    user = models.ForeignKey(
        "accounts.User", on_delete=models.SET_NULL, related_name="clients", null=True, blank=True,
        verbose_name=_("user"),
    )  # fmt: skip
    tg_id = models.BigIntegerField(_("Telegram id"), null=True, blank=True)
    phone = PhoneNumberField(_("phone"), null=True, blank=True)
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    notes = models.TextField(_("notes"), blank=True, max_length=5000)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, blank=True)
    priority = models.CharField(_("priority"), max_length=6, choices=Priority, default=Priority.NORMAL)
    is_active = models.BooleanField(_("active"), default=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="merged", null=True, blank=True, editable=False,
        verbose_name=_("merged into"),
    )  # fmt: skip
    """Who has everything that was his, once they turned out to be one person (domain §11)."""
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        ordering = ["first_name", "last_name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["company", "phone"], name="client_phone_is_unique_in_company"),
            # The chat first: the bot asks whose it is, at whatever company, by the same index.
            models.UniqueConstraint(fields=["tg_id", "company"], name="client_telegram_is_unique_in_company"),
            models.UniqueConstraint(
                fields=["company", "user"], name="user_is_one_client_of_a_company", condition=Q(user__isnull=False)
            ),
            models.CheckConstraint(
                name="merged_client_is_retired",
                condition=Q(merged_into__isnull=True)
                | Q(is_active=False, tg_id__isnull=True, phone__isnull=True, user__isnull=True),
            ),
        ]
        indexes = [
            models.Index("company", OpClass(Reverse("phone"), name="text_pattern_ops"), name="client_phone_ending"),
            # A card is written seldom and looked for often: no list of what is not yet in order.
            GinIndex(name_words(*FIRST_AND_LAST), name="client_name_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def heir(self) -> "Client":
        """Who stands for him now: himself, until his card was merged."""
        return self.merged_into or self

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
