"""The client pages (contract §3)."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from booking.views import browse, hold, visit


class TokenConverter(StringConverter):
    """A link's random token; anything else is not even looked up."""

    regex = "[A-Za-z0-9_-]{16,43}"


class NumberConverter(StringConverter):
    """An id that fits a bigint."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:  # type: ignore[override]  # a converter gives what it likes
        return int(value)


register_converter(TokenConverter, "token")
register_converter(NumberConverter, "number")

app_name = "booking"
urlpatterns = [
    path("", browse.home, name="home"),
    path("hold/<token:token>/", hold.hold, name="hold"),
    path("hold/<token:token>/extend/", hold.extend, name="extend"),
    path("hold/<token:token>/release/", hold.release, name="release"),
    path("v/<token:token>/", visit.visit, name="visit"),
    path("v/<token:token>/move/", visit.move, name="move"),
    path("v/<token:token>/undo/", visit.undo, name="undo"),
    path("v/<token:token>/cancel/", visit.cancel, name="cancel"),
    path("v/<token:token>/visit.ics", visit.ics, name="ics"),
    path("<slug:slug>/", browse.services, name="services"),
    path("<slug:slug>/<number:service_id>/", browse.times, name="times"),
]
