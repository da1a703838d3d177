"""One visit of a specialist: who comes, and what is done by one tap."""

import pytest

from booking.commands import cancel_appointment
from booking.models import Appointment, Status
from telegram_bot.callbacks import (
    CANCEL,
    EDIT,
    MY_DAY,
    MY_STEP,
    MY_VISIT,
    RESCHEDULE,
)
from telegram_bot.models import IncomingUpdate
from tests.booking.steps import history, last_event, operator_of
from tests.lasting import lasting
from tests.telegram_bot.desk import a_moment_later, data_of
from tests.telegram_bot.talks.days import BOTH, day_in_words, day_name, shows, vera, visit
from tests.telegram_bot.talks.world import (
    World,
    visit_row,
)

pytestmark = pytest.mark.django_db

built = lasting(World)


def known_visit(world: World, **fields) -> Appointment:
    world.anna.notes = "Аллергия на <лак>"
    world.anna.save(update_fields=["notes"])
    details = {"contact_name": "Мария Алёхина", "contact_phone": "+79991234567", "notes": "Прошу & тихо"}
    return visit(world, 10, **{"client": world.anna, **details} | fields)


@BOTH
def test_card_tells_who_comes_and_what_was_written(world, talker, language):
    coming = known_visit(world)
    words = {
        "ru": ("{day}, 10:00–11:00 · № {pk}\n○ Подтверждён", "60 мин", ["🕐 Перенести", "❌ Отменить"], "⬅️ К дню"),
        "en": ("{day}, 10:00 am–11:00 am · #{pk}\n○ Confirmed", "60 min", ["🕐 Move", "❌ Cancel"], "⬅️ To the day"),
    }
    head, length, change, back = words[language]

    who = shows(vera(talker, language), MY_DAY(day=world.day(2))).taps(MY_VISIT(id=coming.pk))

    head = head.format(day=day_in_words(world.day(2), language), pk=coming.pk)
    assert who.text == (
        f"{head}\n👤 Мария Алёхина\n📞 +7 999 123-45-67\n💇 Haircut · {length}\n📍 {world.location.name}\n"
        "💬 Прошу & тихо\n📝 Аллергия на <лак>"
    )
    assert who.labels == [change, [back, "🏠"]]
    assert who.taps(back).text.startswith(day_name(world.day(2), language))


def test_guest_has_neither_name_nor_phone(world, talker):
    who = shows(vera(talker), MY_VISIT(id=visit(world, 10).pk))

    assert [line for line in who.text.splitlines() if line[0] in "👤📞💬📝"] == ["👤 Guest"]


def yesterdays(world: World, status: Status = Status.CONFIRMED) -> Appointment:
    return visit_row(world, world.at(10, days=-1), world.anna, status)


@BOTH
def test_steps_are_those_that_can_be_taken_now(world, talker, language):
    expected = {
        "ru": ["✅ Пришёл", "🏁 Готово", "🚫 Не пришёл", "↩️ Отменить отметку"],
        "en": ["✅ Arrived", "🏁 Done", "🚫 No-show", "↩️ Take it back"],
    }[language]
    came, done, missed, back = expected
    who, row = vera(talker, language), yesterdays(world)

    shown = {}
    for status in (Status.CONFIRMED, Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED):
        Appointment.objects.update(status=status)
        a_moment_later(shows(who, MY_VISIT(id=row.pk)))
        shown[status] = [label for label in who.labels[0] if label in expected]

    assert shown == {
        Status.CONFIRMED: [came, done, missed],
        Status.ARRIVED: [done, back],
        Status.COMPLETED: [back],
        Status.NO_SHOW: [back],
        Status.CANCELLED: [],
    }


def test_before_the_day_nothing_can_be_noted(world, talker):
    coming = visit(world, 10)

    who = shows(vera(talker), MY_VISIT(id=coming.pk))
    refusals = []
    for step in ("arr", "done", "ns", "xarr"):
        shows(who, MY_STEP(id=coming.pk, step=step))
        refusals.append(who.toast)

    assert who.labels == [["🕐 Move", "❌ Cancel"], ["⬅️ To the day", "🏠"]]
    early = "It is too early for that: the visit has not begun."
    assert refusals == [early, early, early, "Already noted."]
    assert history(coming) == []


STEPS = {
    "arr": (Status.CONFIRMED, Status.ARRIVED, "booking_arrived", "Noted: the client is here."),
    "done": (Status.ARRIVED, Status.COMPLETED, "booking_completed", "Noted: the visit is over."),
    "ns": (Status.CONFIRMED, Status.NO_SHOW, "booking_no_show", "Noted: the client did not show up."),
    "xarr": (Status.ARRIVED, Status.CONFIRMED, "booking_corrected", "Taken back: the client is expected."),
    "xdone": (Status.COMPLETED, Status.ARRIVED, "booking_corrected", "Taken back: the visit is not over."),
    "xns": (Status.NO_SHOW, Status.CONFIRMED, "booking_corrected", "Taken back: the client is expected."),
}


@pytest.mark.parametrize("step", STEPS)
def test_step_is_one_tap_and_a_second_says_so(world, talker, step):
    before, after, event, said = STEPS[step]
    row = yesterdays(world, before)
    who = shows(vera(talker), MY_VISIT(id=row.pk))

    who.taps(MY_STEP(id=row.pk, step=step))
    first = (who.toast, who.text.splitlines()[1][2:])
    a_moment_later(who).forges(MY_STEP(id=row.pk, step=step), message_id=who.screen.message_id)

    row.refresh_from_db()
    assert first == (said, row.get_status_display())
    assert who.toast == "Already noted."
    assert (row.status, history(row)) == (after, ["booking_created", event])
    assert last_event(row).initiated_by == {"user_id": world.user.pk, "role": "specialist", "channel": "tg_bot"}


def test_slip_is_taken_back_once_however_old_the_button_is(world, talker):
    """Done → here again; the same button a day later must not make him unarrived."""
    row = yesterdays(world, Status.COMPLETED)
    who = shows(vera(talker), MY_STEP(id=row.pk, step="xdone"))

    a_moment_later(shows(a_moment_later(who), MY_STEP(id=row.pk, step="xdone")))
    shows(who, MY_STEP(id=row.pk, step="xns"))

    row.refresh_from_db()
    assert (row.status, who.toast) == (Status.ARRIVED, "There is nothing left to take back.")


def test_visit_that_was_cancelled_meanwhile_says_why_not(world, talker):
    row = yesterdays(world)
    who = shows(vera(talker), MY_VISIT(id=row.pk))
    cancel_appointment(row.pk, operator_of(world))

    who.taps("✅")

    assert who.toast == "A visit that is “Cancelled” cannot become that."
    assert who.text.splitlines()[1] == "✖ Cancelled"
    assert IncomingUpdate.objects.get(what=MY_STEP(id=row.pk, step="arr")).outcome == "wrong_status"


def test_moving_and_cancelling_lead_back_to_the_day(world, talker):
    coming = world.visit(10)
    day = f"d{world.day(2):%Y%m%d}"
    who = shows(vera(talker), MY_VISIT(id=coming.pk))
    assert data_of(who)[0] == [RESCHEDULE(id=coming.pk), CANCEL(id=coming.pk, return_to=day)]

    who.taps("🕐 Move")
    moving = data_of(who)[-1][0]
    shows(who, MY_VISIT(id=coming.pk)).taps("❌ Cancel").taps("❌ Yes, cancel")

    coming.refresh_from_db()
    assert (moving, data_of(who)[-1][0]) == (EDIT(id=coming.pk, return_to=day), MY_DAY(day=world.day(2)))
    assert (coming.status, coming.events.last().initiated_by["role"]) == (Status.CANCELLED, "specialist")
