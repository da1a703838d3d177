"""What a specialist never sees and cannot do: other people's columns, money, anything once his role is gone."""

from collections.abc import Iterator
from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.values import Role
from booking.models import Appointment, Status
from catalog.models import Break, Specialist
from notifications.commands import send_delivery
from notifications.models import Delivery
from telegram_bot.callbacks import (
    BREAK,
    BREAK_LENGTH,
    CANCEL,
    CONFIRM_CANCEL,
    DESK_DAY,
    DESK_VISIT,
    DROP_BREAK,
    EDIT,
    EXPLAIN_BREAK,
    HOME,
    MY_CARD,
    MY_DAY,
    MY_DAY_PAGE,
    MY_STEP,
    MY_TODAY,
    MY_VISIT,
    MY_WEEK,
    RESCHEDULE,
    TAKE_BREAK,
)
from telegram_bot.models import IncomingUpdate
from tests.factories import Salon, make_specialist, make_user
from tests.lasting import lasting
from tests.telegram_bot.crawl import crawl
from tests.telegram_bot.desk import a_moment_later
from tests.telegram_bot.talks.days import BOTH, full_day, shows, vera, visit
from tests.telegram_bot.talks.world import ANNA, ELSEWHERE, OPERATOR, OUTDATED, SPECIALIST, World, strangers_visit

pytestmark = pytest.mark.django_db

built = lasting(World)

GONE = "You have no visits here: the salon has not named you as one of its specialists, or no longer does. "
SECRETS = ("₽", "1000", "1,000", "1 000", "Зинаида", "Соперник", "Colleague")


def colleagues_visit(world: World, **fields) -> Appointment:
    user = make_user(world.company, Role.SPECIALIST, tg_id=ELSEWHERE)
    colleague = make_specialist(world.location, world.service, name="Colleague Соперник", user=user)
    return visit(world, 10, specialist=colleague, contact_name="Зинаида", **fields)


def changes() -> tuple[list, list, int]:
    return (
        list(Appointment.objects.order_by("pk").values_list("pk", "status", "version")),
        list(Break.objects.order_by("pk").values()),
        IncomingUpdate.objects.filter(effect_at__isnull=False).count(),
    )


# Forged buttons -------------------------------------------------------------------------------------------------------


def every_button(about: Appointment, row: Break) -> Iterator[str]:
    """What could be sent about somebody else's visit and break."""
    yield MY_VISIT(id=about.pk)
    yield MY_CARD(id=about.pk)
    yield from (MY_STEP(id=about.pk, step=step) for step in ("arr", "done", "ns", "xarr", "xdone", "xns"))
    yield CANCEL(id=about.pk, return_to="n")
    yield CONFIRM_CANCEL(id=about.pk, return_to="d20260101")
    yield EXPLAIN_BREAK(id=row.pk)


@pytest.mark.parametrize("whose", ["a colleague's", "a stranger's"])
def test_forged_buttons_about_others_change_nothing_and_tell_nothing(world, talker, whose):
    theirs = colleagues_visit(world, days=-1) if whose == "a colleague's" else strangers_visit()
    row = Break.objects.create(specialist=theirs.specialist, date=world.day(2), start_time=time(9), end_time=time(10))
    before, who = changes(), vera(talker)

    for data in every_button(theirs, row):
        shows(a_moment_later(who), data)
        assert (who.toast, "Зинаида" in who.text, "Ivan" in who.text) == (OUTDATED, False, False), data
    shows(who, DROP_BREAK(id=row.pk))

    assert (who.toast, changes()) == ("That break is already gone.", before)


def test_visit_that_went_to_a_colleague_is_no_longer_his(world, talker):
    mine = visit(world, 10)
    who = shows(vera(talker), MY_VISIT(id=mine.pk))
    Appointment.objects.update(specialist=make_specialist(world.location, world.service))

    who.forges(MY_STEP(id=mine.pk, step="arr"), message_id=who.screen.message_id)

    assert (who.toast, Appointment.objects.get().status) == (OUTDATED, Status.CONFIRMED)


def his_own_buttons(world: World) -> list[str]:
    mine = visit(world, 10, days=-1)
    row = Break.objects.create(specialist=world.specialist, date=world.day(2), start_time=time(9), end_time=time(10))
    day, start = world.day(2), world.at(13, days=2)
    return [
        MY_TODAY(), MY_DAY(day=day), MY_DAY_PAGE(day=day, page=0), MY_WEEK(day=day), MY_VISIT(id=mine.pk),
        MY_STEP(id=mine.pk, step="arr"), BREAK(day=day), BREAK_LENGTH(start=start),
        TAKE_BREAK(start=start, length=30), DROP_BREAK(id=row.pk), EXPLAIN_BREAK(id=row.pk),
    ]  # fmt: skip


@pytest.mark.parametrize(("tg_id", "name"), [(ANNA, "a client"), (OPERATOR, "an operator"), (99, "a stranger")])
def test_nobody_else_presses_his_buttons(world, talker, tg_id, name):
    buttons, before = his_own_buttons(world), changes()
    who = talker(tg_id, name, "en").says("/start")
    home = who.text

    for data in buttons:
        shows(a_moment_later(who), data)
        assert (who.toast, who.text) == (OUTDATED, home), data

    assert changes() == before


@pytest.mark.parametrize("command", ["/day", "/admin", "/find"])
def test_commands_of_others_are_texts_like_any_other(world, talker, command):
    anna = talker(ANNA, "Anna", "en").says("/start")
    home = anna.text

    assert anna.says(command).text == home


@pytest.mark.parametrize("command", ["/admin", "/find"])
def test_the_desk_s_commands_open_his_own_day(world, talker, command):
    who = vera(talker).says("/start")
    home = who.text

    assert who.says(command).text == home


# A role that is gone --------------------------------------------------------------------------------------------------


def revoked(how: str, user: User) -> None:
    """And the bot is not told: what it remembers of him is stale, for nothing is committed here."""
    if how == "switched off as a specialist":
        Specialist.objects.filter(user=user).update(is_active=False)
        return
    for name, value in {"another role": {"role": Role.CLIENT}, "switched off": {"is_active": False}}[how].items():
        setattr(user, name, value)
    user.save()


@pytest.mark.parametrize("how", ["another role", "switched off", "switched off as a specialist"])
def test_revoked_role_has_no_power_on_the_next_tap(world, talker, how):
    buttons = his_own_buttons(world)
    who = shows(vera(talker), MY_VISIT(id=Appointment.objects.get().pk))
    revoked(how, world.user)
    before = changes()

    for data in buttons:
        shows(a_moment_later(who), data)
        assert who.toast == OUTDATED or (data == MY_TODAY() and who.text.startswith(GONE)), data
        assert "Haircut" not in who.text

    assert changes() == before


@pytest.mark.parametrize("how", ["another role", "switched off", "switched off as a specialist"])
def test_revoked_role_types_nothing_more(world, talker, how):
    who = shows(vera(talker), TAKE_BREAK(start=world.at(13, days=2), length=30)).taps("✍️")
    revoked(how, world.user)

    who.says("lunch")

    assert Break.objects.get().reason == ""


def test_whoever_is_switched_off_changes_no_visit_by_its_card_either(world, talker):
    mine = world.visit(10)
    who = vera(talker)
    revoked("switched off as a specialist", world.user)

    shows(who, CONFIRM_CANCEL(id=mine.pk, return_to="n"))

    mine.refresh_from_db()
    assert (mine.status, who.toast) == (Status.CONFIRMED, OUTDATED)


@BOTH
def test_whoever_has_no_column_is_told_whom_to_ask(world, talker, language):
    Specialist.objects.update(user=None)

    who = vera(talker, language).says("/start")

    ask = {"ru": "Спросите администратора.", "en": "Ask whoever runs it."}[language]
    back = {"ru": ["👤 Как клиент", "🏠 В меню"], "en": ["👤 As a client", "🏠 To the menu"]}[language]
    assert (who.text.endswith(ask), who.labels) == (True, [[back[0]], [back[1]]])


# What is never shown --------------------------------------------------------------------------------------------------


HIS = {
    *(HOME, MY_TODAY, MY_DAY, MY_WEEK, MY_VISIT, MY_STEP, BREAK, BREAK_LENGTH, TAKE_BREAK, DROP_BREAK, EXPLAIN_BREAK),
    *(RESCHEDULE, CANCEL, EDIT),
}
"""Whatever a specialist can reach, but not himself as a client."""


@BOTH
def test_no_money_and_nobody_elses_names_on_any_screen(world, talker, language, monkeypatch):
    full_day(world)
    colleagues_visit(world)
    who = shows(vera(talker, language), MY_DAY(day=world.day(2)))

    screens, pressed = crawl(who, HIS, monkeypatch)

    assert [secret for secret in SECRETS if secret in "\n".join(screens)] == []
    assert pressed == HIS
    assert not IncomingUpdate.objects.filter(outcome__startswith="fault").exists()


@BOTH
def test_the_control_the_desk_is_shown_both(world, talker, language, monkeypatch):
    full_day(world)
    colleagues_visit(world)
    who = talker(OPERATOR, "Olga", language).says("/start")
    shows(who, DESK_DAY(day=world.day(2), specialist=None))

    screens, _pressed = crawl(who, {DESK_VISIT}, monkeypatch)

    assert [secret in "\n".join(screens) for secret in ("₽", "Зинаида", "Соперник")] == [True] * 3


# What it costs --------------------------------------------------------------------------------------------------------


def statements(who, data: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        shows(a_moment_later(who), data)
    return len(captured)


def test_a_tap_costs_the_same_with_one_visit_and_with_thirty(world, talker, monkeypatch):
    monkeypatch.setattr("telegram_bot.memory.MOST_UPDATES", 1000)
    visit(world, 9)
    who, buttons = vera(talker), [MY_DAY(day=world.day(2)), MY_WEEK(day=world.day(2)), BREAK(day=world.day(2))]
    shows(who, MY_TODAY())  # who he is, is read once
    one = {data: statements(who, data) for data in buttons}

    for number in range(1, 30):
        visit(world, 9 + number % 11, days=2 + number // 11, client=world.anna)

    assert {data: statements(who, data) for data in buttons} == one
    assert max(one.values()) <= 10


# In the morning -------------------------------------------------------------------------------------------------------


@BOTH
def test_morning_message_opens_the_day(world, talker, language):
    who = vera(talker, language).says("/start")
    visit(world, 10, contact_name="Пётр")
    delivery = Delivery.objects.create(
        company=world.company, user=world.user, role="specialist", event_type="day_summary", language=language,
        occasion=f"day:{world.day(2).isoformat()}", channel="telegram", target=str(SPECIALIST), recipient="user:1",
    )  # fmt: skip
    send_delivery(delivery.pk)

    who.taps(MY_DAY(day=world.day(2)))

    assert "Пётр — Haircut" in who.text
    assert len(who.telegram.live_messages(SPECIALIST)) == 1, "the summary has become the menu"


def test_salon_of_another_company_is_no_business_of_his(world, talker):
    visit(world, 10)
    visit(Salon(), 11)

    who = shows(vera(talker), MY_DAY(day=world.day(2)))

    assert "1 visit ·" in who.text
