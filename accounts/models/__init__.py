from accounts.models.client import Client
from accounts.models.company import Company
from accounts.models.device import Device
from accounts.models.invitation import Invitation
from accounts.models.user import User

__all__ = ["Client", "Company", "Device", "Invitation", "User"]
