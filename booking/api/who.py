"""Who may do something with an appointment, and whose a one-time key is."""

import hashlib
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.api.views import ApiView
from accounts.errors import NotAllowed
from accounts.models.device import device_key
from accounts.permissions import CHANGE_VISITS
from accounts.queries import visitor_of
from accounts.values import Actor, Channel
from booking.commands.once import Once, once
from booking.models import Appointment
from booking.models.appointment import AppointmentQuerySet
from booking.views.common import DEVICE_COOKIE

ADD = "booking.add_appointment"
HEADER = "Idempotency-Key"
LONGEST_KEY = 255
HARD_TO_GUESS = 16
"""Characters of a key that stands for its sender; a shorter one does so only together with his address."""


class Link(StrEnum):
    """Which token opens what: one column for each purpose (domain §3)."""

    HOLD = "hold_token"
    VISIT = "visit_token"


def appointment_and_actor(view: ApiView, pk: int, token: str | None, link: Link) -> tuple[Appointment, Actor]:
    """The appointment, and as whom the asker may change it: the staff by right, else whoever has its ``token``, else
    its client who has signed in. Right comes first, so that history knows which of the staff it was.

    Raises NotFound, which tells nobody that there is such a row, and NotAllowed for staff who see it and no more.
    """
    user, named = view.request.user, view.named_company()
    rows = Appointment.objects.filter(pk=pk, **{"company__slug": named} if named else {})
    by_right = rows.visible_to(view.staff).first() if view.staff else None
    if by_right is not None and view.staff is not None and user.has_perm(CHANGE_VISITS):
        return by_right, view.staff
    by_link = opened(rows, token, link)
    if by_right is not None and by_link is None:
        raise NotAllowed
    company_id = by_link.company_id if by_link else company_of(rows) if user.is_authenticated else None
    if company_id is None:
        raise NotFound
    actor = visitor_of(user, company_id, Channel.API)
    mine = by_link or rows.visible_to(actor).first()
    if mine is None:
        raise NotFound
    return mine, actor


def opened(rows: AppointmentQuerySet, token: str | None, link: Link) -> Appointment | None:
    """What ``token`` opens; a hold is no visit yet."""
    if not token:
        return None
    return (rows.booked() if link is Link.VISIT else rows).filter(**{link.value: token}).first()


def company_of(rows: AppointmentQuerySet) -> int | None:
    return rows.values_list("company_id", flat=True).first()


def browser_in(request: Request) -> str:
    """What the database knows the browser by, when it has been on our pages; else nothing."""
    token = request.COOKIES.get(DEVICE_COOKIE)
    return device_key(token) if token else ""


def once_of_actor(request: Request, actor: Actor, appointment: Appointment, **asked: Any) -> Once | None:
    """The request's one-time key: of the person, or of whoever has the appointment's token."""
    return once_in(request, person_of(actor) or f"link:{appointment.pk}", **asked)


def once_of_stranger(request: Request, actor: Actor, company_id: int, **asked: Any) -> Once | None:
    """The request's one-time key: of the person, of the browser, or standing for its sender itself."""
    if person := person_of(actor):
        whose = person
    elif browser := browser_in(request):
        whose = f"browser:{browser}"
    else:
        whose = f"anyone:{company_id}"
        if len(request.headers.get(HEADER, "")) < HARD_TO_GUESS:
            address = str(BaseThrottle().get_ident(request))
            whose += f":{hashlib.sha256(address.encode()).hexdigest()[:40]}"
    return once_in(request, whose, **asked)


def person_of(actor: Actor) -> str:
    """Who has signed in: by a user of ours, or introduced by Telegram."""
    if actor.user_id:
        return f"user:{actor.user_id}"
    return f"client:{actor.client_id}" if actor.client_id else ""


def once_in(request: Request, whose: str, **asked: Any) -> Once | None:
    """None without a key. The same key for another address is another request. Raises ValidationError."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        problem = _("Write 1 to %(longest)d printable ASCII characters.") % {"longest": LONGEST_KEY}
        raise ValidationError({HEADER: [problem]})
    return once(whose, hashlib.sha256(key.encode()).hexdigest(), path=request.path, **asked)
