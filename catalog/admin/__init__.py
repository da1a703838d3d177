"""The catalogue in the console: a location and its week on one page, a specialist and his on another, the services."""

from catalog.admin.absences import BreakAdmin, HolidayAdmin
from catalog.admin.locations import LocationAdmin, WorkplaceAdmin
from catalog.admin.services import ServiceAdmin
from catalog.admin.specialists import SpecialistAdmin

__all__ = ["BreakAdmin", "HolidayAdmin", "LocationAdmin", "ServiceAdmin", "SpecialistAdmin", "WorkplaceAdmin"]
