"""One visit at the desk, and who may press its buttons."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.values import Role
from booking.commands import cancel_appointment
from booking.models import Appointment, Status
from telegram_bot.callbacks import (
    CANCEL,
    CLIENT_CARD,
    DESK_DAY,
    DESK_DAY_PAGE,
    DESK_PEOPLE,
    DESK_STEP,
    DESK_TODAY,
    DESK_VISIT,
    EDIT,
    HOME,
    RESCHEDULE,
)
from telegram_bot.models import IncomingUpdate
from tests.booking.steps import history, last_event, operator_of
from tests.factories import make_location, make_specialist, make_user
from tests.lasting import lasting
from tests.telegram_bot.crawl import crawl
from tests.telegram_bot.desk import a_moment_later, data_of, staff
from tests.telegram_bot.talks.days import BOTH, day_in_words, olga, shows, visit
from tests.telegram_bot.talks.world import (
    ANNA,
    ELSEWHERE,
    OUTDATED,
    SPECIALIST,
    World,
    strangers_visit,
    top_up,
    visit_row,
)

pytestmark = pytest.mark.django_db

built = lasting(World)


@BOTH
def test_card_tells_everything_money_included(world, talker, language):
    world.anna.notes = "Аллергия на <лак>"
    world.anna.save(update_fields=["notes"])
    top_up(world.anna, 3200)
    coming = visit(
        world, 10, client=world.anna, contact_name="Мария", contact_phone="+79991234567", notes="Прошу & тихо",
        discount=Decimal(100),
    )  # fmt: skip

    who = shows(olga(talker, language), DESK_VISIT(id=coming.pk))

    words = {
        "ru": ("10:00–11:00 · № ", "60 мин", "💳 900 ₽", "👛 На кошельке: 3 200 ₽"),
        "en": ("10:00 am–11:00 am · #", "60 min", "💳 900 ₽", "👛 In the wallet: 3,200 ₽"),
    }[language]
    day = day_in_words(world.day(2), language)
    assert who.text == (
        f"{day}, {words[0]}{coming.pk}\n👤 Мария\n📞 +7 999 123-45-67\n💇 Haircut · {words[1]}\n👨‍💼 Vera\n"
        f"📍 {world.location.name}\n💬 Прошу & тихо\n{words[2]}\n{words[3]}\n📝 Аллергия на <лак>"
    )
    change, client, back = {
        "ru": (["🕐 Перенести", "❌ Отменить"], ["👤 Карточка клиента"], ["⬅️ К дню", "🏠"]),
        "en": (["🕐 Move", "❌ Cancel"], ["👤 The client's card"], ["⬅️ To the day", "🏠"]),
    }[language]
    assert who.labels == [change, client, back]
    assert data_of(who) == [
        [RESCHEDULE(id=coming.pk), CANCEL(id=coming.pk, return_to=f"d{world.day(2):%Y%m%d}")],
        [CLIENT_CARD(client=world.anna.pk)],
        [DESK_DAY(day=world.day(2), specialist=None), HOME()],
    ]


def test_paid_visit_says_so(world, talker):
    top_up(world.anna, 3200)
    coming = world.visit(10, pay_from_wallet=True)

    who = shows(olga(talker), DESK_VISIT(id=coming.pk))

    assert "💳 1,000 ₽ · paid\n👛 In the wallet: 2,200 ₽" in who.text


def test_guest_has_no_card_and_no_wallet(world, talker):
    who = shows(olga(talker), DESK_VISIT(id=visit(world, 10).pk))

    assert ("👛" in who.text, who.labels) == (False, [["🕐 Move", "❌ Cancel"], ["⬅️ To the day", "🏠"]])


STEPS = {
    "arr": (Status.CONFIRMED, Status.ARRIVED, "booking_arrived"),
    "done": (Status.CONFIRMED, Status.COMPLETED, "booking_completed"),
    "ns": (Status.CONFIRMED, Status.NO_SHOW, "booking_no_show"),
    "xarr": (Status.ARRIVED, Status.CONFIRMED, "booking_corrected"),
    "xdone": (Status.COMPLETED, Status.ARRIVED, "booking_corrected"),
    "xns": (Status.NO_SHOW, Status.CONFIRMED, "booking_corrected"),
}


@pytest.mark.parametrize("step", STEPS)
def test_step_is_one_tap_and_a_second_says_so(world, talker, step):
    before, after, event = STEPS[step]
    row = visit_row(world, world.at(10, days=-1), world.anna, before)
    who = shows(olga(talker), DESK_VISIT(id=row.pk))

    who.taps(DESK_STEP(id=row.pk, step=step))
    first = who.toast
    shows(a_moment_later(who), DESK_STEP(id=row.pk, step=step))

    row.refresh_from_db()
    assert (first.startswith(("Noted", "Taken back")), who.toast) == (True, "Already noted.")
    assert (row.status, history(row)) == (after, ["booking_created", event])
    assert last_event(row).initiated_by == {"user_id": world.operator.pk, "role": "operator", "channel": "tg_bot"}


def test_step_that_came_too_late_says_why(world, talker):
    row = visit_row(world, world.at(10, days=-1), world.anna, Status.CONFIRMED)
    who = shows(olga(talker), DESK_VISIT(id=row.pk))
    cancel_appointment(row.pk, operator_of(world))

    who.taps("🏁")

    assert (who.toast, "Cancelled" in who.text) == ("A visit that is “Cancelled” cannot become that.", True)
    assert IncomingUpdate.objects.get(what=DESK_STEP(id=row.pk, step="done")).outcome == "wrong_status"


def test_moving_and_cancelling_lead_back_to_the_day(world, talker):
    coming = world.visit(10)
    who = shows(olga(talker), DESK_VISIT(id=coming.pk))

    who.taps("🕐 Move")
    moving = data_of(who)[-1][0]
    shows(who, DESK_VISIT(id=coming.pk)).taps("❌ Cancel").taps("❌ Yes, cancel")

    coming.refresh_from_db()
    assert moving == EDIT(id=coming.pk, return_to=f"d{world.day(2):%Y%m%d}")
    assert (coming.status, data_of(who)[-1][0]) == (Status.CANCELLED, DESK_DAY(day=world.day(2), specialist=None))


# Rights ---------------------------------------------------------------------------------------------------------------


def every_button(world: World, about: Appointment) -> list[str]:
    day = world.day(-1)
    return [
        DESK_TODAY(), DESK_DAY(day=day, specialist=None), DESK_DAY_PAGE(day=day, specialist=None, page=0),
        DESK_PEOPLE(day=day, page=0), DESK_VISIT(id=about.pk),
        *(DESK_STEP(id=about.pk, step=step) for step in ("arr", "done", "ns", "xarr", "xdone", "xns")),
    ]  # fmt: skip


@pytest.mark.parametrize("tg_id", [ANNA, SPECIALIST, 22, 99], ids=["client", "specialist", "accountant", "stranger"])
def test_nobody_else_presses_the_desk_s_buttons(world, talker, tg_id):
    make_user(world.company, Role.ACCOUNTANT, tg_id=22)
    row = visit_row(world, world.at(10, days=-1), world.boris, Status.CONFIRMED)
    who = talker(tg_id, "Somebody", "en").says("/start")
    home = who.text

    for data in every_button(world, row):
        shows(a_moment_later(who), data)
        assert (who.toast, who.text) == (OUTDATED, home), data

    assert history(row) == ["booking_created"]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR])
def test_desk_of_another_company_learns_nothing(world, talker, role):
    theirs = strangers_visit()
    staff(theirs.company, ELSEWHERE, role)
    mine = visit_row(world, world.at(10, days=-1), world.anna, Status.CONFIRMED)
    who = talker(ELSEWHERE, "Else", "en").says("/start")

    for data in (DESK_VISIT(id=mine.pk), *(DESK_STEP(id=mine.pk, step=step) for step in STEPS)):
        shows(a_moment_later(who), data)
        assert (who.toast, "Anna" in who.text) == (OUTDATED, False), data
    shows(who, DESK_DAY(day=world.day(-1), specialist=None))

    assert ("No visits." in who.text, history(mine)) == (True, ["booking_created"])


@pytest.mark.parametrize("how", [{"role": Role.CLIENT}, {"role": Role.SPECIALIST}, {"is_active": False}])
def test_revoked_role_has_no_power_on_the_next_tap(world, talker, how, django_capture_on_commit_callbacks):
    row = visit_row(world, world.at(10, days=-1), world.anna, Status.CONFIRMED)
    who = shows(olga(talker), DESK_VISIT(id=row.pk))
    for name, value in how.items():
        setattr(world.operator, name, value)
    with django_capture_on_commit_callbacks(execute=True):
        world.operator.save()

    for data in every_button(world, row):
        shows(a_moment_later(who), data)
        assert (who.toast, "Haircut" in who.text) == (OUTDATED, False), data

    assert history(row) == ["booking_created"]


def test_operator_who_is_limited_now_sees_less_on_the_next_tap(world, talker, django_capture_on_commit_callbacks):
    row = visit_row(world, world.at(10, days=-1), world.anna, Status.CONFIRMED)
    who = shows(olga(talker), DESK_VISIT(id=row.pk))

    with django_capture_on_commit_callbacks(execute=True):
        world.operator.locations.add(make_location(world.company))
    shows(a_moment_later(who), DESK_VISIT(id=row.pk))

    assert (who.toast, User.objects.get(pk=world.operator.pk).locations.count()) == (OUTDATED, 1)


# Every screen ---------------------------------------------------------------------------------------------------------

REACHED = {HOME, DESK_TODAY, DESK_DAY, DESK_DAY_PAGE, DESK_PEOPLE, DESK_VISIT, DESK_STEP, RESCHEDULE, CANCEL, EDIT}


@BOTH
def test_every_screen_has_manners(world, talker, language, monkeypatch):
    for number in range(10):
        visit_row(world, world.at(9 + number, days=-1), world.anna, Status.CONFIRMED)
    who = shows(olga(talker, language), DESK_DAY(day=world.day(-1), specialist=None))

    _screens, pressed = crawl(who, REACHED, monkeypatch)

    assert pressed == REACHED
    assert not IncomingUpdate.objects.filter(outcome__startswith="fault").exists()


def test_a_tap_costs_the_same_with_one_visit_and_with_thirty(world, talker, monkeypatch):
    monkeypatch.setattr("telegram_bot.memory.MOST_UPDATES", 1000)
    row = visit_row(world, world.at(9, days=2), world.anna, Status.CONFIRMED)
    buttons = [HOME(), DESK_DAY(day=world.day(2), specialist=None), DESK_VISIT(id=row.pk)]
    who = shows(olga(talker), DESK_TODAY())  # who he is, is read once
    one = {data: statements(who, data) for data in buttons}

    for number in range(1, 30):
        place = make_location(world.company) if number % 10 == 0 else world.location
        visit(world, 9 + number % 11, specialist=make_specialist(place), location=place, client=world.anna)

    assert {data: statements(who, data) for data in buttons} == one
    assert max(one.values()) <= 10


def statements(who, data: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        shows(a_moment_later(who), data)
    return len(captured)
