"""What the desk types about a wallet."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from wallet.forms import MoneyField, OnceForm, SignedMoneyField
from wallet.values import Method


def money_widget() -> forms.Widget:
    return UnfoldAdminTextInputWidget({"inputmode": "decimal", "autocomplete": "off"})


class DepositForm(OnceForm):
    amount = MoneyField(label=_("amount"), widget=money_widget())
    method = forms.ChoiceField(
        label=_("paid by"), choices=Method.choices, initial=Method.CASH, widget=UnfoldAdminRadioSelectWidget
    )
    description = forms.CharField(label=_("note"), max_length=300, required=False, widget=UnfoldAdminTextInputWidget)


class ChargeForm(OnceForm):
    amount = MoneyField(label=_("amount"), widget=money_widget())
    description = forms.CharField(label=_("for what"), max_length=300, widget=UnfoldAdminTextInputWidget)


class CorrectForm(OnceForm):
    amount = SignedMoneyField(
        label=_("amount"), widget=money_widget(), help_text=_("With a minus it is taken away: −100")
    )
    reason = forms.CharField(label=_("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)


class RefundForm(OnceForm):
    amount = MoneyField(label=_("amount"), widget=money_widget())
    description = forms.CharField(label=_("note"), max_length=300, required=False, widget=UnfoldAdminTextInputWidget)


class ReleaseForm(OnceForm):
    """Nothing to type: the button is the question."""
