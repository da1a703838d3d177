"""The states of an appointment, and the sets of them that everybody means alike."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """Domain §3; HOLD to NO_SHOW are seed 004's."""

    HOLD = "HOLD", _("Hold")
    CONFIRMED = "CONFIRMED", pgettext_lazy("appointment", "Confirmed")
    ARRIVED = "ARRIVED", pgettext_lazy("appointment", "Arrived")
    COMPLETED = "COMPLETED", pgettext_lazy("appointment", "Completed")
    CANCELLED = "CANCELLED", pgettext_lazy("appointment", "Cancelled")
    NO_SHOW = "NO_SHOW", _("No-show")
    EXPIRED = "EXPIRED", pgettext_lazy("appointment", "Expired")


COMING = (Status.CONFIRMED, Status.ARRIVED)
"""Booked, and neither over nor called off: the client is expected or here."""
TAKES_PLACE = (*COMING, Status.COMPLETED)
"""What counts as a visit: who did not come is shown, but was not there."""
OCCUPYING = (Status.HOLD, *TAKES_PLACE)
"""What nobody else can have the time of."""
