"""How often strangers may do what costs others something."""

import hashlib
import time

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class StrangersThrottle(SimpleRateThrottle):
    """So many requests of one address in each minute, hour or day, counted in Redis; whoever has signed in is free.

    Without Redis nobody is counted: it makes things fast and never decides (architecture §4.6).
    """

    num_requests: int | None
    duration: int | None

    def get_rate(self) -> str | None:
        return None if settings.API_BOOK_RATE == "0" else settings.API_BOOK_RATE

    def allow_request(self, request: Request, view: APIView) -> bool:
        if self.num_requests is None or self.duration is None or request.user.is_authenticated:
            return True
        count = counted(self.key_of(request), self.duration)
        return count is None or count <= self.num_requests

    def key_of(self, request: Request) -> str:
        who = hashlib.sha256(str(self.get_ident(request)).encode()).hexdigest()
        return f"rate:api:{who}:{int(time.time() // (self.duration or 1))}"

    def wait(self) -> float | None:
        """Seconds to the end of this minute, hour or day."""
        return self.duration - time.time() % self.duration if self.duration else None


def counted(key: str, seconds: int) -> int | None:
    """How many times ``key`` has been counted, this one included; None when nobody counts."""
    cache.add(key, 0, seconds)
    try:
        count = cache.incr(key)
    except ValueError:  # it ended in between
        return None
    return count if isinstance(count, int) else None
