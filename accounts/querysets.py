"""What an actor may see is decided here and nowhere else (architecture §4.11)."""

from typing import Self, TypeVar

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
