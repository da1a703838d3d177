"""WHAT is said: a delivery becomes the message of its channel, in the reader's language."""

from django.utils import translation

from accounts.models import Client, User
from booking.models import Appointment
from notifications.models import Delivery
from notifications.queries import last_news_of
from notifications.render.layouts import LAYOUTS
from notifications.render.subjects import said_in
from notifications.values import Channel, Message, RecipientRole


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


def card_of(
    visit: Appointment, role: RecipientRole, *, language: str, client: Client | None = None, user: User | None = None
) -> Message:
    """The message in Telegram about what last happened to ``visit``, as whoever has ``role`` is told it, with what the
    visit is now; to nobody yet (its ``target`` is empty). For a card that is shown again, and the receipt of a booking
    in the bot. Two statements, and two more at most."""
    event = last_news_of(visit.pk)
    return render(
        Delivery(
            company=event.appointment.company,
            event=event,
            event_type=event.event_type,
            role=role,
            channel=Channel.TELEGRAM,
            language=language,
            client=client,
            user=user,
        )
    )
