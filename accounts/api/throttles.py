"""Strangers who ask too often get 429 with Retry-After."""

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.rates import seconds_to_wait


class StrangersThrottle(BaseThrottle):
    """Counts together with the pages."""

    seconds = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        self.seconds = seconds_to_wait(request)
        return not self.seconds

    def wait(self) -> float:
        return self.seconds
