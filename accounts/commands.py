"""The writers of accounts."""

from accounts.models import Device
from accounts.queries import Visitor, visitor_of
from accounts.values import Actor, Channel, TelegramUser


def visitor_who_books(user: Visitor, company_id: int, channel: Channel = Channel.WEB) -> Actor:
    """The visitor, of whom something will be kept: somebody whom Telegram introduces becomes the company's client now,
    and not by looking around."""
    visitor = visitor_of(user, company_id, channel)
    if visitor.client_id is not None or not isinstance(user, TelegramUser):
        return visitor
    client_of_chat(company_id, user.id, first_name=user.first_name, last_name=user.last_name, language=user.language)
    return visitor_of(user, company_id, channel)


def remember_device(company_id: int, key: str, *, first_name: str, last_name: str, phone: str) -> None:
    """Keep what was typed in this browser, to refill the form next time; it proves nothing about the person."""
    device = Device(company_id=company_id, key=key, first_name=first_name, last_name=last_name, phone=phone)
    Device.objects.bulk_create(
        [device],
        update_conflicts=True,
        unique_fields=["company", "key"],
        update_fields=["first_name", "last_name", "phone", "last_seen_at"],
    )


def client_of_chat(company_id, tg_id, *, first_name, last_name="", language=""):
    from accounts.models import Client

    return Client.objects.get_or_create(
        company_id=company_id, tg_id=tg_id, defaults=dict(first_name=first_name, last_name=last_name, language=language)
    )[0]


def accept_invitation(code, tg_id):
    raise NotImplementedError


def prove_phone(company_id, tg_id, phone, *, first_name, last_name="", language=""):
    raise NotImplementedError
