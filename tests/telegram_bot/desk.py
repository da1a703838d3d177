"""A salon with people at its desk, each in his chat with the bot."""

from collections.abc import Callable, Iterable

from django_redis import get_redis_connection

from accounts.models import Company, User
from accounts.values import Role
from tests.factories import Salon, make_user
from tests.telegram_bot.talking import Talker

ADMIN = 101
"""The Telegram id of whoever is at the desk, unless another is said."""


def staff(company: Company, tg_id: int = ADMIN, role: Role = Role.ADMIN, **fields) -> User:
    return make_user(company, role, tg_id=tg_id, **fields)


def at_the_desk(
    talker: Callable[..., Talker], salon: Salon, role: Role = Role.ADMIN, language: str = "en", tg_id: int = ADMIN
) -> Talker:
    """Somebody of the staff, who has opened nothing yet."""
    staff(salon.company, tg_id, role)
    return talker(tg_id, "Olga", language)


def opens(who: Talker, data: str) -> Talker:
    """As if what he sees had this button, or some message of long ago, when he sees nothing."""
    return who.forges(data, message_id=who.screen.message_id if who.sees_anything else 1)


def toasts(who: Talker, buttons: Iterable[str]) -> dict[str, str]:
    """What he is answered to each of them."""
    return {data: opens(a_moment_later(who), data).toast for data in buttons}


def data_of(who: Talker) -> list[list[str]]:
    """What the buttons of the newest message send."""
    return [[button.get("callback_data", "") for button in row] for row in who.screen.rows]


def a_moment_later(who: Talker) -> Talker:
    """The same button again is no double tap any more, and nobody hurries."""
    get_redis_connection().delete(f"cb:{who.tg_id}", f"rate:{who.tg_id}")
    return who
