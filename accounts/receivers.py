"""Who somebody is has changed: whoever remembers people by their chats hears of it after the commit (guarantee 22).

Only ``save``, ``delete`` and the changes of a many-to-many are heard; whoever uses ``update`` here tells it himself.
"""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import receiver

from accounts.models import Client, User
from accounts.signals import identity_changed

WATCHED: dict[type[Model], tuple[str, ...]] = {
    User: ("tg_id", "role", "company", "is_active", "is_superuser", "language"),
    Client: ("tg_id", "company", "is_active", "language", "phone"),
}
GIVEN = (User.locations.through, User.user_permissions.through, User.groups.through)


@receiver(pre_save, sender=User)
@receiver(pre_save, sender=Client)
def look_before(
    sender: type[Model], instance: Any, raw: bool, update_fields: Collection[str] | None, **kwargs: Any
) -> None:
    """What it was: one statement, and none when nothing that matters is written."""
    names = WATCHED[sender]
    matters = update_fields is None or any(name in update_fields or f"{name}_id" in update_fields for name in names)
    instance.was_before = None
    if matters and not raw and not instance._state.adding:
        instance.was_before = sender._default_manager.filter(pk=instance.pk).values_list(*names).first()


@receiver(post_save, sender=User)
@receiver(post_save, sender=Client)
def tell_of_change(sender: type[Model], instance: Any, created: bool, **kwargs: Any) -> None:
    before, is_now = instance.was_before, tuple(value_of(instance, name) for name in WATCHED[sender])
    if created or (before is not None and before != is_now):
        tell(sender, [instance.tg_id, before and before[0]])


def value_of(instance: Any, name: str) -> Any:
    """As the database has it: of a relation the id."""
    return getattr(instance, instance._meta.get_field(name).attname)


@receiver(post_delete, sender=User)
@receiver(post_delete, sender=Client)
def tell_of_end(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    tell(sender, [instance.tg_id])


def tell_of_rights(
    sender: type[Model], instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any
) -> None:
    """Before what is cleared is gone, and after anything else; from the other side, of everybody concerned."""
    if action not in ("post_add", "post_remove", "pre_clear"):
        return
    if not reverse:
        tell(User, [instance.tg_id])
        return
    links = sender._default_manager.filter(**{instance._meta.model_name: instance})
    whose = links.values("user") if pk_set is None else pk_set
    tell(User, User.objects.filter(pk__in=whose).values_list("tg_id", flat=True))


for through in GIVEN:
    m2m_changed.connect(tell_of_rights, sender=through)


def tell(sender: type[Model], tg_ids: Iterable[int | None]) -> None:
    if chats := frozenset(filter(None, tg_ids)):
        transaction.on_commit(partial(identity_changed.send_robust, sender=sender, tg_ids=chats))
