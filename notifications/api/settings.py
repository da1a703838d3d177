"""What a company tells whom, and its advertisements: for staff with the right, of their company alone."""

from abc import ABC, abstractmethod
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import PageQuery, StrictQuery
from accounts.api.pages import Pages
from accounts.api.views import WHICH, ApiView, checked, not_there
from accounts.values import Actor
from notifications.api.requests import AdTemplateBody, RowBody, SettingBody
from notifications.commands.settings import delete_ad_template, delete_setting, save_ad_template, save_setting
from notifications.models import AdTemplate, NotificationSetting

CREATED, NO_CONTENT = 201, 204


class Table(ApiView, ABC):
    """A table of which everybody sees the rows of his company."""

    model: type[NotificationSetting] | type[AdTemplate]
    shape: type[RowBody]

    @abstractmethod
    def said(self, row: Any) -> dict[str, Any]: ...

    @abstractmethod
    def write(self, row: Any, asked: dict[str, Any]) -> Any: ...

    @abstractmethod
    def erase(self, row: Any) -> None: ...

    def may(self, action: str) -> Actor:
        """Raises NotAuthenticated, NotAllowed."""
        return self.require(f"notifications.{action}_{self.model._meta.model_name}")

    def rows(self, action: str) -> QuerySet[Any]:
        """Those the asker may ``action``. Raises NotAuthenticated, NotAllowed."""
        rows: QuerySet[Any] = self.model.objects.visible_to(self.may(action)).select_related("company")
        company_id = self.company_id()
        return rows.filter(company=company_id) if company_id else rows

    def asked_of(self, row: Any, *, partial: bool = False) -> dict[str, Any]:
        return checked(self.shape(data=self.request.data, partial=partial, context={"row": row}))


class Rows(Table):
    """The list, and a new row."""

    def get(self, request: Request) -> Response:
        rows = self.rows("view")
        self.query(PageQuery)
        pages = Pages()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([self.said(row) for row in page or ()])

    def post(self, request: Request) -> Response:
        self.may("add")
        company_id = self.company_id()
        if company_id is None:
            raise ValidationError({"company": [WHICH]}, code="required")
        row = self.model(company_id=company_id)
        return Response(self.said(self.write(row, self.asked_of(row))), status=CREATED)


class Row(Table):
    """One of them."""

    def row(self, pk: int, action: str) -> Any:
        """Raises NotFound, NotAuthenticated, NotAllowed."""
        row = self.rows(action).filter(pk=pk).first()
        if row is None:
            raise NotFound
        return row

    def get(self, request: Request, pk: int) -> Response:
        row = self.row(pk, "view")
        self.query(StrictQuery)
        return Response(self.said(row))

    def put(self, request: Request, pk: int) -> Response:
        row = self.row(pk, "change")
        return Response(self.said(self.write(row, self.asked_of(row))))

    def patch(self, request: Request, pk: int) -> Response:
        row = self.row(pk, "change")
        return Response(self.said(self.write(row, self.asked_of(row, partial=True))))

    def delete(self, request: Request, pk: int) -> Response:
        self.erase(self.row(pk, "delete"))
        return Response(status=NO_CONTENT)


class SettingTable(Table):
    model, shape = NotificationSetting, SettingBody

    def said(self, row: NotificationSetting) -> dict[str, Any]:
        return {
            "id": row.pk,
            "company": row.company.slug,
            "event_type": row.event_type,
            "recipient_role": row.recipient_role,
            "channel": row.channel,
            "enabled": row.enabled,
            "ad_template": row.ad_template_id,
        }

    def write(self, row: NotificationSetting, asked: dict[str, Any]) -> NotificationSetting:
        """Raises ValidationError for another company's advertisement, AlreadyThere, JustDeleted."""
        if "ad_template" in asked:
            asked["ad_template_id"] = asked.pop("ad_template")
            self.require_ad_template(row.company_id, asked["ad_template_id"])
        return save_setting(row, asked)

    def require_ad_template(self, company_id: int, pk: int | None) -> None:
        theirs = AdTemplate.objects.visible_to(self.require(VIEW_ADS)).filter(company=company_id)
        if pk is not None and not theirs.filter(pk=pk).exists():
            raise not_there("ad_template")

    def erase(self, row: NotificationSetting) -> None:
        delete_setting(row)


VIEW_ADS = "notifications.view_adtemplate"


class AdTemplateTable(Table):
    model, shape = AdTemplate, AdTemplateBody

    def said(self, row: AdTemplate) -> dict[str, Any]:
        return {
            "id": row.pk,
            "company": row.company.slug,
            "name": row.name,
            "content_tg": row.content_tg,
            "content_html": row.content_html,
            "active": row.active,
            "valid_until": row.valid_until and row.valid_until.astimezone(row.company.zone).isoformat(),
        }

    def write(self, row: AdTemplate, asked: dict[str, Any]) -> AdTemplate:
        """Raises AlreadyThere, JustDeleted."""
        return save_ad_template(row, asked)

    def erase(self, row: AdTemplate) -> None:
        delete_ad_template(row)


class NotificationSettings(SettingTable, Rows):
    """Who is told of what by which channel."""


class OneNotificationSetting(SettingTable, Row):
    """One switch of it."""


class AdTemplates(AdTemplateTable, Rows):
    """What may follow a message."""


class OneAdTemplate(AdTemplateTable, Row):
    """One of them."""
