"""The REST API from a Mini App (contract §4): ``Authorization: tma <initData>``."""

import structlog
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.values import TelegramUser
from telegram_bot.init_data import FOR_READING, FOR_WRITING, BadInitData
from telegram_bot.mini_app.session import SCHEME, opening_in

log = structlog.get_logger()


class TelegramSignIn(BaseAuthentication):
    """A client by his Telegram id, whoever else is signed in to this browser; never one of the staff.

    What reads may come within a day of the opening, what writes within an hour (T7).
    """

    def authenticate(self, request: Request) -> tuple[TelegramUser, None] | None:
        at_most = FOR_READING if request.method in SAFE_METHODS else FOR_WRITING
        try:
            opening = opening_in(request.headers.get("Authorization", ""), at_most)
        except BadInitData as error:
            log.info("mini_app_not_believed", why=error.why)
            raise AuthenticationFailed(
                _("Telegram did not sign this, or too long ago. Open the Mini App once more."), code=error.why
            ) from error
        return None if opening is None else (opening.user, None)

    def authenticate_header(self, request: Request) -> str:
        return SCHEME
