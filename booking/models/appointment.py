"""An appointment and the constraints that keep it the only one at its time."""

import secrets
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models.client import Client, Priority
from accounts.names import name_words, named_like
from accounts.querysets import VisibleQuerySet
from accounts.values import Actor, Channel, Role
from booking.models.event import AppointmentEvent, EventType
from booking.models.status import OCCUPYING, Status
from booking.models.triggers import (
    CALENDARS_FOLLOW_APPOINTMENTS,
    CAPACITY_IS_A_PEAK,
    MONEY_IS_WRITTEN_BY_OPERATIONS,
)
from booking.values import Kept, Slot, whole_minutes

LONGEST_VISIT = timedelta(days=2)
"""A visit and the break after it last at most a day each: who began earlier is gone."""


class ClockTimestamp(Func):
    """The database's clock at this very moment; the only clock that ends a hold (domain §6)."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class IsFinite(Func):
    function = "isfinite"
    output_field = models.BooleanField()


def no_overlap(resource: str) -> ExclusionConstraint:
    """Forbid two live appointments of one ``resource`` at the same time, break included.

    The resource is a one-number range because the embedded PostgreSQL has no btree_gist; a range of two NULLs would
    overlap everything, hence IS NOT NULL.
    """
    one = Func(F(resource), F(resource), Value("[]"), function="int8range", output_field=BigIntegerRangeField())
    busy = Func(F("start_time"), F("busy_until"), function="tstzrange", output_field=DateTimeRangeField())
    return ExclusionConstraint(
        name=f"{resource}_not_double_booked",
        expressions=[(one, RangeOperators.OVERLAPS), (busy, RangeOperators.OVERLAPS)],
        condition=Q(status__in=OCCUPYING, **{f"{resource}__isnull": False}),
    )


def new_link_token() -> str:
    """128 random bits for a link that needs no sign-in."""
    return secrets.token_urlsafe(16)


class AppointmentQuerySet(VisibleQuerySet["Appointment"]):
    def visible_to_staff(self, actor: Actor) -> Self:
        rows = super().visible_to_staff(actor)
        if actor.role == Role.SPECIALIST:
            rows = rows.filter(specialist__user_id=actor.user_id)
        return rows.filter(location_id__in=actor.location_ids) if actor.location_ids else rows

    def visible_to_client(self, actor: Actor) -> Self:
        return self.filter(client_id=actor.client_id) if actor.client_id else self.none()

    def alive(self) -> Self:
        """Those that occupy their time now: an overdue hold no longer does."""
        overdue = Q(status=Status.HOLD, expires_at__lte=ClockTimestamp())
        return self.filter(status__in=OCCUPYING).exclude(overdue)

    def overdue_holds(self) -> Self:
        return self.filter(status=Status.HOLD, expires_at__lte=ClockTimestamp())

    def booked(self) -> Self:
        """Visits in the usual sense: neither holds nor what became of them."""
        return self.exclude(status__in=(Status.HOLD, Status.EXPIRED))

    def that_were_wanted(self) -> Self:
        """Without the holds that came to nothing: let go or run out before anybody booked them."""
        booked = AppointmentEvent.objects.filter(appointment=OuterRef("pk"), event_type=EventType.BOOKING_CREATED)
        return self.exclude(status=Status.EXPIRED).exclude(Q(status=Status.CANCELLED) & ~Exists(booked))

    def overlapping(self, start: datetime, end: datetime) -> Self:
        return self.filter(start_time__lt=end, busy_until__gt=start)

    def with_phone_ending(self, digits: str) -> Self:
        return self.alias(reversed_phone=Reverse("contact_phone")).filter(reversed_phone__startswith=digits[::-1])

    def with_name_like(self, typed: str) -> Self:
        """Visits under a name with words that begin like those typed, or of a client with such a name: two indexes."""
        under_it = named_like(Appointment.objects.all(), typed, "contact_name")
        clients = Client.objects.with_name_like(typed).order_by().values("pk")
        return self.among(under_it, Appointment.objects.filter(client__in=clients))

    def with_what_is_booked(self) -> Self:
        return self.select_related("service", "specialist", "workplace")

    def with_everything_shown(self) -> Self:
        return self.with_what_is_booked().select_related("company", "location", "client")


class Appointment(models.Model):
    """One visit, from the hold to its end. ``busy_until`` is the end plus the break after it.

    Price, duration and break are copied here when the time is held, so a later change of the catalogue changes no
    promise. Rows are written by ``booking.commands`` alone.
    """

    # Whose index would only double one of those below has none of its own (db_index): every index costs every booking.
    company = models.ForeignKey(
        "accounts.Company", on_delete=models.PROTECT, related_name="appointments", db_index=False,
        verbose_name=_("company"),
    )  # fmt: skip
    location = models.ForeignKey(
        "catalog.Location", on_delete=models.PROTECT, related_name="appointments", db_index=False,
        verbose_name=_("location"),
    )  # fmt: skip
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.PROTECT, related_name="appointments", verbose_name=_("service")
    )
    specialist = models.ForeignKey(
        "catalog.Specialist", on_delete=models.PROTECT, related_name="appointments", db_index=False,
        verbose_name=_("specialist"),
    )  # fmt: skip
    workplace = models.ForeignKey(
        "catalog.Workplace", on_delete=models.PROTECT, related_name="appointments", null=True, blank=True,
        db_index=False, verbose_name=_("workplace"),
    )  # fmt: skip
    client = models.ForeignKey(
        "accounts.Client", on_delete=models.PROTECT, related_name="appointments", null=True, blank=True,
        db_index=False, verbose_name=_("client"),
    )  # fmt: skip
    contact_name = models.CharField(_("contact name"), max_length=201, blank=True)  # two names of 100 and a space
    contact_phone = PhoneNumberField(_("contact phone"), blank=True)

    start_time = models.DateTimeField(_("start"))
    end_time = models.DateTimeField(_("end"))
    busy_until = models.DateTimeField(_("busy until"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.HOLD)
    priority = models.CharField(_("priority"), max_length=6, choices=Priority, default=Priority.NORMAL)
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    discount = models.DecimalField(_("discount"), max_digits=10, decimal_places=2, default=0)

    paid = models.DecimalField(_("paid"), max_digits=12, decimal_places=2, default=0, db_default=0, editable=False)
    """By whatever means, less what was returned; written by the database with every operation (``wallet``)."""
    free_until = models.DateTimeField(_("cancelled free of charge until"), null=True, blank=True)
    late_fee_percent = models.PositiveSmallIntegerField(_("late cancellation fee, %"), default=0, db_default=0)
    least_fee = models.DecimalField(
        _("least late cancellation fee"), max_digits=10, decimal_places=2, default=0, db_default=0
    )
    """What the fee was when the client moved the visit late."""

    expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    hold_extended = models.BooleanField(_("hold extended"), default=False)
    browser_key = models.CharField(_("browser"), max_length=64, blank=True, editable=False)
    hold_token = models.CharField(max_length=43, default=new_link_token, editable=False)
    visit_token = models.CharField(max_length=43, default=new_link_token, editable=False)

    source = models.CharField(_("booked through"), max_length=6, choices=Channel)
    assignment_reason = models.CharField(_("why this specialist"), max_length=20, blank=True)
    outside_rules = models.BooleanField(_("outside the rules"), default=False)
    client_says_coming = models.BooleanField(_("client says he is coming"), null=True, blank=True)
    notes = models.TextField(_("comment"), blank=True, max_length=2000)
    version = models.PositiveIntegerField(_("version"), default=1)
    sequence = models.PositiveIntegerField(_("times moved"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["-start_time", "-pk"]
        permissions = [("can_book_outside_rules", _("Can book outside opening hours, shifts and breaks"))]
        constraints = [
            no_overlap("specialist"),
            no_overlap("workplace"),
            models.UniqueConstraint(fields=["hold_token"], name="hold_link_is_one"),
            models.UniqueConstraint(fields=["visit_token"], name="visit_link_is_one"),
            models.CheckConstraint(
                name="appointment_times_in_order",
                condition=Q(start_time__lt=F("end_time"), end_time__lte=F("busy_until")),
            ),
            models.CheckConstraint(
                name="appointment_times_are_finite",
                condition=Q(IsFinite("start_time")) & Q(IsFinite("busy_until")),
            ),
            models.CheckConstraint(
                name="appointment_visit_is_not_too_long", condition=Q(busy_until__lte=F("start_time") + LONGEST_VISIT)
            ),
            models.CheckConstraint(
                name="appointment_expires_only_as_a_hold",
                condition=Q(status=Status.HOLD, expires_at__isnull=False)
                | (~Q(status=Status.HOLD) & Q(expires_at__isnull=True)),
            ),
            models.CheckConstraint(name="appointment_is_not_paid_less_than_nothing", condition=Q(paid__gte=0)),
            models.CheckConstraint(
                name="appointment_price_covers_discount",
                condition=Q(price__gte=F("discount"), discount__gte=0),
            ),
        ]
        indexes = [
            models.Index(fields=["specialist", "start_time"], name="specialist_day"),
            models.Index(
                fields=["workplace", "start_time"], name="workplace_day", condition=Q(workplace__isnull=False)
            ),
            models.Index(fields=["location", "start_time"], name="location_day"),
            models.Index(fields=["company", "start_time"], name="company_day"),
            models.Index(fields=["client", "start_time"], name="client_visits", condition=Q(client__isnull=False)),
            models.Index(fields=["browser_key", "start_time"], name="browser_visits", condition=~Q(browser_key="")),
            models.Index(fields=["expires_at"], name="holds_by_deadline", condition=Q(status=Status.HOLD)),
            models.Index(
                "company", OpClass(Reverse("contact_phone"), name="text_pattern_ops"), name="visits_by_phone_ending"
            ),
            GinIndex(name_words("contact_name"), name="visits_by_name"),
        ]
        triggers = [CALENDARS_FOLLOW_APPOINTMENTS, CAPACITY_IS_A_PEAK, MONEY_IS_WRITTEN_BY_OPERATIONS]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def duration(self) -> timedelta:
        return self.end_time - self.start_time

    @property
    def to_pay(self) -> Decimal:
        return self.price - self.discount

    @property
    def due(self) -> Decimal:
        """What is still to be paid; negative when more was paid than it costs now."""
        return self.to_pay - self.paid

    @property
    def slot(self) -> Slot:
        """Its time as if somebody asked for it: with its specialist, at any workplace."""
        return Slot(self.location_id, self.service_id, self.start_time, self.specialist_id)

    @property
    def kept(self) -> Kept:
        """Itself as what is being moved or taken again, on the terms it was given."""
        return Kept(
            appointment_id=self.pk,
            specialist_id=self.specialist_id,
            length=whole_minutes(self.end_time - self.start_time),
            rest=whole_minutes(self.busy_until - self.end_time),
            price=self.price,
        )

    @property
    def person(self) -> str:
        """How staff call whoever comes: the name typed, else the client's."""
        return self.contact_name or (self.client.full_name if self.client else "")
