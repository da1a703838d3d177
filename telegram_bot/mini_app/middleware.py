"""What every request of a Mini App passes. ``inside_telegram`` stands around whatever sets cookies or asks for the
language, ``framed_by_telegram`` within whatever forbids frames."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from telegram_bot.mini_app.frames import FLAG, is_client_page, is_mini_app, let_be_framed, let_into_frame, stay
from telegram_bot.mini_app.session import user_in

GetResponse = Callable[[HttpRequest], HttpResponse]
SAFE = ("GET", "HEAD", "OPTIONS")


def inside_telegram(get_response: GetResponse) -> GetResponse:
    """Say whether the pages are a Mini App (``request.in_telegram``) and who opened it (``request.telegram_user``)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        inside = is_mini_app(request)
        request.in_telegram = inside  # type: ignore[attr-defined]
        request.telegram_user = None if not inside or is_from_elsewhere(request) else user_in(request)  # type: ignore[attr-defined]
        response = get_response(request)
        if inside and is_client_page(request):
            if request.COOKIES.get(FLAG) != "1":
                stay(response)
            let_into_frame(response)
        return response

    return middleware


def is_from_elsewhere(request: HttpRequest) -> bool:
    """Whether another site's page has sent this: the cookie travels in frames, so that it must not be believed there.

    Forms are guarded by their token as well; a few doors, for workers, have none.
    """
    origin = request.headers.get("Origin")
    return bool(origin) and request.method not in SAFE and origin != f"{request.scheme}://{request.get_host()}"


def framed_by_telegram(get_response: GetResponse) -> GetResponse:
    """Let Telegram's page show the client pages of a Mini App."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.in_telegram and is_client_page(request):  # type: ignore[attr-defined]  # inside_telegram
            let_be_framed(response)
        return response

    return middleware
