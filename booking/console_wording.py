"""How the console writes moments, people and addresses of a visit."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.values import Channel
from booking.models import Appointment, Status
from booking.wording import clock, day_and_month, weekday

# Every status is here: of one that is not, unfold would show the code.
COLOURS = {
    Status.HOLD: "warning",
    Status.CONFIRMED: "info",
    Status.ARRIVED: "primary",
    Status.COMPLETED: "success",
    Status.NO_SHOW: "danger",
    Status.CANCELLED: "",
    Status.EXPIRED: "",
}


def when(moment: datetime, zone: ZoneInfo) -> str:
    """Tue 28 January, 18:30 by the clock of ``zone``; with the year when it is not the current one."""
    local = moment.astimezone(zone)
    year = "" if local.year == timezone.now().astimezone(zone).year else f" {local.year}"
    return f"{weekday(local.date())} {day_and_month(local.date())}{year}, {clock(moment, zone)}"


def when_of(visit: Appointment) -> str:
    return when(visit.start_time, visit.location.zone)


def page_of(visit: Appointment) -> str:
    """The address of the visit in the console."""
    return reverse("admin:booking_appointment_change", args=[visit.pk])


def link_of(visit: Appointment) -> str:
    """The client's own link; whoever has it may move or cancel the visit."""
    return settings.PUBLIC_URL + reverse("booking:visit", args=[visit.visit_token])


def channel_name(code: str) -> str:
    return str(Channel(code).label) if code in Channel.values else code
