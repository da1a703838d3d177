"""Companies that are here already get their settings, and nobody is told of what happened before today."""

from typing import Any

from django.db import migrations
from django.db.models.functions import Now

from notifications.values import TOLD


def give_settings(apps: Any, editor: Any) -> None:
    company, setting = (apps.get_model(name) for name in ("accounts.Company", "notifications.NotificationSetting"))
    rows = [
        setting(company_id=pk, event_type=occasion.value, recipient_role=role.value)
        for pk in company.objects.values_list("pk", flat=True)
        for occasion, roles in TOLD.items()
        for role in roles
    ]
    setting.objects.bulk_create(rows, ignore_conflicts=True)


def let_the_past_rest(apps: Any, editor: Any) -> None:
    apps.get_model("booking.AppointmentEvent").objects.filter(dispatched_at=None).update(dispatched_at=Now())


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]
    operations = [
        migrations.RunPython(give_settings, migrations.RunPython.noop),
        migrations.RunPython(let_the_past_rest, migrations.RunPython.noop),
    ]
