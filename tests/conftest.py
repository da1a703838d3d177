"""What every test shares."""

import gc
from functools import cache, partial
from pathlib import Path

import pgtrigger
import pytest
from _pytest import runner
from django.db import connection, transaction
from django.db.backends.postgresql.creation import DatabaseCreation
from django.template import Context, Template
from django.test import TransactionTestCase
from django.test import utils as test_utils
from django.test.signals import template_rendered
from httpx._transports import default as httpx_transports

from tests.room import in_a_large_room

STAY = ("django_migrations", "django_content_type", "auth_permission")
"""What migrations write and no test changes."""


def empty_what_was_filled(*_: TransactionTestCase) -> None:
    """Transactional tests end with empty tables. TRUNCATE takes ten times as long: it makes every file anew. Foreign
    keys are looked at when all is gone."""
    with pgtrigger.ignore(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables()))
        for (name,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {name}")


@cache
def tables() -> tuple[str, ...]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(name for name in names if name not in STAY)


TransactionTestCase._fixture_teardown = empty_what_was_filled


def drop_whoever_is_connected(creation: DatabaseCreation, name: str, verbosity: int) -> None:
    """A pool may still be opening a connection when the last test ends; nobody is left to use it."""
    creation.connection.close_pool()
    with creation._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {creation.connection.ops.quote_name(name)} WITH (FORCE)")


DatabaseCreation._destroy_test_db = drop_whoever_is_connected


OURS = str(Path(__file__).parent.parent / "templates")


def render_and_tell(template: Template, context: Context) -> str:
    """The test client hears of a page and of what we have written of it, not of the four hundred templates of unfold
    within it: for every one that it hears of it copies all that the page was given."""
    if context.template is template or template.origin.name.startswith(OURS):
        template_rendered.send(sender=template, template=template, context=context)
    return template.nodelist.render(context)


test_utils.instrumented_test_render = render_and_tell


httpx_transports.create_ssl_context = cache(httpx_transports.create_ssl_context)
"""Every bot of a test would read the world's certificates anew; outside there is one bot in the life of a process."""


LONGEST = (
    "bench/test_bench.py",
    "torture/test_limits.py",
    "torture/test_broadcast.py",
    "torture/test_deliveries.py",
    "torture/test_ninety_days.py",
    "journeys/test_console_notifications.py",
    "journeys/test_told.py",
    "journeys/test_manners.py",
    "accounts/test_admin_doors.py",
    "journeys/test_push.py",
    "torture/test_interleavings.py",
    "journeys/test_booking.py",
    "journeys/test_mini_app.py",
    "journeys/test_devchat.py",
    "config/test_embedded.py",
    "telegram_bot/talks/test_every_screen.py",
    "torture/test_money.py",
    "telegram_bot/talks/test_editing.py",
    "booking/test_stateful.py",
    "config/test_demo_anew.py",
    "journeys/test_money.py",
)
"""Files of more than ten seconds."""


def pytest_collection_modifyitems(items):
    """The longest files first (`make test` keeps this order), so that at the end nobody waits for one begun last."""
    place = {Path(__file__).parent / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(LONGEST)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Pytest's own, in a large room: every tenth second of a talk went into making room for calls."""
    return in_a_large_room(partial(runner.pytest_runtest_protocol, item, nextitem))


def pytest_collection_finish():
    """What is imported by now stays to the end: looking through it for garbage took a fifth of every test."""
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
