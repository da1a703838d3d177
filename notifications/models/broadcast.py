"""One message to many clients who have agreed to offers."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.querysets import VisibleQuerySet
from accounts.values import Actor, Role
from notifications.models.setting import validate_telegram_html


class BroadcastState(models.TextChoices):
    DRAFT = "DRAFT", pgettext_lazy("broadcast", "Draft")
    RUNNING = "RUNNING", pgettext_lazy("broadcast", "Running")
    PAUSED = "PAUSED", pgettext_lazy("broadcast", "Paused")
    STOPPED = "STOPPED", pgettext_lazy("broadcast", "Stopped")
    DONE = "DONE", pgettext_lazy("broadcast", "Done")


class BroadcastQuerySet(VisibleQuerySet["Broadcast"]):
    def visible_to_staff(self, actor: Actor) -> Self:
        return self.none() if actor.role == Role.SPECIALIST else super().visible_to_staff(actor)


class Broadcast(models.Model):
    """A campaign that can be paused, resumed and stopped; its deliveries are its progress.

    The audience is whoever agreed to offers and fits every filter that is set; it is fixed when it starts.
    """

    company = models.ForeignKey(
        "accounts.Company", on_delete=models.PROTECT, related_name="broadcasts", verbose_name=_("company")
    )
    name = models.CharField(
        _("name"), max_length=100, help_text=_("Also the subject of a mail and the title of a push")
    )
    content_tg = models.TextField(
        _("text"), max_length=3500, validators=[validate_telegram_html],
        help_text=_("Telegram's HTML; other channels get it as plain text"),
    )  # fmt: skip

    not_seen_days = models.PositiveSmallIntegerField(_("has not come for so many days"), null=True, blank=True)
    had_service = models.ForeignKey(
        "catalog.Service", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name=_("has had the service"),
    )  # fmt: skip
    at_location = models.ForeignKey(
        "catalog.Location", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name=_("has come to the location"),
    )  # fmt: skip
    has_balance = models.BooleanField(_("has money in the wallet"), default=False)

    state = models.CharField(_("state"), max_length=7, choices=BroadcastState, default=BroadcastState.DRAFT)
    addressed = models.BooleanField(default=False, editable=False)
    """Every delivery has been written: the audience is complete."""
    last_client_id = models.BigIntegerField(default=0, editable=False)
    """How far the audience has been written, so that a killed worker's successor goes on from there."""
    turn = models.PositiveIntegerField(default=0, editable=False)
    """Whose turn it is to send a little of it: each run takes its number and leaves the next one, so that of a message
    to the worker that arrives twice only one runs."""
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    """Until then somebody is running it, or is about to; later it was forsaken."""
    created_by = models.JSONField(_("by"), default=dict, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

    objects = BroadcastQuerySet.as_manager()

    class Meta:
        verbose_name = _("broadcast")
        verbose_name_plural = _("broadcasts")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["id"], name="broadcasts_running", condition=Q(state=BroadcastState.RUNNING)),
        ]

    def __str__(self) -> str:
        return self.name
