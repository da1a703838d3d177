"""How the console writes people and their phones."""

from typing import Any

from phonenumber_field.phonenumber import PhoneNumber
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import Client


def international(phone: Any) -> str:
    """``+7 999 123-45-67``, or whatever is stored when it is no number."""
    if isinstance(phone, PhoneNumber) and phone.is_valid():
        return str(phone.as_international)
    return str(phone or "")


def client_label(client: Client) -> str:
    """What tells two clients of one name apart where one of them is chosen."""
    return " · ".join(filter(None, (client.full_name, international(client.phone))))


class PhoneInput(UnfoldAdminTextInputWidget):
    """Shows a stored number in groups and takes any form of it."""

    def __init__(self) -> None:
        super().__init__({"inputmode": "tel", "placeholder": "+7 999 123-45-67"})

    def format_value(self, value: Any) -> str | None:
        return international(value) or None
