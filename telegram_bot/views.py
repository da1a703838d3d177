"""The door through which Telegram comes in."""

import hmac
import json
from typing import NoReturn

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from telegram_bot.gateway import receive

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name, not its value

log = structlog.get_logger()


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """403 for whoever does not know the secret; to Telegram always 200, whatever happens inside (contract §5)."""
    if not is_telegram(request.headers.get(SECRET_HEADER, "")):
        return HttpResponseForbidden()
    try:
        receive(json.loads(request.body, parse_constant=refuse))
    except (ValueError, RequestDataTooBig, RecursionError) as error:
        log.warning("update_not_readable", why=type(error).__name__)
    return HttpResponse()


def refuse(name: str) -> NoReturn:
    """NaN and Infinity, which only Python takes for JSON: the column of the updates does not. Raises ValueError."""
    raise ValueError(name)


def is_telegram(secret: str) -> bool:
    """Compared in constant time; without a secret of ours nobody is Telegram."""
    ours = settings.TELEGRAM_WEBHOOK_SECRET
    return bool(ours) and hmac.compare_digest(secret.encode(errors="replace"), ours.encode())
