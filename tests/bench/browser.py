"""What a browser sends, written down byte by byte so that sending it costs the generator nothing."""

import re
import secrets
from collections.abc import Sequence
from http.client import HTTPConnection
from itertools import cycle
from urllib.parse import urlencode

from tests.bench.load import LOOPBACK, Burst
from tests.bench.values import FreeTime, Salon

HEADERS = (
    "User-Agent: Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding: gzip, deflate, br",
    "Accept-Language: ru-RU,ru;q=0.9,en;q=0.8",
    "Connection: keep-alive",
)
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
VISITORS = 4
NAMES = ("Ирина", "Пётр Семёнов", "Анна-Мария", "Ольга Ёлкина")


def token_in(page: bytes) -> str:
    """The token of the page's forms."""
    found = TOKEN.search(page)
    assert found, "there is no form on the page"
    return found[1].decode()


class Browsers:
    """Browsers that have opened the services page of a salon: each has its cookie and the token of the form."""

    def __init__(self, port: int, salon: Salon) -> None:
        self.port, self.salon = port, salon
        self.passes = cycle([self.open() for _ in range(VISITORS)])

    def open(self) -> tuple[str, str]:
        """The CSRF cookie and the form's token."""
        connection = HTTPConnection(LOOPBACK, self.port, timeout=30)
        connection.request("GET", f"/{self.salon.slug}/")
        response = connection.getresponse()
        token = token_in(response.read())
        cookies = response.headers.get_all("Set-Cookie") or []
        connection.close()
        return next(c for c in cookies if c.startswith("csrftoken=")).partition(";")[0], token

    def get(self, path: str, device: str = "") -> bytes:
        cookie = [f"Cookie: device={device}"] if device else []
        return self.request("GET", path, cookie)

    def post(self, path: str, device: str, **fields: str) -> bytes:
        cookie, token = next(self.passes)
        body = urlencode({"csrfmiddlewaretoken": token} | fields)
        more = (
            f"Cookie: {cookie}; device={device}",
            f"Origin: http://{LOOPBACK}:{self.port}",
            f"Referer: http://{LOOPBACK}:{self.port}{path}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        )
        return self.request("POST", path, more) + body.encode()

    def request(self, method: str, path: str, more: Sequence[str]) -> bytes:
        lines = (f"{method} {path} HTTP/1.1", f"Host: {LOOPBACK}:{self.port}", *HEADERS, *more, "", "")
        return "\r\n".join(lines).encode()

    def hold(self, free: FreeTime, device: str) -> bytes:
        """The tap on a time of the services page or of the day strip."""
        path = f"/{self.salon.slug}/{self.salon.service_id}/"
        return self.post(path, device, slot=free.start, specialist=str(free.specialist_id))

    def confirm(self, where: str, device: str, number: int) -> bytes:
        """«Book» on the details page: a new person each time."""
        return self.post(where, device, name=NAMES[number % len(NAMES)], phone=f"+7916{number:07}", comment="")


class BareBrowsers(Browsers):
    """The same for the bare views, which know neither cookies nor tokens."""

    def open(self) -> tuple[str, str]:
        return "csrftoken=none", "none"

    def hold(self, free: FreeTime, device: str) -> bytes:
        path = f"/bare/{self.salon.location_id}/{self.salon.service_id}/"
        return self.post(path, device, slot=free.start, specialist=str(free.specialist_id))


def devices(count: int) -> list[str]:
    """Cookies of so many different browsers."""
    return [secrets.token_urlsafe(16) for _ in range(count)]


def held_in(burst: Burst) -> list[tuple[int, str]]:
    """The number of each request that got its time, and where its form is."""
    return [(answer.number, answer.location) for answer in burst.answers if answer.status == 302]
