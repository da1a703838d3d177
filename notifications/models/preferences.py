"""What one person wants to hear, and how."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.querysets import VisibleQuerySet
from accounts.values import Actor, Role
from notifications.values import ALL_CHANNELS


class PreferencesQuerySet(VisibleQuerySet["Preferences"]):
    company_path = "company_id"

    def visible_to_staff(self, actor: Actor) -> Self:
        if actor.role == Role.SPECIALIST:
            return self.filter(user_id=actor.user_id)
        return super().visible_to_staff(actor)

    def visible_to_client(self, actor: Actor) -> Self:
        return self.filter(client_id=actor.client_id) if actor.client_id else self.none()


class Preferences(models.Model):
    """One person's choice; whoever has none is told by the first channel that works and gets no offers."""

    company = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, verbose_name=_("company"))
    client = models.OneToOneField(
        "accounts.Client", on_delete=models.CASCADE, related_name="preferences", null=True, blank=True,
        verbose_name=_("client"),
    )  # fmt: skip
    user = models.OneToOneField(
        "accounts.User", on_delete=models.CASCADE, related_name="preferences", null=True, blank=True,
        verbose_name=_("user"),
    )  # fmt: skip
    every_channel = models.BooleanField(
        _("by every channel"), default=False, help_text=_("Otherwise by the first that works")
    )
    wants_offers = models.BooleanField(
        _("agrees to offers"), default=False, help_text=_("Only who has agreed gets broadcasts")
    )
    muted = ArrayField(models.CharField(max_length=40), verbose_name=_("switched off"), default=list, blank=True)
    """As ``event_type:channel``, or ``event_type:all``."""

    objects = PreferencesQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice of channels")
        verbose_name_plural = _("choices of channels")
        constraints = [
            models.CheckConstraint(
                name="preferences_are_one_persons", condition=Q(client__isnull=False) ^ Q(user__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return str(self.client or self.user)

    def mutes(self, event_type: str, channel: str) -> bool:
        return f"{event_type}:{channel}" in self.muted or f"{event_type}:{ALL_CHANNELS}" in self.muted
