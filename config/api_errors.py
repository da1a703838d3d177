"""What the API answers when it cannot do what was asked: drf-standardized-errors, and our own refusals.

A refusal is ``409 {"code", "message", "alternatives"}`` (contract §4).
"""

from typing import Any

from drf_standardized_errors.handler import exception_handler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework.response import Response

from accounts.errors import Refusal
from config.middleware import RETRY_AFTER_SECONDS, UNAVAILABLE, error_of, is_outage

CONFLICT, UNAVAILABLE_NOW = 409, 503
STATUSES = {"not_allowed": 403, "key_reused": 422}


def answer_to(error: Exception, context: ExceptionHandlerContext) -> Response | None:
    if isinstance(error, Refusal):
        return refused(error)
    if is_outage(error):
        return Response(
            error_of(UNAVAILABLE_NOW, "unavailable", UNAVAILABLE),
            status=UNAVAILABLE_NOW,
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )
    return exception_handler(error, context)


def refused(refusal: Refusal) -> Response:
    said: dict[str, Any] = {
        "code": refusal.code,
        "message": str(refusal),
        "alternatives": list(refusal.alternatives),
    }
    return Response(said, status=STATUSES.get(refusal.code, CONFLICT))
