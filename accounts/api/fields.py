"""Fields that accept what is meant and nothing that merely looks like it; every refusal names its field."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

BIGGEST_ID = 2**63 - 1
SOME = 10
"""Unknown fields that are named at most."""
LONGEST_NAME = 100
UNKNOWN = _("There is no such field.")


class IdField(serializers.IntegerField):
    """A key of our database, as a number or in digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=BIGGEST_ID, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int and not (isinstance(data, str) and data.isascii() and data.isdecimal()):
            self.fail("invalid")
        return super().to_internal_value(data)


class MomentField(serializers.DateTimeField):
    """A time with its offset (ISO 8601) that somebody can mean."""

    default_error_messages = {
        "no_time": _("Write a time with its offset, like 2026-01-28T14:00:00+03:00."),
        "out_of_range": _("Nobody can mean this year."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            self.fail("no_time")
        if timezone.is_naive(moment):
            self.fail("no_time")
        if not 2000 <= moment.year < 3000:
            self.fail("out_of_range")
        return moment


class TextField(serializers.CharField):
    """Text; a number or anything else is none."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class TokenField(TextField):
    """The token of a hold or of a visit, where there may be none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, allow_blank=True, max_length=LONGEST_NAME, **kwargs)


class Strict(serializers.Serializer[Any]):
    """A request in which every field is known: a slip of the pen must not change what is asked.

    ``company`` may come with any of them, and is read before (``ApiView.company_id``).
    """

    company = TextField(required=False, write_only=True, max_length=LONGEST_NAME)

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = dict(self.unknown(data)) if isinstance(data, Mapping) else {}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**errors, **dict(error.detail)}) from None  # type: ignore[arg-type]
        if errors:
            raise serializers.ValidationError(errors)
        value.pop("company", None)
        return value

    def unknown(self, data: Mapping[str, Any]) -> list[tuple[str, list[ErrorDetail]]]:
        names = [name for name in data if name not in self.fields][:SOME]
        return [(name[:LONGEST_NAME], [ErrorDetail(str(UNKNOWN), "unknown")]) for name in names]


class StrictQuery(Strict):
    """The same of an address; ``lang`` chooses the language of the answer."""

    lang = TextField(required=False)

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        value.pop("lang", None)
        return value


class PageQuery(StrictQuery):
    """Which page of a list; checked here, read by the paginator."""

    page = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100)
