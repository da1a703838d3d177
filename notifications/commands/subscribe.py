"""A browser agrees to be woken, or no longer."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.errors import NotAllowed
from accounts.values import Actor
from notifications import push_keys
from notifications.errors import BadPushKey, PushHostNotAllowed
from notifications.models import PushSubscription
from notifications.push_hosts import is_allowed

MOST_PER_PERSON = 10
"""Browsers of one person: more than that are forgotten, the oldest first."""
LONGEST_NAME = 300
RENEWED = ("company", "client", "user", "browser_key", "p256dh", "auth", "user_agent")


def subscribe(
    company_id: int,
    endpoint: str,
    p256dh: str,
    auth: str,
    *,
    actor: Actor,
    browser_key: str = "",
    user_agent: str = "",
) -> PushSubscription:
    """Remember the browser behind ``endpoint`` as the actor's, or as whoever's books in this browser.

    Repeated, it is the same row; an endpoint that was another's moves. A browser has one endpoint at a time, so the
    earlier ones of ``browser_key`` are forgotten. Raises PushHostNotAllowed, BadPushKey, and NotAllowed when there is
    neither a person who has signed in nor a browser.
    """
    if not is_allowed(endpoint, settings.PUSH_ALLOWED_HOSTS):
        raise PushHostNotAllowed
    subscription = PushSubscription(
        company_id=company_id,
        endpoint=endpoint,
        p256dh=required_key("p256dh", p256dh, push_keys.point),
        auth=required_key("auth", auth, lambda text: push_keys.decoded(text, push_keys.SECRET_BYTES)),
        browser_key=browser_key,
        user_agent=user_agent[:LONGEST_NAME],
        **owner_of(company_id, actor, browser_key),
    )
    return kept(subscription)


def required_key(field: str, text: str, read: Callable[[str], object]) -> str:
    """Without the padding that some add. Raises BadPushKey naming ``field``."""
    bare = text.rstrip("=")
    try:
        read(bare)
    except ValueError:
        raise BadPushKey(field) from None
    return bare


def owner_of(company_id: int, actor: Actor, browser_key: str) -> dict[str, Any]:
    """The company's client or one of its staff, who have signed in; else nobody but the browser."""
    if actor.client_id is not None and actor.company_id == company_id:
        return {"client_id": actor.client_id}
    if actor.is_staff and actor.user_id is not None and (actor.owns_deployment or actor.company_id == company_id):
        return {"user_id": actor.user_id}
    if not browser_key:
        raise NotAllowed
    return {}


@transaction.atomic
def kept(subscription: PushSubscription) -> PushSubscription:
    rows = PushSubscription.objects
    if subscription.browser_key:
        earlier = rows.filter(browser_key=subscription.browser_key)
        earlier.exclude(endpoint=subscription.endpoint).delete()
    rows.bulk_create([subscription], update_conflicts=True, unique_fields=["endpoint"], update_fields=RENEWED)
    kept = rows.get(endpoint=subscription.endpoint)
    forget_oldest(kept)
    return kept


def forget_oldest(subscription: PushSubscription) -> None:
    owner = {"client": subscription.client_id} if subscription.client_id else {"user": subscription.user_id}
    if any(owner.values()):
        mine = PushSubscription.objects.filter(**owner).order_by("-pk")
        mine.filter(pk__in=mine.values_list("pk", flat=True)[MOST_PER_PERSON:]).delete()


def unsubscribe(endpoint: str, *, actor: Actor, browser_key: str = "") -> bool:
    """Forget ``endpoint`` if it is this browser's or the actor's own; whether there was such a one."""
    rows = PushSubscription.objects.filter(endpoint=endpoint)
    here = rows.filter(browser_key=browser_key) if browser_key else rows.none()
    _, forgotten = (rows.visible_to(actor) | here).delete()
    return bool(forgotten)


def remove_subscription(subscription_id: int, *, actor: Actor) -> bool:
    """Forget one of the actor's devices; whether he had it."""
    _, forgotten = PushSubscription.objects.visible_to(actor).filter(pk=subscription_id).delete()
    return bool(forgotten)
