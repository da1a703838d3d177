"""A client's own statement."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from accounts.models import Client, User
from accounts.queries import Visitor, cards_of, visitor_of
from accounts.values import Role, TelegramUser
from accounts.visitors import whoever_visits
from wallet.models import ClientWallet
from wallet.queries import statement_of, wallet_of

ROWS = 50


@dataclass(frozen=True)
class Statement:
    """The wallet of a person with one company: somebody may be a client of several."""

    client: Client
    wallet: ClientWallet
    rows: Page[Any]


@require_GET
@cache_control(private=True, no_store=True)
def statement(request: HttpRequest) -> HttpResponse:
    """Every operation and the balance after it, for a client who has signed in or opened this in Telegram."""
    visitor = whoever_visits(request)
    if not isinstance(visitor, TelegramUser) and not (isinstance(visitor, User) and visitor.role == Role.CLIENT):
        raise PermissionDenied
    cards = cards_of(visitor).select_related("company").order_by("company__name", "pk")
    statements = [statement_with(card, visitor, request.GET.get("p")) for card in cards]
    return render(request, "wallet/statement.html", {"statements": statements})


def statement_with(client: Client, visitor: Visitor, page: str | None) -> Statement:
    rows = statement_of(client, visitor_of(visitor, client.company_id))
    return Statement(client, wallet_of(client), Paginator(rows, ROWS).get_page(page))
