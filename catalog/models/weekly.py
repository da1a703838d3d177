"""What the weekly hours of a location and of a specialist have in common."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class WeeklyInterval(models.Model):
    """One interval of a weekday, by the location's wall clock.

    An end at or before the start is on the next day, so 20:00–04:00 passes midnight and 09:00–00:00 ends with the day.
    A day off closes that weekday for as long as it is valid, whatever other rows say.
    """

    day_of_week = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    start_time = models.TimeField(_("from"), null=True, blank=True)
    end_time = models.TimeField(
        _("to"), null=True, blank=True, help_text=_("00:00 means midnight; earlier than “from” means the next day")
    )
    is_day_off = models.BooleanField(_("day off"), default=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["day_of_week", "start_time"]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_has_hours",
                condition=Q(is_day_off=True) | Q(start_time__isnull=False, end_time__isnull=False),
                violation_error_message=_("Give both times, or tick “day off”."),
            ),
            models.CheckConstraint(
                name="%(class)s_validity_in_order",
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_from__lte=F("valid_until")),
                violation_error_message=_("“Valid until” is before “valid from”."),
            ),
            models.CheckConstraint(name="%(class)s_knows_the_weekday", condition=Q(day_of_week__range=(0, 6))),
        ]

    def __str__(self) -> str:
        weekday = Weekday(self.day_of_week).label
        if self.is_day_off or self.start_time is None or self.end_time is None:
            return f"{weekday}: {_('day off')}"
        return f"{weekday} {self.start_time:%H:%M}–{self.end_time:%H:%M}"


def require_both_times_or_none(start: object, end: object) -> None:
    """For a holiday's or a break's hours: half an interval is a slip of the pen."""
    if (start is None) != (end is None):
        missing = "start_time" if start is None else "end_time"
        raise ValidationError({missing: _("Give both times, or leave both empty for the whole day.")})
