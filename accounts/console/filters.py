"""List filters that show nothing foreign."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Field
from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter

from accounts.console.actors import actor_in, visible


class VisibleFilter(RelatedDropdownFilter):
    """By a related row, offering those that the actor may see; one statement."""

    def field_choices(self, field: Field[Any, Any], request: HttpRequest, model_admin: ModelAdmin[Any]) -> Any:
        assert field.related_model is not None  # noqa: S101 - a filter by a related row
        rows = visible(field.related_model._default_manager.all(), actor_in(request))
        return [(row.pk, str(row)) for row in rows]
