"""Who visits the client pages: whoever opened them in Telegram, else whoever signed in to the browser."""

from django.http import HttpRequest

from accounts.queries import Visitor
from accounts.values import TelegramUser


def person_in_telegram(request: HttpRequest) -> TelegramUser | None:
    """Whoever opened these pages as a Mini App."""
    person: TelegramUser | None = request.telegram_user  # type: ignore[attr-defined]  # telegram_bot.mini_app.middleware
    return person


def whoever_visits(request: HttpRequest) -> Visitor:
    return person_in_telegram(request) or request.user
