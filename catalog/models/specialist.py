"""Who performs a service, and when he is there."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.querysets import Row, VisibleQuerySet
from accounts.triggers import raises_company_version, raises_own_version, raises_version_of
from accounts.values import Actor, Role
from catalog.models.weekly import WeeklyInterval, require_both_times_or_none

COMPANY_OF_SPECIALIST = "SELECT company_id FROM catalog_specialist WHERE id IN (OLD.specialist_id, NEW.specialist_id)"


class SpecialistQuerySet(VisibleQuerySet["Specialist"]):
    def visible_to_staff(self, actor: Actor) -> Self:
        rows = super().visible_to_staff(actor)
        if actor.role == Role.SPECIALIST:
            return rows.filter(user_id=actor.user_id)
        if actor.location_ids:
            return rows.filter(Q(schedules__location_id__in=actor.location_ids) | Q(schedules__isnull=True)).distinct()
        return rows

    def visible_to_client(self, actor: Actor) -> Self:
        return self.filter(is_active=True, company__is_active=True)


class Specialist(models.Model):
    """A master, a doctor, a trainer. May have a user of his own to sign in with."""

    company = models.ForeignKey(
        "accounts.Company", on_delete=models.PROTECT, related_name="specialists", verbose_name=_("company")
    )
    user = models.OneToOneField(
        "accounts.User", on_delete=models.SET_NULL, related_name="specialist", null=True, blank=True,
        verbose_name=_("user"),
    )  # fmt: skip
    name = models.CharField(_("full name"), max_length=200)
    specialization = models.CharField(_("specialization"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    calendar_version = models.BigIntegerField(default=0, editable=False)

    objects = SpecialistQuerySet.as_manager()

    class Meta:
        verbose_name = _("specialist")
        verbose_name_plural = _("specialists")
        ordering = ["position", "name"]
        triggers = [
            raises_own_version("is_active", "company_id"),
            raises_company_version(
                "OLD.company_id, NEW.company_id", "company_id", "name", "specialization", "position", "is_active"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OfSpecialistQuerySet(VisibleQuerySet[Row]):
    company_path = "specialist__company_id"

    def visible_to_staff(self, actor: Actor) -> Self:
        """Of those people whom the actor sees himself."""
        rows = super().visible_to_staff(actor)
        if actor.role == Role.SPECIALIST:
            return rows.filter(specialist__user_id=actor.user_id)
        if actor.location_ids:
            return rows.filter(specialist__in=Specialist.objects.visible_to(actor))
        return rows


class ShiftQuerySet(OfSpecialistQuerySet["SpecialistSchedule"]):
    def visible_to_staff(self, actor: Actor) -> Self:
        rows = super().visible_to_staff(actor)
        return rows.filter(location_id__in=actor.location_ids) if actor.location_ids else rows


class SpecialistSchedule(WeeklyInterval):
    """A shift: this weekday, in this location, usually at this workplace."""

    specialist = models.ForeignKey(
        Specialist, on_delete=models.CASCADE, related_name="schedules", verbose_name=_("specialist")
    )
    location = models.ForeignKey(
        "catalog.Location", on_delete=models.CASCADE, related_name="specialist_schedules", verbose_name=_("location")
    )
    workplace = models.ForeignKey(
        "catalog.Workplace", on_delete=models.SET_NULL, related_name="specialist_schedules", null=True, blank=True,
        verbose_name=_("usual workplace"), help_text=_("Taken first when it is free and fit for the service"),
    )  # fmt: skip

    objects = ShiftQuerySet.as_manager()

    class Meta(WeeklyInterval.Meta):
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        indexes = [models.Index(fields=["location", "specialist", "day_of_week"], name="location_shifts")]
        triggers = [
            raises_version_of("catalog_specialist", "specialist_id"),
            raises_company_version(COMPANY_OF_SPECIALIST),
        ]


class Break(models.Model):
    """An absence: part of a day, a whole day, or every day until ``last_date``; by the wall clock where he works."""

    specialist = models.ForeignKey(
        Specialist, on_delete=models.CASCADE, related_name="breaks", verbose_name=_("specialist")
    )
    date = models.DateField(_("date"))
    last_date = models.DateField(
        _("last date"), null=True, blank=True, help_text=_("For several days in a row, a vacation")
    )
    start_time = models.TimeField(
        _("from"), null=True, blank=True, help_text=_("Leave both times empty for the whole day")
    )
    end_time = models.TimeField(_("to"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = OfSpecialistQuerySet["Break"].as_manager()

    class Meta:
        verbose_name = _("break")
        verbose_name_plural = _("breaks")
        ordering = ["-date", "start_time"]
        constraints = [
            models.CheckConstraint(
                name="break_dates_in_order",
                condition=Q(last_date__isnull=True) | Q(last_date__gte=F("date")),
                violation_error_message=_("The last date is before the first."),
            ),
            models.CheckConstraint(
                name="break_has_both_times_or_none",
                condition=Q(start_time__isnull=True, end_time__isnull=True)
                | Q(start_time__isnull=False, end_time__isnull=False),
                violation_error_message=_("Give both times, or leave both empty for the whole day."),
            ),
        ]
        indexes = [models.Index(fields=["specialist", "date"], name="specialist_breaks")]
        triggers = [raises_version_of("catalog_specialist", "specialist_id")]

    def __str__(self) -> str:
        return f"{self.date:%d.%m.%Y} {self.reason}".strip()

    def clean(self) -> None:
        require_both_times_or_none(self.start_time, self.end_time)
