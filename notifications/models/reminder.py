"""Which reminders have been given out, so that each is given once."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.querysets import VisibleQuerySet
from accounts.values import Actor


class ReminderQuerySet(VisibleQuerySet["Reminder"]):
    company_path = "appointment__company_id"

    def visible_to_staff(self, actor: Actor) -> Self:
        return self.none()  # what people see of it is its event


class Reminder(models.Model):
    """One reminder of one visit at one start time: written in the transaction of its event (guarantee 17)."""

    appointment = models.ForeignKey(
        "booking.Appointment", on_delete=models.PROTECT, related_name="reminders", db_index=False,
        verbose_name=_("appointment"),
    )  # fmt: skip
    start_time = models.DateTimeField(_("start"))
    lead_minutes = models.PositiveIntegerField(_("minutes before"))
    event = models.OneToOneField(
        "booking.AppointmentEvent", on_delete=models.PROTECT, related_name="reminder", verbose_name=_("event")
    )

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "start_time", "lead_minutes"], name="one_reminder_per_start_and_lead"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.appointment_id} −{self.lead_minutes}"
