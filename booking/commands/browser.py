"""The browser a visit belongs to."""

from accounts.models.device import device_key, new_device_token
from booking.models import Appointment


def know_browser(appointment_id: int) -> str:
    """What the database knows the visit's browser by; a visit that was booked in none, as at the desk, gets a name that
    is nobody else's. Not a change of the visit: its version stays."""
    visits = Appointment.objects.filter(pk=appointment_id)
    visits.filter(browser_key="").update(browser_key=device_key(new_device_token()))
    return visits.values_list("browser_key", flat=True).get()
