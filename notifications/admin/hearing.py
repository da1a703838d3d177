"""What one person wants to hear, as boxes: each event by each channel."""

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.console import CompanyForm
from notifications.models import Preferences
from notifications.values import Channel, Occasion, RecipientRole
from notifications.wishes import muted_by, told_to

STAFF = {RecipientRole.SPECIALIST, RecipientRole.ADMIN}


class BoxesByEvent(UnfoldAdminCheckboxSelectMultipleWidget):
    """A line of boxes for each event."""

    template_name = "admin/notifications/boxes_by_event.html"

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        return render_to_string(template_name, context)  # forms have templates of their own, and ours are elsewhere


class PreferencesForm(CompanyForm):
    hears = forms.MultipleChoiceField(
        label=_("wants to hear"),
        required=False,
        widget=BoxesByEvent,
        help_text=_("Of the ways that are checked the first that works is taken"),
    )

    class Meta:
        model = Preferences
        fields = ("company", "client", "user", "every_channel", "wants_offers")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.events = events_of(self.instance)
        field = self.fields["hears"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above; for the type checker
        field.choices = [(event.label, [(f"{event}:{way}", way.label) for way in Channel]) for event in self.events]
        muted = {(event, way) for event in self.events for way in Channel if self.instance.mutes(event, way)}
        self.initial["hears"] = [f"{e}:{way}" for e in self.events for way in Channel if (e, way) not in muted]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if self.instance._state.adding and not self.errors:
            people = [name for name in ("client", "user") if self.cleaned_data.get(name)]
            if len(people) != 1:
                self.add_error("client", _("Choose a client or one of the staff: a choice is one person’s."))
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # a hook without stubs
        if "hears" in self.cleaned_data:
            self.instance.muted = muted_by(self.cleaned_data["hears"], self.events, self.instance.muted)


def events_of(preferences: Preferences) -> list[Occasion]:
    """Of which this person may be told at all; of everything while nobody has been chosen."""
    if preferences.client_id:
        return told_to({RecipientRole.CLIENT})
    return told_to(STAFF if preferences.user_id else RecipientRole)
