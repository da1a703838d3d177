"""Whose a number is: only the contact that its owner shares now, by his own hand, proves it."""

from typing import Any

import pytest

from accounts.models import Client
from telegram_bot import answers
from tests.lasting import lasting
from tests.telegram_bot.talks.world import ANNA, BORIS, World, top_up

pytestmark = pytest.mark.django_db

built = lasting(World)

ANNAS = "79991234567"
REFUSED = "This is somebody else's number. Please use the button below."
SOMEBODY = {"id": 99, "is_bot": False, "first_name": "Olga"}
A_BOT = {"id": 98, "is_bot": True, "first_name": "Any number", "username": "any_number_bot"}
OLD = {"type": "user", "sender_user": SOMEBODY, "date": 1_500_000_000}
HIDDEN = {"type": "hidden_user", "sender_user_name": "Olga", "date": 1_500_000_000}


@pytest.fixture
def boris(world, talker):
    """Somebody whose number is not known; Anna's card has hers, and money."""
    top_up(world.anna, 3200)
    return talker(BORIS, "Boris", "en").says("/start")


def whose(world: World) -> list[tuple[str, int | None]]:
    """The cards that are open, and their chats."""
    rows = Client.objects.filter(company=world.company, is_active=True)
    return list(rows.order_by("first_name").values_list("first_name", "tg_id"))


def shared(boris, *, user_id: int | None = None, **marks: Any):
    update = boris.telegram.shares_contact(BORIS, ANNAS, user_id=user_id)
    update["message"] |= marks
    return boris.gives(update)


def test_own_contact_joins_the_chat_with_the_card_of_its_number(world, boris):
    boris.shares_phone(ANNAS)

    assert whose(world) == [("Anna", BORIS)]
    assert boris.text == "✅ Thank you, the number is yours. Your visits and your wallet are here now."


@pytest.mark.parametrize("user_id", [ANNA, 99, 0, -BORIS], ids=["its owner's", "another's", "nobody's", "no id"])
def test_contact_of_somebody_else_proves_nothing(world, boris, user_id):
    shared(boris, user_id=user_id)

    assert (whose(world), boris.text) == ([("Anna", ANNA), ("Boris", BORIS)], REFUSED)


PASSED_ON = pytest.mark.parametrize(
    "marks",
    [{"forward_origin": OLD}, {"forward_origin": HIDDEN}, {"via_bot": A_BOT}],
    ids=["old", "hidden", "by a bot"],
)


@PASSED_ON
def test_own_contact_that_is_passed_on_proves_nothing(world, boris, marks):
    """Boris had that number years ago, and still has the message with it and with his own id; today it is Anna's."""
    shared(boris, **marks)

    assert (whose(world), boris.text) == ([("Anna", ANNA), ("Boris", BORIS)], REFUSED)


@PASSED_ON
def test_the_control_without_that_question_he_has_her_card(world, boris, marks, monkeypatch):
    monkeypatch.setattr(answers, "is_passed_on", lambda message: False)

    shared(boris, **marks)

    assert whose(world) == [("Anna", BORIS)]
