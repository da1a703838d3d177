"""A visit gets another time, and the old one back."""

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_redis import get_redis_connection

from booking.commands import cancel_appointment, reschedule_appointment
from booking.models import Appointment
from booking.queries.calendars import Calendar
from catalog.models import SpecialistSchedule
from notifications.commands import dispatch_event, send_delivery
from notifications.models import Delivery
from telegram_bot.callbacks import (
    MOVE,
    MOVE_ASK,
    MOVE_DAYS,
    MOVE_PART,
    MOVE_TIMES,
    RESCHEDULE,
    UNDO_MOVE,
    from_minute36,
)
from tests.booking.steps import history, last_event
from tests.factories import WEB, book
from tests.lasting import lasting
from tests.telegram_bot.desk import opens
from tests.telegram_bot.talks.days import visit as row
from tests.telegram_bot.talks.world import ANNA, OPERATOR, SPECIALIST, Said, World, state, top_up

pytestmark = pytest.mark.django_db

built = lasting(World)


@pytest.fixture
def anna(talker, world):
    return talker(ANNA, "Anna", "en")


def choosing_a_day(anna):
    return anna.says("/visits").taps("Haircut").taps("🕐")


def on_day(anna, visit, day):
    """The times of a day of the first page, where the way back is to the list."""
    return choosing_a_day(anna).taps(MOVE_TIMES(id=visit.pk, day=day))


def times_of(anna, visit, day):
    """The same by its button alone."""
    return opens(anna, MOVE_TIMES(id=visit.pk, day=day))


# Days and times -------------------------------------------------------------------------------------------------------

WORDS = {
    "ru": {
        "day": "На какой день перенести?\nHaircut · Vera\nВизит: {was}",
        "days": "Дни со свободным временем и сколько окон:",
        "time": "Выберите время:",
        "ask": "Перенести с {was} на {to}?\nHaircut · Vera",
        "yes": "✅ Перенести",
        "other": "⬅️ Другое время",
        "moved": "🕐 Визит перенесён",
        "toast": "Перенесено.",
        "undo": "↩️ Вернуть: {was}",
        "back": "↩️ Всё как было",
        "put": "Вернули.",
    },
    "en": {
        "day": "Which day instead?\nHaircut · Vera\nVisit: {was}",
        "days": "Days with free times, and how many:",
        "time": "Choose a time:",
        "ask": "Move from {was} to {to}?\nHaircut · Vera",
        "yes": "✅ Move",
        "other": "⬅️ Another time",
        "moved": "🕐 The visit has been moved",
        "toast": "Moved.",
        "undo": "↩️ Put it back: {was}",
        "back": "↩️ Back at the old time",
        "put": "Put back.",
    },
}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_visit_is_moved_and_put_back(world, talker, language):
    visit, said, words = world.visit(10), Said(language, world), WORDS[language]
    was, to = said.exact(visit.start_time), said.exact(world.at(9, days=3))
    anna = talker(ANNA, "Anna", language)

    choosing_a_day(anna)
    assert anna.text.startswith(words["day"].format(was=was))
    assert anna.text.endswith(words["days"])
    anna.taps(MOVE_TIMES(id=visit.pk, day=world.day(3)))
    assert anna.text.endswith(words["time"])
    anna.taps(MOVE_ASK(id=visit.pk, start=world.at(9, days=3)))
    assert (anna.text, anna.labels) == (words["ask"].format(was=was, to=to), [[words["yes"]], [words["other"]]])
    anna.taps("✅")
    moved = Appointment.objects.get(pk=visit.pk).start_time
    undo = words["undo"].format(was=said.short(visit.start_time, on_a_screen=False))
    assert (moved, anna.toast, anna.labels) == (world.at(9, days=3), words["toast"], [[undo], ["⬅️", "🏠"]])
    assert anna.text.startswith(words["moved"])
    anna.taps("↩️")

    visit.refresh_from_db()
    assert (visit.start_time, anna.toast) == (world.at(10, days=2), words["put"])
    assert anna.text.startswith(words["back"])
    assert history(visit)[-2:] == ["booking_rescheduled", "booking_rescheduled"]


def test_only_days_with_room_are_shown_three_in_a_row(world, anna):
    """Vera works on two weekdays."""
    kept = {world.day(1).weekday(), world.day(2).weekday()}
    SpecialistSchedule.objects.exclude(day_of_week__in=kept).delete()
    world.visit(10)

    choosing_a_day(anna)

    days = [button for button in anna.screen.buttons if button["callback_data"].startswith("r:t:")]
    assert [len(row) for row in anna.labels] == [3, 1, 1, 2]
    assert len(days) == 4
    assert days[0]["text"].endswith(f"{world.day(1).day} · 41")


def test_days_go_on_to_the_horizon_and_no_further(world, anna):
    world.company.horizon_days = 20
    world.company.save(update_fields=["horizon_days"])
    world.visit(10)

    choosing_a_day(anna).taps("More ▶")

    days = [data[-8:] for data in datas(anna) if data.startswith("r:t:")]
    assert (days[0], days[-1] <= f"{world.day(20):%Y%m%d}") == (f"{world.day(14):%Y%m%d}", True)
    assert anna.labels[-2:] == [["◀ Earlier"], ["⬅️", "🏠"]]


def test_move_begins_on_the_page_of_the_visit(world, anna):
    world.visit(10, days=16)

    choosing_a_day(anna)

    assert ["◀ Earlier", "More ▶"] in anna.labels


@pytest.mark.parametrize(("step", "count"), [(60, 11), (30, 21), (5, 121)])
def test_times_of_a_full_day_are_shown_by_its_parts(world, anna, step, count):
    world.company.slot_step_minutes = step
    world.company.save(update_fields=["slot_step_minutes"])
    visit = world.visit(9)

    times_of(anna, visit, world.day(3))
    tabs = ["• Morning", "Afternoon", "Evening"]
    shown = anna.labels[0]
    if count > 20:
        anna.taps("Evening")

    hours = [text for row in anna.labels for text in row if text.endswith("m")]
    assert shown == (tabs if count > 20 else ["9:00 am", "10:00 am", "11:00 am", "12:00 pm"])
    assert hours[0] == ("5:00 pm" if count > 20 else "9:00 am")
    assert hours[-1] == "7:00 pm"


def test_own_time_is_not_in_the_way_and_is_not_offered(world, anna):
    visit = world.visit(10)

    times_of(anna, visit, world.day(2))

    times = [label for row in anna.labels for label in row]
    assert ("10:00 am" in times, "10:15 am" in times, "9:45 am" in times) == (False, True, True)


def test_day_that_nobody_can_book_is_empty(world, anna):
    visit, days, shown = world.visit(10), ("20000101", "29991231", "10000101"), {}

    for day in days:
        opens(anna.clears(), f"r:t:{visit.pk}:{day}")
        shown[day] = (anna.text.splitlines()[-1], anna.labels)

    nothing = ("There are no free times left on this day.", [["⬅️ Days"]])
    assert shown == dict.fromkeys(days, nothing)


def test_page_that_is_not_there_is_the_last_one(world, anna):
    visit = world.visit(10)

    choosing_a_day(anna).forges(MOVE_DAYS(id=visit.pk, page=999), message_id=anna.screen.message_id)

    assert ["◀ Earlier"] in anna.labels


def test_steps_cost_the_same_in_an_empty_calendar_and_in_a_full_one(world, anna):
    visit = world.visit(10)
    times_of(anna, visit, world.day(3)).taps("⬅️ Days").taps(MOVE_TIMES(id=visit.pk, day=world.day(3)))
    with CaptureQueriesContext(connection) as empty:
        anna.taps("⬅️ Days").taps(MOVE_TIMES(id=visit.pk, day=world.day(3)))
    for number in range(30):
        day, hour = divmod(number, 6)
        row(world, 9 + hour, days=4 + day)

    with CaptureQueriesContext(connection) as full:
        anna.taps("⬅️ Days").taps(MOVE_TIMES(id=visit.pk, day=world.day(3)))

    assert len(empty) == len(full)


# Yes ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [ANNA, OPERATOR, SPECIALIST])
def test_difference_of_the_price_is_said_to_whom_it_concerns(world, talker, who, monkeypatch):
    """A move keeps its specialist and with him the price, so the difference has to be made up here."""
    top_up(world.anna, 1000)
    visit = world.visit(10, pay_from_wallet=True)
    whole = Calendar.terms
    monkeypatch.setattr(
        Calendar, "terms", lambda self, offer: (replace(each, price=Decimal(1300)) for each in whole(self, offer))
    )
    person = talker(who, "Somebody", "en")

    person.forges(MOVE_ASK(id=visit.pk, start=world.at(9, days=3)))

    said = ["Price: 1,000 ₽ → 1,300 ₽", "300 ₽ more is taken from the wallet."]
    assert [line for line in person.text.splitlines() if "₽" in line] == ([] if who == SPECIALIST else said)


def test_taken_time_shows_what_is_around_it(world, anna):
    visit = world.visit(10)
    on_day(anna, visit, world.day(3)).taps("9:00 am")
    book(world.slot(9, days=3), phone="+79990000009")

    anna.taps("✅ Move")

    visit.refresh_from_db()
    assert (anna.toast, visit.start_time) == ("This time has just been taken.", world.at(10, days=2))
    assert anna.text.startswith("😔 This time has just been taken.\n\nHaircut · Vera")
    starts = [from_minute36(data.rpartition(":")[2]) for data in datas(anna) if data.startswith("r:a:")]
    assert world.at(10, days=3) in starts
    assert world.at(9, days=3) not in starts
    assert anna.labels[-2:] == [["📆 Another day"], ["⬅️", "🏠"]]
    anna.taps(MOVE_ASK(id=visit.pk, start=world.at(10, days=3))).taps("✅ Move")
    visit.refresh_from_db()
    assert visit.start_time == world.at(10, days=3)


def datas(person) -> list[str]:
    return [button["callback_data"] for button in person.screen.buttons]


def test_time_that_is_gone_before_the_question_shows_what_is_around_it(world, anna):
    visit = world.visit(10)
    on_day(anna, visit, world.day(3))
    book(world.slot(9, days=3), phone="+79990000009")

    anna.taps("9:00 am")

    assert anna.toast == "This time has just been taken."
    assert anna.labels[-2:] == [["📆 Another day"], ["⬅️", "🏠"]]


def test_forged_times_change_nothing(world, anna):
    visit, answers = world.visit(10), {}
    before = state()
    moments = {
        "off the grid": world.at(9, 7, days=3),
        "at night": world.at(3, days=3),
        "past": world.at(10, days=-3),
        "0": from_minute36("0"),
        "zzzzzz": from_minute36("zzzzzz"),
    }

    for (name, start), button in product(moments.items(), (MOVE, MOVE_ASK)):
        opens(anna.clears(), button(id=visit.pk, start=start))
        answers[name, button] = (anna.toast != "", state(), anna.text[:1])

    assert answers == dict.fromkeys(product(moments, (MOVE, MOVE_ASK)), (True, before, "😔"))


def test_move_to_where_it_is_changes_nothing(world, anna):
    visit = world.visit(10)
    anna.says("/visits").taps("Haircut")
    before = state()

    anna.forges(MOVE(id=visit.pk, start=world.at(10, days=2)), message_id=anna.screen.message_id)

    assert (anna.toast, state()) == ("The visit is already at this time.", before)


def test_second_yes_moves_nothing(world, anna):
    visit = world.visit(10)
    times_of(anna, visit, world.day(3)).taps("9:00 am").taps("✅ Move")
    before, shown = state(), anna.screen.message_id

    get_redis_connection().flushdb()
    anna.forges(MOVE(id=visit.pk, start=world.at(9, days=3)), message_id=shown)

    assert (anna.toast, state()) == ("The visit is already at this time.", before)


def test_cancelled_visit_is_not_moved(world, anna):
    visit = world.visit(10)
    cancel_appointment(visit.pk, WEB)
    before = state()
    parts = {"id": visit.pk, "page": 0, "day": world.day(3), "start": world.at(9, days=3)}
    buttons = (MOVE_DAYS, MOVE_TIMES, MOVE_PART, MOVE_ASK, MOVE, RESCHEDULE)

    answers = {button: (opens(anna, button(**parts)).toast, state()) for button in (*buttons, UNDO_MOVE)}

    no = dict.fromkeys(buttons, ("This visit can no longer be changed.", before))
    assert answers == {**no, UNDO_MOVE: ("There is no move to take back.", before)}


# Back again -----------------------------------------------------------------------------------------------------------


def test_way_back_is_offered_while_the_old_time_is_free(world, anna):
    visit = world.visit(10)
    on_day(anna, visit, world.day(3)).taps("9:00 am")
    reschedule_appointment(visit.pk, world.at(9, days=3), WEB)
    book(world.slot(10, days=2), phone="+79990000009")

    anna.taps("✅ Move")

    assert anna.toast == "The visit is already at this time."
    assert anna.labels == [["⬅️", "🏠"]]


def test_undo_that_came_too_late_says_so(world, anna):
    visit = world.visit(10)
    on_day(anna, visit, world.day(3)).taps("9:00 am").taps("✅ Move")
    book(world.slot(10, days=2), phone="+79990000009")

    anna.taps("↩️")

    visit.refresh_from_db()
    assert (anna.toast, visit.start_time) == ("This time has just been taken.", world.at(9, days=3))
    assert anna.labels == [["⬅️", "🏠"]]


def test_second_undo_says_that_there_is_none(world, anna):
    visit = world.visit(10)
    times_of(anna, visit, world.day(3)).taps("9:00 am").taps("✅ Move").taps("↩️")
    before = state()

    get_redis_connection().flushdb()
    anna.forges(UNDO_MOVE(id=visit.pk), message_id=anna.screen.message_id)

    assert (anna.toast, state()) == ("There is no move to take back.", before)


# Where it leads back --------------------------------------------------------------------------------------------------


def test_move_from_a_list_leads_back_to_it(world, anna):
    visit = world.visit(10)
    on_day(anna, visit, world.day(3)).taps("9:00 am").taps("✅ Move")

    assert anna.taps("⬅️").text == "My visits"


def test_move_remembers_only_its_own_visit(world, anna):
    visit, other = world.visit(10), world.visit(12)
    choosing_a_day(anna)

    anna.forges(MOVE_DAYS(id=other.pk, page=0), message_id=anna.screen.message_id)

    assert datas(anna)[-1] == f"bke:menu:{other.pk}:n"
    assert visit.start_time < other.start_time


def test_without_redis_a_visit_is_moved_all_the_same(world, anna):
    visit = world.visit(10)
    choosing_a_day(anna)

    for step in (MOVE_TIMES(id=visit.pk, day=world.day(3)), "9:00 am", "✅ Move"):
        get_redis_connection().flushdb()
        anna.taps(step)

    visit.refresh_from_db()
    assert (visit.start_time, anna.toast) == (world.at(9, days=3), "Moved.")
    assert datas(anna)[-1] == f"m:c:{visit.pk}"


def test_whoever_types_leaves_the_move(world, anna):
    world.visit(10)
    choosing_a_day(anna)
    list_message = anna.screen.message_id

    anna.says("hello")

    assert anna.text.startswith(world.company.name)
    assert anna.screen.message_id != list_message
    assert get_redis_connection().get(f"fsm:{ANNA}") is None


def test_other_buttons_leave_the_move(world, anna):
    visit = world.visit(10)
    choosing_a_day(anna).taps("🏠")

    anna.forges(MOVE_DAYS(id=visit.pk, page=0), message_id=anna.screen.message_id)

    assert datas(anna)[-1] == f"bke:menu:{visit.pk}:n"


# By staff -------------------------------------------------------------------------------------------------------------


def test_operator_moves_from_his_card(world, talker):
    """He is bound by neither notice nor horizon's other end; everybody else is told."""
    world.company.min_notice_minutes = 60 * 24 * 30
    world.company.save(update_fields=["min_notice_minutes"])
    visit = book(world.slot(10, days=40), phone="+79990000009")
    operator = talker(OPERATOR, "Olga", "en")
    dispatch_event(last_event(visit).pk)
    send_delivery(Delivery.objects.get(target=str(OPERATOR)).pk)

    operator.taps("✏️").taps("🕐").taps(MOVE_DAYS(id=visit.pk, page=1)).taps(MOVE_DAYS(id=visit.pk, page=0))
    operator.taps(MOVE_TIMES(id=visit.pk, day=world.day(3))).taps("9:00 am").taps("✅ Move")

    visit.refresh_from_db()
    assert visit.start_time == world.at(9, days=3)
    assert last_event(visit).initiated_by["user_id"] == world.operator.pk
    assert operator.taps("⬅️").text.startswith(f"🕐 Moved #{visit.pk}")
