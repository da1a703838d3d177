from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookingConfig(AppConfig):
    name = "booking"
    verbose_name = _("Journal")

    def ready(self) -> None:
        from booking import receivers  # noqa: F401 - connects them
