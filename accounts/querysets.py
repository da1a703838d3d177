"""What an actor may see is decided here and nowhere else (architecture §4.11)."""

from typing import Any, Self, TypeVar

from django.db import models

from accounts.values import Actor, Role

Row = TypeVar("Row", bound=models.Model, covariant=True)


class VisibleQuerySet(models.QuerySet[Row]):
    """Rows that somebody may or may not see: an owner all, staff their company's, others what is public.

    ``company_path`` leads from the row to its company's id.
    """

    company_path = "company_id"

    def visible_to(self, actor: Actor) -> Self:
        """The rows ``actor`` may see; the door for every view, admin class, endpoint and bot handler."""
        if actor.owns_deployment:
            return self.all()
        if actor.role == Role.SPECIALIST and actor.user_id is None:
            return self.none()  # or he would be taken for every specialist who has no user
        if actor.is_staff:
            return self.visible_to_staff(actor)
        return self.visible_to_client(actor)

    def visible_to_staff(self, actor: Actor) -> Self:
        return self.filter(**{self.company_path: actor.company_id})

    def visible_to_client(self, actor: Actor) -> Self:
        return self.none()

    def among(self, *parts: models.QuerySet[Any]) -> Self:
        """Those of these rows that are in any of ``parts``, of which there is at least one.

        A union, because PostgreSQL uses no index for an OR with a subquery: it would read every row there is.
        """
        first, *others = (part.order_by().values("pk") for part in parts)
        return self.filter(pk__in=first.union(*others))
