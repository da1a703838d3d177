"""What the audit keeps of what staff typed: which question it answered, and never a word of it."""

import pytest

from accounts.models import Client
from notifications.models import Broadcast, BroadcastState
from telegram_bot.callbacks import BOOK_FOR, COMMENT, FIND, REWRITE_BROADCAST, TAKE_BREAK, WRITE_BROADCAST
from telegram_bot.models import IncomingUpdate
from tests.factories import make_client
from tests.telegram_bot.desk import at_the_desk, opens
from tests.telegram_bot.talking import Talker
from tests.telegram_bot.talks.world import ANNA, SPECIALIST

pytestmark = pytest.mark.django_db

SECRET = "<b>Nobody's business</b>"


@pytest.fixture
def desk(talker, world) -> Talker:
    return at_the_desk(talker, world)


@pytest.fixture
def vera(talker, world) -> Talker:
    return talker(SPECIALIST, "Vera", "en").says("/start")


def kept() -> tuple[str, str]:
    """What is written down of the last update; of what was typed there is nothing."""
    row = IncomingUpdate.objects.order_by("-pk").first()
    assert row.body is None
    assert SECRET not in f"{row.what} {row.outcome}"
    return row.what, row.outcome


def draft(world) -> Broadcast:
    return Broadcast.objects.create(company=world.company, name="Minus", content_tg="x", state=BroadcastState.DRAFT)


def test_text_of_a_broadcast(desk):
    opens(desk, WRITE_BROADCAST(choice="all")).says(SECRET)

    assert (kept(), Broadcast.objects.get().content_tg) == (("text:broadcast_new", "ok"), SECRET)


def test_other_text_of_a_broadcast(desk, world):
    opens(desk, REWRITE_BROADCAST(id=draft(world).pk)).says(SECRET)

    assert (kept(), Broadcast.objects.get().content_tg) == (("text:broadcast_text", "ok"), SECRET)


def test_text_that_is_asked_for_again_was_declined(desk):
    opens(desk, WRITE_BROADCAST(choice="all")).says(f"{SECRET}<table>")

    assert (kept(), Broadcast.objects.count()) == (("text:broadcast_new", "bad_text"), 0)


def test_reason_of_a_break(vera, world):
    opens(vera, TAKE_BREAK(start=world.at(13, days=2), length=30)).taps("✍️").says("x" * 201)
    refused = kept()

    vera.says(SECRET)

    assert (refused, kept()) == (("text:break_reason", "too_long"), ("text:break_reason", "ok"))


@pytest.mark.parametrize("how", ["typed", "a contact", "a message of his"])
def test_new_client(desk, how):
    opens(desk, BOOK_FOR())
    before = Client.objects.count()

    if how == "typed":
        desk.says(f"{SECRET} +7 999 765-43-21")
    elif how == "a contact":
        desk.shares_phone("79997654321", user_id=55, first_name=SECRET)
    else:
        desk.forwards({"id": 55, "is_bot": False, "first_name": "Zoe"}, SECRET)

    kind = "contact" if how == "a contact" else "text"
    assert (kept(), Client.objects.count()) == ((f"{kind}:desk_newcomer", "ok"), before + 1)


@pytest.mark.parametrize("typed", ["Petrova", "Nobody at all", "Guest"])
def test_client_who_was_there_or_is_none_is_no_new_one(desk, world, typed):
    make_client(world.company, first_name="Maria", last_name="Petrova")

    opens(desk, BOOK_FOR()).says(typed)

    assert kept() == ("text:desk_whom", "ok")


def test_search(desk):
    opens(desk, FIND()).says(SECRET)

    assert kept() == ("text:desk_find", "ok")


def test_comment(talker, world):
    visit = world.visit(10)
    anna = talker(ANNA, "Anna", "en").says("/visits")

    opens(anna, COMMENT(id=visit.pk)).says(SECRET)

    assert kept() == ("text:comment", "ok")


@pytest.mark.parametrize("typed", ["Skip", "a number"])
def test_what_answers_no_question_is_kept_by_its_kind(vera, world, typed, monkeypatch):
    """The keys of the phone may be pressed while something else is asked for."""
    monkeypatch.setattr("telegram_bot.flows.phone.prove_phone", lambda *args, **kwargs: None)
    opens(vera, TAKE_BREAK(start=world.at(13, days=2), length=30)).taps("✍️")

    vera.says("Skip") if typed == "Skip" else vera.shares_phone("79991234567")

    assert kept() == ("text" if typed == "Skip" else "contact", "ok")


def test_what_nobody_asked_for_is_kept_by_its_kind(vera):
    vera.says(SECRET)

    assert kept() == ("text", "ok")
