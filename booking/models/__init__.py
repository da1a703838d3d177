from booking.models.appointment import Appointment
from booking.models.event import AppointmentEvent, EventType
from booking.models.once import OnceKey
from booking.models.status import COMING, OCCUPYING, TAKES_PLACE, Status

__all__ = ["COMING", "OCCUPYING", "TAKES_PLACE", "Appointment", "AppointmentEvent", "EventType", "OnceKey", "Status"]
