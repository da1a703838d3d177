"""Time in the console: the desk's appointments and their history."""

from booking.admin import outside
from booking.admin.appointments import AppointmentAdmin
from booking.admin.events import AppointmentEventAdmin

__all__ = ["AppointmentAdmin", "AppointmentEventAdmin", "outside"]
