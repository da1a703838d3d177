"""The writers of accounts."""

from django.utils import timezone

from accounts.models import Device


def remember_device(company_id: int, key: str, *, first_name: str, last_name: str, phone: str) -> None:
    """Keep what was typed in this browser, to refill the form next time; it proves nothing about the person."""
    Device.objects.update_or_create(
        company_id=company_id,
        key=key,
        defaults={"first_name": first_name, "last_name": last_name, "phone": phone, "last_seen_at": timezone.now()},
    )
