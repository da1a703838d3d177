"""The first screens."""

import pytest

from telegram_bot.people import forget_person
from tests.factories import Salon
from tests.telegram_bot.talks.world import ANNA

pytestmark = pytest.mark.django_db


def test_start_shows_the_salon(talker):
    salon = Salon()
    anna = talker(language="en")

    anna.says("/start")

    assert anna.text.startswith(salon.company.name)
    assert anna.labels[0] == ["📅 Book", "🗓 My visits"]


@pytest.mark.parametrize("known", ["for a minute yet", "no more"])
@pytest.mark.parametrize("button", ["n:home", "n:contacts", "w:0", "s:p", "b:l:0"])
def test_salon_that_has_closed_leads_to_the_others(world, talker, button, known):
    other = Salon(service={"name": "Massage"})
    anna = talker(ANNA, "Anna", "en").says("/start")
    world.company.is_active = False
    world.company.save()
    if known == "no more":
        forget_person(ANNA)

    anna.forges(button, message_id=anna.screen.message_id)

    assert (anna.text, anna.labels) == ("Where would you like to book?", [[other.company.name]])
