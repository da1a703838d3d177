"""Under which name somebody came."""

from django.http import HttpRequest


def host_of(request: HttpRequest) -> str:
    """The request's host without its port, as a company's own host is written."""
    return request.get_host().partition(":")[0].lower().rstrip(".")
