"""The addresses of booking below ``/api/v1/``."""

from django.urls import path

from booking.api import appointments
from booking.api.availability import Availability

urlpatterns = [
    path("availability/", Availability.as_view(), name="api-availability"),
    path("appointments/book/", appointments.Book.as_view(), name="api-book"),
    path("appointments/confirm/", appointments.Confirm.as_view(), name="api-confirm"),
    path("appointments/<int:pk>/reschedule/", appointments.Reschedule.as_view(), name="api-reschedule"),
    path("appointments/<int:pk>/cancel/", appointments.Cancel.as_view(), name="api-cancel"),
    path("appointments/<int:pk>/extend/", appointments.Extend.as_view(), name="api-extend"),
    path("appointments/<int:pk>/release/", appointments.Release.as_view(), name="api-release"),
]
