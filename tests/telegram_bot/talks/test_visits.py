"""My visits: the lists, one of them, its calendar file, a comment, and the answers to a reminder."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_redis import get_redis_connection
from icalendar import Calendar

from booking.commands import cancel_appointment, hold_slot, mark_arrived
from booking.models import Appointment, Status
from notifications.commands import attach_chat, dispatch_event, send_delivery
from notifications.models import AttachedChat, Delivery
from telegram_bot import memory
from telegram_bot.callbacks import CALENDAR_FILE, COMMENT, REMINDER, VISIT
from tests.booking.plans import analyse, fill_up, plan_of
from tests.booking.steps import history, last_event, operator_of
from tests.factories import WEB
from tests.lasting import lasting
from tests.telegram_bot.desk import opens
from tests.telegram_bot.talks.world import ANNA, BORIS, OUTDATED, Said, World, state, strangers_visit, visit_row

pytestmark = pytest.mark.django_db

built = lasting(World)


@pytest.fixture
def anna(talker, world):
    return talker(ANNA, "Anna", "en")


# The lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "title", "tabs"),
    [("ru", "Мои визиты", ["• Предстоящие", "Прошедшие"]), ("en", "My visits", ["• Upcoming", "Past"])],
)
def test_visits_are_listed_soonest_first(world, talker, language, title, tabs):
    later, sooner = world.visit(12), world.visit(10)
    said = Said(language, world)

    anna = talker(ANNA, "Anna", language).says("/visits")

    labels = [[f"{said.short(visit.start_time)} · Haircut · Vera"] for visit in (sooner, later)]
    assert (anna.text, anna.labels) == (title, [*labels, tabs, ["🏠"]])


@pytest.mark.parametrize(
    ("language", "text", "labels"),
    [
        ("ru", "Мои визиты\n\nПока нет визитов.", [["📅 Записаться"], ["• Предстоящие", "Прошедшие"], ["🏠"]]),
        ("en", "My visits\n\nNo visits are coming up.", [["📅 Book"], ["• Upcoming", "Past"], ["🏠"]]),
    ],
)
def test_empty_list_offers_to_book(world, talker, language, text, labels):
    anna = talker(ANNA, "Anna", language).says("/start").taps("m:l:0")

    assert (anna.text, anna.labels) == (text, labels)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_past_visits_say_what_became_of_them(world, talker, language):
    came, stayed_away = world.past_visit(3), world.past_visit(2, status=Status.NO_SHOW)
    cancelled = world.visit(10)
    cancel_appointment(cancelled.pk, WEB)
    said = Said(language, world)

    anna = talker(ANNA, "Anna", language).says("/visits").taps("m:h:0")

    marked = [(cancelled, "✖️"), (stayed_away, "🚫"), (came, "✔️")]
    labels = [[f"{mark} {said.short(visit.start_time)} · Haircut · Vera"] for visit, mark in marked]
    assert anna.labels[:3] == labels
    assert anna.text == {"ru": "Прошедшие визиты", "en": "Past visits"}[language]


def test_long_lists_have_pages_of_eight(world, anna):
    for day in range(1, 10):
        world.past_visit(day)
    anna.says("/visits").taps("Past")
    first = [row[0] for row in anna.labels[:8]]

    anna.taps("More ▶")

    assert len(anna.labels) == 4
    assert anna.labels[0][0] not in first
    assert anna.labels[1:] == [["◀ Earlier"], ["Upcoming", "• Past"], ["🏠"]]
    assert anna.taps("◀ Earlier").labels[8:] == [["More ▶"], ["Upcoming", "• Past"], ["🏠"]]


def test_page_that_is_not_there_says_so(world, anna):
    anna.says("/start").forges("m:h:999", message_id=anna.screen.message_id)

    assert anna.text == "Past visits\n\nThere are no more."


def test_long_names_do_not_break_a_button(world, anna):
    world.service.name = "A very long name of a service, which goes on and on, and on " * 3
    world.service.save(update_fields=["name"])
    world.visit(10)

    anna.says("/visits")

    assert len(anna.labels[0][0]) <= 64
    assert anna.labels[0][0].endswith("…")


def test_list_costs_the_same_with_one_visit_and_with_thirty(world, anna):
    world.past_visit(1)
    anna.says("/visits").taps("m:h:0").taps("m:l:0")
    with CaptureQueriesContext(connection) as few:
        anna.taps("m:h:0")
    for day in range(2, 31):
        world.past_visit(day)
    anna.taps("m:l:0")

    with CaptureQueriesContext(connection) as many:
        anna.taps("m:h:0")

    assert len(few) == len(many)


def test_mine_are_found_by_the_indexes_on_client_and_chat(world, anna):
    """Also in the menu, which everybody opens who has never booked anything."""
    fill_up(world)
    follow(Appointment.objects.all())
    world.visit(10)
    world.past_visit()

    for screen in ("/start", "m:l:0", "m:h:0"):
        with CaptureQueriesContext(connection) as captured:
            anna.says(screen) if screen.startswith("/") else anna.taps(screen)
        found = [each["sql"] for each in captured if '"notifications_attachedchat"' in each["sql"]]

        assert found
        assert {index in plan_of(sql) for sql in found for index in ("client_visits", "visits_of_chat")} == {True}


def follow(visits) -> None:
    """Each by a chat of its own."""
    AttachedChat.objects.bulk_create(
        AttachedChat(appointment=visit, tg_id=number, language="en") for number, visit in enumerate(visits, start=1000)
    )
    analyse(AttachedChat)


def test_visit_of_a_link_is_among_mine(world, anna):
    friends = world.visit(11, client=world.boris)

    anna.says(f"/start v_{friends.visit_token}")
    page = anna.text
    anna.taps("⬅️")

    assert Said("en", world).span(friends) in page
    assert anna.labels[0] == [f"{Said('en', world).short(friends.start_time)} · Haircut · Vera"]


def test_nobody_elses_visit_is_among_mine(world, anna):
    world.visit(11, client=world.boris)
    strangers_visit()

    anna.says("/visits")

    assert anna.text == "My visits\n\nNo visits are coming up."


# One of them ----------------------------------------------------------------------------------------------------------

PAGE = {
    "ru": "{span}\nHaircut · Vera\n📍 {place}, Lenina 5\n💳 1 000 ₽\n№ {number}\n\n"
    "Перенести или отменить визит можно бесплатно до его начала.",
    "en": "{span}\nHaircut · Vera\n📍 {place}, Lenina 5\n💳 1,000 ₽\n#{number}\n\n"
    "You can move or cancel the visit free of charge until it starts.",
}
DEEDS = {
    "ru": [["🕐 Перенести", "❌ Отменить"], ["💬 Пожелание", "📆 В календарь"], ["⬅️", "🏠"]],
    "en": [["🕐 Move", "❌ Cancel"], ["💬 Comment", "📆 Add to calendar"], ["⬅️", "🏠"]],
}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_visit_shows_what_can_be_done_with_it(world, talker, language):
    visit = world.visit(10)

    anna = talker(ANNA, "Anna", language).says("/visits").taps("Haircut")

    span = Said(language, world).span(visit)
    assert anna.text == PAGE[language].format(span=span, place=world.location.name, number=visit.pk)
    assert anna.labels == DEEDS[language]


def test_back_leads_to_the_page_it_was_on(world, anna):
    for day in range(1, 11):
        world.past_visit(day)
    anna.says("/visits").taps("Past").taps("More ▶").taps("Haircut")

    anna.taps("⬅️")

    assert anna.labels[-3:] == [["◀ Earlier"], ["Upcoming", "• Past"], ["🏠"]]


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED])
def test_visit_that_is_over_can_only_be_repeated(world, anna, status):
    world.past_visit(2, status=status)

    anna.says("/visits").taps("Past").taps("Haircut")

    assert anna.labels == [["🔁 Repeat"], ["⬅️", "🏠"]]


def test_visit_that_has_begun_names_the_telephone(world, anna):
    world.location.phone = "+74951234567"
    world.location.save(update_fields=["phone"])
    start = world.opened.replace(second=0, microsecond=0)
    visit_row(world, start, world.anna, Status.CONFIRMED)

    anna.says("/visits").taps("Haircut")

    assert anna.text.endswith(
        "The visit has begun, so it can no longer be changed here. Please call us: +7 495 123-45-67"
    )
    assert anna.labels == [["⬅️", "🏠"]]


def test_what_somebody_typed_is_never_markup(world, anna):
    world.service.name = '<b>&"Ко"</b>'
    world.service.save(update_fields=["name"])
    world.visit(10, comment="<a href='x'>{{7*7}}</a>")

    anna.says("/visits").taps("Ко")

    assert '<b>&"Ко"</b> · Vera' in anna.text
    assert "💬 <a href='x'>{{7*7}}</a>" in anna.text


def test_visit_has_its_calendar_file(world, anna):
    visit = world.visit(10)
    anna.says("/visits").taps("Haircut")

    anna.taps("📆")

    upload = anna.screen.upload
    [event] = Calendar.from_ical(upload.content).walk("VEVENT")
    assert (upload.name, event.start) == ("visit.ics", visit.start_time)


def test_visit_that_is_not_mine_is_answered_like_one_that_is_not_there(world, anna):
    ids = {
        "another client's": world.visit(10, client=world.boris).pk,
        "another company's": strangers_visit().pk,
        "a hold": hold_slot(world.slot(10), world.actor(world.anna), client_id=world.anna.pk).pk,
        "nobody's": 10**17,
    }
    buttons = {(whose, what): what(id=pk) for whose, pk in ids.items() for what in (VISIT, CALENDAR_FILE, COMMENT)}
    before = state()

    answers = {case: answer(anna, data) for case, data in buttons.items()}

    assert answers == dict.fromkeys(buttons, (OUTDATED, before, "📅 Book"))


def answer(anna, data: str) -> tuple:
    """To a forged button: the toast, the state after it, and what the first button is then."""
    opens(anna.clears(), data)
    return anna.toast, state(), anna.labels[0][0]


# A comment ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "question", "no", "done"),
    [
        ("ru", "💬 Напишите, что нам важно знать, не больше 500 знаков.", "✖️ Не надо", "💬 Мы записали"),
        ("en", "💬 Write what we should know, 500 characters at most.", "✖️ No, thanks", "💬 We have noted it"),
    ],
)
def test_comment_is_typed_and_kept(world, talker, language, question, no, done):
    visit = world.visit(10)
    anna = talker(ANNA, "Anna", language).says("/visits").taps("Haircut").taps("💬")
    asked = (anna.text.splitlines()[0], anna.labels)

    anna.says("Quiet, please")

    visit.refresh_from_db()
    assert asked == (question, [[no]])
    assert (visit.notes, anna.text.splitlines()[0], history(visit)[-1]) == ("Quiet, please", done, "comment_changed")
    assert "💬 Quiet, please" in anna.text


def test_comment_is_asked_for_once(world, anna):
    visit = world.visit(10)
    anna.says("/visits").taps("Haircut").taps("💬").says("Quiet, please")

    anna.says("What does it cost?")

    visit.refresh_from_db()
    assert visit.notes == "Quiet, please"
    assert anna.labels[-2][0] == "👛 Wallet 0 ₽"


@pytest.mark.parametrize("how", ["no", "command", "another button"])
def test_whoever_leaves_the_question_types_into_nothing(world, anna, how):
    visit = world.visit(10)
    anna.says("/visits").taps("Haircut").taps("💬")
    anna.says("/wallet") if how == "command" else anna.taps("✖️")
    if how == "another button":
        anna.taps("🕐")

    anna.says("Quiet, please")

    visit.refresh_from_db()
    assert visit.notes == ""


def test_comment_that_is_too_long_is_asked_for_again(world, anna):
    visit = world.visit(10)
    anna.says("/visits").taps("Haircut").taps("💬").says("x" * 501)
    refused = anna.text

    anna.says("y" * 500)

    visit.refresh_from_db()
    assert refused.startswith("😔 At most 500 characters, please.")
    assert visit.notes == "y" * 500


def test_keys_of_the_phone_are_no_comment(world, anna):
    """They may stand below the chat since the first booking."""
    visit = world.visit(10)
    anna.says("/settings").taps("📱").taps("🏠").taps("m:l:0").taps("Haircut").taps("💬")

    anna.says("Skip")

    visit.refresh_from_db()
    assert (visit.notes, anna.text) == ("", "All right. You can do it later in the settings.")
    anna.says("Quiet, please")
    visit.refresh_from_db()
    assert visit.notes == "Quiet, please"


@pytest.mark.parametrize("asked", ["💬", "🕐"])
def test_number_that_is_shared_meanwhile_is_taken(world, anna, monkeypatch, asked):
    """It is nothing that was typed: neither a comment nor a new time."""
    visit, proved = world.visit(10), []
    monkeypatch.setattr("telegram_bot.flows.phone.prove_phone", lambda *args, **kwargs: proved.append(args))
    anna.says("/settings").taps("📱").taps("🏠").taps("m:l:0").taps("Haircut").taps(asked)

    anna.shares_phone("79991234567")

    visit.refresh_from_db()
    assert (visit.notes, proved) == ("", [(world.company.pk, ANNA, "79991234567")])


def test_comment_comes_too_late_when_the_visit_is_cancelled_meanwhile(world, anna):
    visit = world.visit(10)
    anna.says("/visits").taps("Haircut").taps("💬")
    cancel_appointment(visit.pk, WEB)

    anna.says("Quiet, please")

    assert (anna.text, anna.labels) == ("This visit can no longer be changed.", [["🏠 To the menu"]])


def test_without_redis_nothing_is_asked_for(world, anna, monkeypatch):
    world.visit(10)
    anna.says("/visits").taps("Haircut")
    monkeypatch.setattr("telegram_bot.memory.ask", lambda *args: False)

    anna.taps("💬")

    assert anna.toast == "Typing does not work at the moment. Please try again in a minute."
    assert anna.labels == DEEDS["en"]


def test_question_of_an_earlier_version_is_asked_no_more(world, anna):
    anna.says("/start")
    memory.ask(ANNA, memory.Question("wish", {"hold": 1}))

    anna.says("Quiet, please")

    assert anna.labels[0] == ["📅 Book", "🗓 My visits"]


def test_nothing_more_is_asked_for(world, anna):
    anna.says("/start").forges("m:f", message_id=anna.screen.message_id)

    assert anna.labels[0] == ["📅 Book", "🗓 My visits"]


# A reminder -----------------------------------------------------------------------------------------------------------


def reminded_of(visit: Appointment) -> None:
    """The reminder as the client gets it."""
    visit.events.create(
        event_type="booking_reminder",
        initiated_by={"role": "system", "channel": "system"},
        payload={"lead_minutes": 1440, "start_time": visit.start_time.isoformat()},
    )
    dispatch_event(last_event(visit).pk)
    for delivery in Delivery.objects.filter(event__appointment=visit, role="client"):
        send_delivery(delivery.pk)


def test_reminder_is_answered_with_yes(world, anna):
    visit = world.visit(10)
    anna.says("/start")
    reminded_of(visit)

    anna.taps(REMINDER(id=visit.pk, answer="yes"))

    visit.refresh_from_db()
    assert visit.client_says_coming is True
    assert anna.text == f"✅ See you soon!\n{Said('en', world).span(visit)}\nHaircut · Vera\nLenina 5"
    assert anna.labels == [["🕐 Move", "❌ Can't make it"]]
    assert (anna.toast, history(visit)[-1]) == ("We are looking forward to seeing you!", "client_says_coming")


@pytest.mark.parametrize(
    ("language", "text", "labels"),
    [
        ("ru", "✅ Ждём вас!", ["🕐 Перенести", "❌ Не смогу"]),
        ("en", "✅ See you soon!", ["🕐 Move", "❌ Can't make it"]),
    ],
)
def test_answers_are_in_both_languages(world, talker, language, text, labels):
    visit = world.visit(10)
    anna = talker(ANNA, "Anna", language).says("/start")

    anna.forges(REMINDER(id=visit.pk, answer="yes"))

    assert (anna.text.splitlines()[0], anna.labels) == (text, [labels])


def test_yes_twice_is_said_once(world, anna):
    visit = world.visit(10)
    anna.says("/start").forges(REMINDER(id=visit.pk, answer="yes"))
    shown = anna.screen.message_id

    get_redis_connection().flushdb()
    anna.forges(REMINDER(id=visit.pk, answer="yes"), message_id=shown)

    assert history(visit).count("client_says_coming") == 1


def test_yes_to_another_time_has_not_been_said(world, anna):
    visit = world.visit(10)
    anna.says("/start").forges(REMINDER(id=visit.pk, answer="yes"))
    shown = anna.screen.message_id

    anna.taps("🕐 Move").taps(f"r:t:{visit.pk}:{world.day(3):%Y%m%d}").taps("9:00 am").taps("✅ Move")

    visit.refresh_from_db()
    assert (visit.client_says_coming, visit.start_time) == (None, world.at(9, days=3))
    assert anna.screen.message_id == shown


def test_reminder_is_answered_with_no(world, anna):
    visit = world.visit(10)
    anna.says("/start").forges(REMINDER(id=visit.pk, answer="no"))
    asked = anna.text

    anna.taps("❌ Yes, cancel")

    visit.refresh_from_db()
    assert asked.startswith("Cancel the visit on")
    assert visit.status == Status.CANCELLED


@pytest.mark.parametrize("how", ["yes", "move", "no"])
def test_answers_to_what_is_over_change_nothing(world, anna, how):
    past = world.past_visit(1)
    before = state()

    opens(anna, REMINDER(id=past.pk, answer=how))

    assert (anna.toast, state()) == ("This visit can no longer be changed.", before)


def test_answers_for_somebody_else_change_nothing(world, anna):
    visits = {"another client's": world.visit(10, client=world.boris), "another company's": strangers_visit()}
    buttons = {
        (whose, how): REMINDER(id=visit.pk, answer=how)
        for whose, visit in visits.items()
        for how in ("yes", "move", "no")
    }
    before = state()

    answers = {case: answer(anna, data) for case, data in buttons.items()}

    assert answers == dict.fromkeys(buttons, (OUTDATED, before, "📅 Book"))


def test_whoever_follows_a_visit_may_say_that_its_client_comes(world, anna):
    friends = world.visit(11, client=world.boris)
    attach_chat(friends.pk, ANNA, "en")
    anna.says("/start")

    anna.forges(REMINDER(id=friends.pk, answer="yes"))

    friends.refresh_from_db()
    assert friends.client_says_coming is True


def test_arrived_visit_is_still_coming_up(world, anna):
    """Who sits in the chair sees it until it ends."""
    start = world.opened.replace(second=0, microsecond=0)
    visit = visit_row(world, start, world.anna, Status.CONFIRMED)
    mark_arrived(visit.pk, operator_of(world))

    anna.says("/visits").taps("Haircut")

    assert anna.text.startswith("You are here\n")
    assert anna.labels == [["⬅️", "🏠"]]


def test_boris_sees_his_own(world, talker):
    world.visit(10)
    his = world.visit(12, client=world.boris)

    boris = talker(BORIS, "Boris", "en").says("/visits")

    assert boris.labels[0] == [f"{Said('en', world).short(his.start_time)} · Haircut · Vera"]
    assert len(boris.labels) == 3
