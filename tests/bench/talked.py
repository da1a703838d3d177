"""What ``talking`` asks of the process with the application in it."""

from accounts.models import Company, User
from accounts.values import Role
from catalog.models import Location
from tests.bench.values import Salon


def connect_staff(salon: Salon, desk: list[int], column: list[int]) -> int:
    """Administrators with the chats ``desk``, specialists with those of ``column``; how many of these there are."""
    company = Location.objects.select_related("company").get(pk=salon.location_id).company
    for chat in desk:
        connected(company, Role.ADMIN, chat)
    specialists = list(company.specialists.order_by("position")[: len(column)])
    for specialist, chat in zip(specialists, column, strict=False):
        specialist.user = connected(company, Role.SPECIALIST, chat)
        specialist.save(update_fields=["user"])
    return len(specialists)


def connected(company: Company, role: Role, chat: int) -> User:
    return User.objects.create_user(company=company, role=role, tg_id=chat, full_name=f"Bench {chat}", language="en")


def forget_staff(chats: list[int]) -> None:
    User.objects.filter(tg_id__in=chats).delete()
