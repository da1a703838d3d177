"""Remember a browser."""

from accounts.models import Device


def remember_device(company_id: int, key: str, *, first_name: str, last_name: str, phone: str) -> None:
    """Keep what was typed in this browser, to refill the form next time; it proves nothing about the person."""
    device = Device(company_id=company_id, key=key, first_name=first_name, last_name=last_name, phone=phone)
    Device.objects.bulk_create(
        [device],
        update_conflicts=True,
        unique_fields=["company", "key"],
        update_fields=["first_name", "last_name", "phone", "last_seen_at"],
    )
