"""Where the pages may be shown, and which cookies go there with them."""

import pytest

from accounts.values import Role
from booking.views.common import DEVICE_COOKIE
from tests.factories import book, make_user
from tests.telegram_bot.mini_app.opening import ANNA, Window

pytestmark = pytest.mark.django_db

TELEGRAM = "frame-ancestors https://web.telegram.org"
NOBODY = "frame-ancestors 'none'"


@pytest.fixture(autouse=True)
def https(https) -> None:
    """As on a server."""


def framing(response) -> tuple[str, str | None]:
    """By whom the page says it may be framed, in the new words and in the old ones."""
    policy = response.headers.get("Content-Security-Policy", "")
    said = [part.strip() for part in policy.split(";") if "frame-ancestors" in part]
    return "".join(said), response.headers.get("X-Frame-Options")


def client_pages(salon) -> list[str]:
    visit = book(salon.slot()).visit_token
    times = f"/{salon.location.slug}/{salon.service.pk}/"
    return [
        "/",
        f"/{salon.location.slug}/",
        times,
        f"/v/{visit}/",
        f"/v/{visit}/move/",
        f"/v/{visit}/cancel/",
        "/me/wallet/",
        "/no/",
    ]


def test_telegram_may_frame_the_pages_of_a_mini_app_and_nobody_else(salon):
    window = Window()

    found = {page: framing(window.browser.get(page)) for page in client_pages(salon)}

    assert found == dict.fromkeys(found, (TELEGRAM, None))


def test_nobody_may_frame_them_elsewhere(salon, client):
    found = {page: framing(client.get(page)) for page in client_pages(salon)}

    assert found == dict.fromkeys(found, (NOBODY, "DENY"))


def test_a_stale_form_is_told_so_in_the_frame(salon):
    window = Window()
    window.browser.handler.enforce_csrf_checks = True

    answer = window.post(f"/{salon.location.slug}/{salon.service.pk}/")

    assert (answer.status_code, *framing(answer)) == (403, TELEGRAM, None)


@pytest.mark.parametrize("page", ["/admin/", "/admin/login/", "/admin/booking/appointment/", "/admin/nowhere/"])
def test_nobody_may_frame_the_console_whatever_the_browser_says(salon, page):
    window = Window()
    window.browser.force_login(make_user(salon.company, Role.ADMIN))

    answers = [window.browser.get(page), window.browser.get(f"{page}?tg=1")]

    assert [answer.headers["X-Frame-Options"] for answer in answers] == ["DENY", "DENY"]
    assert [framing(answer)[0] in ("", NOBODY) for answer in answers] == [True, True]


@pytest.mark.parametrize("page", ["/api/v1/nowhere/", "/healthz", "/sw.js"])
def test_nobody_may_frame_what_is_no_page_of_theirs(salon, page):
    assert framing(Window().browser.get(page)) == (NOBODY, "DENY")


def travels(response) -> dict[str, str]:
    """Each cookie that is set, and how far it goes."""
    found = {}
    for name, cookie in response.cookies.items():
        far = "; Partitioned" * ("; Partitioned" in cookie.OutputString())
        found[name] = cookie["samesite"] + "; Secure" * bool(cookie["secure"]) + far
    return found


FAR, NEAR = "None; Secure; Partitioned", "Lax; Secure"


def test_what_a_form_needs_goes_with_it_into_the_frame(salon):
    window = Window(user=None)
    window.browser.cookies.clear()

    opened = window.browser.get(f"/{salon.location.slug}/?tg=1&lang=ru")
    known = window.open()
    then = window.browser.get(f"/{salon.location.slug}/")

    assert travels(opened) == {"tg": FAR, "csrftoken": FAR, "language": FAR, DEVICE_COOKIE: NEAR}
    assert travels(known) == {"__Host-telegram": FAR}
    assert travels(then) == {"csrftoken": FAR}


def test_the_window_stays_a_mini_app_until_it_is_closed(salon, client):
    opened = client.get("/?tg=1", secure=True)

    cookie = opened.cookies["tg"]
    assert travels(opened) == {"tg": FAR, "csrftoken": FAR, DEVICE_COOKIE: NEAR}
    assert (cookie.value, cookie["max-age"], cookie["expires"], cookie["httponly"]) == ("1", "", "", "")
    assert framing(client.get("/", secure=True)) == (TELEGRAM, None)


def test_a_message_for_the_next_page_goes_there_too(salon):
    window = Window(ANNA)
    held = window.post(f"/{salon.location.slug}/{salon.service.pk}/", {"slot": salon.at(10).isoformat()}).url
    window.post(f"{held}extend/")

    again = window.post(f"{held}extend/")

    assert travels(again) == {"messages": FAR}


def test_elsewhere_cookies_stay_at_home(salon, client):
    page = client.get(f"/{salon.location.slug}/?lang=ru", secure=True)

    assert travels(page) == {"csrftoken": NEAR, "language": NEAR, DEVICE_COOKIE: NEAR}


def test_the_session_of_the_staff_never_goes_into_a_frame(salon):
    window, staff = Window(ANNA), make_user(salon.company, Role.ADMIN)

    signed_in = window.post("/admin/login/?tg=1", {"username": staff.email, "password": "secret"})
    page = window.browser.get("/")

    assert signed_in.status_code == 302
    assert travels(signed_in) == {"csrftoken": NEAR, "sessionid": NEAR}
    assert "sessionid" not in page.cookies


def test_a_cookie_in_a_frame_is_otherwise_the_one_it_was(salon):
    cookie = Window(user=None).open().cookies["__Host-telegram"]

    text = cookie.OutputString()

    assert text.startswith(f"__Host-telegram={cookie.coded_value}; ")
    assert sorted(part.partition("=")[0].lower() for part in text.split("; ")[1:]) == [
        "expires", "httponly", "max-age", "partitioned", "path", "samesite", "secure",
    ]  # fmt: skip
