"""Who writes to the bot, and which updates it has had."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.querysets import VisibleQuerySet
from accounts.values import Actor, Role


class OwnersQuerySet(VisibleQuerySet["Chat"]):
    """Of the deployment, not of a company: one chat may deal with several."""

    def visible_to_staff(self, actor: Actor) -> Self:
        return self.none()


class Chat(models.Model):
    """A private chat with the bot, before its person is anybody's client. Its number is the person's."""

    tg_id = models.BigIntegerField(_("Telegram id"), primary_key=True)
    company = models.ForeignKey(
        "accounts.Company", on_delete=models.SET_NULL, related_name="+", null=True, blank=True,
        verbose_name=_("company"), help_text=_("The one dealt with last"),
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, blank=True)
    """What was chosen; else Telegram's own decides."""
    phone_asked_at = models.DateTimeField(_("asked for the phone"), null=True, blank=True)
    known_as = models.CharField(max_length=12, blank=True, editable=False)
    """The role for which the list of commands in this chat was last set."""
    created_at = models.DateTimeField(_("since"), db_default=models.functions.Now())

    objects = OwnersQuerySet.as_manager()

    class Meta:
        verbose_name = _("chat")
        verbose_name_plural = _("chats")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.tg_id)


class UpdateQuerySet(VisibleQuerySet["IncomingUpdate"]):
    company_path = "user__company_id"

    def visible_to_staff(self, actor: Actor) -> Self:
        return super().visible_to_staff(actor) if actor.role == Role.ADMIN else self.none()


class IncomingUpdate(models.Model):
    """One update of Telegram: it has its effect once, however often it comes (guarantee 12).

    ``body`` waits here until the update is handled, so that a killed process loses nothing; then it is forgotten.
    What staff did stays a year as the bot's audit: ``what`` is a button's data, or the kind of a message and
    the question that it answers, never a text.
    """

    update_id = models.BigIntegerField(_("update"), primary_key=True)
    tg_id = models.BigIntegerField(_("Telegram id"))
    user = models.ForeignKey(
        "accounts.User", on_delete=models.SET_NULL, related_name="+", null=True, blank=True, db_index=False,
        verbose_name=_("user"),
    )  # fmt: skip
    body = models.JSONField(null=True, blank=True, editable=False)
    what = models.CharField(_("what was pressed or sent"), max_length=64, blank=True)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    taken_at = models.DateTimeField(_("taken"), db_default=models.functions.Now())
    effect_at = models.DateTimeField(_("had its effect"), null=True, blank=True)
    handled_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = UpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("update of the bot")
        verbose_name_plural = _("what staff did in the bot")
        ordering = ["-update_id"]
        indexes = [
            models.Index(fields=["taken_at"], name="updates_left", condition=models.Q(handled_at__isnull=True)),
            models.Index(fields=["handled_at"], name="updates_by_age"),
            models.Index(
                fields=["user", "-update_id"], name="updates_of_staff", condition=models.Q(user__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.update_id)
