"""Gunicorn's configuration: threads, because a request waits for PostgreSQL more than it computes."""

import os
from pathlib import Path

from config.environment import read_environment

# Here, before there are workers: gunicorn would start one that refuses to run again and again, for ever.
read_environment(Path(__file__).resolve().parent.parent)

_host = os.environ.get("HOST") or "127.0.0.1"
_port = os.environ.get("PORT") or "8000"

bind = f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
loglevel = (os.environ.get("LOG_LEVEL") or "INFO").lower()
# The heartbeat file in memory: on a disk that is busy a healthy worker looks dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes a file nobody else sees
control_socket_disable = True
logconfig_dict = {
    "formatters": {"plain": {"()": "config.logs.PlainFormatter", "format": "%(asctime)s [%(process)d] %(message)s"}},
    "handlers": {"plain": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {"gunicorn.error": {"handlers": ["plain"], "level": loglevel.upper(), "propagate": False}},
    "root": {"handlers": []},
}
