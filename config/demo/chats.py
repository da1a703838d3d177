"""Who of the demo is in its Telegram, so that each can be played at /dev/telegram/."""

from accounts.models import Client, Company, User
from config.devchat.people import CLIENT, STAFF


def write_chats(company: Company) -> None:
    """Give the three who sign in and one client their ids, unless they or their ids are taken."""
    for email, somebody in STAFF.items():
        user = company.staff.filter(email__iexact=email, tg_id=None).first()
        if user and not User.objects.filter(tg_id=somebody.tg_id).exists():
            user.tg_id = somebody.tg_id
            user.save(update_fields=["tg_id"])
    client = Client.objects.filter(company=company, is_active=True, phone=CLIENT.phone, tg_id=None).first()
    if client and not Client.objects.filter(company=company, tg_id=CLIENT.tg_id).exists():
        client.tg_id = CLIENT.tg_id
        client.save(update_fields=["tg_id"])
