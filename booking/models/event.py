"""What happened to an appointment: history, audit and outbox in one row."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.querysets import VisibleQuerySet
from accounts.values import Actor, Role


class EventType(models.TextChoices):
    """Domain §3; the ``booking_…`` names are the wire names of seed 001."""

    HOLD_PLACED = "hold_placed", _("Time held")
    HOLD_EXTENDED = "hold_extended", _("Hold extended")
    HOLD_RELEASED = "hold_released", _("Hold released")
    HOLD_EXPIRED = "hold_expired", _("Hold ran out")
    BOOKING_CREATED = "booking_created", _("Booked")
    BOOKING_RESCHEDULED = "booking_rescheduled", _("Moved")
    BOOKING_CANCELLED = "booking_cancelled", _("Cancelled")
    BOOKING_ARRIVED = "booking_arrived", _("Client arrived")
    BOOKING_COMPLETED = "booking_completed", _("Completed")
    BOOKING_NO_SHOW = "booking_no_show", _("Client did not come")
    BOOKING_CORRECTED = "booking_corrected", _("Status corrected")
    BOOKING_REMINDER = "booking_reminder", _("Reminder")
    COMMENT_CHANGED = "comment_changed", _("Comment changed")
    CLIENT_SAYS_COMING = "client_says_coming", _("Client says he is coming")
    CLIENT_MERGED = "client_merged", _("Client's cards merged")


BESIDE_THE_POINT = (
    EventType.BOOKING_REMINDER,
    EventType.COMMENT_CHANGED,
    EventType.CLIENT_SAYS_COMING,
    EventType.CLIENT_MERGED,
)
"""They change nothing of what was agreed: a move can still be taken back after them."""


class EventQuerySet(VisibleQuerySet["AppointmentEvent"]):
    company_path = "appointment__company_id"

    def visible_to_staff(self, actor: Actor) -> "EventQuerySet":
        rows = super().visible_to_staff(actor)
        if actor.role == Role.SPECIALIST and actor.user_id:
            rows = rows.filter(appointment__specialist__user_id=actor.user_id)
        return rows.filter(appointment__location_id__in=actor.location_ids) if actor.location_ids else rows


def append_only() -> list[pgtrigger.Trigger]:
    """History is written once: nothing of it is edited, deleted or truncated by the application."""
    refusal = "RAISE EXCEPTION 'history is append-only: {meta.db_table}';"
    return [
        pgtrigger.Protect(name="history_is_kept", operation=pgtrigger.Delete),
        pgtrigger.ReadOnly(name="history_is_not_edited", exclude=["dispatch_after", "dispatched_at"]),
        pgtrigger.Trigger(
            name="history_is_not_truncated",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=pgtrigger.Func(refusal),
        ),
    ]


class AppointmentEvent(models.Model):
    """Who changed what, when and through which channel. ``payload`` holds ids and times, never names or phones."""

    appointment = models.ForeignKey(
        "booking.Appointment", on_delete=models.PROTECT, related_name="events", db_index=False,
        verbose_name=_("appointment"),
    )  # fmt: skip
    event_type = models.CharField(_("what happened"), max_length=20, choices=EventType)
    initiated_by = models.JSONField(_("by"))
    payload = models.JSONField(_("details"), default=dict)
    created_at = models.DateTimeField(_("when"), db_default=models.functions.Now())
    dispatch_after = models.DateTimeField(_("not before"), null=True, blank=True)
    dispatched_at = models.DateTimeField(_("dispatched"), null=True, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("history")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["appointment", "id"], name="history_of_appointment"),
            models.Index(fields=["id"], name="events_to_dispatch", condition=models.Q(dispatched_at__isnull=True)),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return self.get_event_type_display()
