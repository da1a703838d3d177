"""What a company tells whom, and the advertisements it adds: rows of these two tables are written and deleted here."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from accounts.transactions import UNIQUE, sqlstate
from notifications.errors import AlreadyThere, JustDeleted
from notifications.models import AdTemplate, NotificationSetting

Row = TypeVar("Row", NotificationSetting, AdTemplate)


def save_setting(setting: NotificationSetting, columns: Mapping[str, Any]) -> NotificationSetting:
    """Write ``columns`` of a setting, new or not. Raises AlreadyThere when another says something else about the same,
    JustDeleted."""
    return save(setting, columns)


def save_ad_template(template: AdTemplate, columns: Mapping[str, Any]) -> AdTemplate:
    """Write ``columns`` of an advertisement, new or not. Raises AlreadyThere when another has its name, JustDeleted."""
    return save(template, columns)


def delete_setting(setting: NotificationSetting) -> None:
    """Nobody is told any more, or what is set for all channels holds for this one again."""
    setting.delete()


def delete_ad_template(template: AdTemplate) -> None:
    """The messages that carried it go out without it."""
    template.delete()


def save(row: Row, columns: Mapping[str, Any]) -> Row:
    """Of an old row no more than ``columns``, so that two who change it at once both do. A new row that is there
    already, in every column, is that one: a repeated request has one effect and the same answer."""
    for name, value in columns.items():
        setattr(row, name, value)
    is_new = row.pk is None
    try:
        with transaction.atomic():
            if not is_new and not type(row).objects.select_for_update(no_key=True).filter(pk=row.pk).exists():
                raise JustDeleted
            row.save(update_fields=None if is_new else list(columns))
    except IntegrityError as error:
        if sqlstate(error) != UNIQUE:
            raise JustDeleted from error  # what it refers to
        if is_new and (twin := twin_of(row)):
            return twin
        raise AlreadyThere from error
    return row


def twin_of(row: Row) -> Row | None:
    """The row that says the same, if it is there."""
    columns = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    return type(row).objects.filter(**{name: getattr(row, name) for name in columns}).first()
