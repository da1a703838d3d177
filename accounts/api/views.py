"""The door that all endpoints are made of."""

from collections.abc import Mapping
from typing import Any

from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotAuthenticated, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.api.fields import Strict, StrictQuery
from accounts.errors import NotAllowed
from accounts.hosts import host_of
from accounts.models import Company, User
from accounts.queries import actor_of, company_on
from accounts.values import Actor, Channel


class ApiView(APIView):
    """It knows which of the staff asks, if any, and of which company; nobody keeps a copy of its answers."""

    request: Request
    staff: Actor | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        user = request.user
        if isinstance(user, User) and user.is_staff:
            self.staff = actor_of(user, Channel.API)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(answer, private=True, no_store=True)
        return answer

    def query(self, shape: type[StrictQuery]) -> dict[str, Any]:
        """What the address says, checked. Raises ValidationError."""
        return checked(shape(data=self.request.query_params.dict()))

    def body(self, shape: type[Strict], **context: Any) -> dict[str, Any]:
        """What the body says, checked. Raises ValidationError."""
        return checked(shape(data=self.request.data, context=context))

    def require(self, permission: str) -> Actor:
        """The member of the staff who asks and may. Raises NotAuthenticated, NotAllowed."""
        if not self.request.user.is_authenticated:
            raise NotAuthenticated
        if self.staff is None or not self.request.user.has_perm(permission):
            raise NotAllowed
        return self.staff

    def named_company(self) -> str:
        """``company=`` of the address or of the body, if it names one. Raises ValidationError for what is no name."""
        named: Any = self.request.query_params.get("company")
        if named is None and isinstance(self.request.data, Mapping):
            named = self.request.data.get("company")
        if named is None:
            return ""
        if not (isinstance(named, str) and named and named.isprintable()):
            raise no_such_company()
        return named

    def company_id(self) -> int | None:
        """Of which company the request is: of the staff's own, else of the one that is meant (``company_on``).

        None means any, for the owner of the deployment who names none. Raises ValidationError.
        """
        named = self.named_company()
        if self.staff is None:
            company = company_on(host_of(self.request), named)
            if company is None and not named:
                raise ValidationError({"company": [WHICH]}, code="required")
        elif not named:
            return self.staff.company_id
        else:
            company = Company.objects.visible_to(self.staff).filter(slug=named).first()
        if company is None:
            raise no_such_company()
        return company.pk


WHICH = _("There are several companies: name one, as company=<its short name>.")


def no_such_company() -> ValidationError:
    return ValidationError({"company": [_("There is no such company.")]}, code="does_not_exist")


def not_there(field: str) -> ValidationError:
    """``field`` names a row that is not there, or that the asker may not know of."""
    return ValidationError({field: [_("There is no such row.")]}, code="does_not_exist")


def checked(form: BaseSerializer[Any]) -> dict[str, Any]:
    form.is_valid(raise_exception=True)
    values: dict[str, Any] = form.validated_data
    return values


class NoSuchAddress(ApiView):
    """Whatever else is asked below ``/api/``: JSON answers that, too."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound
