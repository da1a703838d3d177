"""The first screens."""

import pytest
from django_redis import get_redis_connection

from telegram_bot.people import forget_person
from tests.factories import Salon
from tests.telegram_bot.desk import opens
from tests.telegram_bot.talks.world import ANNA

pytestmark = pytest.mark.django_db


def test_start_shows_the_salon(talker):
    salon = Salon()
    anna = talker(language="en")

    anna.says("/start")

    assert anna.text.startswith(salon.company.name)
    assert anna.labels[0] == ["📅 Book", "🗓 My visits"]


@pytest.mark.parametrize("known", ["for a minute yet", "no more"])
def test_salon_that_has_closed_leads_to_the_others(world, talker, known):
    other = Salon(service={"name": "Massage"})
    anna = talker(ANNA, "Anna", "en").says("/start")
    remembered = get_redis_connection().get(f"tg_user:{ANNA}")
    world.company.is_active = False
    world.company.save()
    buttons, shown = ("n:home", "n:contacts", "w:0", "s:p", "b:l:0"), {}

    for button in buttons:
        forget_person(ANNA)
        if known == "for a minute yet":
            get_redis_connection().set(f"tg_user:{ANNA}", remembered)
        opens(anna.clears(), button)
        shown[button] = (anna.text, anna.labels)

    assert shown == {button: ("Where would you like to book?", [[other.company.name]]) for button in buttons}
