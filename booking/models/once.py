"""One-time keys: the same request twice has one effect and one answer (guarantee 11)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OnceKey(models.Model):
    """A key that came with a request, written in the transaction of its effect; its twin waits on the unique index."""

    scope = models.CharField(_("whose key"), max_length=80)
    key = models.CharField(_("key"), max_length=80)
    fingerprint = models.CharField(_("what was asked"), max_length=64)
    appointment = models.ForeignKey(
        "booking.Appointment", on_delete=models.CASCADE, related_name="+", verbose_name=_("answer")
    )
    created_at = models.DateTimeField(_("created"), db_default=models.functions.Now(), db_index=True)

    class Meta:
        verbose_name = _("one-time key")
        verbose_name_plural = _("one-time keys")
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="once_key_has_one_effect")]

    def __str__(self) -> str:
        return self.key
