"""A browser agrees to be woken, or no longer."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.errors import NotAllowed
from accounts.values import Actor
from booking.models import Appointment
from booking.models.appointment import ClockTimestamp
from notifications import push_keys
from notifications.commands.attach import locked_visit
from notifications.errors import BadPushKey, PushHostNotAllowed, TooManyDevices
from notifications.models import PushSubscription
from notifications.push_hosts import is_allowed

MOST_PER_PERSON = 10
"""Browsers of one person: more than that are forgotten, the oldest first."""
MOST_STRANGERS = 5
"""Browsers that know a visit by its link alone: whoever has come first stays."""
MOST_KEPT = 50
"""Coming visits of one browser: nobody has more, but a program."""
LONGEST_NAME = 300


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

    It also hears of the visit whose link was opened in it, and the button pressed. Repeated, it is the same row; each
    company has its own. A browser has one endpoint at a time, so the rows of ``browser_key`` get the new one. Whoever
    has signed in takes over what was a guest's, or another's; a guest takes nothing from anybody.

    Raises PushHostNotAllowed, BadPushKey, TooManyDevices, and NotAllowed when there is neither a person who has signed
    in nor a browser.
    """
    wanted = PushSubscription(
        **required_keys(endpoint, p256dh, auth),
        company_id=company_id,
        browser_key=browser_key,
        user_agent=user_agent.replace("\0", "")[:LONGEST_NAME],
        **owner_of(company_id, actor, browser_key),
    )
    return kept(wanted, visit_id)


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
def kept(wanted: PushSubscription, visit_id: int | None) -> PushSubscription:
    if wanted.browser_key:
        follow_browser(wanted)
    PushSubscription.objects.bulk_create([wanted], ignore_conflicts=True)
    rows = PushSubscription.objects.select_for_update()
    row = rows.get(company=wanted.company_id, endpoint=wanted.endpoint)
    take_over(row, wanted)
    forget_oldest(row)
    if visit_id is not None:
        link(row, visit_id)
    return row


def follow_browser(wanted: PushSubscription) -> None:
    """Put the new endpoint into the rows that the browser has, one at each company, so that what waits for them in a
    queue still arrives."""
    taken = set(PushSubscription.objects.filter(endpoint=wanted.endpoint).values_list("company", flat=True))
    earlier = PushSubscription.objects.filter(browser_key=wanted.browser_key).exclude(endpoint=wanted.endpoint)
    for row in earlier.select_for_update().order_by("-pk"):
        if row.company_id not in taken:
            taken.add(row.company_id)
            row.endpoint, row.p256dh, row.auth = wanted.endpoint, wanted.p256dh, wanted.auth
            row.save(update_fields=["endpoint", "p256dh", "auth"])
        elif not is_somebodys(row):
            row.delete()


def is_somebodys(row: PushSubscription) -> bool:
    """Of a person who has signed in."""
    return row.client_id is not None or row.user_id is not None


def take_over(row: PushSubscription, wanted: PushSubscription) -> None:
    """Write into ``row`` what the asker may: whose it is, and by which keys it is reached, is no business of a guest in
    another browser. Nobody there loses a visit of which he was to hear."""
    is_here = row.browser_key == wanted.browser_key != ""
    if is_somebodys(row) and not (is_somebodys(wanted) or is_here):
        keep_hearing(row, wanted.browser_key)
        return
    if wanted.browser_key and not is_here and wanted.client_id in (None, row.client_id):
        keep_hearing(row, row.browser_key)
    row.p256dh, row.auth, row.user_agent = wanted.p256dh, wanted.auth, wanted.user_agent
    row.browser_key = wanted.browser_key or row.browser_key
    row.client_id, row.user_id = wanted.client_id or row.client_id, wanted.user_id or row.user_id
    row.save(update_fields=["p256dh", "auth", "user_agent", "browser_key", "client", "user"])


def keep_hearing(row: PushSubscription, browser_key: str) -> None:
    """Of the coming visits that were booked under a key which is not that of the row."""
    if browser_key:
        booked = Appointment.objects.booked().filter(browser_key=browser_key, start_time__gt=ClockTimestamp())
        row.visits.add(*booked.order_by("start_time").values_list("pk", flat=True)[:MOST_KEPT])


def forget_oldest(subscription: PushSubscription) -> None:
    for owner in ({"client": subscription.client_id}, {"user": subscription.user_id}):
        if any(owner.values()):
            forget_all_but(MOST_PER_PERSON, PushSubscription.objects.filter(**owner))


def link(row: PushSubscription, visit_id: int) -> None:
    """Whoever has a link may give it to others, but not let us write to everybody. Raises TooManyDevices."""
    visit = locked_visit(visit_id)
    require_room(visit, row)
    row.visits.add(visit)


def require_room(visit: Appointment, row: PushSubscription) -> None:
    """For one more who knows the visit by its link alone. Raises TooManyDevices."""
    booked = Appointment.objects.filter(browser_key=OuterRef("browser_key"))
    strangers = PushSubscription.objects.filter(~Exists(booked), client=None, user=None)
    is_new = strangers.filter(pk=row.pk).exclude(visits=visit).exists()
    if is_new and strangers.filter(visits=visit).count() >= MOST_STRANGERS:
        raise TooManyDevices


def forget_all_but(most: int, rows: QuerySet[PushSubscription]) -> None:
    oldest = list(rows.order_by("-pk").values_list("pk", flat=True)[most:])
    PushSubscription.objects.filter(pk__in=oldest).delete()


@transaction.atomic
def renew(old_endpoint: str, endpoint: str, p256dh: str, auth: str, *, browser_key: str) -> bool:
    """A push service has given a browser another endpoint: whose it is stays, and whoever knows the old one may say so.
    Some browsers do not tell the old one (empty): then it is the one that this browser has. Each company's row moves.

    Whether there was such a one. Raises PushHostNotAllowed, BadPushKey.
    """
    keys = required_keys(endpoint, p256dh, auth)
    here = PushSubscription.objects.filter(browser_key=browser_key).exclude(browser_key="")
    nameless = PushSubscription.objects.filter(browser_key="")
    rows = (here | nameless).filter(endpoint=old_endpoint) if old_endpoint else here
    found = list(rows.select_for_update().order_by("-pk"))
    return sum(put_at(row, keys) for row in found) > 0


def put_at(row: PushSubscription, keys: dict[str, str]) -> bool:
    """Give ``row`` another endpoint, with whatever stands there already of this browser or of a guest; whether what
    stands there was not somebody else's."""
    there = PushSubscription.objects.filter(company=row.company_id, endpoint=keys["endpoint"])
    other = there.exclude(pk=row.pk).select_for_update().first()
    if other is not None:
        if is_somebodys(other) and not other.browser_key == row.browser_key != "":
            return False
        keep_hearing(row, other.browser_key)
        row.visits.add(*other.visits.all())
        row.client_id, row.user_id = row.client_id or other.client_id, row.user_id or other.user_id
        other.delete()
    row.endpoint, row.p256dh, row.auth = keys["endpoint"], keys["p256dh"], keys["auth"]
    row.save(update_fields=["client", "user", "endpoint", "p256dh", "auth"])
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
