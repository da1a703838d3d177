"""The desk's pages about the money of a visit: take it, in any mixture of means, and give it back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.console import actor_in
from accounts.console.pages import page
from accounts.errors import Refusal
from accounts.wording import money
from booking import commands
from booking.commands.once import Once, once
from booking.commands.pay import Sums
from booking.console_wording import page_of
from booking.models import Appointment
from booking.views.common import CONFLICT, UNPROCESSABLE
from wallet.forms import MoneyField, OnceForm
from wallet.queries import balance_of, fees_of, paid_by, paid_from_wallet
from wallet.values import Method


def sum_field(label: Any, **options: Any) -> MoneyField:
    widget = UnfoldAdminTextInputWidget({"inputmode": "decimal", "autocomplete": "off"})
    return MoneyField(label=label, required=False, widget=widget, **options)


class SumsForm(OnceForm):
    """How much by which means; a guest has no wallet."""

    wallet = sum_field(gettext_lazy("from the wallet"))
    cash = sum_field(gettext_lazy("cash"))
    card = sum_field(gettext_lazy("card"))

    def __init__(self, *args: Any, visit: Appointment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if visit.client_id is None:
            del self.fields["wallet"]

    def sums(self) -> Sums:
        return Sums(**{name: self.cleaned_data[name] for name in ("wallet", "cash", "card") if name in self.fields})


class PayForm(SumsForm):
    discount = sum_field(gettext_lazy("discount"), help_text=gettext_lazy("What of the price is not charged"))
    field_order = ("discount", "wallet", "cash", "card")


class ReturnForm(SumsForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "wallet" in self.fields:
            self.fields["wallet"].label = gettext_lazy("to the wallet")


def pay(request: HttpRequest, admin: Any, visit: Appointment) -> HttpResponse:
    """What is due is filled in: from the wallet as far as it reaches, the rest in cash."""
    balance = balance_of(visit.client_id) if visit.client_id else Decimal(0)
    from_wallet = min(balance, max(visit.due, Decimal(0)))
    initial = {"discount": visit.discount, "wallet": from_wallet, "cash": max(visit.due, Decimal(0)) - from_wallet}
    form = PayForm(request.POST if request.method == "POST" else None, visit=visit, initial=initial)
    currency = visit.company.currency
    facts = [(_("price"), money(visit.price, currency)), (_("paid"), money(visit.paid, currency))]
    facts += [(_("in the wallet"), money(balance, currency))] if visit.client_id else []

    def run(once_key: Once) -> Appointment:
        return commands.pay_visit(
            visit.pk, form.sums(), actor_in(request), request=once_key, discount=form.cleaned_data["discount"]
        )

    return settle(request, admin, visit, form, run, title=_("Take payment"), facts=facts)


def give_back(request: HttpRequest, admin: Any, visit: Appointment) -> HttpResponse:
    """Each sum goes back the way it came; all that is left is filled in, but not a fee that was kept."""
    paid = {
        "wallet": paid_from_wallet(visit.pk) - fees_of(visit.pk),
        "cash": paid_by(Method.CASH, visit.pk),
        "card": paid_by(Method.CARD, visit.pk),
    }
    form = ReturnForm(request.POST if request.method == "POST" else None, visit=visit, initial=paid)
    labels = {"wallet": _("from the wallet"), "cash": _("cash"), "card": _("card")}
    facts = [(labels[name], money(amount, visit.company.currency)) for name, amount in paid.items() if amount]

    def run(once_key: Once) -> Appointment:
        return commands.give_back(visit.pk, form.sums(), actor_in(request), request=once_key)

    return settle(request, admin, visit, form, run, title=_("Return money"), facts=facts)


def settle(
    request: HttpRequest,
    admin: Any,
    visit: Appointment,
    form: forms.Form,
    run: Callable[[Once], Appointment],
    *,
    title: str,
    facts: list[tuple[str, str]],
) -> HttpResponse:
    """Show the form, or do what it asks for and go back to the visit."""
    actor, status = actor_in(request), 200
    if not actor.may_take_money:
        raise PermissionDenied
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            data = form.cleaned_data
            body = {name: str(value) for name, value in data.items() if name != "key"}
            try:
                settled = run(once(f"desk:{actor.user_id}", data["key"], visit=visit.pk, **body))
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = CONFLICT
            else:
                told = _("Paid: %(paid)s. Still to be paid: %(due)s.") % {
                    "paid": money(settled.paid, visit.company.currency),
                    "due": money(max(settled.due, Decimal(0)), visit.company.currency),
                }
                messages.success(request, told)
                return redirect(page_of(visit))
    context = {"form": form, "visit": visit, "label": title, "facts": facts}
    fields = [field for field in form if field.name != "key"]
    return page(request, admin, "booking/money", status, **context, fields=fields, title=f"{title}: #{visit.pk}")
