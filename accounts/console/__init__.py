"""What every page of the console shares: who acts, which rows he may see, and whose company a row belongs to."""

from accounts.console.actors import actor_in
from accounts.console.admins import CompanyModelAdmin, CompanyTabularInline
from accounts.console.filters import VisibleFilter
from accounts.console.forms import (
    CompactDateInput,
    CompanyForm,
    CompanyFormSet,
    SearchSelect,
    TimezoneField,
    WallTimeField,
)

__all__ = [
    "CompactDateInput",
    "CompanyForm",
    "CompanyFormSet",
    "CompanyModelAdmin",
    "CompanyTabularInline",
    "SearchSelect",
    "TimezoneField",
    "VisibleFilter",
    "WallTimeField",
    "actor_in",
]
