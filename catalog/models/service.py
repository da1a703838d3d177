"""What is offered: services, who performs them and where."""

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.querysets import Row, VisibleQuerySet
from accounts.triggers import raises_company_version, raises_version_of
from accounts.values import Actor, Role
from catalog.models.specialist import Specialist

COMPANY_OF_SERVICE = "SELECT company_id FROM catalog_service WHERE id IN (OLD.service_id, NEW.service_id)"
A_DAY = 24 * 60
SANE_MINUTES = [MinValueValidator(5), MaxValueValidator(A_DAY)]


class ServiceQuerySet(VisibleQuerySet["Service"]):
    def visible_to_client(self, actor: Actor) -> Self:
        return self.filter(is_active=True, company__is_active=True)


class Service(models.Model):
    """A haircut. Its duration, break and price hold where a specialist or a workplace has none of its own."""

    company = models.ForeignKey(
        "accounts.Company", on_delete=models.PROTECT, related_name="services", verbose_name=_("company")
    )
    name = models.CharField(_("name"), max_length=200)
    category = models.CharField(_("category"), max_length=100, blank=True, help_text=_("A heading on the booking page"))
    description = models.TextField(_("description"), blank=True, max_length=2000)
    duration_min = models.PositiveSmallIntegerField(_("duration, minutes"), default=60, validators=SANE_MINUTES)
    break_min = models.PositiveSmallIntegerField(
        _("break after, minutes"), default=0, validators=[MaxValueValidator(A_DAY)],
        help_text=_("Time to clean up before the next visit"),
    )  # fmt: skip
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(name="service_duration_is_sane", condition=Q(duration_min__range=(5, A_DAY))),
            models.CheckConstraint(name="service_break_is_sane", condition=Q(break_min__range=(0, A_DAY))),
            models.CheckConstraint(name="service_price_is_not_negative", condition=Q(price__gte=0)),
        ]
        triggers = [raises_company_version("OLD.company_id, NEW.company_id")]

    def __str__(self) -> str:
        return self.name


class OfferQuerySet(VisibleQuerySet[Row]):
    company_path = "service__company_id"


class SkillQuerySet(OfferQuerySet["ServiceSpecialist"]):
    def visible_to_staff(self, actor: Actor) -> Self:
        rows = super().visible_to_staff(actor)
        if actor.role != Role.SPECIALIST and not actor.location_ids:
            return rows
        return rows.filter(specialist__in=Specialist.objects.visible_to(actor))


class FitQuerySet(OfferQuerySet["WorkplaceService"]):
    def visible_to_staff(self, actor: Actor) -> Self:
        rows = super().visible_to_staff(actor)
        return rows.filter(workplace__location_id__in=actor.location_ids) if actor.location_ids else rows


class ServiceSpecialist(models.Model):
    """A specialist can do a service, maybe at a price or a pace of his own."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="offers", verbose_name=_("service"))
    specialist = models.ForeignKey(
        "catalog.Specialist", on_delete=models.CASCADE, related_name="offers", verbose_name=_("specialist")
    )
    custom_price = models.DecimalField(
        _("own price"), max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    custom_duration = models.PositiveSmallIntegerField(
        _("own duration, minutes"), null=True, blank=True, validators=SANE_MINUTES
    )
    custom_break = models.PositiveSmallIntegerField(
        _("own break, minutes"), null=True, blank=True, validators=[MaxValueValidator(A_DAY)]
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = SkillQuerySet.as_manager()

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["service__position", "service__name"]
        constraints = [
            models.UniqueConstraint(fields=["service", "specialist"], name="skill_is_listed_once"),
            models.CheckConstraint(name="skill_duration_is_sane", condition=Q(custom_duration__range=(5, A_DAY))),
            models.CheckConstraint(name="skill_break_is_sane", condition=Q(custom_break__range=(0, A_DAY))),
            models.CheckConstraint(name="skill_price_is_not_negative", condition=Q(custom_price__gte=0)),
        ]
        triggers = [
            raises_version_of("catalog_specialist", "specialist_id"),
            raises_company_version(COMPANY_OF_SERVICE),
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.specialist}"


class WorkplaceService(models.Model):
    """A workplace is fit for a service, maybe at a price or a pace of its own."""

    workplace = models.ForeignKey(
        "catalog.Workplace", on_delete=models.CASCADE, related_name="offers", verbose_name=_("workplace")
    )
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="workplace_offers", verbose_name=_("service")
    )
    price = models.DecimalField(
        _("own price"), max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    duration_min = models.PositiveSmallIntegerField(
        _("own duration, minutes"), null=True, blank=True, validators=SANE_MINUTES
    )
    break_min = models.PositiveSmallIntegerField(
        _("own break, minutes"), null=True, blank=True, validators=[MaxValueValidator(A_DAY)]
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = FitQuerySet.as_manager()

    class Meta:
        verbose_name = _("service of a workplace")
        verbose_name_plural = _("services of workplaces")
        constraints = [
            models.UniqueConstraint(fields=["workplace", "service"], name="workplace_offers_a_service_once"),
            models.CheckConstraint(name="workplace_duration_is_sane", condition=Q(duration_min__range=(5, A_DAY))),
            models.CheckConstraint(name="workplace_break_is_sane", condition=Q(break_min__range=(0, A_DAY))),
            models.CheckConstraint(name="workplace_price_is_not_negative", condition=Q(price__gte=0)),
        ]
        triggers = [
            raises_version_of("catalog_workplace", "workplace_id"),
            raises_company_version(COMPANY_OF_SERVICE),
        ]

    def __str__(self) -> str:
        return f"{self.workplace} · {self.service}"
