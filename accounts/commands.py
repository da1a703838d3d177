"""The writers of accounts."""

from accounts.models import Client, Device, User


def choose_language(tg_id: int, language: str) -> None:
    """Whoever has this Telegram is addressed in ``language``, as staff and as whichever company's client."""
    User.objects.filter(tg_id=tg_id).update(language=language)
    Client.objects.filter(tg_id=tg_id).update(language=language)


def remember_device(company_id: int, key: str, *, first_name: str, last_name: str, phone: str) -> None:
    """Keep what was typed in this browser, to refill the form next time; it proves nothing about the person."""
    device = Device(company_id=company_id, key=key, first_name=first_name, last_name=last_name, phone=phone)
    Device.objects.bulk_create(
        [device],
        update_conflicts=True,
        unique_fields=["company", "key"],
        update_fields=["first_name", "last_name", "phone", "last_seen_at"],
    )


def note_client(company_id: int, phone: str, *, first_name: str, last_name: str = "") -> Client:
    """The company's client with that phone, written down if there is none yet; a card that is there stays as it is."""
    names = {"first_name": first_name, "last_name": last_name}
    return Client.objects.get_or_create(company_id=company_id, phone=phone, defaults=names)[0]


def client_of_chat(company_id, tg_id, *, first_name, last_name="", language=""):
    from accounts.models import Client

    return Client.objects.get_or_create(
        company_id=company_id, tg_id=tg_id, defaults=dict(first_name=first_name, last_name=last_name, language=language)
    )[0]


def accept_invitation(code, tg_id):
    raise NotImplementedError


def prove_phone(company_id, tg_id, phone, *, first_name, last_name="", language=""):
    raise NotImplementedError
