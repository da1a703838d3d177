"""WHAT is said: a delivery becomes the message of its channel, in the reader's language."""

from django.utils import translation

from notifications.models import Delivery
from notifications.render.layouts import LAYOUTS
from notifications.render.subjects import said_in
from notifications.values import Message


def render(delivery: Delivery) -> Message:
    """The message of ``delivery``; its event, appointment and people are read. At most six statements."""
    with translation.override(delivery.language):
        said = said_in(delivery)
        return Message(
            target=delivery.target,
            language=delivery.language,
            url=said.url,
            tag=said.tag,
            event=delivery.event_type,
            subject_id=said.subject_id,
            urgency=said.urgency,
            useful_for=said.useful_for,
            is_silent=said.is_silent,
            is_bulk=said.is_bulk,
            **LAYOUTS[delivery.channel](said),
        )


def card_of(visit, role, *, client=None, user=None, language):
    from notifications.commands.send import READ_TOGETHER
    from booking.models import AppointmentEvent

    event = (
        AppointmentEvent.objects.select_related(
            *(n.removeprefix("event__") for n in READ_TOGETHER if n.startswith("event__"))
        )
        .filter(appointment=visit, event_type__in=("booking_created", "booking_rescheduled", "booking_cancelled"))
        .order_by("-pk")
        .first()
    )
    return render(
        Delivery(
            company=event.appointment.company,
            event=event,
            event_type=event.event_type,
            role=role,
            client=client,
            user=user,
            channel="telegram",
            language=language,
        )
    )
