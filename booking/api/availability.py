"""When a service can be booked."""

from datetime import date, timedelta
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import not_there
from booking.api.answers import slot_said
from booking.api.base import BookingView
from booking.api.requests import AvailabilityQuery
from booking.api.who import browser_in
from booking.queries.locations import located
from booking.queries.slots import slots_by_day
from catalog.models import Location, Service, Specialist


class Availability(BookingView):
    """The free times of a service, day by day: for every start each specialist who can take it."""

    def get(self, request: Request) -> Response:
        asked = self.query(AvailabilityQuery)
        place = self.location(asked["location"])
        self.require_offer(place, asked)
        location = located(place.pk)
        slots = slots_by_day(
            location,
            asked["service"],
            asked["date_from"],
            asked["date_to"],
            specialist_id=asked.get("specialist"),
            browser_key=browser_in(request),
        )
        days = [
            {"date": day.isoformat(), "slots": [slot_said(slot, location.zone) for slot in slots.get(day, ())]}
            for day in days_of(asked["date_from"], asked["date_to"])
        ]
        return Response({"timezone": location.timezone, "step_minutes": location.company.slot_step, "days": days})

    def require_offer(self, place: Location, asked: dict[str, Any]) -> None:
        """Raises ValidationError for a service or a specialist that this company does not have."""
        viewer = self.viewer
        if not Service.objects.visible_to(viewer).filter(pk=asked["service"], company=place.company_id).exists():
            raise not_there("service")
        wanted = asked.get("specialist")
        people = Specialist.objects.visible_to(viewer).filter(company=place.company_id)
        if wanted and not people.filter(pk=wanted).exists():
            raise not_there("specialist")


def days_of(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
