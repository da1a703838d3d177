from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TelegramBotConfig(AppConfig):
    name = "telegram_bot"
    verbose_name = _("Telegram")

    def ready(self) -> None:
        from telegram_bot import receivers, routes  # noqa: F401 - connects them

        routes.load()
