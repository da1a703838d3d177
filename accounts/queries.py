"""The readers of accounts."""

from dataclasses import replace

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from accounts.models import Client, Company, User
from accounts.permissions import BOOK_OUTSIDE_RULES, CORRECT_WALLETS, TAKE_MONEY
from accounts.values import WEB_GUEST, Actor, Channel, Role, TelegramUser

Visitor = User | AnonymousUser | TelegramUser


def visitor_of(user: Visitor, company_id: int, channel: Channel = Channel.WEB) -> Actor:
    """Who visits a company's pages: its client who has signed in, or whom Telegram introduces, else a guest. Staff are
    guests there like anybody. Whoever comes from Telegram comes through that channel.

    One statement for a client, none for others.
    """
    if isinstance(user, TelegramUser):
        channel, own = Channel.TELEGRAM, Q(tg_id=user.id)
    elif isinstance(user, User) and user.role == Role.CLIENT and user.is_active:
        own = Q(user=user)
    else:
        return replace(WEB_GUEST, channel=channel)
    rows = Client.objects.filter(own, company=company_id, is_active=True, company__is_active=True)
    client = rows.values_list("pk", flat=True).first()
    if client is None:
        return replace(WEB_GUEST, channel=channel)
    return Actor(Role.CLIENT, channel, user_id=user.pk, client_id=client, company_id=company_id)


def actor_of(user: Visitor, channel: Channel) -> Actor:
    """Who ``user`` is when he acts through ``channel``; one statement for an operator, none for others."""
    if not isinstance(user, User):
        return Actor(role=Role.CLIENT, channel=channel)
    limited = user.role == Role.OPERATOR
    return Actor(
        role=user.role,
        channel=channel,
        user_id=user.pk,
        company_id=user.company_id,
        location_ids=frozenset(user.locations.values_list("pk", flat=True)) if limited else frozenset(),
        owns_deployment=user.is_superuser,
        may_book_outside_rules=user.has_perm(BOOK_OUTSIDE_RULES),
        may_take_money=user.has_perm(TAKE_MONEY),
        may_correct_wallets=user.has_perm(CORRECT_WALLETS),
    )


def company_on(host: str, slug: str = "") -> Company | None:
    """The active company a stranger means on ``host``: whose own host it is, else the one named, else the only one.

    None when that is nobody, somebody else's name on a company's own host, or one of several. Two statements at most.
    """
    named = {company.slug: company for company in Company.objects.filter(Q(host=host) | Q(slug=slug), is_active=True)}
    own = next((company for company in named.values() if company.host == host), None)
    if own is not None:
        return own if slug in ("", own.slug) else None
    if slug:
        return named.get(slug)
    first_two = list(Company.objects.filter(is_active=True)[:2])
    return first_two[0] if len(first_two) == 1 else None


def chat_identity(tg_id):
    user = User.objects.filter(tg_id=tg_id, is_active=True).first()
    return user and actor_of(user, Channel.TELEGRAM), dict(
        Client.objects.filter(tg_id=tg_id, is_active=True).values_list("company_id", "pk")
    )
