"""A second yardstick: the same server and models, but bare views without our middleware, rules and history of holds."""

from tests.bench.settings import *  # noqa: F403 - a settings file is read whole

MIDDLEWARE = []
ROOT_URLCONF = "tests.bench.bare_views"
