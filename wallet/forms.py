"""Sums as people type them."""

import re
import secrets
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal
from wallet.values import NOTHING, parse_amount

NO_SUM = re.compile(r"(0+([.,]0+)?)?", re.ASCII)


class MoneyField(forms.CharField):
    """A sum in digits: 1500, 1 500,50. An optional one that is empty or 0 is nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 30, **kwargs})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not self.required and NO_SUM.fullmatch(text.strip()):
            return NOTHING
        try:
            return parse_amount(text)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return f"{value.normalize():f}" if value else ""
        return value


class SignedMoneyField(MoneyField):
    """A correction may go down as well as up: −100."""

    def clean(self, value: Any) -> Any:
        text = str(value or "").strip().replace("−", "-")
        if text.startswith("-"):
            return -super().clean(text[1:])
        return super().clean(text.removeprefix("+"))


class OnceForm(forms.Form):
    """A form that carries its own one-time key: sent twice, it happens once."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput, error_messages={"required": _("Open it again.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"key": secrets.token_urlsafe(16), **self.initial}
