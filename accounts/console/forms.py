"""Forms of the console: the company is known before anything is checked, and nothing foreign gets in."""

import re
from collections.abc import Sequence
from datetime import time
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import Model, QuerySet
from django.forms.formsets import DELETION_FIELD_NAME
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelect2Widget, UnfoldAdminTextInputWidget

from accounts.console.actors import company_of
from accounts.models.company import known_timezones
from accounts.values import Actor

FOREIGN = _("This belongs to another company. Choose one from the list.")
STAYS = _("“%(name)s” has visits and stays in the history. Switch “active” off: it can then no longer be booked.")
TYPED_TIME = re.compile(r"(\d{1,2})(?:\s*[:.\-ч]\s*|\s*)(\d{2})?")


class CompanyForm(forms.ModelForm[Any]):
    """A row of a company. Staff never see the field: it is their own company before the row is checked."""

    actor: Actor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(field.label)
        is_new = self.instance._state.adding
        if is_new and "company" not in self.fields and hasattr(self.instance, "company_id"):
            self.instance.company_id = self.actor.company_id

    def _get_validation_exclusions(self) -> set[str]:
        # A constraint that names the company is checked although the field is hidden, else it would be an error 500.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # a hook without stubs
        return excluded - {"company"}

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        chosen = self.cleaned_data.get("company")
        refuse_foreign(self, chosen.pk if chosen else company_of(self.instance))
        return data


def changed_columns(form: forms.BaseModelForm[Any]) -> list[str]:
    """The columns of its row that a form changes: what somebody else has written meanwhile in others stays."""
    columns = {field.name for field in form.instance._meta.concrete_fields}
    return [name for name in form.changed_data if name in columns]


def refuse_foreign(form: forms.BaseForm, company_id: int | None) -> None:
    """A form error for every chosen row of another company, whoever managed to choose it.

    A new row without a company of its own (a holiday, a break) belongs where the chosen row belongs: nothing to refuse.
    """
    if company_id is None:
        return
    for name, value in list(form.cleaned_data.items()):
        rows = value if isinstance(value, QuerySet) else [value] if isinstance(value, Model) else []
        if any(company_of(row) not in (None, company_id) for row in rows):
            form.add_error(name, FOREIGN)


def has_visits(row: Model) -> bool:
    """Whether appointments refer to ``row``; asked once."""
    if not hasattr(row, "appointments"):
        return False
    if "_has_visits" not in row.__dict__:
        row.__dict__["_has_visits"] = row.pk is not None and row.appointments.exists()
    return bool(row.__dict__["_has_visits"])


class CompanyFormSet(PaginationInlineFormSet):
    """Rows inside a row of a company: they belong to the same one, and those with visits are not deleted."""

    def clean(self) -> None:
        for form in self.forms:
            if hasattr(form, "cleaned_data"):
                refuse_foreign(form, company_of(self.instance))
                keep_history(form)  # before Django says the same at the length of every visit
        super().clean()


def keep_history(form: forms.BaseModelForm[Any]) -> None:
    if form.cleaned_data.get(DELETION_FIELD_NAME) and has_visits(form.instance):
        form.cleaned_data[DELETION_FIELD_NAME] = False
        form.add_error(None, STAYS % {"name": form.instance})


def understood_time(text: str) -> str:
    """``9``, ``930``, ``9.30``, ``9-30`` as ``9:30``; what is not a time stays as it was typed."""
    found = TYPED_TIME.fullmatch(text.strip())
    return f"{found[1]}:{found[2] or '00'}" if found else text


class WallTimeField(forms.TimeField):
    """A time of the wall clock, typed freely. With ``ends_day`` midnight is shown and understood as 24:00."""

    default_error_messages = {"invalid": _("Write a time like 9:00 or 20:30.")}

    def __init__(self, *, ends_day: bool = False, **kwargs: Any) -> None:
        self.ends_day = ends_day
        placeholder = "24:00" if ends_day else "9:00"
        kwargs.setdefault(
            "widget", UnfoldAdminTextInputWidget({"class": "okno-time", "size": 6, "placeholder": placeholder})
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, str):
            value = understood_time(value)
            if self.ends_day and value == "24:00":
                return time()
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, time):
            return value
        return "24:00" if self.ends_day and value == time() else f"{value:%H:%M}"


class CompactDateInput(forms.DateInput):
    """The browser's own calendar: a cell of a table has no room for another."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__({"class": " ".join([*INPUT_CLASSES, "okno-date"])}, format="%Y-%m-%d")


class TimezoneSelect(UnfoldAdminSelect2Widget):
    """Four hundred plain options: with Django's two templates for each they took a third of the page's time."""

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        return render_to_string("admin/accounts/timezones.html", context)


class TimezoneField(forms.ChoiceField):
    """A time zone by its IANA name, found by typing a part of it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=timezone_choices, widget=TimezoneSelect, **kwargs)


def timezone_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(known_timezones()) if "/" in name and not name.startswith("Etc/")]


def numbers_in(values: Sequence[Any]) -> list[Any]:
    """Django asks the database for whatever was posted; an id that is no number is none."""
    return [value for value in values if re.fullmatch(r"[0-9]{1,18}", str(value))]


# The search box has no name of its own; its placeholder is what a screen reader says.
TYPE = {"data-placeholder": _("Type to search")}


class SearchSelect(AutocompleteSelect):
    """One row, found by typing."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        return super().build_attrs(base_attrs, extra_attrs) | TYPE

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        return super().optgroups(name, numbers_in(value), attr)


class SearchSelectMultiple(AutocompleteSelectMultiple):
    """Several rows, found by typing."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        return super().build_attrs(base_attrs, extra_attrs) | TYPE

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        return super().optgroups(name, numbers_in(value), attr)
