"""What notifications hears from the rooms below."""

from datetime import timedelta
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import Company
from accounts.signals import card_changed_hands, clients_merged
from booking.signals import event_recorded
from notifications.commands.hand_over import forget_earlier_owner, hand_over_addresses
from notifications.models import NotificationSetting
from notifications.values import TOLD
from notifications.wake import wake_event


@receiver(event_recorded)
def wake_for_event(sender: Any, event_id: int, event_type: str, wait: timedelta | None, **kwargs: Any) -> None:
    """Only for what people are told about; everything else waits for the sweep to tick it off."""
    if event_type in TOLD:
        wake_event(event_id, after=wait)


@receiver(clients_merged)
def hand_over_what_is_told(sender: Any, retired_id: int, kept_id: int, **kwargs: Any) -> None:
    """Inside the transaction of the merge."""
    hand_over_addresses(retired_id, kept_id)


@receiver(card_changed_hands)
def part_from_whom_was_told(sender: Any, client_id: int, **kwargs: Any) -> None:
    """Inside the transaction that gives the card away."""
    forget_earlier_owner(client_id)


@receiver(post_save, sender=Company)
def set_up_notifications(sender: Any, instance: Company, created: bool, raw: bool, **kwargs: Any) -> None:
    """A new company begins with the settings of source 001 §4, and reminders."""
    if created and not raw:
        NotificationSetting.objects.bulk_create(default_settings(instance.pk), ignore_conflicts=True)


def default_settings(company_id: int) -> list[NotificationSetting]:
    return [
        NotificationSetting(company_id=company_id, event_type=occasion, recipient_role=role)
        for occasion, roles in TOLD.items()
        for role in roles
    ]
