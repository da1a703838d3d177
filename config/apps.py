from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django_structlog.signals import bind_extra_request_failed_metadata, bind_extra_request_finished_metadata

from config.logs import name_user


class ConfigConfig(AppConfig):
    """The wiring as an app: it owns the commands that concern the deployment as a whole."""

    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401 - registers them

        bind_extra_request_finished_metadata.connect(name_user)
        bind_extra_request_failed_metadata.connect(name_user)


class ConsoleConfig(AdminConfig):
    default_site = "config.console.Console"
