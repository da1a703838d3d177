"""Staff: who signs in, as what, and where he works."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldBooleanSwitchWidget

from accounts.admin.telegram import TelegramPages
from accounts.console import CompanyForm, CompanyModelAdmin, VisibleFilter, actor_in
from accounts.console.forms import changed_columns
from accounts.console.skin import display
from accounts.console.texts import PhoneInput
from accounts.models import User
from accounts.permissions import BOOK_OUTSIDE_RULES
from accounts.values import STAFF_ROLES, Role

admin.site.unregister(Group)  # a role says what somebody may do

ROLE_COLOURS = {
    Role.ADMIN: "primary",
    Role.OPERATOR: "info",
    Role.SPECIALIST: "success",
    Role.ACCOUNTANT: "warning",
    Role.CLIENT: "",
}
ROLES = [choice for choice in Role.choices if choice[0] in STAFF_ROLES]


class StaffForm(CompanyForm):
    """What both forms of a user know: roles, places, and the one extra right an operator may be given."""

    may_book_outside_rules = forms.BooleanField(
        label=_("may book outside the rules"),
        help_text=_(
            "For an operator: outside opening hours, shifts and breaks, in a second step that is kept in history"
        ),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "email" in self.fields:
            self.fields["email"].required = True
        is_new = self.instance._state.adding
        if "role" in self.fields and (is_new or self.instance.role in STAFF_ROLES):
            self.fields["role"].choices = ROLES  # type: ignore[attr-defined]  # a field with choices
        if is_new:
            self.initial.setdefault("role", Role.OPERATOR)
        else:
            self.initial["may_book_outside_rules"] = may_book_outside(self.instance)

    def _get_validation_exclusions(self) -> set[str]:
        # Who needs a company depends on these.
        return super()._get_validation_exclusions() - {"role", "is_superuser"}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.exclude(pk=self.instance.pk).filter(email__iexact=email).exists():
            raise forms.ValidationError(_("Somebody signs in with this e-mail already. Enter another."))
        return email

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        role = self.cleaned_data.get("role", self.instance.role)
        if role != Role.OPERATOR:
            for name in ("locations", "may_book_outside_rules"):
                if self.cleaned_data.get(name) and role:
                    self.add_error(name, _("This is for operators. Choose that role or leave it empty."))
        return data

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]  # a hook without stubs
        grant_booking_outside(self.instance, bool(self.cleaned_data.get("may_book_outside_rules")))


def outside_permission() -> Permission:
    app, codename = BOOK_OUTSIDE_RULES.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def may_book_outside(user: User) -> bool:
    codename = BOOK_OUTSIDE_RULES.partition(".")[2]
    return user.user_permissions.filter(codename=codename, content_type__app_label="booking").exists()


def grant_booking_outside(user: User, granted: bool) -> None:
    change = user.user_permissions.add if granted else user.user_permissions.remove
    change(outside_permission())


class NewStaffForm(StaffForm, UserCreationForm):
    usable_password = None  # type: ignore[assignment]  # dropped: staff sign in with a password

    class Meta:
        model = User
        fields = ("email",)


class ChangedStaffForm(StaffForm, UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(TelegramPages, CompanyModelAdmin, DjangoUserAdmin[User]):
    form = ChangedStaffForm
    add_form = NewStaffForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("__str__", "email", "role_shown", "is_active", "company")
    list_filter = (("role", ChoicesDropdownFilter), ("is_active", BooleanRadioFilter), ("company", VisibleFilter))
    list_select_related = ("company",)
    search_fields = ("full_name", "email")
    ordering = ("email",)
    autocomplete_fields = ("locations",)
    filter_horizontal = ()
    readonly_fields = ("last_login",)
    owner_only = ("company", "is_superuser")
    fieldsets = (
        (None, {"fields": ("company", "full_name", "email", "password", "phone", "language")}),
        (_("Rights"), {"fields": ("role", "locations", "may_book_outside_rules", "is_active", "is_superuser")}),
        (_("Sign-in"), {"fields": ("last_login",)}),
    )
    add_fieldsets = (
        (None, {"fields": ("company", "full_name", "email", "password1", "password2")}),
        (_("Rights"), {"fields": ("role", "locations", "may_book_outside_rules")}),
    )

    @display(description=_("role"), ordering="role", label=ROLE_COLOURS)
    def role_shown(self, user: User) -> tuple[str, str]:
        return user.role, user.get_role_display()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = self.fieldsets if obj else self.add_fieldsets
        return [(name, {**options, "fields": self.shown(request, options["fields"])}) for name, options in fieldsets]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nobody takes his own rights away, and so nobody gives them to himself."""
        mine = ("role", "is_active", "is_superuser") if obj is not None and obj.pk == request.user.pk else ()
        return (*super().get_readonly_fields(request, obj), *mine)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        above = obj is not None and obj.is_superuser and not actor_in(request).owns_deployment
        return super().has_change_permission(request, obj) and not above

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History names its people: a user is switched off, never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Only what was changed: while the form was open he may have connected his Telegram."""
        if change:
            obj.save(update_fields=changed_columns(form))
        else:
            super().save_model(request, obj, form, change)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "phone":
            kwargs["widget"] = PhoneInput()
        return super().formfield_for_dbfield(db_field, request, **kwargs)
