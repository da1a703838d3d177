"""The words of ``booking.wording`` in templates."""

from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from accounts.models import Company
from accounts.wording import money as money_in
from accounts.wording import signed_money
from booking import wording
from booking.calendar_file import google_times
from booking.models import Appointment

register = template.Library()

register.filter("clock", wording.clock)
register.filter("exact", wording.exact)
register.filter("offset", wording.offset)
register.filter("weekday", wording.weekday)
register.filter("long_day", wording.long_day)
register.filter("first_of_month", wording.first_of_month)
register.filter("duration", wording.length)
register.filter("times_count", wording.times_count)
register.filter("by_part_of_day", wording.by_part_of_day)


@register.filter
def numbered(number: int) -> str:
    return wording.numbered(number)


@register.filter
def spoken(moment: datetime, zone: ZoneInfo) -> str:
    return wording.spoken(moment, zone, timezone.now())


@register.filter
def spoken_day(day: date, zone: ZoneInfo) -> str:
    return wording.spoken_day(day, timezone.now().astimezone(zone).date())


@register.filter
def money(amount: Decimal, company: Company) -> str:
    return money_in(amount, company.currency)


@register.filter
def without_sign(amount: Decimal) -> Decimal:
    return abs(amount)


@register.filter
def moved(amount: Decimal, company: Company) -> str:
    """With its sign."""
    return signed_money(amount, company.currency)


@register.filter
def cancellation_rule(visit: Appointment, zone: ZoneInfo) -> str:
    return wording.cancellation_rule(visit.late_fee_percent, visit.free_until, zone, timezone.now())


@register.filter
def free_hours(visit: Appointment) -> int:
    """How many hours before its start a visit is cancelled free of charge."""
    return int((visit.start_time - visit.free_until).total_seconds() // 3600) if visit.free_until else 0


@register.filter
def day_in(moment: datetime, zone: ZoneInfo) -> date:
    """The local day of a moment."""
    return moment.astimezone(zone).date()


@register.filter
def minutes(appointment: Appointment) -> int:
    return int(appointment.duration.total_seconds() // 60)


@register.filter
def google_calendar(visit: Appointment) -> str:
    """A link that opens Google Calendar with the visit filled in; nothing is sent before it is pressed."""
    query = {
        "action": "TEMPLATE",
        "text": f"{visit.service.name} · {visit.company.name}",
        "dates": google_times(visit.start_time, visit.end_time),
        "location": visit.location.address or visit.location.name,
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(query)}"


@register.filter
def map_link(address: str) -> str:
    return f"https://www.openstreetmap.org/search?{urlencode({'query': address})}"


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: object) -> str:
    """The page's own query string with some parameters changed, or dropped when None.

    Django renders its page of a broken server without a request.
    """
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query or not request else request.path
