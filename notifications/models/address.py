"""Addresses people gave us, and those that turned out to be dead."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.querysets import VisibleQuerySet
from accounts.values import Actor, Role
from notifications.values import Channel


class SubscriptionQuerySet(VisibleQuerySet["PushSubscription"]):
    def visible_to_staff(self, actor: Actor) -> Self:
        mine = Q(user_id=actor.user_id)
        return super().visible_to_staff(actor) if actor.role == Role.ADMIN else self.filter(mine)

    def visible_to_client(self, actor: Actor) -> Self:
        return self.filter(client_id=actor.client_id) if actor.client_id else self.none()


class PushSubscription(models.Model):
    """One browser that agreed to be woken (source 000). It belongs to a person who has signed in, or to whoever booked
    in this browser: then it hears of the visits booked there, and of those in ``visits``, and of nothing else of the
    client's."""

    company = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, verbose_name=_("company"))
    client = models.ForeignKey(
        "accounts.Client", on_delete=models.CASCADE, related_name="push_subscriptions", null=True, blank=True,
        verbose_name=_("client"),
    )  # fmt: skip
    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="push_subscriptions", null=True, blank=True,
        verbose_name=_("user"),
    )  # fmt: skip
    browser_key = models.CharField(_("browser"), max_length=64, blank=True, editable=False)
    visits = models.ManyToManyField(
        "booking.Appointment", related_name="push_subscriptions", blank=True, editable=False, verbose_name=_("visits")
    )
    """Those whose link was opened in this browser, and the button pressed: a link opens its visit and no other."""
    endpoint = models.URLField(_("endpoint"), max_length=1000, unique=True)
    p256dh = models.CharField(max_length=100, editable=False)
    auth = models.CharField(max_length=40, editable=False)
    user_agent = models.CharField(_("browser's name"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_ok_at = models.DateTimeField(_("last reached"), null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="push_subscription_is_somebodys",
                condition=Q(client__isnull=False) | Q(user__isnull=False) | ~Q(browser_key=""),
            )
        ]
        indexes = [
            models.Index(fields=["browser_key"], name="push_of_browser", condition=~Q(browser_key="")),
        ]

    def __str__(self) -> str:
        return self.user_agent or f"#{self.pk}"


class AttachedChatQuerySet(VisibleQuerySet["AttachedChat"]):
    """Who has the link of a visit is nobody's business but the bot's."""

    def visible_to_staff(self, actor: Actor) -> Self:
        return self.none()


class AttachedChat(models.Model):
    """A chat in which the link of a visit was opened: it hears of that visit and of no other, whoever the client is."""

    appointment = models.ForeignKey(
        "booking.Appointment", on_delete=models.CASCADE, related_name="attached_chats", db_index=False,
        verbose_name=_("appointment"),
    )  # fmt: skip
    tg_id = models.BigIntegerField(_("Telegram id"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    created_at = models.DateTimeField(_("since"), db_default=models.functions.Now())

    objects = AttachedChatQuerySet.as_manager()

    class Meta:
        verbose_name = _("attached chat")
        verbose_name_plural = _("attached chats")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["appointment", "tg_id"], name="chat_is_attached_once")]
        indexes = [models.Index(fields=["tg_id"], name="visits_of_chat")]

    def __str__(self) -> str:
        return f"#{self.appointment_id} · {self.tg_id}"


class DeadAddressQuerySet(VisibleQuerySet["DeadAddress"]):
    """Of the deployment, not of a company: one chat may be known to several."""

    def visible_to_staff(self, actor: Actor) -> Self:
        return self.none()


class DeadAddress(models.Model):
    """A chat, a mailbox or a number that the provider refused for good; whoever hears from it again deletes the row."""

    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    address = models.CharField(_("address"), max_length=320)
    reason = models.CharField(_("reason"), max_length=300)
    created_at = models.DateTimeField(_("since"), db_default=models.functions.Now())

    objects = DeadAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("dead address")
        verbose_name_plural = _("dead addresses")
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["channel", "address"], name="address_is_dead_once")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.address}"
