"""Web Push: one encrypted message to one browser (RFC 8030, 8291, 8292; facts T6)."""

import json
import re
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from django.conf import settings
from django.utils import timezone
from py_vapid import Vapid02, VapidException
from pywebpush import WebPushException, webpush
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, RequestException
from urllib3.exceptions import ProtocolError

from booking.models.appointment import ClockTimestamp
from notifications import push_keys
from notifications.errors import AddressGone, AnswerLost, NotSent, Throttled, TryLater, Unacceptable
from notifications.models import PushSubscription
from notifications.push_hosts import is_allowed, origin_of
from notifications.shorten import shortened
from notifications.values import Message
from notifications.vapid import problems, subject_of

TIMEOUT = 10
"""Seconds, for the connection and again for the answer; pywebpush has none of its own."""
LONGEST_PAYLOAD = 3000
"""Bytes; what is encrypted of it must not exceed 4096, and some services take less."""
LONGEST_TITLE = 400
LONGEST_TTL = timedelta(days=28)
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
SHORTEST_WAIT, USUAL_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LONGEST_ID = 100
MOST_ACTIONS = 2
"""What Chrome shows."""


class NoRedirects(requests.Session):
    """A redirect is an answer like any other: nobody leads us to a host that we have not checked."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class WebPushCarrier:
    """``target`` is the key of a PushSubscription."""

    def __init__(self) -> None:
        self.session = NoRedirects()

    def is_configured(self) -> bool:
        return not problems(settings.VAPID_PRIVATE_KEY, settings.VAPID_PUBLIC_KEY, settings.VAPID_EMAIL)

    def send(self, message: Message) -> str:
        """The end of the message's own address at the push service. Raises a ``NotSent``."""
        subscription = PushSubscription.objects.filter(pk=message.target).first()
        if subscription is None:
            raise AddressGone("the subscription was deleted")
        if not is_allowed(subscription.endpoint, settings.PUSH_ALLOWED_HOSTS):
            raise Unacceptable("the host is no push service that we know")
        response = self.post(subscription, message)
        require_accepted(response)
        PushSubscription.objects.filter(pk=subscription.pk).update(last_ok_at=ClockTimestamp())
        return response.headers.get("Location", "").rpartition("/")[2][-LONGEST_ID:]

    def post(self, subscription: PushSubscription, message: Message) -> requests.Response:
        """Whatever the service answers, also a refusal. Raises a ``NotSent`` when there is no answer."""
        try:
            answer = webpush(
                subscription_info_of(subscription),
                data=payload_of(message),
                vapid_private_key=Vapid02.from_raw(settings.VAPID_PRIVATE_KEY.encode()),
                vapid_claims={"sub": subject_of(settings.VAPID_EMAIL)},  # a new one each time: pywebpush writes into it
                ttl=seconds_of(message.useful_for),
                headers=headers_of(message),
                timeout=TIMEOUT,
                requests_session=self.session,
            )
        except RequestException as error:
            raise no_answer(error, message) from error
        except VapidException as error:
            raise TryLater("VAPID_EMAIL is not taken as the sender") from error
        except WebPushException as error:  # also for what was taken with 203 and above
            answer = error.response
        assert isinstance(answer, requests.Response)  # noqa: S101 - None only for keys that we have not let by
        return answer


def subscription_info_of(subscription: PushSubscription) -> dict[str, Any]:
    """As pywebpush takes it, which stumbles over keys of another shape. Raises AddressGone."""
    try:
        push_keys.point(subscription.p256dh)
        push_keys.decoded(subscription.auth, push_keys.SECRET_BYTES)
    except ValueError as error:
        raise AddressGone("the keys of the subscription are of no use") from error
    return {
        "endpoint": subscription.endpoint,
        "keys": {"p256dh": subscription.p256dh, "auth": subscription.auth},
    }


def seconds_of(useful_for: timedelta) -> int:
    """The TTL; never 0, with which a sleeping telephone would never hear of it."""
    return max(1, int(min(useful_for, LONGEST_TTL).total_seconds()))


def headers_of(message: Message) -> dict[str, str | int | float]:
    headers: dict[str, str | int | float] = {"Urgency": message.urgency.value}
    return headers | ({"Topic": message.tag} if has_topic(message) else {})


def has_topic(message: Message) -> bool:
    """Whether a later message replaces this one on its way (RFC 8030 §5.4)."""
    return TOPIC.fullmatch(message.tag) is not None


def payload_of(message: Message) -> str:
    """Declarative Web Push, which Safari shows by itself, and the same for our worker elsewhere.

    What is too long loses the end of its text.
    """
    body = shortened(message.text, lambda text: len(payload_with(message, text).encode()) <= LONGEST_PAYLOAD)
    return payload_with(message, body)


def payload_with(message: Message, body: str) -> str:
    notification: dict[str, Any] = {
        "title": shortened(message.title, lambda title: len(title.encode()) <= LONGEST_TITLE),
        "body": body,
        "lang": message.language,
        "dir": "auto",
        "navigate": message.url or f"{settings.PUBLIC_URL}/",
        "silent": message.is_silent,
        "app_badge": "1",
    }
    if message.tag:
        notification["tag"] = message.tag
    if actions := actions_of(message):
        notification["actions"] = actions
    told = {"id": message.subject_id, "event": message.event}
    content = {"web_push": 8030, "notification": notification, "data": told}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def actions_of(message: Message) -> list[dict[str, str]]:
    """The buttons that lead to a page; those for the bot mean nothing here."""
    links = [button for row in message.buttons for button in row if button.url]
    return [
        {"action": f"go-{number}", "title": button.text, "navigate": button.url}
        for number, button in enumerate(links[:MOST_ACTIONS], start=1)
    ]


def no_answer(error: RequestException, message: Message) -> NotSent:
    """What never reached the service is simply tried again. What may have reached it is so only if the second message
    takes the place of the first."""
    never_arrived = isinstance(error, ConnectTimeout) or (
        isinstance(error, NoConnection) and not any(isinstance(cause, ProtocolError) for cause in error.args)
    )
    reason = f"no answer from the push service: {type(error).__name__}"
    if never_arrived or (has_topic(message) and not message.is_bulk):
        return TryLater(reason)
    return AnswerLost(reason)


def require_accepted(response: requests.Response) -> None:
    """Raises the ``NotSent`` that belongs to the answer (facts T6)."""
    status = response.status_code
    if 200 <= status < 300:
        return
    origin = origin_of(response.url or "")
    reason = f"{origin.host if origin else 'the push service'} answered {status}"
    if status in (404, 410):
        raise AddressGone(reason)
    if status == 429:
        raise Throttled(reason, wait_of(response.headers.get("Retry-After", "")))
    if status in (401, 403):
        raise TryLater(f"{reason}: see VAPID_PRIVATE_KEY and VAPID_EMAIL, or the browser subscribed with another key")
    if status >= 500 or status == 408:
        raise TryLater(reason)
    raise Unacceptable(reason)


def wait_of(retry_after: str) -> timedelta:
    """Seconds or a date (RFC 9110 §10.2.3), within bounds; a minute when it is neither."""
    if retry_after.isascii() and retry_after.isdecimal() and len(retry_after) < 10:
        wait = timedelta(seconds=int(retry_after))
    else:
        try:
            moment = parsedate_to_datetime(retry_after)
        except ValueError:
            return USUAL_WAIT
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - timezone.now()
    return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)
