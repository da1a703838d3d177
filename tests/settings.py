"""The application's settings with the handful of lines that only tests need."""

from config.settings import *  # noqa: F403 - a settings file is read whole
from config.settings import DATABASES

# Nothing of a test has to survive a power cut: no commit waits for the disk.
DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
# Static files straight from the source tree: nothing is collected for a test.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# Passwords are hashed fast; nothing in a test is worth guessing.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGGING_CONFIG = None
# Most tests book with one number; those of the limit set it.
BOOKING_VISITS_OF_STRANGERS = 100_000
