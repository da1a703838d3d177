"""What a person copies and fills in must name everything that is read."""

import re
from pathlib import Path

from django.conf import settings
from environ import Env

from config.embedded.place import PROJECT
from config.environment import DEFAULTS, REQUIRED_ON_A_SERVER, mails_in
from config.management.commands.run import Command
from notifications.values import BROADCAST, P2P

EXPLAINED = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (PROJECT / ".env.example").read_text(), flags=re.MULTILINE))


def read_by(path: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, Path(PROJECT, path).read_text()))


def test_env_example_explains_every_variable_of_the_settings() -> None:
    read = read_by("config/settings.py", r'\benv[.\w]*\(\s*"([A-Z_]+)"')

    assert read >= {"DEBUG", "DATABASE_URL"}
    assert (read | set(DEFAULTS) | set(REQUIRED_ON_A_SERVER)) - EXPLAINED == set()


def test_env_example_explains_every_variable_of_the_processes() -> None:
    read = read_by("config/web_server.py", r'environ\.get\("([A-Z_]+)"') | read_by(
        "config/entrypoint.sh", r"\$\{([A-Z_]+)"
    )

    assert {"WEB_WORKERS", "WORKER_CONCURRENCY"} <= read
    assert read - EXPLAINED == set()


def test_env_example_explains_every_variable_of_docker_compose() -> None:
    read = read_by("docker-compose.yml", r"\$\{([A-Z_]+)")

    assert {"POSTGRES_PASSWORD", "REDIS_PASSWORD"} <= read
    assert read - EXPLAINED == set()


def test_env_example_changes_nothing_when_copied_as_it_is() -> None:
    lines = (PROJECT / ".env.example").read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []


def test_a_demo_keeps_its_mails_where_it_says() -> None:
    folder = PROJECT / ".okno" / "mail"

    assert Env.email_url_config(mails_in(folder))["EMAIL_FILE_PATH"] == str(folder)


def test_docker_compose_has_no_password_of_its_own() -> None:
    passwords = re.findall(r"\$\{\w*PASSWORD([^}]*)\}", (PROJECT / "docker-compose.yml").read_text())

    assert len(passwords) >= 4
    assert all(how.startswith(":?") for how in passwords)


def test_every_queue_has_one_kind_of_worker() -> None:
    script = Path(PROJECT, "config/entrypoint.sh").read_text()

    queues = [queue for listed in re.findall(r"--queues (\S+)", script) for queue in listed.split(",")]

    assert sorted(queues) == sorted([settings.CELERY_TASK_DEFAULT_QUEUE, P2P, BROADCAST])


def test_every_process_of_run_is_a_service_of_docker_compose() -> None:
    services = set(re.findall(r"command: \[([a-z-]+)\]", Path(PROJECT, "docker-compose.yml").read_text()))
    known = set(re.findall(r"^([a-z-]+)\)$", Path(PROJECT, "config/entrypoint.sh").read_text(), flags=re.MULTILINE))

    assert set(Command().names()) == services - {"migrate"}
    assert services <= known
