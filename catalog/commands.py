"""The writers of the catalogue beside the console: a specialist's breaks.

Their rows raise the specialist's ``calendar_version`` by themselves (``accounts.triggers``), so that no booking that
was decided before a break is committed after it (guarantee 4). Visits that are there already stay: the catalogue knows
of none, and whoever calls says which of them need another time.
"""

from datetime import date, time

from django.db import transaction

from accounts.errors import NotAllowed
from accounts.permissions import permissions_of_role
from accounts.values import Actor
from catalog.models import Break, Specialist


@transaction.atomic
def take_break(specialist_id: int, actor: Actor, *, day: date, start: time, end: time) -> Break:
    """Keep a part of ``day`` free, by the wall clock where he works; an ``end`` at or before ``start`` is on the next
    day. The same once more is the same break. Raises NotAllowed."""
    require_right(actor, "catalog.add_break")
    lock_specialist(specialist_id, actor)
    found, _ = Break.objects.get_or_create(
        specialist_id=specialist_id, date=day, last_date=None, start_time=start, end_time=end
    )
    return found


@transaction.atomic
def explain_break(break_id: int, reason: str, actor: Actor) -> Break:
    """Write down what it is for. Raises NotAllowed."""
    require_right(actor, "catalog.change_break")
    found = break_for(break_id, actor)
    found.reason = reason
    found.save(update_fields=["reason"])
    return found


@transaction.atomic
def drop_break(break_id: int, actor: Actor) -> Break:
    """Take a break back: its time can be booked again; what was there is returned.

    Whoever may not delete breaks in the console takes back some hours of one day, never a vacation that the desk wrote
    down. Raises NotAllowed.
    """
    require_right(actor, "catalog.change_break")
    found = break_for(break_id, actor)
    if found.start_time is None or found.last_date is not None:
        require_right(actor, "catalog.delete_break")
    lock_specialist(found.specialist_id, actor)
    Break.objects.filter(pk=found.pk).delete()
    return found


def require_right(actor: Actor, permission: str) -> None:
    """Whether the role may do that with breaks at all."""
    if actor.owns_deployment:
        return
    if not actor.is_staff or permission not in permissions_of_role(actor.role):
        raise NotAllowed


def lock_specialist(pk: int, actor: Actor) -> None:
    """Wait for whoever is booking with him. Raises NotAllowed when he is not the actor's to write about."""
    mine = Specialist.objects.filter(pk__in=Specialist.objects.visible_to(actor).values("pk"), is_active=True)
    if not list(mine.select_for_update(no_key=True).filter(pk=pk).values_list("pk")):
        raise NotAllowed


def break_for(pk: int, actor: Actor) -> Break:
    found = Break.objects.visible_to(actor).filter(pk=pk, specialist__is_active=True).first()
    if found is None:
        raise NotAllowed
    return found
