"""Advertisements: written with a preview beside them, and told where they are used."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.validators import MaxValueValidator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.contrib.filters.admin import BooleanRadioFilter

from accounts.console import CompactDateInput, CompanyForm, CompanyModelAdmin, VisibleFilter
from accounts.console.skin import display
from notifications.admin.live import answer, watched
from notifications.admin.preview import in_a_mail, in_telegram
from notifications.models import AdTemplate, NotificationSetting
from notifications.models.setting import LONGEST_AD, AdTemplateQuerySet
from notifications.values import ALL_CHANNELS

PREVIEW = "admin:notifications_adtemplate_preview"
TEXTS = ("content_tg", "content_html")
A_DAY = timedelta(days=1)
FARTHEST = date(2999, 12, 31)
SHOWN, OVER, OFF = "shown", "over", "off"
STATES = {
    SHOWN: pgettext_lazy("advertisement", "Shown"),
    OVER: pgettext_lazy("advertisement", "Over"),
    OFF: pgettext_lazy("advertisement", "Switched off"),
}


class AdForm(CompanyForm):
    last_day = forms.DateField(
        label=gettext_lazy("last day"),
        required=False,
        widget=CompactDateInput(),
        validators=[MaxValueValidator(FARTHEST)],
        help_text=gettext_lazy("That day included, by the company’s clock. Empty: until it is switched off"),
    )

    class Meta:
        model = AdTemplate
        fields = ("company", "name", "content_tg", "content_html", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["last_day"] = last_day_of(self.instance)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # a hook without stubs
        day = self.cleaned_data.get("last_day")
        if "last_day" in self.changed_data and self.instance.company_id:
            midnight = day and datetime.combine(day + A_DAY, time(), self.instance.company.zone)
            self.instance.valid_until = midnight


def last_day_of(ad: AdTemplate) -> date | None:
    """The last one on which it is shown, by the company's clock."""
    if ad.valid_until is None:
        return None
    return (ad.valid_until.astimezone(ad.company.zone) - timedelta(microseconds=1)).date()


def places_of(settings: Iterable[NotificationSetting]) -> list[str]:
    """After which messages an advertisement stands: ``Booked · Client (Telegram)``."""
    channels = defaultdict(list)
    for row in settings:
        if row.enabled:
            channels[row.get_event_type_display(), row.get_recipient_role_display()].append(row)
    return [f"{event} · {role}{by_which(rows)}" for (event, role), rows in channels.items()]


def by_which(rows: list[NotificationSetting]) -> str:
    if any(row.channel == ALL_CHANNELS for row in rows):
        return ""
    return f" ({', '.join(row.get_channel_display() for row in rows)})"


def previews(telegram: str | None = None, mail: str | None = None) -> dict[str, Any]:
    return {"telegram": in_telegram(telegram, LONGEST_AD), "mail": in_a_mail(mail)}


@admin.register(AdTemplate)
class AdTemplateAdmin(CompanyModelAdmin):
    form = AdForm
    list_display = ("name", "state", "last_day", "used", "company")
    list_filter = (("active", BooleanRadioFilter), ("company", VisibleFilter))
    list_select_related = ("company",)
    search_fields = ("name", "content_tg")
    change_form_before_template = "admin/notifications/form_preview.html"
    change_form_outer_after_template = "admin/notifications/ad_places.html"
    fieldsets = (
        (None, {"fields": ("company", "name", "content_tg", "content_html")}),
        (gettext_lazy("When it is shown"), {"fields": ("active", "last_day")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        settings = Prefetch("settings", NotificationSetting.objects.order_by("pk"), to_attr="used_in")
        rows = super().get_queryset(request)
        assert isinstance(rows, AdTemplateQuerySet)  # noqa: S101 - the model's own manager; for the type checker
        return rows.with_now().select_related("company").prefetch_related(settings)

    @display(description=gettext_lazy("state"), label={SHOWN: "success", OVER: "warning", OFF: ""})
    def state(self, ad: AdTemplate) -> tuple[str, str]:
        state = OFF if not ad.active else OVER if ad.is_over else SHOWN
        return state, str(STATES[state])

    @display(description=gettext_lazy("last day"), ordering="valid_until")
    def last_day(self, ad: AdTemplate) -> str:
        day = last_day_of(ad)
        return date_format(day, "SHORT_DATE_FORMAT") if day else ""

    @display(description=gettext_lazy("follows"))
    def used(self, ad: Any) -> str:
        return "; ".join(places_of(ad.used_in))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in TEXTS:
            kwargs |= {"widget": watched(PREVIEW, rows=6), "help_text": escape(db_field.help_text)}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        form = context["adminform"].form
        context["preview_address"] = reverse(PREVIEW)
        context |= previews(*(form[name].value() for name in TEXTS if name in form.fields))
        context["used_in"] = places_of(obj.used_in) if obj else []
        return super().render_change_form(request, context, add, change, form_url, obj)

    # --- the preview

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("preview/", view, name="notifications_adtemplate_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        return answer(request, self, previews(*(request.POST.get(name) for name in TEXTS)))

    # --- what becomes of the messages

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        ad = self.get_object(request, object_id) if request.method != "POST" else None
        if ad is not None and (places := places_of(ad.used_in)):
            lead = _("It follows these messages, which will then come without an advertisement: {places}.")
            messages.warning(request, format_html(lead, places="; ".join(places)))
        page: HttpResponse = super().delete_view(request, object_id, extra_context)
        return page
