"""Whom a visitor of the demo may be in Telegram: plain values, for the demo's tables and for the stand-in."""

from dataclasses import dataclass
from random import Random

BEYOND = 2_000_000_000_000
"""Telegram's own ids end at 2^40 (td's MAX_USER_ID): with a real token none of ours is anybody."""
NEWCOMERS = BEYOND + 1_000_000_000
NEWCOMERS_PHONES = "+7999002"
"""Beside the demo's other invented numbers, and not among those whose owners get invented visits."""
NAMES = (
    "Тимур Алиев", "Жанна Ветрова", "Глеб Зимин", "Алиса Юдина", "Марк Лазарев", "Нина Шатрова", "Пётр Рябов",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person and the part he plays; ``phone`` is what he shares when the bot asks for it."""

    tg_id: int
    part: str
    first_name: str
    last_name: str
    phone: str


CLIENT = Somebody(BEYOND + 1, "client", "Мария", "Соколова", "+79990000001")
SPECIALIST = Somebody(BEYOND + 2, "specialist", "Анна", "", "+79990030002")
OPERATOR = Somebody(BEYOND + 3, "operator", "Павел", "Журавлёв", "+79990030003")
ADMINISTRATOR = Somebody(BEYOND + 4, "administrator", "Елена", "Льнова", "+79990030004")

STAFF = {
    "anna@demo.local": SPECIALIST,
    "operator@demo.local": OPERATOR,
    "admin@demo.local": ADMINISTRATOR,
}


def newcomer(number: int, seed: int) -> Somebody:
    """Somebody the salon has never heard of; another one for every ``seed``, which is less than a billion."""
    first_name, last_name = NAMES[number % len(NAMES)].split()
    chance = Random(f"{seed} {number}")  # noqa: S311 - an invented number, not a secret
    return Somebody(
        NEWCOMERS + seed + number, "newcomer", first_name, last_name, f"{NEWCOMERS_PHONES}{chance.randrange(10_000):04}"
    )
