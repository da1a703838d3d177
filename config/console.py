"""The operators' console: Django Admin in unfold's skin."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from csp.constants import HEADER, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.utils import build_policy
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from accounts.console import actor_in
from accounts.values import Role
from config.first_steps import first_steps

View = Callable[..., HttpResponseBase]

# Unfold's Alpine evaluates expressions in attributes, and its colours are a style in the page. Nothing else is loose.
POLICY = build_policy(
    {
        "default-src": [NONE],
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
)


def with_policy(view: View) -> View:
    """The console's own Content-Security-Policy: settings leave ``/admin/`` to it."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        response.headers.setdefault(HEADER, POLICY)
        return response

    return wrapper


class SearchAnswers(AutocompleteJsonView):
    """What a search as one types finds; an admin class may say more of a row than its name."""

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        say = getattr(self.model_admin, "choice_label", str)
        return {"id": str(getattr(obj, to_field_name)), "text": say(obj)}


class Console(UnfoldAdminSite):
    site_title = "Okno"
    site_header = "Okno"
    index_title = _("First steps")
    index_template = "admin/first_steps.html"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return with_policy(super().admin_view(view, cacheable))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Every page is given this list, and with our own menu hardly one looks at it: it is made when it is read."""
        return SimpleLazyObject(lambda: super(Console, self).get_app_list(request, app_label))

    def _get_is_tab_active(self, *args: Any, **kwargs: Any) -> bool:
        """Unfold compares every menu entry with every tab; our tabs are functions, which are no entry's address."""
        return False

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """After signing in one lands in the console, also when nothing says where to go."""
        query = {"next": reverse("admin:index"), **request.GET.dict()}
        context = {"app_path": f"{request.path}?{urlencode(query)}", **(extra_context or {})}
        return with_policy(super().login)(request, context)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Today's visits; until the company can be booked at all, what is still to be set up."""
        actor = actor_in(request)
        if actor.owns_deployment or actor.role == Role.ADMIN:
            steps = first_steps(actor)
            if not all(step.done for step in steps):
                return super().index(request, {**(extra_context or {}), "steps": steps})
        return redirect(f"{reverse('admin:booking_appointment_changelist')}?when=today")

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return SearchAnswers.as_view(admin_site=self)(request)

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Unfold's search for menu entries: a menu of a dozen needs none, and a page number broke it."""
        raise Http404
