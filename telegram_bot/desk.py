"""Whose desk it is, and what of it a member of the staff may see."""

from accounts.errors import NotAllowed
from accounts.models import Client, Company
from accounts.models.client import ClientQuerySet
from accounts.values import Role
from booking.queries.locations import located
from catalog.models import Location
from catalog.models.location import LocationQuerySet
from telegram_bot.callbacks import DESK
from telegram_bot.refusals import Missing
from telegram_bot.talk import Talk


def require_role(talk: Talk, roles: frozenset[Role] = DESK) -> None:
    """For what is typed: whoever was asked may have lost his role since. Raises NotAllowed."""
    if talk.staff.role not in roles:
        raise NotAllowed


def company_of(talk: Talk) -> Company:
    """The company he works for, whichever salon he deals with as a client; the owner of the deployment has that one.

    Raises NotAllowed, Company.DoesNotExist.
    """
    works_for = talk.staff.company_id
    if works_for in (None, talk.person.company_id):
        return talk.company
    return Company.objects.get(pk=works_for, is_active=True)


def places_of(talk: Talk, company: Company) -> LocationQuerySet:
    rows = Location.objects.visible_to(talk.staff).filter(company=company, is_active=True)
    return rows.order_by("position", "name", "pk")


def place_of(talk: Talk, company: Company, pk: int) -> Location:
    """With the database's clock. Raises Missing."""
    if not places_of(talk, company).filter(pk=pk).exists():
        raise Missing
    return located(pk)


def clients_of(talk: Talk, company: Company) -> ClientQuerySet:
    return Client.objects.visible_to(talk.staff).filter(company=company)


def client_of(talk: Talk, company: Company, pk: int) -> Client:
    """Raises Missing."""
    found = clients_of(talk, company).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found
