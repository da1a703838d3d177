"""Browsers that agree to be woken (facts T6)."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import WHICH, ApiView
from accounts.errors import NotAllowed
from accounts.models.device import device_key
from accounts.queries import Visitor, visitor_of
from accounts.values import Channel, TelegramUser
from booking.api.who import browser_in
from booking.models import Appointment
from notifications.api.requests import SubscriptionBody, TokenQuery
from notifications.channels import carrier_of
from notifications.commands import subscribe, unsubscribe
from notifications.errors import BadSubscription
from notifications.models import PushSubscription
from notifications.values import Channel as Road

CREATED, NO_CONTENT = 201, 204
OF_THE_KEYS = frozenset({"p256dh", "auth"})


class PublicKey(ApiView):
    """What a page subscribes with (``applicationServerKey``)."""

    def get(self, request: Request) -> Response:
        if not carrier_of(Road.WEB_PUSH).is_configured():
            raise NotFound(_("Push is not set up here."))
        return Response({"key": settings.VAPID_PUBLIC_KEY})


class PushSubscriptions(ApiView):
    """This browser wants to hear: of whoever has signed in, of what was booked in it, and of the visit of a token."""

    def post(self, request: Request) -> Response:
        asked = self.body(SubscriptionBody)
        who = self.by_link(asked) if asked.get("token") else self.by_right()
        name = request.headers.get("User-Agent", "")
        try:
            subscription = subscribe(endpoint=asked["endpoint"], **asked["keys"], **who, user_agent=name)
        except BadSubscription as refusal:
            raise named(refusal) from refusal
        return Response({"id": subscription.pk}, status=CREATED)

    def by_link(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Staff are guests here like anybody. Raises NotFound."""
        visit = visit_of(asked["token"])
        return {
            "company_id": visit.company_id,
            "actor": visitor_of(self.request.user, visit.company_id, Channel.API),
            "browser_key": browser_in(self.request) or key_of_program(asked["token"], asked["endpoint"]),
            "visit_id": visit.pk,
        }

    def by_right(self) -> dict[str, Any]:
        """Raises NotAuthenticated, NotAllowed, ValidationError."""
        user = self.request.user
        if not user.is_authenticated:
            raise NotAuthenticated
        company_id = self.company_id()
        if company_id is None:
            raise ValidationError({"company": [WHICH]}, code="required")
        actor = self.staff or visitor_of(user, company_id, Channel.API)
        if not (actor.is_staff or actor.client_id):
            raise NotAllowed
        return {"company_id": company_id, "actor": actor, "browser_key": browser_in(self.request)}


class OnePushSubscription(ApiView):
    """This browser no longer wants to."""

    def delete(self, request: Request, pk: int) -> Response:
        token = self.query(TokenQuery).get("token") or ""
        if not (request.user.is_authenticated or token or browser_in(request)):
            raise NotAuthenticated
        subscription = PushSubscription.objects.select_related("client").filter(pk=pk).first()
        if subscription is None or not self.is_own(subscription, token):
            raise NotFound
        actor = self.staff or visitor_of(request.user, subscription.company_id, Channel.API)
        unsubscribe(subscription.endpoint, actor=actor, browser_key=subscription.browser_key)
        return Response(status=NO_CONTENT)

    def is_own(self, subscription: PushSubscription, token: str) -> bool:
        """The asker's, this browser's, or made with this token: nobody ends another's, whatever he may see."""
        keys = {browser_in(self.request), key_of_program(token, subscription.endpoint)}
        if subscription.browser_key and subscription.browser_key in keys:
            return True
        user: Visitor = self.request.user
        client = subscription.client
        if isinstance(user, TelegramUser):
            return client is not None and client.tg_id == user.id
        return user.pk is not None and user.pk in (subscription.user_id, client and client.user_id)


def key_of_program(token: str, endpoint: str) -> str:
    """For whom has no browser's cookie: the name under which the holder of ``token`` finds his subscription again."""
    return device_key(f"{token} {endpoint}")


def visit_of(token: str) -> Appointment:
    """Raises NotFound."""
    visit = Appointment.objects.booked().filter(visit_token=token).first()
    if visit is None:
        raise NotFound
    return visit


def named(refusal: BadSubscription) -> ValidationError:
    """What a browser sent is of no use: the field says where."""
    problem: dict[str, Any] = {refusal.field: [str(refusal)]}
    return ValidationError({"keys": problem} if refusal.field in OF_THE_KEYS else problem, code=refusal.code)
