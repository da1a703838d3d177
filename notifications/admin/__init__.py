"""Notifications in the console: who is told what, advertisements, broadcasts, and what became of each message."""

from notifications.admin.ads import AdTemplateAdmin
from notifications.admin.broadcasts import BroadcastAdmin
from notifications.admin.deliveries import DeliveryAdmin
from notifications.admin.matrix import NotificationSettingAdmin
from notifications.admin.people import DeadAddressAdmin, PreferencesAdmin, PushSubscriptionAdmin

__all__ = [
    "AdTemplateAdmin",
    "BroadcastAdmin",
    "DeadAddressAdmin",
    "DeliveryAdmin",
    "NotificationSettingAdmin",
    "PreferencesAdmin",
    "PushSubscriptionAdmin",
]
