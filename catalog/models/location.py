"""Where visits take place: a location, its hours and holidays, its workplaces."""

from typing import Self
from zoneinfo import ZoneInfo

import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models.company import validate_slug_is_free, validate_timezone
from accounts.querysets import Row, VisibleQuerySet
from accounts.triggers import raises_company_version, raises_own_version, raises_versions
from accounts.values import Actor
from catalog.models.weekly import WeeklyInterval, require_both_times_or_none

RAISE_LOCATION = "UPDATE catalog_location SET calendar_version = calendar_version + 1 WHERE id IN ({ids})"
# A booking does not lock a location without a capacity, so its specialists carry the news of changed hours (domain §6).
RAISE_ITS_SPECIALISTS = """
    UPDATE catalog_specialist SET calendar_version = calendar_version + 1 WHERE id IN (
        SELECT id FROM catalog_specialist
        WHERE id IN (SELECT specialist_id FROM catalog_specialistschedule WHERE location_id IN ({ids}))
        ORDER BY id FOR NO KEY UPDATE
    )
"""


OWN_COMPANY = "OLD.company_id, NEW.company_id"
COMPANY_OF_LOCATION = "SELECT company_id FROM catalog_location WHERE id IN (OLD.location_id, NEW.location_id)"


def raises_location_and_specialists() -> pgtrigger.Trigger:
    ids = "OLD.location_id, NEW.location_id"
    return raises_versions(
        "raises_location_version", [RAISE_LOCATION.format(ids=ids), RAISE_ITS_SPECIALISTS.format(ids=ids)]
    )


class LocationQuerySet(VisibleQuerySet["Location"]):
    def visible_to_staff(self, actor: Actor) -> Self:
        rows = super().visible_to_staff(actor)
        return rows.filter(pk__in=actor.location_ids) if actor.location_ids else rows

    def visible_to_client(self, actor: Actor) -> Self:
        return self.filter(is_active=True, company__is_active=True)


class Location(models.Model):
    """A branch. Its slug is its address on the web, unique in the deployment; its time zone rules its calendar."""

    company = models.ForeignKey(
        "accounts.Company", on_delete=models.PROTECT, related_name="locations", verbose_name=_("company")
    )
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("short name"), unique=True, validators=[validate_slug_is_free])
    address = models.CharField(_("address"), max_length=300, blank=True)
    directions = models.CharField(_("how to find us"), max_length=300, blank=True)
    phone = PhoneNumberField(_("phone"), null=True, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="Europe/Moscow", validators=[validate_timezone])
    capacity = models.PositiveSmallIntegerField(
        _("capacity"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("How many visits may run at one moment; empty means no limit"),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    calendar_version = models.BigIntegerField(default=0, editable=False)

    objects = LocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["position", "name"]
        constraints = [models.CheckConstraint(name="location_capacity_is_positive", condition=Q(capacity__gt=0))]
        triggers = [
            raises_own_version("timezone", "capacity", "is_active"),
            raises_company_version(OWN_COMPANY, "company_id", "name", "timezone", "capacity", "is_active"),
            raises_versions(
                "raises_specialists_version",
                [
                    "IF ROW(OLD.timezone, OLD.capacity, OLD.is_active) IS NOT DISTINCT FROM "
                    "ROW(NEW.timezone, NEW.capacity, NEW.is_active) THEN RETURN NULL; END IF",
                    RAISE_ITS_SPECIALISTS.format(ids="NEW.id"),
                ],
                operation=pgtrigger.Update,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class InLocationQuerySet(VisibleQuerySet[Row]):
    company_path = "location__company_id"

    def visible_to_staff(self, actor: Actor) -> Self:
        rows = super().visible_to_staff(actor)
        return rows.filter(location_id__in=actor.location_ids) if actor.location_ids else rows


class LocationSchedule(WeeklyInterval):
    """Opening hours."""

    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, related_name="schedules", verbose_name=_("location")
    )

    objects = InLocationQuerySet["LocationSchedule"].as_manager()

    class Meta(WeeklyInterval.Meta):
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        indexes = [models.Index(fields=["location", "day_of_week"], name="location_hours")]
        triggers = [raises_location_and_specialists(), raises_company_version(COMPANY_OF_LOCATION)]


class Holiday(models.Model):
    """A date unlike its weekday: closed, or open, with its own hours if they are given."""

    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, related_name="holidays", verbose_name=_("location")
    )
    date = models.DateField(_("date"))
    is_working = models.BooleanField(_("open on this day"), default=False)
    start_time = models.TimeField(_("from"), null=True, blank=True)
    end_time = models.TimeField(_("to"), null=True, blank=True)
    description = models.CharField(_("what for"), max_length=200, blank=True)

    objects = InLocationQuerySet["Holiday"].as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["location", "date"], name="holiday_is_one_per_day")]
        triggers = [raises_location_and_specialists()]

    def __str__(self) -> str:
        return f"{self.date:%d.%m.%Y} {self.description}".strip()

    def clean(self) -> None:
        require_both_times_or_none(self.start_time, self.end_time)


class Workplace(models.Model):
    """A chair, a room, a device: what a visit occupies besides its specialist."""

    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, related_name="workplaces", verbose_name=_("location")
    )
    name = models.CharField(_("name"), max_length=200)
    type = models.CharField(_("type"), max_length=100, blank=True, help_text=_("Chair, room, couch…"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    calendar_version = models.BigIntegerField(default=0, editable=False)

    objects = InLocationQuerySet["Workplace"].as_manager()

    class Meta:
        verbose_name = _("workplace")
        verbose_name_plural = _("workplaces")
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["location", "name"], name="workplace_name_is_unique_in_location")
        ]
        triggers = [
            raises_own_version("is_active", "location_id"),
            raises_company_version(COMPANY_OF_LOCATION, "location_id", "name", "position", "is_active"),
        ]

    def __str__(self) -> str:
        return self.name
