"""A stand-in for api.telegram.org: ``from tests.standins.telegram import TelegramStandIn, deliver``."""

from tests.standins.telegram.deliver import Delivered, deliver
from tests.standins.telegram.records import Call, Message, User
from tests.standins.telegram.standin import TelegramStandIn

__all__ = ["Call", "Delivered", "Message", "TelegramStandIn", "User", "deliver"]
