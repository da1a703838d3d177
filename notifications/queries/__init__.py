"""The readers of notifications: what is switched on, who is where to be reached, what is due."""

from notifications.queries.addresses import (
    Address,
    AddressBook,
    Person,
    address_book,
    follows,
    hears_of,
    visits_followed_by,
)
from notifications.queries.cards import last_news_of
from notifications.queries.coming import Coming, coming_visits
from notifications.queries.switches import BROADCASTS, Switches, ad_for, matrix_of, switches_of

__all__ = [
    "BROADCASTS",
    "Address",
    "AddressBook",
    "Coming",
    "Person",
    "Switches",
    "ad_for",
    "address_book",
    "coming_visits",
    "follows",
    "hears_of",
    "last_news_of",
    "matrix_of",
    "switches_of",
    "visits_followed_by",
]
