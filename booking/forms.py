"""What clients type, checked: every error names its field and says what to type instead."""

from datetime import date
from typing import Any

import phonenumbers
from django import forms
from django.utils.translation import gettext_lazy as _

from booking.values import Contact, Draft
from catalog.models import Location

PHONE_EXAMPLES = {"RU": "+7 999 123-45-67", "GE": "+995 555 12-34-56"}
DEFAULT_REGION = "RU"


def region_of(location: Location) -> str:
    """The country whose local numbers are understood: that of the location's own phone, else the deployment's."""
    if location.phone:
        return phonenumbers.region_code_for_number(location.phone) or DEFAULT_REGION
    return DEFAULT_REGION


class PhoneField(forms.CharField):
    """A phone number typed freely, as E.164: spaces, brackets, 8 or 00 in front are understood."""

    def __init__(self, **kwargs: Any) -> None:
        self.region = DEFAULT_REGION
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if text in self.empty_values:
            return ""
        if any(character.isalpha() for character in text):
            raise forms.ValidationError(_("Write the phone in digits, for example %(example)s."), params=self.example)
        if text.startswith("00"):
            text = "+" + text.removeprefix("00").lstrip()
        try:
            number = phonenumbers.parse(text, self.region)
        except phonenumbers.NumberParseException:
            raise forms.ValidationError(_("Enter a phone, for example %(example)s."), params=self.example) from None
        return self.require_possible(number)

    def require_possible(self, number: phonenumbers.PhoneNumber) -> str:
        match phonenumbers.is_possible_number_with_reason(number):
            case phonenumbers.ValidationResult.TOO_SHORT | phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
                raise forms.ValidationError(
                    _("The number has too few digits. Check it, for example %(example)s."), params=self.example
                )
            case phonenumbers.ValidationResult.TOO_LONG:
                raise forms.ValidationError(
                    _("The number has too many digits. Check it, for example %(example)s."), params=self.example
                )
        if not phonenumbers.is_valid_number(number):
            raise forms.ValidationError(
                _("There is no such number. Check it, for example %(example)s."), params=self.example
            )
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    @property
    def example(self) -> dict[str, str]:
        return {"example": PHONE_EXAMPLES.get(self.region, PHONE_EXAMPLES[DEFAULT_REGION])}


def attributes(**names: str) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in names.items()}


class ContactForm(forms.Form):
    """Two fields to book, one more for a wish."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        widget=forms.TextInput(attributes(autocomplete="given-name", autocapitalize="words")),
        error_messages={"required": _("Enter your name."), "max_length": _("Shorten the name to 100 characters.")},
    )
    phone = PhoneField(
        label=_("Phone"),
        max_length=40,
        widget=forms.TextInput(attributes(type="tel", inputmode="tel", autocomplete="tel")),
        error_messages={
            "required": _("Enter a phone, for example +7 999 123-45-67."),
            "max_length": _("The number has too many digits."),
        },
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        strip=True,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"max_length": _("Shorten the comment to 2000 characters.")},
    )

    def __init__(self, *args: Any, location: Location, phone_is_needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        phone = self.fields["phone"]
        assert isinstance(phone, PhoneField)  # noqa: S101 - declared above; for the type checker
        phone.region, phone.required = region_of(location), phone_is_needed
        phone.error_messages["required"] = _("Enter a phone, for example %(example)s.") % phone.example
        for name, field in self.fields.items():
            field.widget.attrs["aria-describedby"] = f"{name}-hint {name}-error"
        # Browsers must not cut what was typed: too long is said, not swallowed.
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)

    def contact(self, language: str = "") -> Contact:
        first, *last = self.cleaned_data["name"].split(maxsplit=1)
        return Contact(first_name=first, last_name="".join(last), phone=self.cleaned_data["phone"], language=language)

    def draft(self) -> Draft:
        data = self.cleaned_data
        return Draft(name=data.get("name", ""), phone=data.get("phone", ""), comment=data.get("comment", ""))


MONTHS = {
    beginning: number
    for names in ("jan feb mar apr may jun jul aug sep oct nov dec", "янв фев мар апр май июн июл авг сен окт ноя дек")
    for number, beginning in enumerate(names.split(), start=1)
} | {"мая": 5}


class MonthField(forms.CharField):
    """A month as a number or as the beginning of its name, in Russian or English."""

    def clean(self, value: Any) -> int:
        text = super().clean(value).strip().lower()
        month = int(text) if text.isdecimal() else MONTHS.get(text[:3], 0)
        if not 1 <= month <= 12:
            raise forms.ValidationError(_("Write the month as a number or a word, for example 2 or Feb."))
        return month


ANY_SLIP = ("required", "invalid", "min_value", "max_value")


class DateForm(forms.Form):
    """Go to a date: three fields and no calendar that would need JavaScript."""

    day = forms.IntegerField(
        label=_("Day"),
        min_value=1,
        max_value=31,
        widget=forms.TextInput({"inputmode": "numeric"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("The day is a number from 1 to 31.")
        ),
    )
    month = MonthField(
        label=_("Month"),
        max_length=20,
        error_messages={"required": _("Write the month as a number or a word, for example 2 or Feb.")},
    )
    year = forms.IntegerField(
        label=_("Year"),
        min_value=0,
        max_value=2999,
        widget=forms.TextInput({"inputmode": "numeric"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Write the year, for example 2027.")
        ),
    )

    def clean_year(self) -> int:
        """27 is 2027; nobody books in the first century."""
        year: int = self.cleaned_data["year"]
        if 100 <= year < 2000:
            raise forms.ValidationError(_("Write the year, for example 2027."))
        return year if year >= 2000 else 2000 + year

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if not self.errors:
            try:
                fields["date"] = date(fields["year"], fields["month"], fields["day"])
            except ValueError:
                raise forms.ValidationError(_("There is no such date. Check the day and the month.")) from None
        return fields
