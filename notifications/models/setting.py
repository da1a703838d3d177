"""What a company tells whom by which channel, and the advertisement it may add (source 001 §4)."""

from datetime import datetime
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.querysets import Row, VisibleQuerySet
from accounts.values import Actor, Role
from booking.models.appointment import ClockTimestamp
from notifications.telegram_html import problem_in
from notifications.values import ALL_CHANNELS, Channel, Occasion, RecipientRole

LONGEST_AD = 1000
"""Characters; it is added to a message, and the Bot API takes 4096 in all."""


class DeskQuerySet(VisibleQuerySet[Row]):
    """Rows that run the business: a specialist has no business with them."""

    def visible_to_staff(self, actor: Actor) -> Self:
        return self.none() if actor.role == Role.SPECIALIST else super().visible_to_staff(actor)


class AdTemplateQuerySet(DeskQuerySet["AdTemplate"]):
    def current(self, now: datetime) -> Self:
        """Those that are shown at ``now``."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now), active=True)

    def with_now(self) -> Self:
        """With the database's clock as ``now``, by which ``is_over`` decides."""
        return self.annotate(now=ClockTimestamp())


def validate_telegram_html(text: str) -> None:
    if problem := problem_in(text):
        raise ValidationError(str(problem))


class AdTemplate(models.Model):
    """A block that may follow a message until it expires: in Telegram's HTML, for mails in a safe subset of HTML."""

    company = models.ForeignKey(
        "accounts.Company", on_delete=models.CASCADE, related_name="ad_templates", verbose_name=_("company")
    )
    name = models.CharField(_("name"), max_length=100)
    content_tg = models.TextField(
        _("text for Telegram"), max_length=LONGEST_AD, validators=[validate_telegram_html],
        help_text=_("Telegram's HTML: <b>, <i>, <u>, <s>, <a href=\"https://…\">, <code>, <blockquote>. Other channels "
                    "get it as plain text."),
    )  # fmt: skip
    content_html = models.TextField(
        _("text for e-mail"), max_length=10_000, blank=True,
        help_text=_("HTML for mails; scripts, styles and forms are taken out. Empty: the text for Telegram."),
    )  # fmt: skip
    active = models.BooleanField(_("active"), default=True)
    valid_until = models.DateTimeField(
        _("valid until"), null=True, blank=True, help_text=_("Empty: until switched off")
    )

    objects = AdTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("advertisement")
        verbose_name_plural = _("advertisements")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="ad_template_has_its_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        """Of a row read ``with_now``."""
        return self.valid_until is not None and self.valid_until <= self.now  # type: ignore[attr-defined]  # annotated

    @property
    def is_shown(self) -> bool:
        return self.active and not self.is_over


class SettingQuerySet(DeskQuerySet["NotificationSetting"]):
    pass


class NotificationSetting(models.Model):
    """Whether ``recipient_role`` is told of ``event_type`` by ``channel``; a row of one channel beats that of all."""

    company = models.ForeignKey(
        "accounts.Company", on_delete=models.CASCADE, related_name="notification_settings", verbose_name=_("company")
    )
    event_type = models.CharField(_("what happened"), max_length=20, choices=Occasion)
    recipient_role = models.CharField(_("who is told"), max_length=10, choices=RecipientRole)
    channel = models.CharField(
        _("channel"), max_length=10, choices=[(ALL_CHANNELS, _("All")), *Channel.choices], default=ALL_CHANNELS
    )
    enabled = models.BooleanField(_("told"), default=True)
    ad_template = models.ForeignKey(
        AdTemplate, on_delete=models.SET_NULL, related_name="settings", null=True, blank=True,
        verbose_name=_("advertisement"),
    )  # fmt: skip

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification setting")
        verbose_name_plural = _("notification settings")
        ordering = ["company", "event_type", "recipient_role", "channel"]
        constraints = [
            models.UniqueConstraint(
                fields=["event_type", "recipient_role", "channel", "company"], name="notification_is_set_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_event_type_display()} · {self.get_recipient_role_display()} · {self.get_channel_display()}"
