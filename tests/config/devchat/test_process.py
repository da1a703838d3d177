"""The process that `make run` has beside its others: what it refuses, and what it outlives."""

import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests

from config.devchat.access import NAME
from config.devchat.door import Door
from config.embedded.place import PROJECT
from tests.workers import wait_until

VARIABLES = {"DEVCHAT_KEY": "a-key", "TELEGRAM_API_BASE": "http://127.0.0.1:1", "TELEGRAM_BOT_TOKEN": ""}
SERVER = {
    "DEBUG": "false", "SECRET_KEY": "many different letters, 0123456789, and -+*/", "ALLOWED_HOSTS": "okno.example",
    "PUBLIC_URL": "https://okno.example",
}  # fmt: skip
LOOK = "import json; from config import settings; print(json.dumps([bool(settings.DEVCHAT), settings.TELEGRAM_LINKS]))"


def entrypoint(**variables: str) -> "subprocess.Popen[str]":
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.Popen(
        ["/bin/sh", str(PROJECT / "config/entrypoint.sh"), NAME],
        env=os.environ | {"PATH": path, "DEBUG": "true", **VARIABLES, **variables},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
    )  # fmt: skip


class Webhook(BaseHTTPRequestHandler):
    """Takes whatever comes and tells the test of it."""

    server: "Site"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        secret, host = self.headers["X-Telegram-Bot-Api-Secret-Token"], self.headers["Host"]
        self.server.heard.append((body["message"]["text"], secret, host))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args) -> None:
        """Nothing."""


class Site(HTTPServer):
    heard: list


@contextmanager
def web(port: int, heard: list) -> Iterator[None]:
    """A web process that takes updates, for as long as it lives."""
    server = Site(("127.0.0.1", port), Webhook)
    server.heard = heard
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def test_on_a_server_its_variables_mean_nothing():
    """With the same in a demo as a control."""
    looks = [
        subprocess.Popen(
            [sys.executable, "-c", LOOK], cwd=PROJECT, env=os.environ | VARIABLES | variables, stdout=subprocess.PIPE
        )
        for variables in ({"DEBUG": "true", "PUBLIC_URL": "http://localhost:8001"}, SERVER)
    ]

    seen = [json.loads(look.communicate(timeout=60)[0]) for look in looks]

    assert seen == [[True, "http://localhost:8001/dev/telegram"], [False, "https://t.me"]]


@pytest.mark.parametrize("door", [Door("http://127.0.0.1:1", "a-key"), None])
def test_without_a_door_there_is_no_address(settings, door):
    settings.DEVCHAT = door

    addresses = {str(pattern.pattern) for pattern in runpy.run_path(str(PROJECT / "config/urls.py"))["urlpatterns"]}

    assert ("dev/telegram/" in addresses, "admin/" in addresses) == (door is not None, True)


@pytest.mark.parametrize("variables", [SERVER, {"DEVCHAT_KEY": ""}, {"TELEGRAM_API_BASE": ""}])
def test_it_refuses_to_start_anywhere_but_in_a_demo_of_run(variables):
    refused = entrypoint(**variables)
    output = refused.communicate(timeout=20)[0]

    assert refused.returncode == 1
    assert (
        output
        == "This is a part of `manage.py run` in a demo without a bot of its own; elsewhere there is none of it.\n"
    )


def test_it_outlives_the_web_process_and_keeps_what_was_done_meanwhile():
    """Takes two seconds, after which Telegram comes for the third time; it knows neither Redis nor the database."""
    port, webhook, heard = free_port(), free_port(), []
    process = entrypoint(
        TELEGRAM_API_BASE=f"http://127.0.0.1:{port}", TELEGRAM_BOT_TOKEN="42:TEST", TELEGRAM_BOT_USERNAME="okno_bot",
        TELEGRAM_WEBHOOK_SECRET="a-secret", DEVCHAT_WEBHOOK=f"http://127.0.0.1:{webhook}/tg/webhook",
        DEVCHAT_WEBHOOK_HOST="localhost:8001", REDIS_URL="redis://127.0.0.1:1/0", DATABASE_URL="postgres://127.0.0.1:1/x",
    )  # fmt: skip
    control = f"http://127.0.0.1:{port}/control"
    session = requests.Session()
    session.headers["X-Devchat-Key"] = "a-key"

    def is_there() -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) == 0

    wait_until(is_there, "the stand-in")
    me = session.get(f"{control}/", timeout=5).json()["chat"]["id"]
    with web(webhook, heard):
        session.post(f"{control}/{me}/start", json={"language": "en"}, timeout=5).raise_for_status()
    with pytest.raises(requests.Timeout):
        session.post(f"{control}/{me}/say", json={"language": "en", "text": "one"}, timeout=0.2)
    trouble = session.get(f"{control}/{me}", timeout=5).json()["chat"]["trouble"]
    with pytest.raises(requests.Timeout):
        session.post(f"{control}/{me}/say", json={"language": "en", "text": "two"}, timeout=0.2)
    with web(webhook, heard):
        wait_until(lambda: len(heard) == 3, "what was written while the web process was away")

    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=20)[0] == ""
    assert process.returncode == 0
    assert heard == [(text, "a-secret", "localhost:8001") for text in ("/start", "one", "two")]
    assert trouble == "ConnectionRefusedError"
