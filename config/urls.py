"""Every address (contract §3). Slugs of locations come last; ``RESERVED_SLUGS`` of accounts keeps them off ours."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import views

handler400 = "config.middleware.bad_request"
handler500 = "config.middleware.server_error"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("favicon.ico", views.favicon),
    *([path("dev/telegram/", include("config.devchat.urls"))] if settings.DEVCHAT else []),
    path("admin/", admin.site.urls),
    path("api/", include("config.api")),
    path("", include("wallet.urls")),
    path("", include("notifications.urls")),
    path("", include("telegram_bot.urls")),
    path("", include("booking.urls")),
]
