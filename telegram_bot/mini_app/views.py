"""The door by which a Mini App signs in."""

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.hosts import host_of
from accounts.values import TelegramUser
from telegram_bot.init_data import FOR_WRITING, BadInitData, Opening
from telegram_bot.mini_app.links import page_of
from telegram_bot.mini_app.session import opening_in, start_session
from telegram_bot.models import Chat

SIGN_IN = 401

log = structlog.get_logger()


@csrf_exempt  # no other site can send this header: the browser would ask us first, and we do not agree (CORS)
@require_POST
@cache_control(private=True, no_store=True)
def app_session(request: HttpRequest) -> HttpResponse:
    """``Authorization: tma <initData>``: whom the pages speak with from now on (T7).

    204 when the page that asks may stay; ``{"redirect"}`` when another should be shown, or empty, the same one anew.
    """
    try:
        opening = opening_in(request.headers.get("Authorization", ""), FOR_WRITING)
    except BadInitData as error:
        log.info("mini_app_not_opened", why=error.why)
        return refused(error.why)
    if opening is None:
        return refused("not_signed")
    before: TelegramUser | None = request.telegram_user  # type: ignore[attr-defined]  # inside_telegram
    target = page_of(opening.start_param, host_of(request))
    response: HttpResponse = JsonResponse({"redirect": target})
    user = start_session(response, opening, language_of(opening))
    if user == before and not target:
        response.status_code, response.content = 204, b""
    return response


def language_of(opening: Opening) -> str:
    """What he has chosen in the bot, else what his Telegram speaks."""
    chosen = Chat.objects.filter(pk=opening.user.id).values_list("language", flat=True).first()
    return chosen or opening.user.language


def refused(code: str) -> JsonResponse:
    message = _("Close this window and open it in Telegram once more.")
    return JsonResponse({"code": code, "message": message}, status=SIGN_IN)
