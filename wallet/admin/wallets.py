"""A client's wallet at the desk: the balance, the statement, and what can be done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import BooleanRadioFilter

from accounts.console import CompanyModelAdmin, VisibleFilter, actor_in
from accounts.console.pages import page
from accounts.console.search import number_of, phone_ending
from accounts.console.skin import display
from accounts.console.texts import international
from accounts.errors import Refusal
from accounts.models import Client
from accounts.values import Actor
from accounts.wording import money, signed_money
from wallet import commands
from wallet.admin.forms import ChargeForm, CorrectForm, DepositForm, RefundForm, ReleaseForm
from wallet.models import ClientWallet, WalletTransaction
from wallet.queries import left_of, statement_of, wallet_of
from wallet.values import Method

ROWS = 50
CONFLICT, UNPROCESSABLE = 409, 422


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing the desk does with a wallet: its form, its words and its command."""

    name: str
    label: Any
    icon: str
    form: type[forms.Form]
    run: Callable[[int, dict[str, Any], Actor], object]
    needs_correction_right: bool = False


def reference_of(data: dict[str, Any], actor: Actor) -> str:
    """A form's one-time key is its sender's: it can take nobody else's reference."""
    return f"desk:{actor.user_id}:{data['key']}"


def deposit(client_id: int, data: dict[str, Any], actor: Actor) -> object:
    return commands.deposit(
        client_id, data["amount"], actor,
        reference=reference_of(data, actor), method=Method(data["method"]), description=data["description"],
    )  # fmt: skip


def charge(client_id: int, data: dict[str, Any], actor: Actor) -> object:
    return commands.charge(
        client_id, data["amount"], actor, reference=reference_of(data, actor), description=data["description"]
    )


def correct(client_id: int, data: dict[str, Any], actor: Actor) -> object:
    return commands.adjust(client_id, data["amount"], actor, reference=reference_of(data, actor), reason=data["reason"])


def release(client_id: int, data: dict[str, Any], actor: Actor) -> object:
    return commands.unfreeze(client_id, actor)


DEEDS = {
    deed.name: deed
    for deed in (
        Deed("deposit", gettext_lazy("Top up"), "add_card", DepositForm, deposit),
        Deed("charge", gettext_lazy("Charge"), "shopping_bag", ChargeForm, charge),
        Deed("correct", gettext_lazy("Correct"), "edit", CorrectForm, correct, needs_correction_right=True),
        Deed("release", gettext_lazy("Release"), "lock_open", ReleaseForm, release, needs_correction_right=True),
    )
}


@admin.register(ClientWallet)
class WalletAdmin(CompanyModelAdmin):
    """The list finds a client's wallet; its page is the statement. Nothing here is edited by hand."""

    list_display = ("client_shown", "phone_shown", "balance_shown", "state")
    list_display_links = ("client_shown",)
    list_filter = (("frozen", BooleanRadioFilter), ("client__company", VisibleFilter))
    list_select_related = ("client__company",)
    search_fields = ("client__first_name", "client__last_name")
    search_help_text = gettext_lazy("Name or the last digits of the phone")
    owner_only = ("client__company",)

    @display(description=gettext_lazy("client"), ordering="client__first_name")
    def client_shown(self, wallet: ClientWallet) -> str:
        return wallet.client.full_name

    @display(description=gettext_lazy("phone"))
    def phone_shown(self, wallet: ClientWallet) -> str:
        return international(wallet.client.phone)

    @display(description=gettext_lazy("balance"), ordering="balance")
    def balance_shown(self, wallet: ClientWallet) -> str:
        return money(wallet.balance, wallet.client.company.currency)

    @display(description=gettext_lazy("state"), ordering="frozen", label={"frozen": "danger"})
    def state(self, wallet: ClientWallet) -> tuple[str, str] | str:
        return ("frozen", _("frozen")) if wallet.frozen else ""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ClientWallet], search_term: str
    ) -> tuple[QuerySet[ClientWallet], bool]:
        if ending := phone_ending(search_term):
            return queryset.filter(client__in=Client.objects.with_phone_ending(ending).values("pk")), False
        return super().get_search_results(request, queryset, search_term)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A wallet begins with its first operation."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "wallet_clientwallet_"
        return [
            path("<int:pk>/return/<int:operation>/", view(self.refund_page), name=f"{name}refund"),
            path("<int:pk>/do/<slug:deed>/", view(self.deed_page), name=f"{name}deed"),
            *super().get_urls(),
        ]

    # --- pages

    def client_for(self, request: HttpRequest, pk: str | int) -> Client:
        if not self.has_view_permission(request):
            raise PermissionDenied
        number = number_of(str(pk)) or 0
        rows = Client.objects.visible_to(actor_in(request)).select_related("company", "merged_into")
        client = rows.filter(pk=number).first()
        if client is None:
            raise Http404
        return client

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The statement of a client, who may not have a wallet yet."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        client, actor = self.client_for(request, object_id), actor_in(request)
        wallet = wallet_of(client)
        rows = Paginator(statement_of(client, actor), ROWS).get_page(request.GET.get("p"))
        context: dict[str, Any] = {
            "client": client,
            "wallet": wallet,
            "balance": money(wallet.balance, client.company.currency),
            "rows": rows,
            "deeds": self.deeds(client, wallet, actor),
            "may_take_money": actor.may_take_money,
            "zone": client.company.zone,
            "title": _("Wallet: %(client)s") % {"client": client.full_name},
        }
        return page(request, self, "wallet/wallet", **context)

    def deeds(self, client: Client, wallet: ClientWallet, actor: Actor) -> list[Deed]:
        """What can be done now: with a frozen wallet only to release it, with that of a merged card nothing else."""
        is_living = client.merged_into_id is None
        return [
            deed
            for deed in DEEDS.values()
            if actor.may_take_money
            and (actor.may_correct_wallets or not deed.needs_correction_right)
            and wallet.frozen == (deed.name == "release")
            and (is_living or wallet.frozen)
        ]

    def deed_page(self, request: HttpRequest, pk: int, deed: str) -> HttpResponse:
        client, actor = self.client_for(request, pk), actor_in(request)
        offered = {each.name: each for each in self.deeds(client, wallet_of(client), actor)}
        if deed not in DEEDS:
            raise Http404
        if deed not in offered:
            raise PermissionDenied
        chosen = offered[deed]
        form = chosen.form(request.POST if request.method == "POST" else None)
        return self.operate(request, client, form, chosen.label, lambda data: chosen.run(client.pk, data, actor))

    def refund_page(self, request: HttpRequest, pk: int, operation: int) -> HttpResponse:
        client, actor = self.client_for(request, pk), actor_in(request)
        if not actor.may_take_money:
            raise PermissionDenied
        paid = (
            WalletTransaction.objects.within_reach_of(actor).filter(pk=operation, client=client, amount__lt=0).first()
        )
        if paid is None or paid.kind == "adjustment":
            raise Http404
        left = left_of(paid)
        form = RefundForm(request.POST if request.method == "POST" else None, initial={"amount": left})
        lead = _("%(paid)s was taken, %(left)s of it can be returned.") % {
            "paid": money(-paid.amount, client.company.currency),
            "left": money(left, client.company.currency),
        }
        return self.operate(
            request, client, form, _("Return"),
            lambda data: commands.refund(
                paid.pk, data["amount"], actor, reference=reference_of(data, actor), description=data["description"]
            ),
            lead=lead,
        )  # fmt: skip

    def operate(
        self,
        request: HttpRequest,
        client: Client,
        form: forms.Form,
        label: Any,
        run: Callable[[dict[str, Any]], object],
        lead: str = "",
    ) -> HttpResponse:
        """Show the form, or run what it asks for and show the statement."""
        currency, status = client.company.currency, 200
        if request.method == "POST":
            status = UNPROCESSABLE
            if form.is_valid():
                try:
                    run(form.cleaned_data)
                except Refusal as refusal:
                    form.add_error(None, str(refusal))
                    status = CONFLICT
                else:
                    amount = form.cleaned_data.get("amount")
                    messages.success(request, self.told(label, amount, currency))
                    return redirect(address_of(client))
        context: dict[str, Any] = {
            "client": client,
            "balance": money(wallet_of(client).balance, currency),
            "form": form,
            "fields": [field for field in form if field.name != "key"],
            "label": label,
            "lead": lead,
            "back": address_of(client),
            "title": f"{label}: {client.full_name}",
        }
        return page(request, self, "wallet/operation", status, **context)

    def told(self, label: Any, amount: Decimal | None, currency: str) -> str:
        if not amount:
            return f"{label}."
        return f"{label}: {money(amount, currency) if amount > 0 else signed_money(amount, currency)}."


def address_of(client: Client) -> str:
    return reverse("admin:wallet_clientwallet_change", args=[client.pk])
