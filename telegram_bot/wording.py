"""Words of a visit for a chat: short lines, whoever typed them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber

from booking.models import Appointment
from booking.wording import clock, exact, long_day, short_day
from notifications.render.text import one_line

LONGEST = 60
"""Letters of a name in a text at most."""


def short(text: Any, longest: int = LONGEST) -> str:
    """One line of so many letters at most."""
    return one_line(str(text or ""), longest)


def span(visit: Appointment) -> str:
    """вт 28 января, 18:30–19:30; with the year when it is not this one."""
    zone = visit.location.zone
    day = f"{long_day(visit.start_time.astimezone(zone).date())}{year_of(visit.start_time, zone)}"
    return f"{day}, {clock(visit.start_time, zone)}–{clock(visit.end_time, zone)}"


def day_of(moment: datetime, zone: ZoneInfo) -> str:
    """вт 28 янв; with the year when it is not this one."""
    return f"{short_day(moment.astimezone(zone).date())}{year_of(moment, zone)}"


def moment_of(visit: Appointment) -> str:
    """вт 28 января, 18:30."""
    return exact(visit.start_time, visit.location.zone)


def masked(phone: PhoneNumber) -> str:
    """+7 … 23-45: enough for whoever knows it."""
    digits = str(phone.national_number)
    return f"+{phone.country_code} … {digits[-4:-2]}-{digits[-2:]}"


def year_of(moment: datetime, zone: ZoneInfo) -> str:
    """Nothing for the current one."""
    local = moment.astimezone(zone)
    return "" if local.year == timezone.now().astimezone(zone).year else f" {local.year}"
