"""What the nightly check of the money found."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reconciliation(models.Model):
    """One run: how much was looked at, and every mismatch (empty when all is well)."""

    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), db_default=models.functions.Now())
    wallets = models.PositiveIntegerField(_("wallets"))
    visits = models.PositiveIntegerField(_("visits"))
    mismatches = models.JSONField(_("mismatches"), default=list)

    class Meta:
        verbose_name = _("check of the money")
        verbose_name_plural = _("checks of the money")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
