"""Where messages lead."""

from django.conf import settings
from django.urls import reverse

from booking.console_wording import page_of
from booking.models import Appointment


def console_page(visit: Appointment) -> str:
    return settings.PUBLIC_URL + page_of(visit)


def console_day() -> str:
    """Today's visits."""
    return f"{settings.PUBLIC_URL}{reverse('admin:booking_appointment_changelist')}?when=today"


def storefront() -> str:
    return settings.PUBLIC_URL + reverse("booking:home")


def book_again(visit: Appointment) -> str:
    """All times of the same service."""
    return settings.PUBLIC_URL + reverse("booking:times", args=[visit.location.slug, visit.service_id])
