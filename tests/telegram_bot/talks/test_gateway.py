"""Each update once, not too fast, by a person we know, and always answered."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django_redis import get_redis_connection
from redis.exceptions import ConnectionError as RedisGone

from accounts.values import Role
from booking.models import Appointment, AppointmentEvent, EventType, Status
from telegram_bot import gateway, memory, routes
from telegram_bot.callbacks import CONTACTS, FIGURES, GRAMMAR
from telegram_bot.commands import AUDIT, LEFT_LYING, REMEMBERED
from telegram_bot.models import IncomingUpdate
from telegram_bot.tasks import answer_what_was_left, forget_old_updates
from telegram_bot.values import Reply
from tests.booking.plans import analyse, plan_of
from tests.factories import Salon, make_user
from tests.telegram_bot.desk import opens, staff
from tests.telegram_bot.talking import SECRET, WEBHOOK, post
from tests.workers import wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def salon() -> Salon:
    return Salon(service={"name": "Haircut"})


def looking_at_a_hold(talker):
    """Anna has a time held and the question before her."""
    anna = talker(language="en").says("/start")
    for tap in ("📅 Book", "Haircut", "tomorrow"):
        anna.taps(tap)
    return anna


def written(text: object = "/start", *, update_id: object = 1, tg_id: object = 7, more: object = None) -> str:
    """Somebody's message as no Telegram would send it."""
    user = {"id": tg_id, "is_bot": False, "first_name": "Anna"}
    where = {"from": user, "chat": {"id": 7, "type": "private"}, "message_id": 5, "date": 1_790_000_000}
    return json.dumps({"update_id": update_id, "message": {**where, "text": text, "more": more}})


# Who may come in ------------------------------------------------------------------------------------------------------


WRONG = {
    "none": None, "empty": "", "prefix": SECRET[:-1], "longer": SECRET + "x", "upper": SECRET.upper(),
    "twice": f"{SECRET},{SECRET}", "space": f" {SECRET}x", "unicode": "ключ", "long": "a" * 10_000,
}  # fmt: skip


def test_whoever_does_not_know_the_secret_is_refused(telegram, salon):
    telegram.add_user(7)
    update, answers = telegram.says(7, "/start"), {}

    for name, secret in WRONG.items():
        before = effects(telegram)
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret.encode().decode("latin-1")}
        response = Browser().post(WEBHOOK, json.dumps(update), content_type="application/json", headers=headers)
        answers[name] = (response.status_code, effects(telegram) == before)

    assert (answers, effects(telegram)) == (dict.fromkeys(WRONG, (403, True)), (0, 0))


def effects(telegram) -> tuple[int, int]:
    """How many calls and updates there are."""
    return len(telegram.calls), IncomingUpdate.objects.count()


def test_without_a_secret_of_ours_nobody_is_telegram(telegram, settings):
    settings.TELEGRAM_WEBHOOK_SECRET = ""
    telegram.add_user(7)

    assert post(Browser(), telegram.says(7, "/start"), "").status_code == 403


def test_only_a_post_comes_in():
    assert Browser().get(WEBHOOK).status_code == 405


NO_UPDATES = [
    "", "{", "null", "[]", "17", '"text"', "{}", '{"update_id": 1}', '{"update_id": "x", "message": {}}',
    '{"update_id": 1, "message": {"message_id": 5}}', '{"update_id": 1, "callback_query": {"id": "1"}}',
    '{"update_id": 1, "message": "text"}', "[" * 100_000, b"\xff\xfe", '{"update_id": NaN}',
    '{"update_id": 1, "message": {"message_id": 1, "date": 1e30, "chat": {"id": 1, "type": "private"}}}',
    *(written(update_id=number) for number in (0, -5, 1.5, 2**63, True, None, "5", "five", float("nan"), {"a": 1})),
    *(written(tg_id=number) for number in (-7, 7.5, 2**70, None, "7", "seven", float("inf"))),
    written("x", more=float("nan")),
]  # fmt: skip


def is_forgotten(telegram, body: str | bytes) -> bool:
    before = effects(telegram)
    return (post(Browser(), body).status_code, effects(telegram)) == (200, before)


def test_what_is_no_update_is_taken_and_forgotten(telegram):
    kept = [body[:300] for body in NO_UPDATES if not is_forgotten(telegram, body)]

    assert (kept, effects(telegram)) == ([], (0, 0))


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_kept_is_taken_and_forgotten(telegram):
    kept = [text for text in ("a\0b", "half a letter: \ud83d") if not is_forgotten(telegram, written(text))]

    assert (kept, effects(telegram)) == ([], (0, 0))


def test_groups_are_not_talked_to(telegram, salon):
    telegram.add_user(7)
    update = telegram.says(7, "/start")
    update["message"]["chat"] = {"id": -100, "type": "supergroup", "title": "Salon"}

    assert post(Browser(), update).status_code == 200
    assert telegram.calls == []


# Once -----------------------------------------------------------------------------------------------------------------


def test_repeated_update_has_one_effect_and_one_answer(telegram, salon, talker):
    anna = looking_at_a_hold(talker)
    update = telegram.press(7, "✅ Book it")

    for _ in range(3):
        post(Browser(), update)

    assert AppointmentEvent.objects.filter(event_type=EventType.BOOKING_CREATED).count() == 1
    assert len(telegram.calls_of("answerCallbackQuery")) == 4  # the three taps before it, and this one
    assert anna.text.startswith("📱")


@pytest.mark.django_db(transaction=True)
def test_the_same_update_five_times_at_once_has_one_effect(telegram, talker):
    Salon(service={"name": "Haircut"})
    looking_at_a_hold(talker)
    update = telegram.press(7, "✅ Book it")

    statuses = at_once(lambda: post(Browser(), update).status_code)

    assert statuses == [200] * 5
    assert AppointmentEvent.objects.filter(event_type=EventType.BOOKING_CREATED).count() == 1
    assert len([call for call in telegram.calls_of("editMessageText") if "booked" in call.params["text"]]) == 1


@pytest.mark.django_db(transaction=True)
def test_the_control_without_its_row_the_update_is_answered_five_times(telegram, talker, monkeypatch):
    """What then still keeps it from booking twice is the command itself."""
    monkeypatch.setattr(gateway, "take_update", lambda *args: True)
    monkeypatch.setattr(memory, "is_double_tap", lambda *args: False)
    Salon(service={"name": "Haircut"})
    looking_at_a_hold(talker)
    update = telegram.press(7, "✅ Book it")

    at_once(lambda: post(Browser(), update).status_code)

    assert len([call for call in telegram.calls_of("editMessageText") if "booked" in call.params["text"]]) == 5


def test_number_that_comes_again_is_not_answered_with_somebody_elses_visit(telegram, salon, talker):
    """After a change of the bot, say; the keys of the old updates are swept once an hour."""
    anna = looking_at_a_hold(talker).taps("✅ Book it")
    IncomingUpdate.objects.update(handled_at=salon.opened - REMEMBERED - timedelta(days=1))
    looking_at_a_hold(partial(talker, 8, "Olga"))
    update = telegram.press(8, "✅ Book it") | {"update_id": anna.last_tap["update_id"]}

    post(Browser(), update)

    assert set(Appointment.objects.values_list("client__first_name", "status")) == {
        ("Аня", Status.CONFIRMED), ("Olga", Status.CONFIRMED),
    }  # fmt: skip


def at_once(do):
    def one(_number: int) -> int:
        try:
            return do()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as threads:
        return list(threads.map(one, range(5)))


def test_what_was_written_is_forgotten_once_it_is_answered(telegram, salon, talker):
    talker().says("my secret")

    [row] = IncomingUpdate.objects.all()
    assert (row.body, row.what, row.outcome, row.handled_at is not None) == (None, "text", "ok", True)


def test_of_what_was_written_only_a_command_is_written_down(telegram, salon, talker):
    whats = {
        "/start inv_secret": "/start",
        "/Find@okno_bot": "/find",
        "/79991234567 Anna": "text",
        "/inv_secret": "text",
    }
    anna = talker()

    for text in whats:
        anna.says(text)

    written_down = IncomingUpdate.objects.order_by("update_id").values_list("what", flat=True)
    assert dict(zip(whats, written_down, strict=True)) == whats


def test_an_update_whose_process_died_is_answered_later(telegram, salon, monkeypatch):
    telegram.add_user(7, language_code="en")
    update = telegram.says(7, "/start")
    with monkeypatch.context() as dying:
        dying.setattr(gateway, "outcome_of", die)
        with pytest.raises(SystemExit):
            post(Browser(), update)
    assert answer_what_was_left() == 0, "it may still be at work"
    let_lie()

    assert (answer_what_was_left(), answer_what_was_left()) == (1, 0)
    assert len(telegram.live_messages(7)) == 1


def die(*args):
    raise SystemExit


def test_old_updates_are_forgotten_and_what_staff_did_is_kept_a_year(salon):
    staff = make_user(salon.company)
    now = salon.opened
    for number, (user, age) in enumerate(
        [(None, REMEMBERED), (None, timedelta()), (staff, REMEMBERED), (staff, AUDIT)]
    ):
        IncomingUpdate.objects.create(update_id=number, tg_id=1, user=user, handled_at=now - age - timedelta(minutes=1))

    assert forget_old_updates() == 2
    assert set(IncomingUpdate.objects.values_list("update_id", flat=True)) == {1, 2}


def test_old_updates_are_found_by_their_age(salon):
    staff = make_user(salon.company)
    IncomingUpdate.objects.bulk_create(
        IncomingUpdate(update_id=number, tg_id=1, user=(staff, None)[number % 2], handled_at=salon.opened)
        for number in range(2000)
    )
    analyse(IncomingUpdate)

    with CaptureQueriesContext(connection) as captured:
        forget_old_updates()

    deletes = [each["sql"] for each in captured if each["sql"].startswith("DELETE")]
    assert ["updates_by_age" in plan_of(sql) for sql in deletes] == [True, True]


# Always answered ------------------------------------------------------------------------------------------------------


def test_fault_is_answered_with_a_code_that_is_in_the_log(telegram, salon, talker, monkeypatch, caplog):
    anna = talker(language="en").says("/start")
    monkeypatch.setitem(routes.PRESSES, CONTACTS, broken)

    anna.taps("📍 Contacts")

    [row] = IncomingUpdate.objects.filter(what="n:contacts")
    code = row.outcome.removeprefix("fault ")
    assert anna.text == f"Something broke, and we know of it already (code {code})."
    assert anna.labels == [["🏠 To the menu"]]
    assert code in caplog.text


def test_fault_of_staff_keeps_whose_it_was(salon, talker, monkeypatch):
    user = staff(salon.company, 9, Role.OPERATOR)
    desk = talker(9, language="en").says("/menu")
    monkeypatch.setitem(routes.PRESSES, FIGURES, broken_with_parts)

    desk.taps("📊")

    [row] = IncomingUpdate.objects.filter(outcome__startswith="fault")
    assert row.user_id == user.pk


def broken_with_parts(talk, **parts):
    broken(talk)


def broken(talk):
    raise ZeroDivisionError("secret words")


@pytest.mark.parametrize("text", [5, ["/start"], {"a": 1}])
def test_fault_of_which_nobody_can_be_told_is_an_answer_all_the_same(telegram, salon, text):
    telegram.add_user(7)

    assert post(Browser(), written(text)).status_code == 200
    assert outcomes() == [("fault", True)]


def test_update_that_cannot_be_answered_is_not_tried_for_ever(telegram, salon, monkeypatch):
    telegram.add_user(7)
    monkeypatch.setattr(gateway, "show", broken)

    assert post(Browser(), telegram.says(7, "/start")).status_code == 200

    let_lie()
    assert (outcomes(), answer_what_was_left()) == ([("fault", True)], 0)


def test_the_control_without_that_it_is_tried_again_and_all_behind_it_wait(telegram, salon, monkeypatch):
    telegram.add_user(7)
    monkeypatch.setattr(gateway, "show", broken)
    monkeypatch.setattr(gateway, "account_of", lambda arrival: {"what": "", **gateway.outcome_of(arrival)})
    with pytest.raises(TypeError):
        post(Browser(), telegram.says(7, "/start"))

    let_lie()
    with pytest.raises(TypeError):
        answer_what_was_left()
    assert outcomes() == [("", False)]


def outcomes() -> list[tuple[str, bool]]:
    return [(row.outcome, row.handled_at is not None) for row in IncomingUpdate.objects.all()]


def let_lie() -> None:
    IncomingUpdate.objects.update(taken_at=IncomingUpdate.objects.get().taken_at - LEFT_LYING)


def test_menu_opens_again_after_a_fault(telegram, salon, talker, monkeypatch):
    anna = talker(language="en").says("/start")
    with monkeypatch.context() as once:
        once.setitem(routes.PRESSES, CONTACTS, broken)
        anna.taps("📍 Contacts")

    anna.taps("🏠 To the menu")

    assert anna.labels[0] == ["📅 Book", "🗓 My visits"]


def test_without_the_database_a_tap_is_answered_and_a_text_too(telegram, salon, talker, monkeypatch):
    anna = talker(language="en").says("/start")
    monkeypatch.setattr(gateway, "take_update", gone)

    anna.taps("📍 Contacts")
    toast = anna.toast
    anna.says("hello")

    assert toast == "This does not work at the moment. Please try again in a minute."
    assert anna.text == toast


def gone(*args):
    raise OperationalError


def test_garbage_is_answered_with_the_menu(telegram, salon, talker):
    garbage = ("", "x" * 64, "b:h", "b:h:1:1:1:zzzzzzz", "bke:menu:1", "ж" * 32, "b:m:0:0", "%00", "m:o:1e9")
    anna, shown = talker(language="en"), {}

    for data in garbage:
        opens(anna.clears(), data)
        shown[data] = (anna.toast, *anna.labels[0])

    menu = ("This button is out of date. I have opened the menu.", "📅 Book", "🗓 My visits")
    assert shown == dict.fromkeys(garbage, menu)


def test_button_of_a_message_that_is_out_of_reach_opens_a_new_one(telegram, salon, talker):
    anna = talker(language="en").says("/start")
    first = anna.screen.message_id

    anna.taps("📍 Contacts", inaccessible=True)

    assert anna.screen.message_id != first
    assert anna.text.startswith(salon.company.name)


def test_tap_is_answered_within_a_second_while_the_database_makes_us_wait(telegram, salon, talker, monkeypatch):
    anna = talker(language="en").says("/start")
    monkeypatch.setattr("telegram_bot.impatience.PATIENCE", 0.01)
    monkeypatch.setitem(routes.PRESSES, CONTACTS, lambda talk: waits_for_the_answer(telegram, talk))

    anna.taps("📍 Contacts")

    assert anna.text.startswith("Said later")
    assert anna.toast == ""


def waits_for_the_answer(telegram, talk):
    before = len(telegram.calls_of("answerCallbackQuery"))
    wait_until(lambda: len(telegram.calls_of("answerCallbackQuery")) > before, "the answer")
    return Reply(toast="Said later")


# Not too fast ---------------------------------------------------------------------------------------------------------


def test_who_writes_too_fast_is_told_once_and_then_nothing(telegram, salon, talker):
    anna = talker(language="en")
    for number in range(memory.MOST_UPDATES):
        anna.says(f"text {number}")
    before = len(telegram.calls)

    anna.says("one more").says("and more").says("and more")

    assert anna.text == "Too fast 🙂 Wait a few seconds."
    assert len(telegram.calls_of("sendMessage")) == memory.MOST_UPDATES + 1
    assert before < len(telegram.calls)


def test_who_taps_too_fast_has_every_tap_answered(telegram, salon, talker):
    anna = talker(language="en").says("/start")
    for number in range(memory.MOST_UPDATES + 3):
        anna.taps("📍 Contacts" if number % 2 == 0 else "🏠") if number < memory.MOST_UPDATES - 1 else anna.forges("x")

    assert len(telegram.calls_of("answerCallbackQuery")) == memory.MOST_UPDATES + 3


def test_double_tap_is_answered_silently(telegram, salon, talker):
    anna = talker(language="en").says("/start")
    message_id = anna.screen.message_id
    anna.taps("📍 Contacts")
    before = len(telegram.calls_of("editMessageText"))

    anna.forges(CONTACTS(), message_id=message_id)

    assert (anna.toast, len(telegram.calls_of("editMessageText"))) == ("", before)


def test_another_tap_in_between_makes_it_a_new_one(telegram, salon, talker):
    anna = talker(language="en").says("/start")

    anna.taps("📍 Contacts").taps("🏠").taps("📍 Contacts")

    assert anna.text.startswith(salon.company.name)
    assert anna.labels == [["🏠 To the menu"]]


# Without Redis --------------------------------------------------------------------------------------------------------


def test_without_redis_a_visit_is_booked_all_the_same(telegram, salon, talker, monkeypatch):
    monkeypatch.setattr(memory, "get_redis_connection", no_redis)

    anna = looking_at_a_hold(talker)
    anna.taps("✅ Book it")

    assert list(Appointment.objects.values_list("status", flat=True)) == [Status.CONFIRMED]


def no_redis(*args):
    raise RedisGone


def test_buttons_of_any_age_work_after_redis_was_emptied(telegram, salon, talker):
    anna = looking_at_a_hold(talker)
    get_redis_connection().flushdb()

    anna.taps("✅ Book it")

    assert list(Appointment.objects.values_list("status", flat=True)) == [Status.CONFIRMED]


LIES = (
    "garbage",
    b"\xff",
    "17",
    "[]",
    "{}",
    '"text"',
    '{"message_id": "x"}',
    '{"name": 1, "about": 2, "message_id": 3}',
)


@pytest.mark.parametrize("key", ["tg_user", "last_menu", "fsm", "fsm:phone"])
def test_what_makes_no_sense_in_redis_is_as_if_it_were_not_there(telegram, salon, talker, key):
    anna, found = talker(language="en"), {}

    for lie in LIES:
        get_redis_connection().flushdb()
        anna.clears()
        for text in ("Skip", "Haircut"):
            get_redis_connection().set(f"{key}:7", lie)
            post(Browser(), telegram.says(7, text))
        found[lie] = (anna.text[:7], *outcomes())
        IncomingUpdate.objects.all().delete()

    assert found == dict.fromkeys(LIES, ("Haircut", ("ok", True), ("ok", True)))


def test_handlers_exist_for_every_button_of_the_grammar():
    assert {each.pattern for each in GRAMMAR} - {each.pattern for each in routes.PRESSES} == set()
