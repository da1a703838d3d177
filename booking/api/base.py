"""What the endpoints of booking share."""

from rest_framework.response import Response

from accounts.api.views import ApiView, not_there
from accounts.errors import Refusal
from accounts.values import WEB_GUEST, Actor
from booking.api.answers import alternatives_said
from catalog.models import Location


class BookingView(ApiView):
    """A refusal names its alternatives as slots; places are those that the asker may see."""

    @property
    def viewer(self) -> Actor:
        """As whom the catalogue is looked at: the staff see theirs, everybody else what is public."""
        return self.staff or WEB_GUEST

    def location(self, pk: int) -> Location:
        """Raises ValidationError for a location that is not there, or not of the company that is meant."""
        company_id = self.company_id()
        rows = Location.objects.visible_to(self.viewer).filter(pk=pk)
        found = rows.filter(company=company_id).first() if company_id else rows.first()
        if found is None:
            raise not_there("location")
        return found

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Refusal):
            exc.alternatives = tuple(alternatives_said(exc.alternatives))
        return super().handle_exception(exc)
