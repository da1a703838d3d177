"""Breaks: three taps, nothing typed, one tap back."""

from datetime import time

import pytest

from booking.models import Appointment, Status
from catalog.models import Break
from telegram_bot.callbacks import (
    BREAK,
    BREAK_LENGTH,
    DROP_BREAK,
    MY_DAY,
    MY_VISIT,
    TAKE_BREAK,
    minute36,
)
from tests.lasting import lasting
from tests.telegram_bot.desk import a_moment_later, data_of
from tests.telegram_bot.talks.days import BOTH, away, day_name, fixed, shows, vera, visit
from tests.telegram_bot.talks.world import OUTDATED, World

pytestmark = pytest.mark.django_db

built = lasting(World)


@BOTH
def test_break_in_three_taps_with_nothing_typed(world, talker, language):
    who = shows(vera(talker, language), MY_DAY(day=world.day(2)))
    words = {
        "ru": (
            "☕ Перерыв · {day}\n\nКогда начать?",
            "13:00",
            "☕ Перерыв · {day}, 13:00\n\nСколько?",
            "30 мин",
            "☕ Перерыв сохранён\n{day}, 13:00–13:30",
            [["↩️ Отменить перерыв", "✍️ Причина"], ["⬅️ К дню", "🏠"]],
            "Перерыв сохранён.",
        ),
        "en": (
            "☕ Break · {day}\n\nWhen does it start?",
            "1:00 pm",
            "☕ Break · {day}, 1:00 pm\n\nHow long?",
            "30 min",
            "☕ The break is saved\n{day}, 1:00 pm–1:30 pm",
            [["↩️ Take the break back", "✍️ Reason"], ["⬅️ To the day", "🏠"]],
            "The break is saved.",
        ),
    }[language]
    day = day_name(world.day(2), language)

    who.taps("☕")
    when = who.text
    who.taps(words[1])
    how_long = who.text
    who.taps(words[3])

    assert (when, how_long, who.text) == tuple(text.format(day=day) for text in words[0:5:2])
    assert (who.labels, who.toast) == (words[5], words[6])
    assert taken() == [(world.day(2), time(13), time(13, 30), "")]


def taken() -> list[tuple]:
    return list(Break.objects.values_list("date", "start_time", "end_time", "reason"))


def test_starts_are_free_half_hours(world, talker):
    visit(world, 9)
    visit(world, 10, 10)
    visit(world, 12, 0)
    Break.objects.create(specialist=world.specialist, date=world.day(2), start_time=time(14), end_time=time(19, 20))

    who = shows(vera(talker), BREAK(day=world.day(2)))

    assert who.labels == [
        ["11:10 am", "11:30 am", "1:00 pm", "1:30 pm"],
        ["7:20 pm", "7:30 pm"],
        ["🗑 2:00 pm–7:20 pm"],
        ["⬅️ To the day", "🏠"],
    ]


def test_of_a_long_day_whole_hours_are_enough(world, talker):
    world.specialist.schedules.update(start_time=time(0), end_time=time(0))
    world.location.schedules.update(start_time=time(0), end_time=time(0))
    visit(world, 10, 10)

    who = shows(vera(talker), BREAK(day=world.day(2)))

    starts = [label for row in who.labels[:-1] for label in row]
    assert starts[9:12] == ["9:00 am", "11:10 am", "12:00 pm"]
    assert len(starts) == 23


def test_day_without_room_says_so(world, talker):
    away(world)

    who = shows(vera(talker), BREAK(day=world.day(2)))

    assert who.text.endswith("There is no free time left on this day.")
    assert who.labels == [["⬅️ To the day", "🏠"]]


def test_break_begins_now(world, talker, monkeypatch):
    noon = world.at(12, 7, days=2)
    monkeypatch.setattr("booking.queries.columns.ClockTimestamp", lambda: fixed(noon))

    who = vera(talker).says("/start").taps("☕")

    assert who.labels[0][:2] == ["12:07 pm · now", "12:30 pm"]


def test_visits_in_the_break_stay_and_are_named(world, talker):
    """As in the console: whoever takes a break sees whom it meets, and moves or cancels them."""
    coming = visit(world, 13, 20, contact_name="Мария Алёхина")
    who = shows(vera(talker), BREAK_LENGTH(start=world.at(13, days=2)))
    assert who.labels[0] == ["15 min", "30 min ⚠️", "60 min ⚠️", "1 h 30 min ⚠️"]
    assert who.text.endswith("⚠️ somebody comes then")

    who.taps("30 min")

    assert who.text.endswith("⚠️ 1 visit falls into it. Move or cancel it:\n1:20 pm–2:20 pm ○ Алёхина М. — Haircut")
    assert data_of(who)[0] == [MY_VISIT(id=coming.pk)]
    assert (len(taken()), Appointment.objects.get().status) == (1, Status.CONFIRMED)


def test_break_is_taken_back_and_a_second_tap_says_so(world, talker):
    who = shows(vera(talker), TAKE_BREAK(start=world.at(13, days=2), length=30))
    pk = Break.objects.get().pk

    who.taps("↩️")
    first = (who.toast, who.text.splitlines()[0])
    shows(a_moment_later(who), DROP_BREAK(id=pk))

    assert first == ("The break is removed.", day_name(world.day(2), "en"))
    assert (who.toast, taken()) == ("That break is already gone.", [])


def test_break_of_the_day_is_taken_back_from_the_list(world, talker):
    away(world, start_time=time(13), end_time=time(14))

    who = shows(vera(talker), BREAK(day=world.day(2))).taps("🗑 1:00 pm–2:00 pm")

    assert (who.toast, taken()) == ("The break is removed.", [])


def test_vacation_is_not_taken_back(world, talker):
    """The desk has written it down; there is no button, and a forged one does nothing."""
    long, daily = away(world), away(world, start_time=time(13), end_time=time(14), last_date=world.day(9))
    who = shows(vera(talker), BREAK(day=world.day(3)))
    assert not any("🗑" in label for row in who.labels for label in row)

    for row in (long, daily):
        shows(who, DROP_BREAK(id=row.pk))

    assert Break.objects.count() == 2


@BOTH
def test_reason_is_typed_and_kept(world, talker, language):
    who = shows(vera(talker, language), TAKE_BREAK(start=world.at(13, days=2), length=30)).taps("✍️")
    asked = who.text

    who.says("Обед & <сон>")

    assert (
        asked
        == {
            "ru": "✍️ Напишите, для чего перерыв, не больше 200 знаков.",
            "en": "✍️ Write what the break is for, 200 characters at most.",
        }[language]
    )
    assert taken() == [(world.day(2), time(13), time(13, 30), "Обед & <сон>")]
    assert who.text.splitlines()[2] == "Обед & <сон>"
    assert who.labels[0][1] == {"ru": "✍️ Изменить причину", "en": "✍️ Change the reason"}[language]


def test_reason_that_is_too_long_is_asked_for_again(world, talker):
    who = shows(vera(talker), TAKE_BREAK(start=world.at(13, days=2), length=30)).taps("✍️")

    who.says("x" * 201)
    refused = who.text
    who.says("x" * 200)

    assert refused.startswith("At most 200 characters, please.\n\n✍️")
    assert taken()[0][-1] == "x" * 200


def test_nobody_has_to_give_a_reason(world, talker):
    who = shows(vera(talker), TAKE_BREAK(start=world.at(13, days=2), length=30)).taps("✍️")

    who.taps("✖️ Without a reason").says("something else")

    assert (taken()[0][-1], who.text.splitlines()[0]) == ("", day_name(world.day(0), "en"))


def test_old_chips_offer_other_times(world, talker):
    over, unworked = world.at(13, days=-1), world.at(6, days=2)
    said = "You are not working then, or that time is over. Choose another."
    who = vera(talker)

    for start in (over, unworked):
        shows(who, BREAK_LENGTH(start=start))
        assert (who.toast, who.text[:9]) == (said, "☕ Break ·")
        shows(a_moment_later(who), TAKE_BREAK(start=start, length=30))
        assert who.toast == said

    assert taken() == []


@pytest.mark.parametrize("length", [1, 29, 999])
def test_lengths_that_are_not_offered_are_not_taken(world, talker, length):
    who = shows(vera(talker), f"sp:b2:{minute36(world.at(13, days=2))}:{length}")

    assert (who.toast, taken()) == (OUTDATED, [])


def test_break_through_midnight(world, talker):
    world.specialist.schedules.update(start_time=time(20), end_time=time(4))
    world.location.schedules.update(start_time=time(20), end_time=time(4))

    who = shows(vera(talker), BREAK_LENGTH(start=world.at(23, 30, days=2))).taps("60 min")

    assert who.text.splitlines()[1] == f"{day_name(world.day(2), 'en')}, 11:30 pm–12:30 am"
    assert taken() == [(world.day(2), time(23, 30), time(0, 30), "")]


def test_in_the_hour_that_autumn_shows_twice_no_break_is_written_wrongly(world, talker):
    """A quarter before the clock goes back a break would reach into the hour that begins again."""
    world.location.timezone = "Europe/Berlin"
    world.location.save(update_fields=["timezone"])
    for schedules in (world.location.schedules, world.specialist.schedules):
        schedules.update(start_time=time(0), end_time=time(0))
    start = world.at(2, 45, days=next_change(world))

    who = shows(vera(talker), BREAK_LENGTH(start=start))
    lengths = who.labels[0]
    shows(who, TAKE_BREAK(start=start, length=30))

    assert (lengths, taken()) == (["1 h 30 min"], [])


def next_change(world: World) -> int:
    """In how many days the clock of the location goes back."""
    days = 1
    while world.at(0, days=days + 1).utcoffset() >= world.at(0, days=days).utcoffset():
        days += 1
    return days
