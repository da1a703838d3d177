"""The words of ``telegram_bot.wording`` in templates."""

from django import template

from telegram_bot import wording

register = template.Library()

register.filter("short", wording.short)
register.filter("span", wording.span)
register.filter("day_of", wording.day_of)
register.filter("moment_of", wording.moment_of)
register.filter("masked", wording.masked)
