"""Our addresses as a demo has them, with the little bot behind the webhook."""

from django.urls import include, path

from config.urls import urlpatterns as usual
from tests.config.devchat import bot

handler500 = "config.middleware.server_error"
urlpatterns = [
    path("tg/webhook", bot.webhook),
    path("dev/telegram/", include("config.devchat.urls")),
    *usual,
]
