"""How a call arrives: the path, and parameters urlencoded, in multipart or as JSON (T1)."""

import json
import re
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.standins.server import Request
from tests.standins.telegram.refusals import bad_request, refusal

TOKEN = re.compile(r"[1-9]\d*:[A-Za-z0-9_-]+")
LONGEST_TOKEN = 80
INT32 = range(-(2**31), 2**31)


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Params:
    """The parameters of one call, as the strings they are on the wire."""

    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def required(self, name: str) -> str:
        if not self.text(name):
            raise bad_request(f'parameter "{name}" is required')
        return self.text(name)

    def number(self, name: str, default: int = 0) -> int:
        """An int32, or ``default`` for anything else, as the server reads it."""
        text = self.text(name)
        return int(text) if re.fullmatch(r"-?\d{1,10}", text) and int(text) in INT32 else default

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def json(self, name: str, complaint: str) -> Any:
        """The JSON in ``name``, None when there is none; refuses what is no JSON with ``complaint``."""
        text = self.text(name)
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError:
            raise bad_request(complaint) from None


def split_path(path: str) -> tuple[str, str]:
    """Token and method of ``/bot<token>/<method>``."""
    found = re.fullmatch(r"/bot([^/]*)/([^/]+)/?", unquote(urlsplit(path).path))
    if found is None:
        raise refusal(404)
    token, method = found.groups()
    if len(token) > LONGEST_TOKEN or not TOKEN.fullmatch(token):
        raise refusal(401, "invalid token specified")
    return token, method


def read_params(request: Request) -> Params:
    """Everything the query string and the body say."""
    try:
        return read_forms(request)
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def read_forms(request: Request) -> Params:
    """The body in whichever of the three forms it has."""
    from_query = dict(parse_qsl(urlsplit(request.path).query, keep_blank_values=True, errors="strict"))
    kind = request.headers.get_content_type()
    if not request.body:
        return Params(from_query)
    if kind == "application/json":
        return Params(from_query | read_json(request.body))
    if kind == "multipart/form-data":
        values, files = read_multipart(request.body, request.headers.get_boundary() or "")
        return Params(from_query | values, files)
    return Params(from_query | dict(parse_qsl(request.body.decode(), keep_blank_values=True, errors="strict")))


def read_json(body: bytes) -> dict[str, str]:
    """A JSON object: strings as they are, everything else as JSON again."""
    try:
        values = json.loads(body)
    except json.JSONDecodeError:
        raise bad_request("can't parse JSON object") from None  # ours
    if not isinstance(values, dict):
        raise bad_request("can't parse JSON object")  # ours
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}


def read_multipart(body: bytes, boundary: str) -> tuple[dict[str, str], dict[str, Upload]]:
    """Fields and files; the bytes of a file stay as they came."""
    values: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for part in body.split(b"--" + boundary.encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        headers = read_headers(head.decode())
        name = str(headers.get_param("name", "", "content-disposition"))
        if (filename := headers.get_filename()) is None:
            values[name] = content.decode()
        else:
            files[name] = Upload(filename, headers.get_content_type(), content)
    return values, files


def read_headers(head: str) -> Message:
    message = Message()
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        message[name] = value.strip()
    return message
