"""What the tests of the console's visits share: its addresses, what a page offers, a form filled in."""

from django.urls import reverse

from booking.models import Appointment
from tests.console import World, form_at, sent_to

ADD = "/admin/booking/appointment/add/"


def page_of(visit: Appointment) -> str:
    return reverse("admin:booking_appointment_change", args=[visit.pk])


def at(visit: Appointment, name: str, *args: str) -> str:
    return reverse(f"admin:booking_appointment_{name}", args=[visit.pk, *args])


def offered(console, visit: Appointment) -> set[str]:
    """What the page of a visit lets one do, money aside."""
    return everything_offered(console, visit) - {"pay", "return"}


def everything_offered(console, visit: Appointment) -> set[str]:
    context = console.get(page_of(visit)).context
    return {step.name for step in context.get("steps", ())} | {str(own["name"]) for own in context.get("pages", ())}


def history(console, visit: Appointment) -> list[tuple]:
    return [(row.what, *row.details, row.who, row.channel) for row in console.get(page_of(visit)).context["history"]]


def step(console, visit: Appointment, name: str):
    answer = sent_to(console, at(visit, "step", name), {})
    visit.refresh_from_db()
    return answer


def typed(world: World, console, hour: int = 12, days: int = 2, **changes) -> dict[str, object]:
    """The form as it came, with a service, a day and a time typed in."""
    form = form_at(console, ADD).context["form"]
    return {
        "key": form["key"].value(),
        "location_choice": world.location.pk,
        "service": world.salon.service.pk,
        "date": str(world.salon.day(days)),
        "time": f"{hour}:00",
        **changes,
    }


def new_visits(world: World) -> list[Appointment]:
    return list(Appointment.objects.exclude(pk=world.visit.pk).order_by("pk"))
