"""When something can be booked: pure interval arithmetic, the same for showing and for enforcing (domain §4).

No database, no clock, no settings, no Django: facts go in as plain values, minutes come out. All moments are whole
minutes since the epoch in UTC; all spans are half-open. ``spans`` is the arithmetic, ``wallclock`` turns weekly hours
into spans, ``rules`` holds the ten rules, ``assignment`` chooses among specialists.
"""

from booking.availability.assignment import Choice, choose
from booking.availability.rules import (
    OUTSIDE_RULES,
    STAFF_WAIVES,
    Candidate,
    Person,
    Place,
    Question,
    Reason,
    Seat,
    Terms,
    Visit,
    by_preference,
    free_starts,
    rejection,
    seats_free,
    terms_at,
)
from booking.availability.spans import Minute, Span
from booking.availability.wallclock import Absence, Hours, SpecialDay, openings, shifts_of

__all__ = [
    "OUTSIDE_RULES",
    "STAFF_WAIVES",
    "Absence",
    "Candidate",
    "Choice",
    "Hours",
    "Minute",
    "Person",
    "Place",
    "Question",
    "Reason",
    "Seat",
    "Span",
    "SpecialDay",
    "Terms",
    "Visit",
    "by_preference",
    "choose",
    "free_starts",
    "openings",
    "rejection",
    "seats_free",
    "shifts_of",
    "terms_at",
]
