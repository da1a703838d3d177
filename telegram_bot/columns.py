"""A specialist's own: his column, and the visits in it."""

from datetime import date, timedelta

from booking.models import Appointment
from booking.models.appointment import ClockTimestamp
from booking.queries.columns import Column, column_of, specialist_of
from booking.queries.slots import REACH
from telegram_bot.refusals import Missing
from telegram_bot.talk import Talk


def my_column(talk: Talk) -> Column:
    """Raises NotAllowed."""
    return column_of(talk.staff)


def my_visit(talk: Talk, pk: int) -> Appointment:
    """A visit with him in any state, with everything shown and, as ``now``, the database's clock: two statements.

    Raises NotAllowed, Missing.
    """
    specialist = specialist_of(talk.staff)
    rows = Appointment.objects.visible_to(talk.staff).filter(specialist=specialist).booked().that_were_wanted()
    found = rows.with_everything_shown().annotate(now=ClockTimestamp()).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def require_near(day: date, today: date) -> None:
    """Nobody looks at days of another life, and near the ends of the calendar arithmetic fails. Raises Missing."""
    if abs(day - today) > REACH - timedelta(days=31):
        raise Missing
