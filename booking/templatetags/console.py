"""What the console's templates say about a visit."""

from typing import Any

from django import template

from booking import console_wording
from booking.models import Appointment, Status

register = template.Library()

register.filter("when", console_wording.when)
register.filter("when_of", console_wording.when_of)


@register.inclusion_tag("unfold/helpers/label.html")
def status_label(visit: Appointment) -> dict[str, Any]:
    """The status as a coloured word."""
    return {"text": visit.get_status_display(), "type": console_wording.COLOURS[Status(visit.status)]}
