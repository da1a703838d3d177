"""Pages about the deployment itself: is it alive, is it ready, what went wrong."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from config.middleware import OUTAGES


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Whether the database and Redis answer: 503 without the database; Redis only makes pages fast, so it is named."""
    checks = {"database": database_answers(), "redis": redis_answers()}
    return JsonResponse(checks, status=200 if checks["database"] else 503)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OUTAGES:
        return False
    return True


def redis_answers() -> bool:
    try:
        return bool(get_redis_connection("default").ping())
    except RedisError:
        return False


def favicon(request: HttpRequest) -> HttpResponse:
    """For browsers that ask for it whatever the page says."""
    return redirect(static("booking/icon.svg"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from another time or another site: say so and offer the way back."""
    return render(request, "403_csrf.html", status=403)
