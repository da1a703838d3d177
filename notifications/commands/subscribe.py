"""A browser agrees to be woken, or no longer."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.errors import NotAllowed
from accounts.values import Actor
from booking.models import Appointment
from notifications import push_keys
from notifications.errors import BadPushKey, PushHostNotAllowed
from notifications.models import PushSubscription
from notifications.push_hosts import is_allowed

MOST_PER_PERSON = 10
"""Browsers of one person: more than that are forgotten, the oldest first."""
MOST_STRANGERS = 5
"""Browsers that know a visit by its link alone."""
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
    visit_id: int | None = None,
) -> PushSubscription:
    """Remember the browser behind ``endpoint`` as the actor's, or as whoever's books in this browser.

    It also hears of the visit whose link was opened in it, and the button pressed. Repeated, it is the same row; an
    endpoint that was another's moves. A browser has one endpoint at a time, so the row of ``browser_key`` gets the new
    one. Raises PushHostNotAllowed, BadPushKey, and NotAllowed when there is neither a person who has signed in nor a
    browser.
    """
    subscription = PushSubscription(
        **required_keys(endpoint, p256dh, auth),
        company_id=company_id,
        browser_key=browser_key,
        user_agent=user_agent.replace("\0", "")[:LONGEST_NAME],
        **owner_of(company_id, actor, browser_key),
    )
    return kept(subscription, visit_id)


def required_keys(endpoint: str, p256dh: str, auth: str) -> dict[str, str]:
    """What a browser gave us, fit to be used. Raises PushHostNotAllowed, BadPushKey."""
    if not is_allowed(endpoint, settings.PUSH_ALLOWED_HOSTS):
        raise PushHostNotAllowed
    return {
        "endpoint": endpoint,
        "p256dh": required_key("p256dh", p256dh, push_keys.point),
        "auth": required_key("auth", auth, lambda text: push_keys.decoded(text, push_keys.SECRET_BYTES)),
    }


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
def kept(subscription: PushSubscription, visit_id: int | None) -> PushSubscription:
    follow_browser(subscription.browser_key, subscription.endpoint)
    rows = PushSubscription.objects
    rows.bulk_create([subscription], update_conflicts=True, unique_fields=["endpoint"], update_fields=RENEWED)
    row = rows.get(endpoint=subscription.endpoint)
    forget_oldest(row)
    if visit_id is not None:
        row.visits.add(visit_id)
        forget_strangers(visit_id)
    return row


def follow_browser(browser_key: str, endpoint: str) -> None:
    """Put the new endpoint into the row that the browser has, so that what waits for it in a queue still arrives."""
    rows = PushSubscription.objects
    earlier = rows.filter(browser_key=browser_key).exclude(browser_key="").exclude(endpoint=endpoint)
    if (row := earlier.order_by("pk").last()) and not rows.filter(endpoint=endpoint).exists():
        rows.filter(pk=row.pk).update(endpoint=endpoint)
    earlier.delete()


def forget_oldest(subscription: PushSubscription) -> None:
    owner = {"client": subscription.client_id} if subscription.client_id else {"user": subscription.user_id}
    if any(owner.values()):
        forget_all_but(MOST_PER_PERSON, PushSubscription.objects.filter(**owner))


def forget_strangers(visit_id: int) -> None:
    """Whoever has a link may give it to others, but not let us write to everybody."""
    booked = Appointment.objects.filter(browser_key=OuterRef("browser_key"))
    strangers = PushSubscription.objects.filter(~Exists(booked), visits=visit_id, client=None, user=None)
    forget_all_but(MOST_STRANGERS, strangers)


def forget_all_but(most: int, rows: QuerySet[PushSubscription]) -> None:
    oldest = list(rows.order_by("-pk").values_list("pk", flat=True)[most:])
    PushSubscription.objects.filter(pk__in=oldest).delete()


@transaction.atomic
def renew(old_endpoint: str, endpoint: str, p256dh: str, auth: str, *, browser_key: str) -> bool:
    """A push service has given a browser another endpoint: whose it is stays, and whoever knows the old one may say so.
    Some browsers do not tell the old one (empty): then it is the one that this browser has.

    Whether there was such a one. Raises PushHostNotAllowed, BadPushKey.
    """
    keys = required_keys(endpoint, p256dh, auth)
    here = PushSubscription.objects.filter(browser_key=browser_key).exclude(browser_key="")
    nameless = PushSubscription.objects.filter(browser_key="")
    rows = (here | nameless).filter(endpoint=old_endpoint) if old_endpoint else here
    row = rows.order_by("pk").select_for_update().last()
    if row is None:
        return False
    PushSubscription.objects.filter(endpoint=endpoint).exclude(pk=row.pk).delete()
    PushSubscription.objects.filter(pk=row.pk).update(**keys)
    return True


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
