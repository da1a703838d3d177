"""The readers of accounts."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.permissions import BOOK_OUTSIDE_RULES, CORRECT_WALLETS, TAKE_MONEY
from accounts.values import Actor, Channel, Role


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
