"""What the desk types: a time by hand or picked from those offered, a person by card, by phone or not at all."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Self
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.console import CompactDateInput, SearchSelect, WallTimeField
from accounts.console.actors import company_of
from accounts.console.texts import client_label
from accounts.models import Client
from accounts.values import Actor
from booking.forms import PhoneField, region_of
from booking.models import Appointment
from booking.values import CancelReason, Contact, FreeSlot, Slot
from catalog.models import Location, Service, Specialist

PICK, OUTSIDE, LOOK = "_slot", "_outside", "_look"
"""The buttons of a form with a time: this free one, this one all the same, and: what is free?"""


@dataclass(frozen=True, slots=True)
class Pick:
    """A time as a button carries it: the exact moment, and with whom."""

    start: datetime
    specialist_id: int | None

    @classmethod
    def of(cls, slot: FreeSlot | Slot) -> Self:
        return cls(slot.start, slot.specialist_id)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        moment, _slash, who = text.partition("/")
        try:
            start = datetime.fromisoformat(moment)
        except ValueError:
            return None
        usable = timezone.is_aware(start) and 2000 <= start.year < 3000 and len(who) < 19
        return cls(start, int(who) if who.isascii() and who.isdecimal() else None) if usable else None

    def __str__(self) -> str:
        return f"{self.start.isoformat()}/{self.specialist_id or ''}"


def moment_at(zone: ZoneInfo, day: date, clock: time) -> datetime | None:
    """That time of the wall clock, or None when the clock skips it that day."""
    moment = datetime.combine(day, clock, zone)
    back = moment.astimezone(UTC).astimezone(zone)
    return moment if back.replace(tzinfo=None) == moment.replace(tzinfo=None) else None


class OptionalPhoneField(PhoneField):
    """A phone, or none: a guest leaves no number."""

    def clean(self, value: Any) -> str:
        return super().clean(value) if str(value or "").strip() else ""


class TimeForm(forms.Form):
    """With whom and when. A picked time overrides what is typed."""

    specialist = forms.ModelChoiceField(
        label=_("specialist"),
        queryset=Specialist.objects.none(),
        required=False,
        empty_label=_("Any specialist"),
        widget=UnfoldAdminSelectWidget,
    )
    date = forms.DateField(label=_("date"), widget=CompactDateInput)
    time = WallTimeField(label=_("time"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.pick = Pick.parse(self.data.get(PICK) or self.data.get(OUTSIDE) or "") if self.is_bound else None
        choice(self, "specialist").queryset = Specialist.objects.visible_to(actor).filter(is_active=True)

    def location(self) -> Location | None:
        """Whose clock the typed time is read by."""
        raise NotImplementedError

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        if not 2000 <= day.year < 3000:
            raise forms.ValidationError(_("Check the year."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        location = self.location()
        if location is None:
            return data
        if self.pick:
            self.show_pick(self.pick, location)
        elif data.get("time") is None:
            if "time" not in self.errors:
                self.add_error("time", _("Enter a time, or look at the free ones."))
        elif data.get("date"):
            data["start"] = moment_at(location.zone, data["date"], data["time"])
            if data["start"] is None:
                self.add_error("time", _("The clock skips this time on that day. Choose another."))
        return data

    def show_pick(self, pick: Pick, location: Location) -> None:
        """Take the picked time as if it had been typed, so that the form shows it if it comes back."""
        local = pick.start.astimezone(location.zone)
        typed = {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "specialist": str(pick.specialist_id or "")}
        self.data = {**self.data.dict(), **typed} if isinstance(self.data, QueryDict) else {**self.data, **typed}
        for name in typed:
            self.errors.pop(name, None)
        specialists = choice(self, "specialist").queryset
        specialist = specialists.filter(pk=pick.specialist_id).first() if specialists is not None else None
        self.cleaned_data |= {"start": pick.start, "date": local.date(), "specialist": specialist}
        if pick.specialist_id and specialist is None:
            self.add_error("specialist", _("Choose a specialist from the list."))


def choice(form: forms.BaseForm, name: str) -> forms.ModelChoiceField[Any]:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above; for the type checker
    return field


class ContactFields(forms.Form):
    """Who comes: a name and a phone, or a guest who leaves neither."""

    first_name = forms.CharField(
        label=_("first name"), required=False, max_length=100, widget=UnfoldAdminTextInputWidget
    )
    last_name = forms.CharField(label=_("last name"), required=False, max_length=100, widget=UnfoldAdminTextInputWidget)
    phone = OptionalPhoneField(
        label=_("phone"),
        required=False,
        max_length=40,
        widget=UnfoldAdminTextInputWidget({"inputmode": "tel"}),
        help_text=_("In any form; a guest may leave none"),
    )
    comment = forms.CharField(
        label=_("comment"), required=False, max_length=2000, widget=UnfoldAdminTextareaWidget({"rows": 2})
    )

    def contact(self) -> Contact:
        data = self.cleaned_data
        return Contact(first_name=data["first_name"], last_name=data["last_name"], phone=data["phone"])

    def require_name(self, company_id: int, actor: Actor) -> None:
        """A number nobody knows yet needs a name, or the card would be a blank one. Whose number it is, the answer must
        not tell those who may not know."""
        phone, name = self.cleaned_data.get("phone"), self.cleaned_data.get("first_name")
        if phone and not name and not Client.objects.visible_to(actor).filter(company=company_id, phone=phone).exists():
            self.add_error("first_name", _("This number is new. Enter the name."))

    def speak_phone_of(self, location: Location) -> None:
        """Understand local numbers of the location's country."""
        field = self.fields["phone"]
        assert isinstance(field, PhoneField)  # noqa: S101 - declared above; for the type checker
        field.region = region_of(location)


class ClientField(forms.ModelChoiceField[Client]):
    def label_from_instance(self, client: Client) -> str:
        return client_label(client)


class DeskForm(ContactFields, TimeForm):
    """A booking by phone or at the desk."""

    location_choice = forms.ModelChoiceField(
        label=_("location"), queryset=Location.objects.none(), widget=UnfoldAdminSelectWidget, empty_label=None
    )
    service = forms.ModelChoiceField(
        label=_("service"),
        queryset=Service.objects.none(),
        widget=UnfoldAdminSelect2Widget,
        empty_label=_("Select value"),
    )
    client = ClientField(
        label=_("client"),
        queryset=Client.objects.none(),
        required=False,
        help_text=_("Found by the last digits of the phone, or by name"),
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        locations = Location.objects.visible_to(actor).filter(is_active=True).select_related("company")
        choice(self, "location_choice").queryset = locations
        choice(self, "service").queryset = Service.objects.visible_to(actor).filter(is_active=True)
        choice(self, "client").queryset = Client.objects.visible_to(actor)
        self.fields["client"].widget = client_widget(choice(self, "client"))
        self.initial.setdefault("key", secrets.token_urlsafe(16))
        if location := locations.first():
            self.initial.setdefault("location_choice", location.pk)
            self.initial.setdefault("date", timezone.now().astimezone(location.zone).date())
            self.speak_phone_of(location)

    def location(self) -> Location | None:
        return self.cleaned_data.get("location_choice")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        location, client = self.location(), data.get("client")
        if location and client and company_of(client) != location.company_id:
            self.add_error("client", _("This client belongs to another company."))
        elif location and not client:
            self.require_name(location.company_id, self.actor)
        return data

    def is_for_nobody(self) -> bool:
        """Whether nothing says yet who comes: a guest is booked by the button that says so, never by a time."""
        return not any(self.cleaned_data.get(name) for name in ("client", "first_name", "last_name", "phone"))

    def slot(self) -> Slot:
        data = self.cleaned_data
        who = data.get("specialist")
        return Slot(data["location_choice"].pk, data["service"].pk, data["start"], who.pk if who else None)


def client_widget(field: forms.ModelChoiceField[Any]) -> forms.Widget:
    """Search instead of a list of five thousand."""
    widget = SearchSelect(Appointment._meta.get_field("client"), admin.site)
    widget.choices, widget.is_required = field.choices, False
    return widget


class MoveForm(TimeForm):
    """Another time, maybe another specialist, for a visit as it was when the form was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, visit: Appointment, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.visit = visit
        field = choice(self, "specialist")
        able = Specialist.objects.visible_to(actor).filter(
            offers__service_id=visit.service_id, offers__is_active=True, is_active=True
        )
        field.queryset = Specialist.objects.filter(Q(pk=visit.specialist_id) | Q(pk__in=able.values("pk")))
        field.empty_label, field.required = None, True

    def location(self) -> Location | None:
        return self.visit.location

    def slot(self) -> Slot:
        who = self.cleaned_data["specialist"] or self.visit.specialist
        return Slot(self.visit.location_id, self.visit.service_id, self.cleaned_data["start"], who.pk)


class ConfirmForm(ContactFields):
    """Whose hold becomes a visit."""

    def __init__(self, *args: Any, visit: Appointment, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit, self.actor = visit, actor
        self.speak_phone_of(visit.location)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.visit.client_id is None:
            self.require_name(self.visit.company_id, self.actor)
        return data


class CancelForm(forms.Form):
    """Why; most often because the client asked, so that is chosen already."""

    reason = forms.ChoiceField(
        label=_("reason"),
        choices=CancelReason.choices,
        initial=CancelReason.CLIENT_ASKED,
        widget=UnfoldAdminRadioSelectWidget,
    )
