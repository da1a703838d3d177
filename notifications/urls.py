"""What browsers ask of push (contract §3): the worker, and where they say that they want to be woken."""

from django.urls import path

import booking.urls  # noqa: F401 - registers the converter of tokens
from notifications import views

app_name = "notifications"
urlpatterns = [
    path("sw.js", views.worker, name="worker"),
    path("v/<token:token>/push/", views.visit_push, name="visit_push"),
    path("me/push/", views.renewed_push, name="renewed_push"),
]
