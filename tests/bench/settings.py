"""The production settings; only collected static files lie elsewhere, and uncompressed: pages merely name them."""

from config.settings import *  # noqa: F403 - a settings file is read whole
from config.settings import BASE_DIR, STORAGES

STATIC_ROOT = BASE_DIR / ".okno" / "bench" / "static"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
