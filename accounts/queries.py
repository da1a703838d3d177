"""The readers of accounts."""

from dataclasses import replace

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from accounts.models import Client, Company, User
from accounts.models.client import ClientQuerySet
from accounts.permissions import BOOK_OUTSIDE_RULES, CORRECT_WALLETS, TAKE_MONEY, permissions_of_role
from accounts.statements import rows
from accounts.values import (
    STAFF_ROLES,
    WEB_GUEST,
    Actor,
    Channel,
    ChatIdentity,
    ClientIdentity,
    Role,
    StaffIdentity,
    TelegramUser,
)

Visitor = User | AnonymousUser | TelegramUser

RIGHTS = {
    "may_book_outside_rules": BOOK_OUTSIDE_RULES,
    "may_take_money": TAKE_MONEY,
    "may_correct_wallets": CORRECT_WALLETS,
}
"""What ``Actor`` says of a right, and which permission it is."""


def cards_of(user: Visitor) -> ClientQuerySet:
    """The client that somebody is of each company, having signed in or been introduced by Telegram; staff are none."""
    cards = Client.objects.filter(is_active=True, company__is_active=True)
    if isinstance(user, TelegramUser):
        return cards.filter(tg_id=user.id)
    if isinstance(user, User) and user.role == Role.CLIENT and user.is_active:
        return cards.filter(user=user)
    return cards.none()


def visitor_of(user: Visitor, company_id: int, channel: Channel = Channel.WEB) -> Actor:
    """Who visits a company's pages: its client (``cards_of``), else a guest. Staff are guests there like anybody.
    Whoever comes from Telegram comes through that channel.

    One statement for a client, none for others.
    """
    channel = Channel.TELEGRAM if isinstance(user, TelegramUser) else channel
    client = cards_of(user).filter(company=company_id).values_list("pk", flat=True).first()
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
        **{flag: user.has_perm(right) for flag, right in RIGHTS.items()},
    )


def heir_of(client_id: int | None) -> int | None:
    """Who stands for a client now: himself, until his card was merged. One statement."""
    if client_id is None:
        return None
    heir = Client.objects.filter(pk=client_id).values_list("merged_into", flat=True).first()
    return heir or client_id


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


# Rights are the role's, and those given to him or to a group of his (``accounts.backends``).
STAFF_OF_CHAT = """
    SELECT person.id, person.role, person.company_id, person.language, person.is_superuser,
        ARRAY(SELECT location_id FROM accounts_user_locations WHERE user_id = person.id ORDER BY location_id),
        ARRAY(
            SELECT content.app_label || '.' || permission.codename
            FROM auth_permission AS permission JOIN django_content_type AS content
                ON content.id = permission.content_type_id
            WHERE permission.id IN (
                SELECT permission_id FROM accounts_user_user_permissions WHERE user_id = person.id
                UNION SELECT permission_id FROM auth_group_permissions AS shared JOIN accounts_user_groups AS mine
                    ON mine.group_id = shared.group_id WHERE mine.user_id = person.id
            )
        )
    FROM accounts_user AS person
    WHERE person.tg_id = %(tg_id)s AND person.is_active AND (person.is_superuser OR person.role = ANY(%(staff)s))
"""
CLIENTS_OF_CHAT = """
    SELECT client.company_id, client.id, client.language, client.phone IS NOT NULL
    FROM accounts_client AS client JOIN accounts_company AS company ON company.id = client.company_id
    WHERE client.tg_id = %(tg_id)s AND client.is_active AND company.is_active
    ORDER BY client.company_id
"""


def chat_identity(tg_id: int) -> ChatIdentity:
    """Whoever the chat is now, as one of the staff and as a client: two statements."""
    staff = [staff_of(*row) for row in rows(STAFF_OF_CHAT, tg_id=tg_id, staff=list(STAFF_ROLES))]
    clients = tuple(ClientIdentity(*row) for row in rows(CLIENTS_OF_CHAT, tg_id=tg_id))
    return ChatIdentity(staff[0] if staff else None, clients)


def staff_of(
    user_id: int,
    role: str,
    company_id: int | None,
    language: str,
    owns_deployment: bool,
    locations: list[int],
    given: list[str],
) -> StaffIdentity:
    """The same of a row as ``actor_of`` of a user."""
    rights = permissions_of_role(role).union(given)
    may = {flag: owns_deployment or right in rights for flag, right in RIGHTS.items()}
    limited = tuple(locations) if role == Role.OPERATOR else ()
    return StaffIdentity(user_id, role, company_id, language, limited, owns_deployment, **may)
