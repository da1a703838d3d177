"""What is a person's own as a client: the visits of the client he is, and those whose link he opened in this chat."""

from booking.models import COMING, Appointment
from booking.models.appointment import AppointmentQuerySet, ClockTimestamp
from booking.queries.visits import with_its_place
from notifications.queries import visits_followed_by
from telegram_bot.refusals import Missing
from telegram_bot.talk import Talk


def own_visits(talk: Talk) -> AppointmentQuerySet:
    """Booked visits of his in any state, in no order: as the client he is here, and those he follows."""
    mine, followed = Appointment.objects.visible_to(talk.client), visits_followed_by(talk.person.tg_id)
    return Appointment.objects.all().among(mine, followed).booked().that_were_wanted()


def coming_visits(talk: Talk) -> AppointmentQuerySet:
    """Soonest first."""
    rows = own_visits(talk).filter(status__in=COMING, end_time__gt=ClockTimestamp())
    return rows.select_related("service", "specialist", "location__company").order_by("start_time", "pk")


def past_visits(talk: Talk) -> AppointmentQuerySet:
    """What was, or was cancelled; the latest first."""
    rows = own_visits(talk).exclude(status__in=COMING, end_time__gt=ClockTimestamp())
    return rows.select_related("service", "specialist", "location__company").order_by("-start_time", "-pk")


def own_visit(talk: Talk, pk: int) -> Appointment:
    """With its place and, as ``now``, the database's clock. Raises Missing."""
    found = own_visits(talk).with_everything_shown().filter(pk=pk).first()
    if found is None:
        raise Missing
    return with_its_place(found)


def own_hold(talk: Talk, pk: int) -> Appointment:
    """What he holds or held, whatever has become of it. Raises Missing."""
    rows = Appointment.objects.visible_to(talk.client) if talk.client.client_id else Appointment.objects.none()
    found = rows.with_everything_shown().filter(pk=pk).first()
    if found is None:
        raise Missing
    return with_its_place(found)
