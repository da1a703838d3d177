"""The base of every admin class of a company's rows: what is not the actor's is not there."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import BadRequest
from django.db import IntegrityError
from django.db.models import Field, ForeignKey, ManyToManyField, Model, QuerySet
from django.db.models.fields.related import RelatedField
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from psycopg.errors import UniqueViolation

from accounts.console.actors import actor_in, company_of, company_path, visible
from accounts.console.forms import (
    STAYS,
    CompanyForm,
    CompanyFormSet,
    SearchSelect,
    SearchSelectMultiple,
    has_visits,
)
from accounts.console.skin import AnyAdmin, ModelAdmin, TabularInline

FILTERED_BY = ("", "__exact", "__id__exact", "__isnull")
"""How the filters of a list ask, after the column's name."""


class VisibleRows(AnyAdmin):
    """Rows and choices of an admin class or an inline, limited to what the actor may see."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible(super().get_queryset(request), actor_in(request))

    def get_field_queryset(
        self, db: str | None, db_field: RelatedField[Any, Any], request: HttpRequest
    ) -> QuerySet[Any]:
        rows = super().get_field_queryset(db, db_field, request)
        if rows is None:
            rows = db_field.remote_field.model._default_manager.all()
        return visible(rows, actor_in(request))

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.autocomplete_fields:
            kwargs.setdefault("widget", SearchSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.autocomplete_fields:
            kwargs.setdefault("widget", SearchSelectMultiple(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class CompanyModelAdmin(VisibleRows, ModelAdmin):
    """A model whose rows belong to a company: the owner of the deployment chooses which, once; others have one."""

    form = CompanyForm
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # a statement more for each filter
    list_filter_submit = True
    warn_unsaved_form = True
    owner_only: Sequence[str] = ("company",)
    """Fields, columns and filters that only the owner of the deployment is shown."""
    bulk_delete = False

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return [(name, {**options, "fields": self.shown(request, options["fields"])}) for name, options in fieldsets]

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.shown(request, super().get_list_display(request))

    def get_list_filter(self, request: HttpRequest) -> Any:
        return self.shown(request, super().get_list_filter(request))

    def shown(self, request: HttpRequest, names: Sequence[Any]) -> list[Any]:
        if actor_in(request).owns_deployment:
            return list(names)
        return [name for name in names if (name[0] if isinstance(name, tuple) else name) not in self.owner_only]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fixed = ("company",) if obj and "company" in {field.name for field in self.opts.fields} else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.actor = actor_in(request)
        return form

    def get_formset_kwargs(self, request: HttpRequest, obj: Model, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj._state.adding and hasattr(inline, "first_rows") and request.method != "POST":
            kwargs["initial"] = inline.first_rows(request)
        return kwargs

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the list's own filters ask: a price or a token could be guessed digit by digit otherwise."""
        if lookup.partition("__")[0] not in {"pk", *(field.name for field in self.opts.get_fields())}:
            return super().lookup_allowed(lookup, value, request)
        offered = [name[0] if isinstance(name, tuple) else name for name in self.get_list_filter(request)]
        return lookup in {f"{name}{how}" for name in offered for how in FILTERED_BY} and "\0" not in str(value)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *where: Any) -> Any:
        if not all(number.isascii() and number.isdecimal() for number in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest
        return super().response_action(request, queryset, *where)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """A double click saves once: whoever comes second finds the row there, and the form says so."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError as error:
            if not isinstance(error.__cause__, UniqueViolation):
                raise
            return super().changeform_view(request, *args, **kwargs)

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        if not self.bulk_delete:
            actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not has_visits(obj))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """What has visits is not deleted: its history would go with it. Say so instead of a bare refusal."""
        obj = self.get_object(request, object_id)
        if obj is not None and has_visits(obj) and super().has_delete_permission(request, obj):
            messages.error(request, STAYS % {"name": obj})
            return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk]))
        return super().delete_view(request, object_id, extra_context)


class CompanyTabularInline(VisibleRows, TabularInline):
    """Rows inside a row of a company. Choices are read once for all rows, and only of that company."""

    formset = CompanyFormSet
    extra = 0
    hide_title = True
    related: Sequence[str] = ()
    """What is read together with the rows."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.related)

    def get_extra(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> int:
        if obj is None and hasattr(self, "first_rows"):
            return len(self.first_rows(request))
        return super().get_extra(request, obj, **kwargs)

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget  # no buttons beside each of twenty choices
        return field

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        fields = formset.form.base_fields
        for name, declared in fields.items():
            fields[name] = field = deepcopy(declared)  # a declared field is every request's
            field.widget.attrs.setdefault("aria-label", capfirst(str(field.label)))
            if isinstance(field, ModelChoiceField):
                self.limit_choices(name, field, request, company_of(obj) if obj else None)
        return formset

    def limit_choices(
        self, name: str, field: ModelChoiceField[Any], request: HttpRequest, company_id: int | None
    ) -> None:
        assert field.queryset is not None  # noqa: S101 - every field of a model has one
        rows = visible(field.queryset, actor_in(request))
        if company_id is not None:
            rows = rows.filter(**{company_path(rows.model): company_id})
        kept = request.__dict__.setdefault("_console_choices", {})
        if (name, rows.model) not in kept:
            kept[name, rows.model] = self.choices_of(name, rows)
        field.queryset = rows
        blank = [] if isinstance(field, ModelMultipleChoiceField) else [("", "—")]
        field.choices = [*blank, *kept[name, rows.model]]

    def choices_of(self, name: str, rows: QuerySet[Any]) -> list[Any]:
        """What the field ``name`` offers, as Django's choices."""
        return [(row.pk, str(row)) for row in rows]
