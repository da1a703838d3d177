"""Ordinary bad days: Redis is gone, the database is gone, a decision takes too long."""

import os
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection

import pytest
from django.core.cache import cache
from django.db import connection

from booking.models import Appointment, Status
from tests.factories import Salon, make_user

NOWHERE = "127.0.0.1:1"
ANNA = {"name": "Anna", "phone": "+79991234567"}


@pytest.fixture
def no_redis(settings):
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": f"redis://{NOWHERE}/0"}}
    assert cache.add("still there", 1) is None


@pytest.mark.django_db
@pytest.mark.usefixtures("no_redis")
def test_without_redis_a_visit_is_booked_all_the_same(client):
    salon = Salon()

    services = client.get(f"/{salon.location.slug}/")
    hold = client.post(f"/{salon.location.slug}/{salon.service.pk}/", {"slot": salon.at(10).isoformat()})
    done = client.post(hold.url, ANNA)

    assert services.status_code == 200
    assert done.url.startswith("/v/")
    assert Appointment.objects.get().status == Status.CONFIRMED


@pytest.mark.django_db
@pytest.mark.usefixtures("no_redis")
def test_without_redis_staff_stay_signed_in(client):
    client.force_login(make_user(Salon().company))

    page = client.get("/admin/booking/appointment/")

    assert page.status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("no_redis")
def test_without_redis_the_deployment_is_ready_but_says_so(client):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"database": True, "redis": False})


@pytest.mark.django_db(transaction=True)
def test_a_lock_held_too_long_is_503_with_retry_after(client, monkeypatch):
    salon = Salon()
    monkeypatch.setattr(
        "accounts.transactions.OPENING",
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = '50ms'",
    )
    with connection.copy().cursor() as rival:
        rival.execute("BEGIN; SELECT 1 FROM catalog_specialist FOR NO KEY UPDATE")

        page = client.post(f"/{salon.location.slug}/{salon.service.pk}/", {"slot": salon.at(10).isoformat()})

        rival.execute("ROLLBACK")
        rival.db.close()
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "Nothing was booked" in page.content.decode()
    assert not Appointment.objects.exists()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def server_without_database():
    port = free_port()
    environment = os.environ | {"DATABASE_URL": f"postgres://okno:x@{NOWHERE}/okno", "DATABASE_POOL_TIMEOUT": "1"}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "critical"],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    yield port
    server.terminate()
    server.wait()


def get(port: int, path: str) -> tuple[int, str]:
    for _ in range(100):
        link = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            link.request("GET", path, headers={"Accept-Language": "en"})
            response = link.getresponse()
            return response.status, response.read().decode()
        except ConnectionRefusedError:
            time.sleep(0.1)
        finally:
            link.close()
    raise AssertionError("the server never answered")


def test_without_a_database_pages_say_so_and_the_process_lives(server_without_database):
    page = get(server_without_database, "/")
    alive = get(server_without_database, "/healthz")
    ready = get(server_without_database, "/readyz")

    assert page[0] == 503
    assert "We cannot answer right now" in page[1]
    assert alive == (200, "ok")
    assert ready[0] == 503
