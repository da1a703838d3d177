"""What booking hears from the rooms below."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import clients_merged
from accounts.values import Actor
from booking.commands.hand_over import hand_over_visits


@receiver(clients_merged)
def hand_over_what_was_booked(sender: Any, retired_id: int, kept_id: int, actor: Actor, **kwargs: Any) -> None:
    """Inside the transaction of the merge."""
    hand_over_visits(retired_id, kept_id, actor)
