from booking.models.appointment import OCCUPYING, Appointment, Status
from booking.models.event import AppointmentEvent, EventType
from booking.models.once import OnceKey

__all__ = ["OCCUPYING", "Appointment", "AppointmentEvent", "EventType", "OnceKey", "Status"]
