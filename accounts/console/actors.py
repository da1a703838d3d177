"""Who acts in the console, and what he may see of any model."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.queries import actor_of
from accounts.querysets import VisibleQuerySet
from accounts.values import Actor, Channel


def actor_in(request: HttpRequest) -> Actor:
    """The signed-in person as an actor of the console, asked of the database once per request."""
    actor: Actor | None = getattr(request, "_console_actor", None)
    if actor is None:
        actor = actor_of(request.user, Channel.ADMIN)
        request._console_actor = actor  # type: ignore[attr-defined]  # kept for the rest of the request
    return actor


def visible(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Those of ``rows`` that ``actor`` may see; models without companies (permissions, tasks) are the owner's alone."""
    if isinstance(rows, VisibleQuerySet):
        return rows.visible_to(actor)
    return rows if actor.owns_deployment else rows.none()


def company_path(model: type[Model]) -> str:
    """The way from a row of ``model`` to its company's id, empty when it has none."""
    rows = model._default_manager.all()
    return rows.company_path if isinstance(rows, VisibleQuerySet) else ""


def company_of(row: Model) -> int | None:
    """The id of the company that ``row`` belongs to, None when it has none or is not filled in yet."""
    found: Any = row
    for name in company_path(type(row)).split("__"):
        found = getattr(found, name, None) if name else None
    company_id: int | None = found
    return company_id
