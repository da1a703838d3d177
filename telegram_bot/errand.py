"""What somebody at the desk is about to book, as the buttons carry it from step to step."""

from dataclasses import dataclass
from typing import Any

from accounts.models import Client, Company
from booking.queries.catalogue import read_catalogue
from booking.queries.storefront import ServiceCard, service_cards
from booking.values import FreeSlot
from catalog.models import Location
from telegram_bot.callbacks import NEW_CHECK, NEW_SERVICE, Callback
from telegram_bot.desk import client_of, company_of, place_of
from telegram_bot.refusals import Missing
from telegram_bot.talk import Talk


@dataclass(frozen=True)
class Errand:
    """For whom (None: a guest), where, what, with whom (None: with anybody)."""

    company: Company
    client: Client | None
    place: Location
    card: ServiceCard
    specialist_id: int | None = None

    @classmethod
    def read(
        cls, talk: Talk, *, whom: int | None, location: int, service: int, specialist: int | None = None
    ) -> "Errand":
        """From the parts of a button, which are untrusted. Raises Missing, NotAllowed."""
        company = company_of(talk)
        client = client_of(talk, company, whom) if whom else None
        place = place_of(talk, company, location)
        card = next(service_cards(read_catalogue(place, [service])), None)
        if card is None or (specialist and specialist not in {each.pk for each in card.specialists}):
            raise Missing
        return cls(company, client, place, card, specialist)

    def data(self, callback: Callback, **more: Any) -> str:
        """Of a button that leads on with the same errand."""
        named = {"specialist": self.specialist_id} if "{specialist}" in callback.pattern else {}
        return callback(whom=self.whom, location=self.place.pk, service=self.card.service.pk, **named | more)

    def data_of_slot(self, slot: FreeSlot) -> str:
        return self.data(NEW_CHECK, specialist=slot.specialist_id, start=slot.start)

    @property
    def data_of_services(self) -> str:
        return NEW_SERVICE(whom=self.whom, location=self.place.pk, page=0)

    @property
    def whom(self) -> int | None:
        return self.client.pk if self.client else None

    @property
    def specialist_name(self) -> str:
        """Empty when it is anybody."""
        return next((each.name for each in self.card.specialists if each.pk == self.specialist_id), "")
