"""What reaches Django, what leaves it when something breaks, and what the logs keep of it."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import OperationalError
from django.test import Client, RequestFactory

from config.asgi import application as asgi_application
from config.logs import PlainFormatter, covered, name_user
from config.wsgi import application as wsgi_application
from tests.factories import Salon, make_user

TOKEN = "TopSecretTokenTopSecre"


def asked(content_type: str, path: str = "/healthz") -> str:
    """The status line of a request through the door of the web server."""
    statuses: list[str] = []
    environ = RequestFactory().get(path, headers={"content-type": content_type}).environ
    b"".join(wsgi_application(environ, lambda status, headers, info=None: statuses.append(status)))
    return statuses[0]


def asked_async(content_type: str) -> int:
    scope = {
        "type": "http", "method": "GET", "path": "/healthz", "query_string": b"", "http_version": "1.1",
        "headers": [(b"host", b"localhost"), (b"content-type", content_type.encode())],
    }  # fmt: skip

    async def exchange() -> int:
        talk = ApplicationCommunicator(asgi_application, scope)
        await talk.send_input({"type": "http.request", "body": b""})
        status: int = (await talk.receive_output(5))["status"]
        await talk.wait(5)
        return status

    with ThreadPoolExecutor(1) as aside:  # where Playwright, once it was used, keeps no loop running
        return aside.submit(lambda: asyncio.run(exchange())).result()


FOREIGN = ["rot13", "base64", "hex", "zip", "punycode", "undefined", "windows-1251", "nonsense", ""]


@pytest.mark.parametrize("charset", FOREIGN)
def test_text_that_is_not_utf_8_is_refused_at_the_door(charset):
    content_type = f"text/plain; charset={charset}"

    assert asked(content_type) == "400 Bad Request"
    assert asked_async(content_type) == 400


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ["", "text/plain", "text/plain; charset=utf-8", 'text/html; charset="UTF-8"'])
def test_utf_8_passes(content_type):
    assert asked(content_type) == "200 OK"
    assert asked_async(content_type) == 200


# --- when something breaks --------------------------------------------------------------------------------------------


@pytest.fixture
def visitor(settings) -> Client:
    settings.DEBUG = False
    return Client(raise_request_exception=False, headers={"accept-language": "en"})


def break_with(monkeypatch, error: Exception) -> None:
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("booking.views.browse.locations_on", fail)


def test_a_broken_page_says_so_in_words(visitor, monkeypatch):
    break_with(monkeypatch, RuntimeError("a fault"))

    page = visitor.get("/?lang=en&x=1")

    assert page.status_code == 500
    assert "Something broke" in page.content.decode()


def test_an_outage_outside_every_view_is_503_too(visitor, monkeypatch):
    """As when the session cannot be saved: no view is running any more."""

    def fail(middleware, request, response):
        raise OperationalError("the server is gone")

    monkeypatch.setattr(SessionMiddleware, "process_response", fail)
    page = visitor.get("/healthz")

    assert (page.status_code, page.headers.get("Retry-After")) == (503, "5")


@pytest.mark.django_db
def test_nobody_asks_the_database_who_somebody_is_for_a_log(client, django_assert_num_queries):
    client.cookies["sessionid"] = "abcdefghijklmnopqrstuvwxyz123456"

    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_a_log_names_the_user_who_is_known(rf, client):
    user = make_user(Salon().company)
    client.force_login(user)
    request, stranger = rf.get("/"), rf.get("/")
    request.session = client.session
    request._cached_user = get_user(request)
    line: dict = {}

    name_user(stranger, line)
    assert line == {}

    name_user(request, line)
    assert line == {"user_id": user.pk}


# --- logs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"GET /v/{TOKEN}/", "GET /v/…/"),
        (f"Not Found: /hold/{TOKEN}/extend/", "Not Found: /hold/…/extend/"),
        ("GET /admin/accounts/client/?q=79997776655&o=1", "GET /admin/accounts/client/?…"),
        ("GET /?q=%D0%98%D0%B2", "GET /?…"),
        ("call +79997776655 now", "call +… now"),
        ("Key\nDETAIL:  Key (phone)=(1, 899977\nIvan).\nHINT: more", "Key\nDETAIL: …\nHINT: more"),
        ("call +7 (999) 777-66-55 now", "call +… now"),
        (
            "POST https://api.telegram.org/bot110201543:AAHdqTcv-H1_g/sendMessage",
            "POST https://api.telegram.org/bot…/sendMessage",
        ),
        ("POST /bot110201543%3AAAHdqTcv/getMe", "POST /bot…/getMe"),
        ("What is free? Nothing.", "What is free? Nothing."),
    ],
)
def test_a_log_covers_what_is_secret(text, kept):
    assert covered(text) == kept


def logged(name: str, message: str, error: BaseException | None = None) -> str:
    """The line that the settings' own handler would write."""
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, (), info)
    formatter = dict(settings.LOGGING["formatters"]["json"])
    return formatter.pop("()")(**formatter).format(record)


def a_fault(text: str) -> Exception:
    try:
        raise RuntimeError(text)
    except RuntimeError as error:
        return error


def test_a_traceback_of_a_library_is_kept_and_covered():
    line = logged("django.request", f"Internal Server Error: /v/{TOKEN}/", a_fault("DETAIL: +79997776655"))

    assert "a_fault" in line
    assert "RuntimeError" in line
    assert TOKEN not in line
    assert "7776655" not in line


def test_nothing_of_django_is_logged_a_second_time_as_it_stands():
    assert logging.getLogger("django").handlers == []
    assert logging.getLogger("django").propagate


def test_the_libraries_that_talk_to_telegram_are_silent_of_what_they_send():
    told = settings.LOGGING["loggers"]

    assert [told[name]["level"] for name in ("httpx", "httpcore", "telegram")] == ["WARNING"] * 3


def test_the_web_server_covers_its_own_lines():
    record = logging.LogRecord(
        "gunicorn.error", logging.ERROR, __file__, 1, f"Error handling GET /v/{TOKEN}/", (), None
    )

    assert TOKEN not in PlainFormatter("%(message)s").format(record)
