"""Who is told what, by which channel and with which advertisement: a company on one page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget

from accounts.console import CompanyModelAdmin, actor_in
from accounts.console.pages import page
from accounts.console.search import number_of
from accounts.errors import Refusal
from accounts.models import Company
from notifications.admin.channels_here import ChannelHere, channels_here
from notifications.commands import set_matrix
from notifications.models import AdTemplate, NotificationSetting
from notifications.queries import matrix_of
from notifications.values import TOLD, Cell, Channel, Occasion, RecipientRole

SEVERAL = "several"
"""The choice that leaves each channel its own advertisement."""
CONFLICT, UNPROCESSABLE = 409, 422
Choices = list[tuple[str, Any]]

HINTS: dict[str, Any] = {
    Occasion.BOOKING_REMINDER: gettext_lazy("As many hours before the visit as the company’s rules say"),
    Occasion.DAY_SUMMARY: gettext_lazy("In the morning, when the quiet hours end"),
}


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell of the page: whom it is about and, unless it is impossible, what can be chosen."""

    role: RecipientRole
    boxes: list[tuple[BoundField, ChannelHere]]
    ad: BoundField | None


class MatrixForm(forms.Form):
    """A box for each channel of each cell, and a list of advertisements.

    Each field also carries what was shown: whoever saves an old page changes what he has changed, and nothing else.
    """

    def __init__(self, cells: list[Cell], ads: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells = {(cell.event_type, cell.role): cell for cell in cells}
        for cell in cells:
            self.add(cell, ads)

    def add(self, cell: Cell, ads: Choices) -> None:
        for channel in Channel:
            self.fields[box_name(cell, channel)] = forms.BooleanField(
                label=channel.label,
                initial=channel in cell.channels,
                required=False,
                show_hidden_initial=True,
                widget=UnfoldBooleanWidget,
            )
        several: Choices = [(SEVERAL, _("Different by channel"))] if cell.has_several_ads else []
        self.fields[ad_name(cell)] = forms.ChoiceField(
            label=_("Advertisement"),
            choices=[("", _("No advertisement")), *several, *ads],
            initial=SEVERAL if cell.has_several_ads else str(cell.ad_template_id or ""),
            required=False,
            show_hidden_initial=True,
            widget=UnfoldAdminSelectWidget,
        )

    def changed_cells(self) -> list[Cell]:
        chosen = [(cell, self.chosen(cell)) for cell in self.cells.values()]
        return [new for old, new in chosen if new != old]

    def chosen(self, cell: Cell) -> Cell:
        changed = {channel for channel in Channel if box_name(cell, channel) in self.changed_data}
        checked = {channel for channel in changed if self.cleaned_data[box_name(cell, channel)]}
        new = replace(cell, channels=cell.channels - changed | checked)
        ad = self.cleaned_data[ad_name(cell)]
        if ad_name(cell) not in self.changed_data or ad == SEVERAL:
            return new
        return replace(new, ad_template_id=int(ad) if ad else None, has_several_ads=False)

    def rows(self) -> Iterator[tuple[Occasion, Any, list[ShownCell]]]:
        """For each event its hint and a cell for every role."""
        here = channels_here()
        for occasion in TOLD:
            yield occasion, HINTS.get(occasion, ""), [self.shown(occasion, role, here) for role in RecipientRole]

    def shown(self, occasion: Occasion, role: RecipientRole, here: list[ChannelHere]) -> ShownCell:
        cell = self.cells.get((occasion, role))
        if cell is None:
            return ShownCell(role, [], None)
        return ShownCell(role, [(self[box_name(cell, each.channel)], each) for each in here], self[ad_name(cell)])


def box_name(cell: Cell, channel: Channel) -> str:
    return f"{cell.event_type}-{cell.role}-{channel}"


def ad_name(cell: Cell) -> str:
    return f"{cell.event_type}-{cell.role}-ad"


def ad_choices(company_id: int) -> Choices:
    """One statement."""
    rows = AdTemplate.objects.filter(company_id=company_id).with_now()
    return [(str(ad.pk), ad.name if ad.is_shown else _("%(ad)s (not shown now)") % {"ad": ad.name}) for ad in rows]


@admin.register(NotificationSetting)
class NotificationSettingAdmin(CompanyModelAdmin):
    """The list is the matrix; single rows have no pages."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        companies = list(Company.objects.visible_to(actor_in(request)))
        company = chosen_company(request, companies)
        if company is None:
            return page(request, self, "notifications/matrix", companies=[], title=_("Who is told what"))
        sent = request.POST if request.method == "POST" else None
        form = MatrixForm(matrix_of(company.pk), ad_choices(company.pk), sent)
        status = 200
        if sent is not None:
            status = self.save(request, company, form)
            if status == 200:
                return redirect(request.get_full_path())
        context = {
            "form": form,
            "roles": list(RecipientRole),
            "lacking": [each for each in channels_here() if not each.is_configured],
            "company": company,
            "companies": companies,
            "may_save": self.has_change_permission(request),
            "title": _("Who is told what"),
        }
        return page(request, self, "notifications/matrix", status, **context)

    def save(self, request: HttpRequest, company: Company, form: MatrixForm) -> int:
        """The status of the answer; what was changed stands in the company's history."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if not form.is_valid():
            return UNPROCESSABLE
        cells = form.changed_cells()
        try:
            set_matrix(company.pk, cells, actor_in(request))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return CONFLICT
        if not cells:
            messages.info(request, _("Nothing has changed."))
            return 200
        names = ", ".join(f"{cell.event_type.label} · {cell.role.label}" for cell in cells)
        self.log_change(request, company, f"{_('Notifications')}: {names}")
        text = ngettext("Saved: %(count)d cell has changed.", "Saved: %(count)d cells have changed.", len(cells))
        messages.success(request, text % {"count": len(cells)})
        return 200

    # --- single rows

    def to_the_matrix(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect(reverse("admin:notifications_notificationsetting_changelist"))

    add_view = change_view = delete_view = history_view = to_the_matrix

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def chosen_company(request: HttpRequest, companies: list[Company]) -> Company | None:
    """The one asked for, else the first; None when there is none yet. Raises Http404."""
    if "company" not in request.GET:
        return companies[0] if companies else None
    number = number_of(request.GET["company"])
    for company in companies:
        if company.pk == number:
            return company
    raise Http404
