"""The production settings. Static files lie elsewhere and uncompressed, for pages merely name them; and every database
has its own corner of Redis, or one would be shown what was remembered of another."""

from config.settings import *  # noqa: F403 - a settings file is read whole
from config.settings import BASE_DIR, CACHES, DATABASES, STORAGES

STATIC_ROOT = BASE_DIR / ".okno" / "bench" / "static"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
CACHES["default"]["KEY_PREFIX"] = DATABASES["default"]["NAME"]
# The load books with few numbers.
BOOKING_VISITS_OF_STRANGERS = 1_000_000
