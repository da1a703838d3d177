"""What the API answers when it cannot do what was asked: drf-standardized-errors, and our own refusals.

A refusal is ``409 {"code", "message", "alternatives"}`` (contract §4).
"""

from typing import Any

from drf_standardized_errors.handler import exception_handler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from accounts.errors import Refusal
from config.middleware import RETRY_AFTER_SECONDS, UNAVAILABLE, is_outage

CONFLICT = 409
STATUSES = {"not_allowed": 403, "key_reused": 422}


class Unavailable(APIException):
    """The database is gone, or could not decide in time."""

    status_code = 503
    default_code = "unavailable"
    default_detail = UNAVAILABLE
    wait = RETRY_AFTER_SECONDS


def answer_to(error: Exception, context: ExceptionHandlerContext) -> Response | None:
    if isinstance(error, Refusal):
        return refused(error)
    return exception_handler(Unavailable() if is_outage(error) else error, context)


def refused(refusal: Refusal) -> Response:
    said: dict[str, Any] = {
        "code": refusal.code,
        "message": str(refusal),
        "alternatives": list(refusal.alternatives),
    }
    return Response(said, status=STATUSES.get(refusal.code, CONFLICT))
