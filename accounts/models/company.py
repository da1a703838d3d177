"""A business, owner of everything below, and the rules it books by."""

from datetime import timedelta
from functools import cache
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.querysets import VisibleQuerySet
from accounts.triggers import raises_own_version
from accounts.values import Actor

RESERVED_SLUGS = frozenset(
    "accounts admin api calendar dev favicon.ico healthz hold manifest.webmanifest me metrics offline readyz static "
    "sw.js tg v".split()
)


@cache
def known_timezones() -> frozenset[str]:
    """Remembered, because each answer is looked up in some hundred files."""
    return frozenset(available_timezones())


def validate_timezone(name: str) -> None:
    if name not in known_timezones():
        raise ValidationError(_("%(name)s is no IANA time zone. Write one like Europe/Moscow."), params={"name": name})


def validate_slug_is_free(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(_("“%(slug)s” is an address Okno itself uses. Choose another."), params={"slug": slug})


class Policy(models.TextChoices):
    """How a specialist is chosen for a client who has no preference."""

    LEAST_BUSY = "least_busy", _("The least busy that day")
    LONGEST_IDLE = "longest_idle", _("The one idle for longest")
    CHEAPEST = "cheapest", _("The cheapest")
    FIRST = "first", _("The first in the list")


def two_reminders() -> list[int]:
    """A day and two hours before (domain §5)."""
    return [24, 2]


class CompanyQuerySet(VisibleQuerySet["Company"]):
    company_path = "pk"

    def visible_to_client(self, actor: Actor) -> Self:
        return self.filter(is_active=True)


class Company(models.Model):
    """A business. Its empty rules fall back to the deployment's (``BOOKING_…`` in the environment)."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("short name"), unique=True, validators=[validate_slug_is_free])
    host = models.CharField(
        _("own host"), max_length=253, unique=True, null=True, blank=True,
        help_text=_("A domain that shows this company only, like book.example.com"),
    )  # fmt: skip
    currency = models.CharField(
        _("currency"), max_length=3, default="RUB", help_text=_("Three letters, like RUB or EUR"),
        validators=[RegexValidator("^[A-Z]{3}$", _("Write three capital letters, like RUB or EUR."))],
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="ru")
    timezone = models.CharField(_("time zone"), max_length=64, default="Europe/Moscow", validators=[validate_timezone])
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    hold_seconds = models.PositiveSmallIntegerField(
        _("hold, seconds"), null=True, blank=True, validators=[MinValueValidator(60), MaxValueValidator(900)],
        help_text=_("How long a chosen time is kept while the client fills in the form: 60 to 900"),
    )  # fmt: skip
    slot_step_minutes = models.PositiveSmallIntegerField(
        _("slot step, minutes"), null=True, blank=True, validators=[MinValueValidator(5), MaxValueValidator(240)],
        help_text=_("Times are offered every so many minutes from the start of each working interval"),
    )  # fmt: skip
    min_notice_minutes = models.PositiveIntegerField(
        _("minimum notice, minutes"), null=True, blank=True, validators=[MaxValueValidator(60 * 24 * 60)],
        help_text=_("Clients cannot book closer to the start than this"),
    )  # fmt: skip
    horizon_days = models.PositiveSmallIntegerField(
        _("horizon, days"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=_("Clients cannot book further ahead than this"),
    )  # fmt: skip
    live_holds_limit = models.PositiveSmallIntegerField(
        _("live holds per client and browser"), default=3, validators=[MinValueValidator(1), MaxValueValidator(20)],
    )  # fmt: skip
    free_cancellation_hours = models.PositiveSmallIntegerField(
        _("free cancellation, hours before"), default=24, validators=[MaxValueValidator(24 * 30)],
        help_text=_("Until so many hours before the visit clients cancel free of charge"),
    )  # fmt: skip
    late_fee_percent = models.PositiveSmallIntegerField(
        _("late cancellation fee, %"), default=0, validators=[MaxValueValidator(100)],
        help_text=_("Of the price, kept from what was paid beforehand and never more than that"),
    )  # fmt: skip
    reminder_hours = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(24 * 14)]),
        verbose_name=_("reminders, hours before"), default=two_reminders, blank=True, size=4,
        help_text=_("Separated by commas, like 24, 2; empty: none"),
    )  # fmt: skip
    quiet_from = models.PositiveSmallIntegerField(
        _("quiet hours from"), default=22, validators=[MaxValueValidator(23)],
        help_text=_("From this hour of the location's clock nobody is reminded"),
    )  # fmt: skip
    quiet_until = models.PositiveSmallIntegerField(
        _("quiet hours until"), default=8, validators=[MaxValueValidator(23)],
        help_text=_("The same hour as above: there are none. Specialists hear of their day then"),
    )  # fmt: skip
    assignment_policy = models.CharField(
        _("any specialist means"), max_length=20, choices=Policy, default=Policy.LEAST_BUSY,
    )  # fmt: skip

    calendar_version = models.BigIntegerField(default=0, editable=False)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="company_hold_is_sane", condition=Q(hold_seconds__range=(60, 900))),
            models.CheckConstraint(name="company_step_is_sane", condition=Q(slot_step_minutes__range=(5, 240))),
            models.CheckConstraint(name="company_fee_is_a_part", condition=Q(late_fee_percent__lte=100)),
            models.CheckConstraint(
                name="company_quiet_hours_are_hours", condition=Q(quiet_from__lte=23, quiet_until__lte=23)
            ),
            models.CheckConstraint(name="company_horizon_is_sane", condition=Q(horizon_days__range=(1, 730))),
        ]
        triggers = [
            raises_own_version(
                "hold_seconds", "slot_step_minutes", "min_notice_minutes", "horizon_days", "timezone", "is_active"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def hold_length(self) -> int:
        """Seconds a hold lasts."""
        return self.hold_seconds or settings.BOOKING_HOLD_SECONDS

    @property
    def free_cancellation(self) -> timedelta:
        """How long before a visit clients cancel it free of charge."""
        return timedelta(hours=self.free_cancellation_hours)

    @property
    def slot_step(self) -> int:
        """Minutes between the times offered."""
        return self.slot_step_minutes or settings.BOOKING_SLOT_STEP_MINUTES

    @property
    def min_notice(self) -> int:
        """Minutes between now and the first time a client may book."""
        return settings.BOOKING_MIN_NOTICE_MINUTES if self.min_notice_minutes is None else self.min_notice_minutes

    @property
    def horizon(self) -> int:
        """Days ahead that a client may book."""
        return self.horizon_days or settings.BOOKING_HORIZON_DAYS
