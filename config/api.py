"""The REST API (contract §4): each app brings its own addresses."""

from django.urls import include, path, re_path

from accounts.api.views import NoSuchAddress

urlpatterns = [
    path("v1/", include("booking.api.urls")),
    path("v1/", include("notifications.api.urls")),
    re_path("", NoSuchAddress.as_view()),
]
