from notifications.models.address import AttachedChat, DeadAddress, PushSubscription
from notifications.models.broadcast import Broadcast, BroadcastState
from notifications.models.delivery import Delivery
from notifications.models.preferences import Preferences
from notifications.models.reminder import Reminder
from notifications.models.setting import AdTemplate, NotificationSetting

__all__ = [
    "AdTemplate",
    "AttachedChat",
    "Broadcast",
    "BroadcastState",
    "DeadAddress",
    "Delivery",
    "NotificationSetting",
    "Preferences",
    "PushSubscription",
    "Reminder",
]
