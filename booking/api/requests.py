"""What is asked of the endpoints of booking, checked: every error names its field."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api.fields import IdField, MomentField, Strict, StrictQuery, TextField, TokenField
from booking.forms import PhoneField, region_of
from booking.values import CancelReason, Contact

MOST_DAYS = 62


def optional_id() -> IdField:
    """None and nothing at all mean the same: any."""
    return IdField(required=False, allow_null=True)


class AvailabilityQuery(StrictQuery):
    location = IdField()
    service = IdField()
    date_from = serializers.DateField()
    date_to = serializers.DateField()
    specialist = IdField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first: date = attrs["date_from"]
        last: date = attrs["date_to"]
        if last < first:
            raise serializers.ValidationError({"date_to": _("This is before date_from.")})
        if (last - first).days >= MOST_DAYS:
            raise serializers.ValidationError({"date_to": _("Ask for at most %(days)d days.") % {"days": MOST_DAYS}})
        return attrs


class BookBody(Strict):
    location = IdField()
    service = IdField()
    start = MomentField()
    specialist = optional_id()
    workplace = optional_id()
    client = optional_id()


class TokenBody(Strict):
    """By itself: extend, release."""

    token = TokenField()


class KeyOfHold(serializers.Serializer[Any]):
    """Which hold a confirmation is about; the rest of it is read when that is known."""

    id = IdField()
    token = TokenField()


class ConfirmBody(TokenBody):
    """``context`` gives the ``location``, in whose country a local number is understood."""

    id = IdField()
    first_name = TextField(max_length=100)
    last_name = TextField(required=False, allow_blank=True, max_length=100)
    phone = TextField(max_length=40)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    comment = TextField(required=False, allow_blank=True, max_length=2000)
    pay_from_wallet = serializers.BooleanField(required=False)

    def validate_phone(self, phone: str) -> str:
        field = PhoneField()
        field.region = region_of(self.context["location"])
        try:
            return field.clean(phone)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from None


class RescheduleBody(TokenBody):
    start = MomentField()
    specialist = optional_id()


class CancelBody(TokenBody):
    reason = serializers.ChoiceField(CancelReason.choices, required=False, allow_null=True)


def contact_of(asked: dict[str, Any], language: str) -> Contact:
    return Contact(
        first_name=asked["first_name"],
        last_name=asked.get("last_name", ""),
        phone=asked["phone"],
        email=asked.get("email", ""),
        language=language,
    )
