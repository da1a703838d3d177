"""What `manage.py check` and every other command refuse to start with: settings that would fail later, in silence."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from notifications.push_hosts import is_host
from notifications.vapid import problems


@register
def check_push_keys(**kwargs: Any) -> list[CheckMessage]:
    """Three variables that belong together; none of the keys at all means that there is no push."""
    keys = settings.VAPID_PRIVATE_KEY, settings.VAPID_PUBLIC_KEY
    found = problems(*keys, settings.VAPID_EMAIL) if any(keys) else ()
    return [Error(problem, id="okno.E001") for problem in found]


@register
def check_push_hosts(**kwargs: Any) -> list[CheckMessage]:
    wrong = [name for name in settings.PUSH_ALLOWED_HOSTS if not is_host(name)]
    return [
        Error(f"PUSH_ALLOWED_HOSTS has {name!r}; write a host, or a host:port, without https://.", id="okno.E002")
        for name in wrong
    ]


@register
def check_sms_gateway(**kwargs: Any) -> list[CheckMessage]:
    if not settings.SMS_GATEWAY:
        return []
    try:
        import_string(settings.SMS_GATEWAY)
    except ImportError as error:
        return [Error(f"SMS_GATEWAY cannot be imported: {error}. Write a class as module.Name.", id="okno.E003")]
    return []
