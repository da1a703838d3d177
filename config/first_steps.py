"""What a company still needs before anybody can book: shown to its administrator instead of an empty list."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Company
from accounts.values import Actor
from catalog.models import Location, Service, Specialist


@dataclass(frozen=True, slots=True)
class FirstStep:
    title: Any
    why: Any
    link: str
    done: bool


def first_steps(actor: Actor) -> list[FirstStep]:
    """In the order in which they are taken; one statement each."""
    steps: list[tuple[str, Any, Any, Any]] = [
        *([("company", _("Company"), _("Name, currency, rules"), Company.objects)] if actor.owns_deployment else []),
        ("location", _("Location and hours"), _("Where clients come, when it is open, its chairs and rooms"), hours()),
        ("service", _("Services"), _("What is offered, how long it takes, what it costs"), Service.objects),
        ("specialist", _("Specialists and shifts"), _("Who does what, and when he is there"), shifts()),
    ]
    return [
        FirstStep(title, why, add_page(name), rows.visible_to(actor).filter(is_active=True).exists())
        for name, title, why, rows in steps
    ]


def hours() -> QuerySet[Any]:
    return Location.objects.filter(schedules__isnull=False)


def shifts() -> QuerySet[Any]:
    return Specialist.objects.filter(schedules__isnull=False, offers__isnull=False)


def add_page(name: str) -> str:
    app = "accounts" if name == "company" else "catalog"
    return reverse(f"admin:{app}_{name}_add")
