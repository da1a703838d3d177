from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    """The wiring as an app: it owns the commands that concern the deployment as a whole."""

    name = "config"


class ConsoleConfig(AdminConfig):
    default_site = "config.console.Console"
