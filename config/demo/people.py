"""Clients who do not exist: names, numbers and what the desk knows of them."""

from collections.abc import Iterator
from itertools import cycle, islice

from accounts.models import Client, Company
from accounts.models.client import Priority
from notifications.models import Preferences

FICTITIOUS = "+7999000"
"""Every demo client's number begins so; clients that somebody adds himself get no invented visits."""
HOW_MANY = 112
"""Besides those the desk knows."""
WITH_EMAIL = 3
"""From the first on, every so many clients left an e-mail; example.com delivers to nobody."""
WITH_CONSENT = 2
"""Of these, every so many agreed to offers."""

# name → notes, priority
KNOWN = {
    "Мария Соколова": ("", Priority.VIP),
    "Нино Беридзе": ("", Priority.VIP),
    "Александра-Виктория Константинопольская-Преображенская": ("", Priority.NORMAL),
    "Давид Капанадзе": ("Говорит по-русски и по-английски.", Priority.NORMAL),
    "Ольга Морозова": ("Аллергия на аммиак: только безаммиачные красители.", Priority.NORMAL),
    "Тамара Лолашвили": ("", Priority.NORMAL),
    "Иван Кузнецов": ("Просит чай без сахара и тишину.", Priority.NORMAL),
    "Артём Ёлкин": ("Приходит с сыном.", Priority.NORMAL),
}
WOMEN = """
Екатерина Наталья Татьяна Юлия Светлана Ирина Анна Людмила Елена Галина Вероника Дарья Софья Алёна Ксения Полина Вера
"""
MEN = """
Дмитрий Алексей Сергей Андрей Михаил Николай Максим Евгений Владимир Роман Константин Георгий Илья Пётр Фёдор Егор Лев
"""
SURNAMES = """
Козлов Новиков Павлов Семёнов Голубев Виноградов Богданов Воробьёв Фёдоров Михайлов Беляев Тарасов Белов Комаров Орлов
Киселёв Макаров Андреев Ковалёв Ильин Гусев Титов Кузьмин
"""


def names() -> Iterator[str]:
    """Those the desk knows well, then women and men in turn; nobody twice."""
    yield from KNOWN
    pairs = islice(zip(cycle(WOMEN.split()), cycle(MEN.split()), cycle(SURNAMES.split())), HOW_MANY // 2)
    for woman, man, surname in pairs:
        yield f"{woman} {surname}а"
        yield f"{man} {surname}"


def write_clients(company: Company) -> None:
    Client.objects.bulk_create(client(company, number, name) for number, name in enumerate(names(), start=1))


def client(company: Company, number: int, name: str) -> Client:
    first_name, last_name = name.split(maxsplit=1)
    notes, priority = KNOWN.get(name, ("", Priority.NORMAL))
    return Client(
        company=company,
        first_name=first_name,
        last_name=last_name,
        phone=f"{FICTITIOUS}{number:04}",
        email=f"client{number}@example.com" if number % WITH_EMAIL == 1 else "",
        notes=notes,
        priority=priority,
        language="ru",
    )


def write_consents(company: Company) -> None:
    """Who agreed to offers, unless anybody has a choice of his own already."""
    if Preferences.objects.filter(company=company).exists():
        return
    agreed = [each for each in demo_clients(company) if each.email][::WITH_CONSENT]
    Preferences.objects.bulk_create(Preferences(company=company, client=each, wants_offers=True) for each in agreed)


def demo_clients(company: Company) -> list[Client]:
    """Those of ``write_clients`` who still are clients."""
    clients = Client.objects.filter(company=company, is_active=True, phone__startswith=FICTITIOUS)
    return list(clients.order_by("phone"))
