"""Frozen values of booking, without the ORM."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CancelReason(TextChoices):
    """Why the desk cancels; a code, because history keeps no free text."""

    CLIENT_ASKED = "client_asked", _("The client asked")
    SPECIALIST_ILL = "specialist_ill", _("The specialist is ill")
    MISTAKE = "mistake", _("Booked by mistake")


@dataclass(frozen=True, slots=True)
class Slot:
    """A time somebody asks for: a service in a location at ``start``, with a specialist or with any (None)."""

    location_id: int
    service_id: int
    start: datetime
    specialist_id: int | None = None
    workplace_id: int | None = None

    def __post_init__(self) -> None:
        """In UTC, where an hour is an hour: a wall clock adds two minutes wrongly on the night that it is changed.

        Raises ValueError for a time without an offset.
        """
        if self.start.utcoffset() is None:
            raise ValueError("a slot begins at a moment, with its offset from UTC")
        object.__setattr__(self, "start", self.start.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A time that can be booked, with whom and for how much; ``busy_until`` is its end plus the break after it."""

    location_id: int
    service_id: int
    specialist_id: int
    workplace_id: int | None
    start: datetime
    end: datetime
    busy_until: datetime
    price: Decimal
    reason: str = ""
    specialist_name: str = ""

    @property
    def duration(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Contact:
    """What a person typed about himself; ``phone`` in E.164 or empty for a guest of the desk."""

    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    email: str = ""
    language: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed so far into the form of a hold."""

    name: str = ""
    phone: str = ""
    comment: str = ""


def whole_minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Kept:
    """The appointment that is being moved or taken again: not in its own way, and on its own terms with its specialist.

    A later change of the catalogue changes no promise; ``length`` and ``rest`` are minutes.
    """

    appointment_id: int
    specialist_id: int
    length: int
    rest: int
    price: Decimal
