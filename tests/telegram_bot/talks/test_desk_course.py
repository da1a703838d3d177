"""📣 A broadcast from its start on, in the chat of whoever started it."""

from dataclasses import asdict

import pytest
from django.utils import translation

from accounts.values import Role
from booking.queries.visits import database_time
from notifications.models import Broadcast, BroadcastState, Delivery
from notifications.values import State
from telegram_bot import watch
from telegram_bot.callbacks import ASK_BEFORE, BROADCAST, BROADCASTS, FIGURES, STEER
from telegram_bot.memory import menu_of
from telegram_bot.people import forget_person
from telegram_bot.tasks import look_at_broadcast
from telegram_bot.watch import Look
from tests.notifications.campaign import Campaign, again, run
from tests.standins.telegram.answers import error, slow_down
from tests.telegram_bot.desk import ADMIN, a_moment_later, at_the_desk, data_of, opens, toasts
from tests.telegram_bot.talking import Talker
from tests.telegram_bot.talks.world import OUTDATED

pytestmark = pytest.mark.django_db


@pytest.fixture
def salon() -> Campaign:
    return Campaign()


@pytest.fixture(autouse=True)
def asked_for(monkeypatch) -> list[tuple]:
    """What is asked of the worker, at once and by nobody's thread."""
    asked: list[tuple] = []

    def send_task(name: str, args: tuple = (), kwargs: dict | None = None, **options) -> None:
        asked.append((name, kwargs or args, options))

    monkeypatch.setattr(watch.WAKER, "publish", lambda call: call())
    monkeypatch.setattr(watch.app, "send_task", send_task)
    return asked


def on_its_way(salon: Campaign, state: str = BroadcastState.RUNNING, **deliveries: int) -> Broadcast:
    """With so many deliveries in each state."""
    broadcast = salon.broadcast(state=state, addressed=True, started_at=database_time())
    for name, count in deliveries.items():
        add(salon, broadcast, State[name], count)
    return broadcast


def add(salon: Campaign, broadcast: Broadcast, state: State, count: int) -> None:
    for fan in salon.fans(count):
        Delivery.objects.create(
            company=salon.company, broadcast=broadcast, client=fan, recipient=f"client:{fan.pk}", role="client",
            occasion=f"broadcast:{broadcast.pk}", event_type="broadcast", channel="telegram",
            target=str(fan.tg_id), state=state,
        )  # fmt: skip


def looking_at(talker, salon, broadcast: Broadcast, language: str = "en") -> Talker:
    return opens(at_the_desk(talker, salon, language=language), BROADCAST(id=broadcast.pk))


def tap_of(desk: Talker) -> int:
    return desk.last_tap["update_id"]


def look(desk: Talker, broadcast: Broadcast, *, tap: int | None = None, looks: int = 5, seen: str = "") -> None:
    """As the worker does."""
    look_at_broadcast(**asdict(Look(ADMIN, broadcast.pk, tap or tap_of(desk), "en", looks, seen)))
    desk.look_at_manners()


# --- what is shown ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_state_has_its_screen_and_its_buttons(salon, talker, language):
    desk = at_the_desk(talker, salon, language=language)
    deeds = {}

    for state in BroadcastState:
        found = on_its_way(salon, state, SENT=1)
        opens(desk, BROADCAST(id=found.pk))
        pk = found.pk
        deeds[state.value] = [data.replace(f":{pk}", "") for row in data_of(desk)[:-1] for data in row if data != "x"]

    assert deeds == {
        "DRAFT": ["ad:bcs:start", "ad:bct", "ad:bca"],
        "RUNNING": ["ad:bcs:pause", "ad:bcq:stop", "ad:bc"],
        "PAUSED": ["ad:bcs:resume", "ad:bcq:stop"],
        "STOPPED": [],
        "DONE": [],
    }


@pytest.mark.parametrize(
    ("language", "row"), [("ru", ["⏸ Пауза", "⏹ Стоп", "🔄 Обновить"]), ("en", ["⏸ Pause", "⏹ Stop", "🔄 Refresh"])]
)
def test_three_deeds_in_a_row_are_short_enough_for_a_telephone(salon, talker, language, row):
    desk = opens(at_the_desk(talker, salon, language=language), BROADCAST(id=on_its_way(salon, SENT=1).pk))

    assert desk.labels[0] == row


def test_a_running_one_shows_how_far_it_is(salon, talker):
    found = on_its_way(salon, SENT=5, DEAD=1, WAITING=6)

    desk = looking_at(talker, salon, found)

    assert desk.text.splitlines() == [
        "📣 Autumn", "▶️ Running", "", "▓▓▓▓▓▓░░░░░░ 50 %", "Delivered 5 of 12", "Blocked or out of reach: 1",
    ]  # fmt: skip


def test_one_that_has_ended_shows_what_came_of_it(salon, talker):
    found = on_its_way(salon, BroadcastState.STOPPED, SENT=3, DEAD=2, DROPPED=4)

    desk = looking_at(talker, salon, found)

    assert desk.text.splitlines() == [
        "📣 Autumn", "⏹ Stopped", "", "Delivered 3 of 9", "Blocked or out of reach: 2", "No longer sent: 4",
    ]  # fmt: skip


def test_a_list_that_is_not_complete_says_so(salon, talker):
    found = on_its_way(salon)
    Broadcast.objects.update(addressed=False)

    assert looking_at(talker, salon, found).text.endswith("The list of people is still being written.")


# --- steering ---------------------------------------------------------------------------------------------------------


def test_it_is_started_paused_resumed_and_stopped(salon, talker):
    salon.fan()
    found = salon.broadcast()
    desk = looking_at(talker, salon, found).taps("📣 Send to 1 person")
    assert (again(found).state, desk.labels[0]) == ("RUNNING", ["⏸ Pause", "⏹ Stop", "🔄 Refresh"])

    desk.taps("⏸ Pause")
    assert (again(found).state, desk.labels[0]) == ("PAUSED", ["▶️ Go on", "⏹ Stop"])

    desk.taps("▶️ Go on")
    assert again(found).state == "RUNNING"

    desk.taps("⏹ Stop")
    assert (again(found).state, desk.text) == (
        "RUNNING", "Autumn\nStop it for good? Whoever still waits gets nothing.",
    )  # fmt: skip
    assert data_of(desk) == [[BROADCAST(id=found.pk), STEER(id=found.pk, deed="stop")]]

    desk.taps("❌ Yes, stop it")
    assert (again(found).state, desk.labels) == ("STOPPED", [["⬅️ Broadcasts", "🏠"]])


def test_a_draft_is_deleted_after_a_question(salon, talker):
    found = salon.broadcast()
    desk = looking_at(talker, salon, found).taps("🗑 Delete")
    assert desk.text == "Autumn\nDelete this draft?"

    desk.taps("❌ Yes, delete it")

    assert not Broadcast.objects.exists()
    assert (desk.toast, desk.text.splitlines()[0]) == ("Deleted.", "📣 Broadcasts")


def test_no_leads_back(salon, talker):
    found = on_its_way(salon, SENT=1)

    desk = looking_at(talker, salon, found).taps("⏹ Stop").taps("⬅️ No")

    assert desk.text.startswith("📣 Autumn\n▶️ Running")


ABLE = {
    "DRAFT": {"start", "drop"}, "RUNNING": {"pause", "stop"}, "PAUSED": {"resume", "stop"}, "STOPPED": set(),
    "DONE": set(),
}  # fmt: skip
DEEDS = ("start", "pause", "resume", "stop", "drop")


UNABLE = [(state, deed) for state, able in ABLE.items() for deed in DEEDS if deed not in able]


def test_what_cannot_be_done_now_is_said_and_the_state_shown(salon, talker):
    """Somebody else was quicker, or the button is an old one."""
    found = {state: on_its_way(salon, state, SENT=1) for state in ABLE}
    desk, answers = at_the_desk(talker, salon), {}

    for state, deed in UNABLE:
        opens(a_moment_later(desk.clears()), STEER(id=found[state].pk, deed=deed))
        answers[state, deed] = (desk.toast, again(found[state]).state, BROADCASTS() in str(data_of(desk)))

    said = "The broadcast is not in a state from which this can be done."
    assert answers == {(state, deed): (said, state, True) for state, deed in UNABLE}


def test_nothing_is_asked_about_what_cannot_be_done(salon, talker):
    cases = [("DRAFT", "stop"), ("RUNNING", "drop"), ("DONE", "stop"), ("DONE", "start")]
    buttons = {ASK_BEFORE(id=on_its_way(salon, state).pk, deed=deed): (state, deed) for state, deed in cases}

    answers = toasts(at_the_desk(talker, salon), buttons)

    assert {buttons[data]: toast for data, toast in answers.items()} == dict.fromkeys(cases, OUTDATED)


def test_with_nobody_to_tell_it_does_not_start(salon, talker):
    found = salon.broadcast()

    desk = opens(at_the_desk(talker, salon), STEER(id=found.pk, deed="start"))

    assert desk.toast.startswith("Nobody who has agreed to offers fits this audience")
    assert again(found).state == "DRAFT"


def test_the_same_tap_again_starts_it_once(salon, talker):
    salon.fan()
    found = salon.broadcast()
    desk = looking_at(talker, salon, found).taps("📣 Send to 1 person")

    desk.gives(desk.last_tap)

    assert again(found).state == "RUNNING"


# --- the screen follows -----------------------------------------------------------------------------------------------


def test_whoever_looks_at_a_running_one_is_shown_more(salon, talker, asked_for, django_capture_on_commit_callbacks):
    found = on_its_way(salon, SENT=1, WAITING=1)

    with django_capture_on_commit_callbacks(execute=True):
        desk = looking_at(talker, salon, found)

    assert asked_for == [
        (watch.TASK, asdict(Look(ADMIN, found.pk, tap_of(desk), "en", watch.LOOKS)),
         {"queue": "default", "countdown": 2.0, "retry": False}),
    ]  # fmt: skip
    assert menu_of(ADMIN).shows == f"broadcast:{found.pk}:{tap_of(desk)}"


def test_nobody_follows_what_does_not_run(salon, talker, asked_for, django_capture_on_commit_callbacks):
    desk, asked = at_the_desk(talker, salon), {}

    for state in set(BroadcastState) - {BroadcastState.RUNNING}:
        with django_capture_on_commit_callbacks(execute=True):
            opens(desk, BROADCAST(id=on_its_way(salon, state, SENT=1).pk))
        asked[state] = [*asked_for]
        asked_for.clear()

    assert asked == {state: [] for state in BroadcastState if state != "RUNNING"}


def test_a_look_changes_the_message_and_asks_for_another(salon, talker, asked_for):
    found = on_its_way(salon, SENT=1, WAITING=3)
    desk = looking_at(talker, salon, found)
    message = desk.screen.message_id
    Delivery.objects.filter(state=State.WAITING).update(state=State.SENT)

    look(desk, found, looks=5)

    assert (desk.screen.message_id, "Delivered 4 of 4" in desk.text) == (message, True)
    [(_task, fields, options)] = asked_for
    next_look = Look(ADMIN, found.pk, tap_of(desk), "en", 4, fields["seen"])
    assert (Look(**fields), options["countdown"]) == (next_look, 2.0)


def test_a_look_that_sees_nothing_new_writes_nothing(salon, talker, asked_for):
    found = on_its_way(salon, SENT=1, WAITING=3)
    desk = looking_at(talker, salon, found)
    look(desk, found)
    edits = len(desk.telegram.calls)

    look(desk, found, seen=asked_for[-1][1]["seen"])

    assert len(desk.telegram.calls) == edits
    assert len(asked_for) == 2


def test_the_last_look_shows_the_end_and_asks_for_no_other(salon, talker, asked_for):
    found = on_its_way(salon, SENT=1)
    desk = looking_at(talker, salon, found)
    Broadcast.objects.update(state=BroadcastState.DONE)

    look(desk, found)

    assert (desk.text.splitlines()[1], desk.labels) == ("✅ Done", [["⬅️ Broadcasts", "🏠"]])
    assert asked_for == []


def test_looks_are_counted(salon, talker, asked_for):
    found = on_its_way(salon, SENT=1)
    desk = looking_at(talker, salon, found)

    look(desk, found, looks=1)

    assert asked_for == []


def test_whoever_goes_elsewhere_is_left_alone(salon, talker, asked_for):
    found = on_its_way(salon, SENT=1)
    desk = looking_at(talker, salon, found)
    tap = tap_of(desk)
    opens(desk, FIGURES(days=1))

    look(desk, found, tap=tap)

    assert desk.text.startswith("📊")
    assert asked_for == []


def test_whoever_looks_again_is_followed_once(salon, talker, asked_for):
    found = on_its_way(salon, SENT=1)
    desk = looking_at(talker, salon, found)
    first = tap_of(desk)
    a_moment_later(desk).taps("🔄 Refresh")

    look(desk, found, tap=first)
    assert asked_for == []

    look(desk, found)
    assert len(asked_for) == 1


def test_whose_role_was_revoked_is_shown_no_more(salon, talker, asked_for):
    found = on_its_way(salon, SENT=1, WAITING=1)
    desk = looking_at(talker, salon, found)
    user = salon.company.staff.get(tg_id=ADMIN)
    user.role = Role.OPERATOR
    user.save(update_fields=["role"])
    forget_person(ADMIN)
    Delivery.objects.update(state=State.SENT)

    look(desk, found)

    assert "Delivered 1 of 2" in desk.text
    assert asked_for == []


@pytest.mark.parametrize(
    ("answer", "goes_on"),
    [(slow_down(1), True), (error(403, "Forbidden: bot was blocked by the user"), False)],
)
def test_what_telegram_refuses_raises_nothing(salon, talker, asked_for, answer, goes_on):
    found = on_its_way(salon, SENT=1)
    desk = looking_at(talker, salon, found)
    Delivery.objects.update(state=State.DEAD)
    desk.telegram.answer_next("editMessageText", answer)

    look_at_broadcast(**asdict(Look(ADMIN, found.pk, tap_of(desk), "en")))

    assert len(asked_for) == goes_on


def test_the_screen_follows_in_the_language_of_its_reader(salon, talker, asked_for):
    found = on_its_way(salon, SENT=1)
    desk = looking_at(talker, salon, found, "ru")
    Broadcast.objects.update(state=BroadcastState.DONE)

    with translation.override("en"):
        look_at_broadcast(**asdict(Look(ADMIN, found.pk, tap_of(desk), "ru")))

    assert desk.text.splitlines()[1] == "✅ Завершена"


@pytest.mark.django_db(transaction=True)
def test_from_the_text_to_the_last_delivery(talker, telegram):
    """By the engine of broadcasts, with real commits: one in three has blocked the bot."""
    salon = Campaign()
    for fan in salon.fans(3):
        telegram.add_user(fan.tg_id)
    telegram.block(fan.tg_id)
    desk = opens(at_the_desk(talker, salon), "ad:bcn:all").says("<b>Sun</b>").taps("📣 Send to 3 people")
    found = Broadcast.objects.get()

    run(found)
    look_at_broadcast(**asdict(Look(ADMIN, found.pk, tap_of(desk), "en")))

    assert desk.text.splitlines()[1:] == ["✅ Done", "", "Delivered 2 of 3", "Blocked or out of reach: 1"]
    assert [len(telegram.messages(fan.tg_id)) for fan in salon.company.clients.order_by("pk")] == [1, 1, 0]
