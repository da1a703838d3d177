"""The Telegram of one of the staff: invite him by a link, see whether he has come, and part with it again."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from accounts.commands import disconnect_telegram, invite
from accounts.console import actor_in
from accounts.console.pages import page
from accounts.console.skin import ModelAdmin
from accounts.errors import Refusal
from accounts.models import Invitation, User
from accounts.models.invitation import VALID


def invitation_link(code: str) -> str:
    return f"{settings.TELEGRAM_LINKS}/{settings.TELEGRAM_BOT_USERNAME}?start=inv_{code}"


def address_of(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def telegram_of(user: User) -> dict[str, Any]:
    """What the panel of a user's page says: one statement."""
    return {
        "bot": settings.TELEGRAM_BOT_USERNAME,
        "is_connected": user.tg_id is not None,
        "may_be_invited": user.is_active,
        "invited_until": invited_until(user),
    }


def invited_until(user: User) -> datetime | None:
    """When his open invitation ends."""
    invitation = Invitation.objects.open().filter(user=user).first()
    return invitation.created_at + VALID if invitation else None


class TelegramPages(ModelAdmin):
    """Two addresses under a user's page. Neither is a form of the admin: a command opens its own transaction."""

    change_form_outer_after_template = "admin/accounts/user/telegram.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/invite/", view(self.invite_page), name="accounts_user_invite"),
            path("<int:pk>/disconnect/", view(self.disconnect_view), name="accounts_user_disconnect"),
            *super().get_urls(),
        ]

    def user_for(self, request: HttpRequest, pk: int) -> User:
        user: User | None = self.get_queryset(request).filter(pk=pk).first()
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        return user

    def invite_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The link, shown this once: the database does not know it. Opened again, the page makes another one."""
        user = self.user_for(request, pk)
        if request.method != "POST":
            return redirect(address_of(user)) if request.method in ("GET", "HEAD") else not_allowed()
        if not settings.TELEGRAM_BOT_USERNAME:
            return redirect(address_of(user))
        try:
            link = invitation_link(invite(user.pk, actor_in(request)))
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(address_of(user))
        context: dict[str, Any] = {"member": user, "link": link, "back": address_of(user), "days": VALID.days}
        return page(request, self, "accounts/user/invitation", title=_("Invitation to Telegram"), **context)

    def disconnect_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = self.user_for(request, pk)
        if request.method != "POST":
            return not_allowed()
        try:
            disconnect_telegram(user.pk, actor_in(request))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Telegram has been disconnected."))
        return redirect(address_of(user))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None and obj.is_staff and self.has_change_permission(request, obj):
            context["telegram"] = telegram_of(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)


def not_allowed() -> HttpResponse:
    return HttpResponseNotAllowed(["POST"])
