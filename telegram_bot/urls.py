"""Addresses of the bot (contract §5)."""

from django.urls import path

from telegram_bot import views
from telegram_bot.mini_app.views import app_session

app_name = "telegram_bot"
urlpatterns = [
    path("tg/webhook", views.webhook, name="webhook"),
    path("tg/app/session", app_session, name="app_session"),
]
