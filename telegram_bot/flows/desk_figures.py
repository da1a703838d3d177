"""📊 What the salon did today, in seven days, in thirty (experience §3.6)."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.queries.figures import Figures, figures_of
from notifications.render.text import one_line
from telegram_bot.buttons import home_row
from telegram_bot.callbacks import FIGURES
from telegram_bot.desk import company_of, places_of
from telegram_bot.routes import press
from telegram_bot.screens import NAME, text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Screen

PERIODS = (1, 7, 30)
MOST_PLACES = 20
"""Of which each has its figures; the total is always of all."""


@press(FIGURES)
def figures(talk: Talk, *, days: int) -> Reply:
    """Of the locations he may see, by the clock of each."""
    company = company_of(talk)
    places = list(places_of(talk, company))
    found = figures_of(places, days)
    blocks = [(one_line(place.name, NAME), found[place.pk]) for place in places]
    text = text_of(
        "figures/figures",
        company=company,
        total=sum(found.values(), start=Figures()),
        blocks=blocks[:MOST_PLACES] if len(blocks) > 1 else (),
        unnamed=max(len(blocks) - MOST_PLACES, 0),
        period=period_name(days),
    )
    tabs = tuple(Button(("• " if each == days else "") + period_name(each), FIGURES(days=each)) for each in PERIODS)
    return Reply(Screen(text, (tabs, home_row())))


def period_name(days: int) -> str:
    return _("Today") if days == 1 else ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
