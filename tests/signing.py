"""Signing in without the door: ``force_login`` writes a session three times, and down when somebody came."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client as Browser

from accounts.models import User


def sign_in(browser: Browser, user: User) -> None:
    """By the same session that signing in leaves behind."""
    [backend] = settings.AUTHENTICATION_BACKENDS
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = user._meta.pk.value_to_string(user)
    session[BACKEND_SESSION_KEY] = backend
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
