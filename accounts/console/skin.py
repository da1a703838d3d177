"""Unfold's classes as the type checker should see them: its own hints contradict Django's."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin

Column = TypeVar("Column", bound=Callable[..., Any])

if TYPE_CHECKING:

    class ModelAdmin(admin.ModelAdmin[Any]):
        """With what unfold adds and we set."""

        add_fieldsets: Any
        list_filter_submit: bool
        list_disable_select_all: bool
        warn_unsaved_form: bool
        change_form_before_template: str | None
        change_form_outer_after_template: str | None

    class TabularInline(admin.TabularInline[Any, Any]):
        hide_title: bool

    AnyAdmin = BaseModelAdmin[Any]

    def display(
        *, description: Any = None, ordering: str | None = None, label: Any = None, header: bool = False
    ) -> Callable[[Column], Column]: ...

else:
    from unfold.admin import ModelAdmin, TabularInline
    from unfold.decorators import display

    AnyAdmin = object

__all__ = ["AnyAdmin", "ModelAdmin", "TabularInline", "display"]
