"""Our addresses as a demo has them."""

from django.urls import include, path

from config.urls import urlpatterns as usual

handler500 = "config.middleware.server_error"
urlpatterns = [path("dev/telegram/", include("config.devchat.urls")), *usual]
