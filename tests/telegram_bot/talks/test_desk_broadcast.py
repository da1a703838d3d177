"""📣 A broadcast until it starts, in the chat of an administrator."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_redis import get_redis_connection

from accounts.models import Client
from accounts.values import Role
from booking.models import Status
from notifications.models import Broadcast, BroadcastState, DeadAddress
from telegram_bot.callbacks import (
    ASK_BEFORE,
    BROADCAST,
    BROADCAST_AUDIENCE,
    BROADCASTS,
    NEW_BROADCAST,
    REWRITE_BROADCAST,
    SET_AUDIENCE,
    STEER,
    WRITE_BROADCAST,
    base36,
)
from tests.factories import Salon
from tests.lasting import copied, lasting
from tests.notifications.campaign import Campaign
from tests.telegram_bot.desk import ADMIN, a_moment_later, at_the_desk, data_of, opens, staff, toasts
from tests.telegram_bot.talking import Talker
from tests.telegram_bot.talks.world import OUTDATED

pytestmark = pytest.mark.django_db

BOLD = {"type": "bold", "offset": 0, "length": 5}


built = lasting(Campaign)


@pytest.fixture
def salon(built) -> Campaign:
    return copied(built)


def writing(talker, salon, choice="all", language="en") -> Talker:
    """Somebody who is asked for the text."""
    desk = opens(at_the_desk(talker, salon, language=language), BROADCASTS())
    return desk.taps(NEW_BROADCAST()).taps(WRITE_BROADCAST(choice=choice))


def draft(salon: Campaign, **fields) -> Broadcast:
    return salon.broadcast(**fields)


# --- the list ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_latest_are_listed_with_their_state(salon, talker, language):
    for number, state in enumerate(BroadcastState):
        draft(salon, name=f"B{number}", state=state)

    desk = opens(at_the_desk(talker, salon, language=language), BROADCASTS())

    assert [row[0] for row in desk.labels[:5]] == ["✅ B4", "⏹ B3", "⏸ B2", "▶️ B1", "📝 B0"]
    assert data_of(desk)[5:] == [[NEW_BROADCAST()], ["n:home"]]


def test_an_empty_list_says_so(salon, talker):
    desk = opens(at_the_desk(talker, salon), BROADCASTS())

    assert desk.text.endswith("There are none yet.")


def test_eight_are_shown(salon, talker):
    for _ in range(10):
        draft(salon, name="Ж" * 100)

    assert len(opens(at_the_desk(talker, salon), BROADCASTS()).labels) == 8 + 2


# --- writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_text_becomes_a_draft_that_is_shown_as_clients_see_it(salon, talker, language):
    for _ in range(3):
        salon.fan()

    desk = writing(talker, salon, language=language).says("<b>Minus 20 %</b>\nuntil Sunday")

    broadcast = Broadcast.objects.get()
    assert (broadcast.state, broadcast.name, broadcast.company) == (BroadcastState.DRAFT, "Minus 20 %", salon.company)
    assert desk.text == "Minus 20 %\nuntil Sunday"
    assert data_of(desk) == [
        ["x"],
        ["x"],
        [STEER(id=broadcast.pk, deed="start")],
        [REWRITE_BROADCAST(id=broadcast.pk), BROADCAST_AUDIENCE(id=broadcast.pk)],
        [ASK_BEFORE(id=broadcast.pk, deed="drop"), BROADCASTS(), "n:home"],
    ]


def test_the_preview_is_the_very_message_and_counts_whom_it_reaches(salon, talker):
    for _ in range(62):
        salon.fan()
    salon.fan(tg_id=None)
    gone = salon.fan()
    DeadAddress.objects.create(channel="telegram", address=str(gone.tg_id), reason="blocked")

    desk = writing(talker, salon).says("<i>Sun</i> &amp; sea")

    [sent] = [call for call in desk.telegram.calls if "sea" in str(call.params.get("text"))]
    assert sent.params["text"] == "<i>Sun</i> &amp; sea"
    assert desk.labels[:3] == [
        ["👥 Everybody who agreed to offers"],
        ["Telegram 62 · out of reach 2"],
        ["📣 Send to 62 people (≈ 3 s at 30 a second)"],
    ]


def test_what_was_formatted_in_telegram_is_sent_as_it_was(salon, talker):
    link = {"type": "text_link", "offset": 6, "length": 4, "url": "https://len.example/"}

    desk = writing(talker, salon).says("Minus 20 < 30", BOLD, link)

    assert Broadcast.objects.get().content_tg == '<b>Minus</b> <a href="https://len.example/">20 &lt;</a> 30'
    assert desk.text == "Minus 20 < 30"


def test_a_custom_emoji_stays_an_ordinary_one(salon, talker):
    emoji = {"type": "custom_emoji", "offset": 6, "length": 2, "custom_emoji_id": "5"}

    writing(talker, salon).says("Minus ☀️ sun", BOLD, emoji)

    assert Broadcast.objects.get().content_tg == "<b>Minus</b> ☀️ sun"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("<b>Sun", "⚠️ <b> is not closed."),
        ("<h1>Sun</h1>", "⚠️ <h1> is not a tag that Telegram knows."),
        ("5 < 6", "⚠️ Write &lt; instead of “<” where it is not a tag."),
        ("<b> </b>", "⚠️ There is no text in it."),
    ],
)
def test_a_text_that_telegram_would_not_take_is_shown_again_with_the_reason(salon, talker, typed, why):
    desk = writing(talker, salon, "d60").says(typed)

    assert desk.text.startswith(why)
    assert desk.text.endswith(f"\n\n{typed}".rstrip())
    assert not Broadcast.objects.exists()

    desk.says("<b>Sun</b>")
    assert (Broadcast.objects.get().content_tg, Broadcast.objects.get().not_seen_days) == ("<b>Sun</b>", 60)


def test_a_text_that_is_too_long_for_a_message_comes_back_as_a_file(salon, talker):
    typed = "Ж" * 4000

    desk = writing(talker, salon).says(typed)

    screen, file = desk.telegram.live_messages(ADMIN)
    assert screen.text.startswith("⚠️ It is 500 characters too long.")
    assert file.upload.content.decode() == typed
    assert not Broadcast.objects.exists()


def test_a_forwarded_text_is_a_text(salon, talker):
    writing(talker, salon).forwards("Somebody", "Sun and sea")

    assert Broadcast.objects.get().content_tg == "Sun and sea"


def test_a_contact_is_no_text(salon, talker):
    desk = writing(talker, salon).shares_phone("79991234567", user_id=0)

    assert desk.text.startswith("⚠️ There is no text in it.")


def test_no_text_is_kept_in_redis(salon, talker):
    writing(talker, salon).says("<b>Sun").says("Moonshine")

    redis = get_redis_connection()
    kept = b" ".join(key + (redis.get(key) or b"") for key in redis.keys("*") if redis.type(key) == b"string")
    assert b"Sun" not in kept
    assert b"Moonshine" not in kept


def test_without_its_question_a_text_leads_to_the_menu(salon, talker):
    desk = at_the_desk(talker, salon).says("/menu")
    menu = desk.text
    opens(desk, WRITE_BROADCAST(choice="all"))
    get_redis_connection().delete(f"fsm:{ADMIN}")

    assert desk.says("<b>Sun</b>").text == menu
    assert not Broadcast.objects.exists()


def test_who_is_no_longer_administrator_writes_nothing(salon, talker):
    desk = writing(talker, salon)
    user = salon.company.staff.get(tg_id=ADMIN)
    user.role = Role.OPERATOR
    user.save(update_fields=["role"])
    get_redis_connection().delete(f"tg_user:{ADMIN}")

    desk.says("<b>Sun</b>")

    assert not Broadcast.objects.exists()


def test_a_draft_gets_another_text(salon, talker):
    found = draft(salon, content_tg="<b>Sun</b>")
    desk = opens(at_the_desk(talker, salon), BROADCAST(id=found.pk)).taps("✏️ Another text")
    assert desk.text.endswith("\n\n<b>Sun</b>")

    assert desk.says("<b>Moon").text.startswith("⚠️ <b> is not closed.")
    assert desk.says("<b>Moon</b>").text == "Moon"

    found.refresh_from_db()
    assert (found.content_tg, found.name) == ("<b>Moon</b>", "Moon")


def test_one_can_leave_without_writing(salon, talker):
    desk = writing(talker, salon).taps("⬅️ Not now").taps("⬅️")

    assert desk.text.startswith("📣 Broadcasts")
    desk.says("Sun")
    assert not Broadcast.objects.exists()


# --- the audience -----------------------------------------------------------------------------------------------------


def test_audiences_to_choose_from(salon, talker):
    desk = opens(at_the_desk(talker, salon), NEW_BROADCAST())

    assert [row[0] for row in desk.labels[:-1]] == [
        "👥 Everybody who agreed to offers",
        "💤 Have not come for 30 days",
        "💤 Have not come for 60 days",
        "💤 Have not come for 90 days",
        "👛 With money in the wallet",
        "💇 Who has had a service…",
        "📍 Who has come to a location…",
    ]


@pytest.mark.parametrize("which", ["service", "location"])
def test_a_service_or_a_location_is_an_audience(salon, talker, which):
    row = getattr(salon, which)
    fan, _other = salon.fans(2)
    salon.came(fan, 3, status=Status.COMPLETED)
    desk = opens(at_the_desk(talker, salon), NEW_BROADCAST())

    desk.taps("💇" if which == "service" else "📍").taps(row.name)
    desk.says("Sun")

    broadcast = Broadcast.objects.get()
    assert (broadcast.had_service or broadcast.at_location) == row
    assert desk.labels[2] == ["📣 Send to 1 person (≈ 1 s at 30 a second)"]


def test_a_draft_gets_another_audience(salon, talker):
    salon.fan()
    found = draft(salon, not_seen_days=90, has_balance=True)
    desk = opens(at_the_desk(talker, salon), BROADCAST(id=found.pk))
    assert desk.labels[0] == ["👥 Have not come for 90 days, With money in the wallet"]
    assert desk.labels[1] == ["Nobody to send it to"]

    desk.taps("👥 Another audience").taps("👥 Everybody")

    found.refresh_from_db()
    assert (found.not_seen_days, found.has_balance) == (None, False)
    assert "📣 Send to 1 person" in desk.labels[2][0]


def test_a_draft_gets_a_service_for_an_audience(salon, talker):
    found = draft(salon)

    desk = opens(at_the_desk(talker, salon), BROADCAST_AUDIENCE(id=found.pk)).taps("💇").taps(salon.service.name)

    found.refresh_from_db()
    assert found.had_service == salon.service
    assert data_of(desk)[-1][1] == BROADCASTS()


def test_audiences_that_are_none_are_out_of_date(salon, talker):
    choices = ("d31", "d", "d0030", "s0", "szzzzzzzzzzzz", "everybody", "x", "l99999")
    buttons = [f"{verb}:{choice}" for verb in ("ad:bcn", f"ad:bca:{draft(salon).pk}") for choice in choices]

    assert toasts(at_the_desk(talker, salon), buttons) == dict.fromkeys(buttons, OUTDATED)


def test_rows_of_another_company_are_no_audience(salon, talker):
    other, found = Salon(), draft(salon)
    desk = at_the_desk(talker, salon)

    for choice in (f"s{base36(other.service.pk)}", f"l{base36(other.location.pk)}"):
        for data in (WRITE_BROADCAST(choice=choice), SET_AUDIENCE(id=found.pk, choice=choice)):
            assert opens(a_moment_later(desk), data).toast == OUTDATED
    assert (found.had_service, found.at_location) == (None, None)


# --- who may ----------------------------------------------------------------------------------------------------------


def every_button(pk: int) -> list[str]:
    return [
        BROADCASTS(), BROADCAST(id=pk), NEW_BROADCAST(), WRITE_BROADCAST(choice="all"), REWRITE_BROADCAST(id=pk),
        BROADCAST_AUDIENCE(id=pk), SET_AUDIENCE(id=pk, choice="money"), ASK_BEFORE(id=pk, deed="drop"),
        *(STEER(id=pk, deed=deed) for deed in ("start", "pause", "resume", "stop", "drop")),
    ]  # fmt: skip


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT, Role.CLIENT])
def test_nobody_but_an_administrator_broadcasts(salon, talker, role):
    salon.fan()
    found = draft(salon)
    if role != Role.CLIENT:
        staff(salon.company, 9, role)
    somebody, buttons = talker(9, language="en").says("/menu"), every_button(found.pk)

    assert toasts(somebody, buttons) == dict.fromkeys(buttons, OUTDATED)
    assert unchanged(found)


def test_broadcasts_of_another_company_are_not_there(salon, talker):
    other = Campaign()
    other.fan()
    found = draft(other, name="Secret")
    desk = at_the_desk(talker, salon)
    assert "Secret" not in str(opens(desk, BROADCASTS()).labels)

    buttons = [data for data in every_button(found.pk) if str(found.pk) in data]
    assert toasts(desk, buttons) == dict.fromkeys(buttons, OUTDATED)
    assert unchanged(found)


def unchanged(found: Broadcast) -> bool:
    before = (found.state, found.content_tg, found.has_balance)
    [now] = Broadcast.objects.all()
    return (now.state, now.content_tg, now.has_balance) == before


def test_offers_go_only_to_who_agreed(salon, talker):
    """The audience that is shown is the one that is told."""
    Client.objects.create(company=salon.company, first_name="Never asked", tg_id=77)

    desk = writing(talker, salon).says("Sun")

    assert desk.labels[:2] == [["👥 Everybody who agreed to offers"], ["Nobody to send it to"]]


@pytest.mark.parametrize("rows", [1, 30])
def test_one_broadcast_and_thirty_cost_the_same(salon, talker, rows):
    for _ in range(rows):
        salon.fan()
        found = draft(salon)
    desk = opens(at_the_desk(talker, salon), BROADCASTS())
    counts = []

    for data in (BROADCASTS(), BROADCAST(id=found.pk)):
        with CaptureQueriesContext(connection) as captured:
            opens(a_moment_later(desk), data)
        counts.append(len(captured))

    assert counts == [5, 7]
