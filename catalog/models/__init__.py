from catalog.models.location import Holiday, Location, LocationSchedule, Workplace
from catalog.models.service import Service, ServiceSpecialist, WorkplaceService
from catalog.models.specialist import Break, Specialist, SpecialistSchedule

__all__ = [
    "Break",
    "Holiday",
    "Location",
    "LocationSchedule",
    "Service",
    "ServiceSpecialist",
    "Specialist",
    "SpecialistSchedule",
    "Workplace",
    "WorkplaceService",
]
