"""A specialist's day and week, by real taps."""

from datetime import time, timedelta

import pytest
from django.utils import translation

from booking.models import Status
from booking.wording import long_day, short_day
from catalog.models import Break, Holiday, SpecialistSchedule
from telegram_bot.callbacks import MY_DAY, MY_DAY_PAGE, MY_VISIT, MY_WEEK
from tests.booking.rows import put, put_hold
from tests.factories import make_location
from tests.lasting import lasting
from tests.telegram_bot.desk import data_of, toasts
from tests.telegram_bot.talks.days import BOTH, away, day_name, full_day, on_button, shows, vera, visit
from tests.telegram_bot.talks.world import OUTDATED, World, plain

pytestmark = pytest.mark.django_db

built = lasting(World)


WORDS = {
    "ru": {
        "day": "{day} · 3 визита · 3 ч\n\n🕘 09:00–20:00\n10:00–11:00 ○ Алёхина М. — Haircut\n⋯ окно 45 мин ⋯\n"
        "11:45–12:45 ● Гость — Haircut · пришёл\n⋯ окно 15 мин ⋯\n13:00–13:30 ☕ <обед> & сон\n⋯ окно 1 ч 30 мин ⋯\n"
        "15:00–16:00 ✔ Пётр — Haircut · завершён",
        "times": ["10:00", "11:45", "15:00"],
        "guest": "Гость",
        "break": "☕ Перерыв",
        "week": "📅 Неделя",
        "today": "Сегодня",
        "client": "👤 Как клиент",
        "empty": "{day}\n\nВизитов нет.\n\n🕘 09:00–20:00",
    },
    "en": {
        "day": "{day} · 3 visits · 3 h\n\n🕘 9:00 am–8:00 pm\n10:00 am–11:00 am ○ Алёхина М. — Haircut\n"
        "⋯ 45 min free ⋯\n11:45 am–12:45 pm ● Guest — Haircut · arrived\n⋯ 15 min free ⋯\n"
        "1:00 pm–1:30 pm ☕ <обед> & сон\n⋯ 1 h 30 min free ⋯\n3:00 pm–4:00 pm ✔ Пётр — Haircut · completed",
        "times": ["10:00 am", "11:45 am", "3:00 pm"],
        "guest": "Guest",
        "break": "☕ Break",
        "week": "📅 Week",
        "today": "Today",
        "client": "👤 As a client",
        "empty": "{day}\n\nNo visits.\n\n🕘 9:00 am–8:00 pm",
    },
}


def around(world: World, days: int, language: str) -> list[str]:
    before, after = (on_button(world.day(days + step), language) for step in (-1, 1))
    return [f"◀ {before}", *([] if days == 0 else [WORDS[language]["today"]]), f"{after} ▶"]


# The day --------------------------------------------------------------------------------------------------------------


@BOTH
def test_start_opens_today(world, talker, language):
    words = WORDS[language]

    who = vera(talker, language).says("/start")

    assert who.text == words["empty"].format(day=day_name(world.day(0), language))
    assert who.labels == [around(world, 0, language), [words["break"], words["week"], "🏠"], [words["client"]]]


def test_everything_he_writes_opens_today(world, talker):
    who, commands = vera(talker), ("/day", "/menu", "what is on?")

    shown = {command: who.clears().says(command).text.splitlines()[0] for command in commands}

    assert shown == dict.fromkeys(commands, day_name(world.day(0), "en"))


@BOTH
def test_day_is_told_line_by_line(world, talker, language):
    visits, words = full_day(world), WORDS[language]

    who = shows(vera(talker, language), MY_DAY(day=world.day(2)))

    first, second, third = words["times"]
    assert who.text == words["day"].format(day=day_name(world.day(2), language))
    assert who.labels == [
        [f"{first} Алёхина", f"{second} {words['guest']}"],
        [f"{third} Пётр"],
        around(world, 2, language),
        [words["break"], words["week"], "🏠"],
    ]
    assert data_of(who)[:2] == [[MY_VISIT(id=visits[0].pk), MY_VISIT(id=visits[1].pk)], [MY_VISIT(id=visits[2].pk)]]


def test_one_goes_from_day_to_day_and_back_to_today(world, talker):
    who = vera(talker).says("/start")

    names = [who.taps("▶").text, who.taps("▶").text, who.taps("◀").text, who.taps("Today").text, who.taps("◀").text]

    assert [name.splitlines()[0] for name in names] == [day_name(world.day(days), "en") for days in (1, 2, 1, 0, -1)]
    assert [WORDS["en"]["break"] in row for row in who.labels] == [False, False], "no break in the past"


def test_he_is_a_client_too(world, talker):
    who = vera(talker).says("/start").taps("👤 As a client")

    assert who.labels[-1] == ["🏠 To the menu"]
    assert who.taps("🏠 To the menu").text.startswith(day_name(world.day(0), "en"))


OFF = {
    "vacation": (
        lambda world: away(world, last_date=world.day(4), reason="Sea <b>"),
        {"ru": "🏖 Sea <b> (до {until})", "en": "🏖 Sea <b> (until {until})"},
    ),
    "day off": (
        lambda world: world.specialist.schedules.all().delete(),
        {"ru": "🌿 Выходной.", "en": "🌿 Day off."},
    ),
    "holiday": (
        lambda world: Holiday.objects.create(location=world.location, date=world.day(2), description="New & Year"),
        {"ru": "🎉 Салон закрыт: New & Year", "en": "🎉 The salon is closed: New & Year"},
    ),
    "holiday without a name": (
        lambda world: Holiday.objects.create(location=world.location, date=world.day(2)),
        {"ru": "🎉 Салон закрыт.", "en": "🎉 The salon is closed."},
    ),
    "closed": (
        lambda world: world.location.schedules.all().delete(),
        {"ru": "🚪 Салон закрыт.", "en": "🚪 The salon is closed."},
    ),
}


@BOTH
@pytest.mark.parametrize("name", OFF)
def test_day_off_says_why(world, talker, language, name):
    make, words = OFF[name]
    make(world)

    who = shows(vera(talker, language), MY_DAY(day=world.day(2)))

    with translation.override(language):
        until = plain(short_day(world.day(4)))
    assert who.text == f"{day_name(world.day(2), language)}\n{words[language].format(until=until)}"


@BOTH
def test_time_being_held_has_no_button(world, talker, language):
    start = world.at(10, days=2)
    end = start + timedelta(hours=1)
    put_hold(world, start_time=start, end_time=end, busy_until=end, contact_name="Somebody")

    who = shows(vera(talker, language), MY_DAY(day=world.day(2)))

    words = {"ru": "кто-то записывается на это время", "en": "somebody is booking this time"}
    assert who.text.endswith(f"⏳ {words[language]}")
    assert len(who.labels) == 2


def test_long_day_has_pages(world, talker):
    for number in range(19):
        start = world.at(9, days=2) + timedelta(minutes=30 * number)
        end = start + timedelta(minutes=30)
        put(world, start_time=start, end_time=end, busy_until=end, contact_name=f"Person{number}")

    who = shows(vera(talker), MY_DAY(day=world.day(2)))
    first = (who.text.count("Person"), who.labels[4])
    who.taps("More ▶")
    second = (who.text.count("Person"), who.labels[4])
    who.taps("More ▶")

    assert (first, second) == ((8, ["More ▶"]), (8, ["◀ Earlier", "More ▶"]))
    assert (who.text.splitlines()[0].endswith("19 visits · 9 h 30 min"), who.labels[:3]) == (
        True,
        [["5:00 pm Person16", "5:30 pm Person17"], ["6:00 pm Person18"], ["◀ Earlier"]],
    )
    assert shows(who, MY_DAY_PAGE(day=world.day(2), page=999)).labels[0] == ["5:00 pm Person16", "5:30 pm Person17"]


def test_today_opens_the_page_that_it_is_time_for(world, talker):
    """The first eight are over by the hands of the staff, whatever the hour is."""
    for number in range(9):
        start = world.at(0, days=0) + timedelta(minutes=10 * number)
        end = start + timedelta(minutes=10)
        put(world, start_time=start, end_time=end, busy_until=end, status=Status.COMPLETED, contact_name=f"P{number}")
    last = world.at(23, 50, days=0)
    put(world, start_time=last, end_time=last + timedelta(hours=4), busy_until=last + timedelta(hours=4))

    who = vera(talker).says("/start")

    assert who.labels[1] == ["◀ Earlier"]


def test_day_in_two_locations_names_them(world, talker):
    abroad = make_location(world.company, name="Abroad <b>", timezone="Asia/Tbilisi", position=1)
    world.specialist.schedules.update(end_time=time(13))
    SpecialistSchedule.objects.create(
        specialist=world.specialist, location=abroad, day_of_week=world.day(2).weekday(), start_time=time(15),
        end_time=time(20),
    )  # fmt: skip
    visit(world, 16, location=abroad, contact_name="Nino")

    who = shows(vera(talker), MY_DAY(day=world.day(2)))

    assert who.text == (
        f"{day_name(world.day(2), 'en')} · 1 visit · 60 min\n\n📍 {world.location.name}\n🕘 9:00 am–1:00 pm\n\n"
        "📍 Abroad <b>\n🕘 3:00 pm–8:00 pm\n5:00 pm–6:00 pm ○ Nino — Haircut"
    )


def test_visit_over_midnight_is_on_both_days(world, talker):
    visit(world, 23, 30, contact_name="Night")

    who = shows(vera(talker), MY_DAY(day=world.day(2)))
    first = who.text
    who.taps("▶")

    assert first.endswith("11:30 pm–12:30 am ○ Night — Haircut")
    assert who.text.endswith("11:30 pm–12:30 am ○ Night — Haircut")
    assert ("1 visit" in first, "1 visit" in who.text) == (True, False)


def test_days_of_another_life_are_none(world, talker):
    days = ("10000101", "29991231", "20261340", "00000000")
    buttons = [f"sp:{verb}:{day}" for verb in "dwb" for day in days]

    assert toasts(vera(talker), buttons) == dict.fromkeys(buttons, OUTDATED)


@BOTH
def test_week_counts_visits_and_free_time(world, talker, language):
    monday = world.day(9) - timedelta(days=world.day(9).weekday())
    days = (monday - world.day(0)).days
    visit(world, 10, days=days)
    visit(world, 12, days=days)
    Break.objects.create(specialist=world.specialist, date=monday + timedelta(days=1), reason="Отпуск")

    who = shows(vera(talker, language), MY_WEEK(day=world.day(9)))

    free = {"ru": "свободно 9 ч", "en": "9 h free"}[language]
    count = {"ru": "2 визита", "en": "2 visits"}[language]
    nobody = {"ru": "0 визитов · свободно 11 ч", "en": "0 visits · 11 h free"}[language]
    name = [day_name(monday + timedelta(days=number), language) for number in range(7)]
    with translation.override(language):
        title = plain(f"{long_day(monday)} – {long_day(monday + timedelta(days=6))}")
    assert who.text == "\n".join(
        [title, "", f"{name[0]}: {count} · {free}", f"{name[1]}: Отпуск", *(f"{each}: {nobody}" for each in name[2:])]
    )
    assert who.labels[0][:2] == [f"{on_button(monday, language)} · 2", on_button(monday + timedelta(days=1), language)]
    assert data_of(who)[2][::2] == [MY_WEEK(day=monday + timedelta(days=step)) for step in (-7, 7)]
    assert who.taps(who.labels[0][0]).text.startswith(f"{name[0]} · {count}")
