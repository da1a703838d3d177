"""A browser that has booked before."""

import hashlib
import secrets
from typing import Self

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.querysets import VisibleQuerySet
from accounts.values import Actor, Role


def new_device_token() -> str:
    """128 random bits for the cookie; the database keeps only their hash."""
    return secrets.token_urlsafe(16)


def device_key(token: str) -> str:
    """What the database knows a cookie by: a stolen table opens no browser."""
    return hashlib.sha256(token.encode()).hexdigest()


def device_key_of(tg_id: int) -> str:
    """Somebody whom Telegram introduces is known by himself, in whichever of its windows: people may share one. It is
    made with our secret, so that no cookie gives it."""
    return salted_hmac("accounts.device.telegram", str(tg_id), algorithm="sha256").hexdigest()


class DeviceQuerySet(VisibleQuerySet["Device"]):
    def visible_to_staff(self, actor: Actor) -> Self:
        """Names and phones of clients: a specialist sees those of his own only, and not from here."""
        return self.none() if actor.role == Role.SPECIALIST else super().visible_to_staff(actor)

    def of_browser(self, company_id: int, key: str) -> Self:
        return self.filter(company_id=company_id, key=key)


class Device(models.Model):
    """What was typed in one browser for one company, to refill the form; it proves nothing about the person."""

    company = models.ForeignKey(
        "accounts.Company", on_delete=models.CASCADE, related_name="devices", verbose_name=_("company")
    )
    key = models.CharField(_("key"), max_length=64, editable=False)
    client = models.ForeignKey(
        "accounts.Client", on_delete=models.SET_NULL, related_name="devices", null=True, blank=True,
        verbose_name=_("client"), help_text=_("Set once a code proved the phone"),
    )  # fmt: skip
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    phone = PhoneNumberField(_("phone"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_seen_at = models.DateTimeField(_("last seen"), auto_now=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("known device")
        verbose_name_plural = _("known devices")
        ordering = ["-last_seen_at"]
        constraints = [models.UniqueConstraint(fields=["company", "key"], name="device_is_known_once_per_company")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
