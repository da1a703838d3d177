"""How the bot gets its updates: by asking for them or by a webhook, never both."""

import re
from urllib.parse import urlsplit

from tests.standins.telegram.cloud import Cloud
from tests.standins.telegram.methods.registry import method
from tests.standins.telegram.records import Json
from tests.standins.telegram.refusals import (
    OTHER_POLLER,
    WEBHOOK_IS_ACTIVE,
    WEBHOOK_SET,
    bad_request,
    refusal,
    too_many_requests,
)
from tests.standins.telegram.wire import Params

LONGEST_POLL = 50
PORTS = {443, 80, 88, 8443}
BREATH = 1
"""Seconds between two calls of setWebhook."""


@method("getUpdates")
def get_updates(cloud: Cloud, params: Params) -> list[Json]:
    """Wait for updates; whoever asks later takes the place of whoever is waiting."""
    if cloud.webhook:
        raise refusal(409, WEBHOOK_IS_ACTIVE)
    note_allowed(cloud, params)
    forget_before(cloud, params.number("offset"))
    ours = cloud.poller = object()
    cloud.changed.notify_all()  # the one who waited is told to go
    timeout = min(max(params.number("timeout"), 0), LONGEST_POLL)
    cloud.changed.wait_for(lambda: cloud.queue or cloud.closed or cloud.poller is not ours, timeout)
    if cloud.poller is not ours:
        raise refusal(409, WEBHOOK_SET if cloud.webhook else OTHER_POLLER)
    cloud.poller = None
    return cloud.queue[: min(max(params.number("limit", 100), 1), 100)]


def forget_before(cloud: Cloud, offset: int) -> None:
    """An offset confirms everything before it; a negative one counts from the end."""
    if offset < 0:
        cloud.queue[:] = cloud.queue[offset:]
    elif offset > 0:
        cloud.queue[:] = [update for update in cloud.queue if update["update_id"] >= offset]


def note_allowed(cloud: Cloud, params: Params) -> None:
    """Remember which kinds are wanted; without a word the last wish holds, an empty list wishes for all."""
    wanted = params.json("allowed_updates", "can't parse allowed updates JSON object")  # ours
    if isinstance(wanted, list):
        cloud.allowed = frozenset(map(str, wanted)) or None


@method("setWebhook")
def set_webhook(cloud: Cloud, params: Params) -> bool:
    if not params.text("url"):
        return delete_webhook(cloud, params)
    secret = params.text("secret_token")
    check_address(params.text("url"))
    check_secret(secret)
    if cloud.now() - cloud.webhook_set_at < BREATH:
        raise too_many_requests(BREATH)
    note_allowed(cloud, params)
    connections = min(max(params.number("max_connections", 40), 1), 100)
    cloud.webhook = {"url": params.text("url"), "secret_token": secret, "max_connections": connections}
    cloud.webhook_set_at = cloud.now()
    stop_polling(cloud)
    return drop_pending(cloud, params)


def stop_polling(cloud: Cloud) -> None:
    cloud.poller = None
    cloud.changed.notify_all()


@method("deleteWebhook")
def delete_webhook(cloud: Cloud, params: Params) -> bool:
    cloud.webhook = {}
    return drop_pending(cloud, params)


def drop_pending(cloud: Cloud, params: Params) -> bool:
    if params.flag("drop_pending_updates"):
        cloud.queue.clear()
    return True


@method("getWebhookInfo")
def get_webhook_info(cloud: Cloud, params: Params) -> Json:
    known = {name: value for name, value in cloud.webhook.items() if name != "secret_token"}
    allowed = {"allowed_updates": sorted(cloud.allowed)} if cloud.allowed else {}
    waiting = {"has_custom_certificate": False, "pending_update_count": len(cloud.queue)}
    return {"url": "", **known, **waiting, **allowed}


def check_address(url: str) -> None:
    address = urlsplit(url)
    if address.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (address.port or 443) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def check_secret(secret: str) -> None:
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
