"""A page of the console that is not the admin's change form, because that is wrapped in a transaction and a command
opens its own."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse


def page(request: HttpRequest, admin: Any, template: str, status: int = 200, **context: Any) -> TemplateResponse:
    """``template`` is under ``templates/admin/``, without its ending."""
    base = admin.admin_site.each_context(request)
    request.current_app = admin.admin_site.name
    context = {**base, "model_admin": admin, **context}
    return TemplateResponse(request, f"admin/{template}.html", context, status=status)
