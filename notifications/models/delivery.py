"""One message to one address, from its decision to what became of it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.querysets import VisibleQuerySet
from accounts.values import Actor, Role
from notifications.values import OFFER, Channel, Occasion, RecipientRole, State

NO_CHANNEL = ""


class DeliveryQuerySet(VisibleQuerySet["Delivery"]):
    def visible_to_staff(self, actor: Actor) -> Self:
        rows = super().visible_to_staff(actor)
        if actor.role == Role.SPECIALIST:
            return rows.filter(user_id=actor.user_id)
        if actor.location_ids:
            return rows.filter(Q(event=None) | Q(event__appointment__location_id__in=actor.location_ids))
        return rows


class Delivery(models.Model):
    """Who is told what by which channel: decided once, when the event is dispatched, and never asked again.

    ``occasion`` names what it is about (``event:17``, ``broadcast:3``, ``day:2026-01-28``) and ``recipient`` the person
    (``client:5``, ``user:7``, ``guest:123``): together with the channel and its target they are unique, so that
    whatever is repeated tells nobody twice.
    """

    company = models.ForeignKey(
        "accounts.Company", on_delete=models.PROTECT, related_name="deliveries", db_index=False,
        verbose_name=_("company"),
    )  # fmt: skip
    event = models.ForeignKey(
        "booking.AppointmentEvent", on_delete=models.PROTECT, related_name="deliveries", null=True, blank=True,
        verbose_name=_("event"),
    )  # fmt: skip
    broadcast = models.ForeignKey(
        "notifications.Broadcast", on_delete=models.PROTECT, related_name="deliveries", null=True, blank=True,
        db_index=False, verbose_name=_("broadcast"),
    )  # fmt: skip
    occasion = models.CharField(max_length=40, editable=False)
    event_type = models.CharField(_("what about"), max_length=20, choices=[*Occasion.choices, (OFFER, _("Broadcast"))])
    recipient = models.CharField(max_length=30, editable=False)
    client = models.ForeignKey(
        "accounts.Client", on_delete=models.PROTECT, related_name="deliveries", null=True, blank=True,
        verbose_name=_("client"),
    )  # fmt: skip
    user = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="deliveries", null=True, blank=True,
        verbose_name=_("user"),
    )  # fmt: skip
    role = models.CharField(_("told as"), max_length=10, choices=RecipientRole)
    channel = models.CharField(
        _("channel"),
        max_length=10,
        choices=[
            (
                NO_CHANNEL,
                _("None"),
            ),
            *Channel.choices,
        ],
        blank=True,
    )
    target = models.CharField(_("address"), max_length=320, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)

    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(_("not before"), db_default=models.functions.Now())
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    useful_until = models.DateTimeField(_("useful until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    provider_id = models.CharField(_("provider's id"), max_length=100, blank=True)
    instead_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="replacements", null=True, blank=True,
        verbose_name=_("instead of"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("created"), db_default=models.functions.Now())
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    strip_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When the buttons under it are taken away, because its visit is long over; empty when there are none."""

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["occasion", "recipient", "channel", "target"], name="nobody_is_told_twice"),
            models.CheckConstraint(
                name="delivery_is_leased_while_it_is_sent",
                condition=Q(state=State.SENDING, leased_until__isnull=False)
                | (~Q(state=State.SENDING) & Q(leased_until__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="deliveries_of_company"),
            models.Index(
                fields=["not_before"], name="deliveries_waiting",
                condition=Q(state=State.WAITING, broadcast__isnull=True),
            ),
            models.Index(fields=["leased_until"], name="deliveries_leased", condition=Q(state=State.SENDING)),
            models.Index(
                fields=["broadcast", "state", "id"], name="deliveries_of_broadcast",
                condition=Q(broadcast__isnull=False),
            ),
            models.Index(
                fields=["broadcast", "channel", "id"], name="deliveries_of_lane",
                condition=Q(broadcast__isnull=False, state=State.WAITING),
            ),
            models.Index(fields=["strip_at"], name="deliveries_to_strip", condition=Q(strip_at__isnull=False)),
            models.Index(
                fields=["target", "provider_id"], name="deliveries_of_card", condition=Q(strip_at__isnull=False)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"#{self.pk} · {self.get_event_type_display()} · {self.get_channel_display()}"
