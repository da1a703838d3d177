"""The readers of accounts."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import Client, User
from accounts.permissions import BOOK_OUTSIDE_RULES, CORRECT_WALLETS, TAKE_MONEY
from accounts.values import WEB_GUEST, Actor, Channel, Role


def visitor_of(user: User | AnonymousUser, company_id: int) -> Actor:
    """Who visits a company's pages: its client who has signed in, else a guest. Staff are guests there like anybody.

    One statement for a client, none for others.
    """
    if not isinstance(user, User) or user.role != Role.CLIENT or not user.is_active:
        return WEB_GUEST
    client = (
        Client.objects.filter(user=user, company=company_id, is_active=True, company__is_active=True)
        .values_list("pk", flat=True)
        .first()
    )
    if client is None:
        return WEB_GUEST
    return Actor(Role.CLIENT, Channel.WEB, user_id=user.pk, client_id=client, company_id=company_id)


def actor_of(user: User | AnonymousUser, channel: Channel) -> Actor:
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
