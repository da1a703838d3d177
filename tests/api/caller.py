"""A program that calls the API: signed in as somebody or a stranger, in JSON, in English."""

from typing import Any

from django.test import Client as Browser

from accounts.models import User
from accounts.values import Role
from booking.models import Appointment
from tests.factories import Salon, make_user
from tests.signing import sign_in

BASE = "/api/v1/"
CONTACT = {"first_name": "Anna", "last_name": "Petrova", "phone": "+7 999 000-00-01", "email": "anna@example.com"}
NOBODYS_TOKEN = "A" * 22


class Caller:
    """``headers`` go with every call."""

    def __init__(self, user: User | None = None, **headers: str) -> None:
        self.browser = Browser(headers={"accept-language": "en", **headers})
        if user is not None:
            sign_in(self.browser, user)

    def get(self, where: str, **query: Any):
        return self.browser.get(BASE + where, query)

    def post(self, where: str, body: Any = None, *, key: str | None = None, **query: Any):
        return self.send("post", where, body, key=key, **query)

    def send(self, method: str, where: str, body: Any = None, *, key: str | None = None, **query: Any):
        headers = {} if key is None else {"idempotency-key": key}
        return getattr(self.browser, method)(
            BASE + where,
            "" if body is None else body,
            content_type="application/json",
            headers=headers,
            query_params=query,
        )

    def raw(self, where: str, body: bytes, content_type: str = "application/json"):
        return self.browser.post(BASE + where, body, content_type=content_type)

    def book(self, salon: Salon, hour: int = 10, *, days: int = 3, key: str | None = None, **more: Any):
        return self.post("appointments/book/", wish(salon, hour, days=days, **more), key=key)

    def confirm(self, hold: dict[str, Any], *, key: str | None = None, **more: Any):
        body = {"id": hold["id"], "token": hold["token"], **CONTACT, **more}
        return self.post("appointments/confirm/", {name: value for name, value in body.items() if value != ""}, key=key)

    def visit(self, salon: Salon, hour: int = 10, *, days: int = 3) -> dict[str, Any]:
        """Booked and confirmed, as the answer tells of it."""
        return self.confirm(self.book(salon, hour, days=days).json()).json()

    def act(self, what: str, pk: int, body: dict[str, Any] | None = None, *, key: str | None = None):
        return self.post(f"appointments/{pk}/{what}/", body, key=key)


def wish(salon: Salon, hour: int = 10, *, days: int = 3, **more: Any) -> dict[str, Any]:
    start = salon.at(hour, days=days).isoformat()
    return {"location": salon.location.pk, "service": salon.service.pk, "start": start, **more}


def problems(response) -> dict[str | None, str]:
    """The code of each error, by the field it names."""
    return {error["attr"]: error["code"] for error in response.json()["errors"]}


def client_user(client) -> User:
    """Somebody who signs in as ``client``."""
    user = make_user(None, Role.CLIENT)
    client.user = user
    client.save(update_fields=["user"])
    return user


def row(answer: dict[str, Any]) -> Appointment:
    return Appointment.objects.get(pk=answer["id"])
