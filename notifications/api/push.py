"""Browsers that agree to be woken (facts T6)."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import WHICH, ApiView
from accounts.errors import NotAllowed
from accounts.queries import visitor_of
from accounts.values import Actor, Channel
from booking.commands.browser import know_browser
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
    """This browser wants to hear: of whoever has signed in, or of what was booked in it."""

    def post(self, request: Request) -> Response:
        asked = self.body(SubscriptionBody)
        company_id, actor, browser = self.subscriber(asked.get("token"))
        try:
            subscription = subscribe(
                company_id,
                asked["endpoint"],
                **asked["keys"],
                actor=actor,
                browser_key=browser,
                user_agent=request.headers.get("User-Agent", ""),
            )
        except BadSubscription as refusal:
            raise named(refusal) from refusal
        return Response({"id": subscription.pk}, status=CREATED)

    def subscriber(self, token: str | None) -> tuple[int, Actor, str]:
        """Of which company, who, and in whose browser.

        Raises NotFound, NotAuthenticated, NotAllowed, ValidationError.
        """
        user = self.request.user
        if token:
            visit = visit_of(token)
            return visit.company_id, visitor_of(user, visit.company_id, Channel.API), know_browser(visit.pk)
        if not user.is_authenticated:
            raise NotAuthenticated
        company_id = self.company_id()
        if company_id is None:
            raise ValidationError({"company": [WHICH]}, code="required")
        actor = self.staff or visitor_of(user, company_id, Channel.API)
        if not (actor.is_staff or actor.client_id):
            raise NotAllowed
        return company_id, actor, ""


class OnePushSubscription(ApiView):
    """This browser no longer wants to."""

    def delete(self, request: Request, pk: int) -> Response:
        token = self.query(TokenQuery).get("token")
        subscription = PushSubscription.objects.filter(self.own(token), pk=pk).first()
        if subscription is None:
            raise NotFound
        unsubscribe(subscription.endpoint, actor=self.owner(subscription), browser_key=subscription.browser_key)
        return Response(status=NO_CONTENT)

    def own(self, token: str | None) -> Q:
        """Raises NotFound, NotAuthenticated."""
        user, mine = self.request.user, Q(pk__in=())
        if token:
            visit = visit_of(token)
            mine |= Q(browser_key=visit.browser_key, company=visit.company_id) & ~Q(browser_key="")
        if user.is_authenticated:
            mine |= Q(user=user.pk) | Q(client__user=user.pk)
        elif not token:
            raise NotAuthenticated
        return mine

    def owner(self, subscription: PushSubscription) -> Actor:
        return self.staff or visitor_of(self.request.user, subscription.company_id, Channel.API)


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
