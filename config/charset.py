"""The door in front of Django: text comes as UTF-8.

Django would decode a request with any codec its header names, rot13 and zip among them, and fail before a middleware
could help.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.utils.http import parse_header_parameters

UTF8 = {"utf-8", "utf8"}
ANSWER = b"Send text as UTF-8, please.\n"
PLAIN = "text/plain; charset=utf-8"
AsgiApplication = Callable[[Any, Any, Any], Awaitable[None]]


def is_utf8(content_type: str) -> bool:
    try:
        _, parameters = parse_header_parameters(content_type)
    except ValueError:
        return False
    return str(parameters.get("charset", "utf-8")).lower() in UTF8


def only_utf8(application: WSGIApplication) -> WSGIApplication:
    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if is_utf8(environ.get("CONTENT_TYPE", "")):
            return application(environ, start_response)
        start_response("400 Bad Request", [("Content-Type", PLAIN), ("Content-Length", str(len(ANSWER)))])
        return [ANSWER]

    return guarded


def only_utf8_async(application: AsgiApplication) -> AsgiApplication:
    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        types = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name.lower() == b"content-type"]
        if all(map(is_utf8, types)):
            await application(scope, receive, send)
            return
        headers = [(b"content-type", PLAIN.encode()), (b"content-length", str(len(ANSWER)).encode())]
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": ANSWER})

    return guarded
