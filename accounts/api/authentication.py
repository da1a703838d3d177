"""How the API knows who asks; ``REST_FRAMEWORK`` in the settings lists the ways."""

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class SessionSignIn(SessionAuthentication):
    """The browser's own session, with its CSRF token for whatever writes; without any: 401."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"
