"""What there is to say, before a channel says it in its own way."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from booking.models import Appointment
from notifications.render.buttons import Buttons
from notifications.render.copy import Copy
from notifications.values import Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """``template`` is one of templates/notifications/, ``values`` what it is filled with.

    ``content`` is a text of the salon that takes the template's place, ``ad`` one that follows it; ``calendar`` a visit
    whose calendar file belongs to it.
    """

    template: str
    values: dict[str, Any]
    url: str
    tag: str
    subject_id: int = 0
    buttons: Buttons = ()
    calendar: Appointment | None = None
    content: Copy | None = None
    ad: Copy | None = None
    urgency: Urgency = Urgency.HIGH
    useful_for: timedelta = timedelta(hours=24)
    is_silent: bool = False
    is_bulk: bool = False
