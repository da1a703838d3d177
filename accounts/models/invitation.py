"""A member of the staff is invited to connect his Telegram."""

import hashlib
import secrets
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.querysets import VisibleQuerySet
from accounts.values import Actor, Role

VALID = timedelta(days=7)


def new_invitation_code() -> str:
    """128 random bits that fit into a deep link; the database keeps only their hash."""
    return secrets.token_urlsafe(16)


def invitation_key(code: str) -> str:
    """What the database knows a code by: a stolen table opens no door, and the time of a look-up tells nothing."""
    return hashlib.sha256(code.encode(errors="replace")).hexdigest()


class InvitationQuerySet(VisibleQuerySet["Invitation"]):
    company_path = "user__company_id"

    def visible_to_staff(self, actor: Actor) -> Self:
        return super().visible_to_staff(actor) if actor.role == Role.ADMIN else self.none()

    def open(self) -> Self:
        """Those that can still be accepted; an accepted one is gone."""
        return self.filter(created_at__gt=Now() - VALID)


class Invitation(models.Model):
    """Whoever opens its link in Telegram is this user there from then on; a new one replaces it."""

    user = models.OneToOneField(
        "accounts.User", on_delete=models.CASCADE, related_name="invitation", verbose_name=_("user")
    )
    key = models.CharField(_("key"), max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return str(self.user)
