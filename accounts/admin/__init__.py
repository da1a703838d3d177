"""People in the console: the company and its rules, its staff, its clients, the browsers it knows."""

from accounts.admin.clients import ClientAdmin, DeviceAdmin
from accounts.admin.companies import CompanyAdmin
from accounts.admin.users import UserAdmin

__all__ = ["ClientAdmin", "CompanyAdmin", "DeviceAdmin", "UserAdmin"]
