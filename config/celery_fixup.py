"""How Celery meets Django: as it does by itself, except that the pool of connections outlives a task.

Celery closes the whole pool before and after every task, so each begins by connecting anew: measured, that took four
fifths of a worker's time.
"""

from typing import Any

from celery import Celery
from celery.fixups.django import DjangoFixup, DjangoWorkerFixup
from django.db import close_old_connections


class PooledWorkerFixup(DjangoWorkerFixup):
    def close_database(self, **kwargs: Any) -> None:
        """Give the connection back to the pool, as after a request; the pool itself discards one that is broken."""
        close_old_connections()


class PooledFixup(DjangoFixup):
    def on_worker_init(self, **kwargs: Any) -> None:
        """Not earlier: it reads the configuration, which is not there yet when the application is made."""
        self.worker_fixup = PooledWorkerFixup(self.app)
        super().on_worker_init(**kwargs)


def fixup(app: Celery) -> DjangoFixup:
    """What Celery asks for by name."""
    return PooledFixup(app).install()
