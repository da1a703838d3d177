"""What the wallet hears from the room below."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import clients_merged
from accounts.values import Actor
from wallet.ledger import hand_over


@receiver(clients_merged)
def hand_over_balance(sender: Any, retired_id: int, kept_id: int, actor: Actor, **kwargs: Any) -> None:
    """Inside the transaction of the merge, which a refusal undoes."""
    hand_over(retired_id, kept_id, actor)
