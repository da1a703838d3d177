"""Addresses of the bot (contract §5)."""

from django.urls import path

from telegram_bot import views

app_name = "telegram_bot"
urlpatterns = [
    path("tg/webhook", views.webhook, name="webhook"),
]
