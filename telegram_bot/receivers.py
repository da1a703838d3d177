"""What happens elsewhere and concerns a chat."""

from collections.abc import Iterable
from typing import Any

from django.dispatch import receiver

from accounts.signals import identity_changed
from telegram_bot.people import forget_person


@receiver(identity_changed)
def drop_what_is_remembered(sender: Any, tg_ids: Iterable[int], **kwargs: Any) -> None:
    """A role that was given or revoked holds from the next update on (guarantee 22)."""
    forget_person(*tg_ids)
