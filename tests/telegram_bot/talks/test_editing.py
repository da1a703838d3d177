"""One visit is changed by whoever may: its menu, cancelling with the rule stated, and the cards."""

import pytest
from django_redis import get_redis_connection

from accounts.models import Company
from accounts.values import Channel, Role
from booking.commands import cancel_appointment, reschedule_appointment
from booking.models import Appointment, Status
from notifications.commands import dispatch_event, send_delivery
from notifications.models import Delivery
from telegram_bot import memory
from telegram_bot.callbacks import (
    CANCEL,
    CARD_BACK,
    CARD_EDIT,
    CARD_HIDE,
    CONFIRM_CANCEL,
    EDIT,
    MOVE,
    MOVE_ASK,
    MOVE_DAYS,
    MOVE_PART,
    MOVE_TIMES,
    MY_CARD,
    OWN_CARD,
    RESCHEDULE,
    UNDO_MOVE,
)
from tests.booking.steps import history, last_event, operator_of
from tests.factories import WEB, make_location, make_specialist, make_user
from tests.lasting import lasting
from tests.telegram_bot.desk import a_moment_later, opens
from tests.telegram_bot.talks.world import (
    ACCOUNTANT,
    ANNA,
    BORIS,
    ELSEWHERE,
    OPERATOR,
    OUTDATED,
    SPECIALIST,
    Said,
    World,
    state,
    strangers_visit,
    top_up,
    visit_row,
)

pytestmark = pytest.mark.django_db

built = lasting(World)


@pytest.fixture
def anna(talker, world):
    return talker(ANNA, "Anna", "en")


@pytest.fixture
def operator(talker, world):
    return talker(OPERATOR, "Olga", "en")


@pytest.fixture
def specialist(talker, world):
    return talker(SPECIALIST, "Vera", "en")


def told(visit: Appointment, chat: int) -> None:
    """The one of this chat gets his message about the last event."""
    dispatch_event(last_event(visit).pk)
    send_delivery(Delivery.objects.get(event=last_event(visit), target=str(chat)).pk)


# Cancelling -----------------------------------------------------------------------------------------------------------

QUESTION = {
    "ru": "Отменить визит {time}?\n\nHaircut · Vera\n\nБесплатно.",
    "en": "Cancel the visit on {time}?\n\nHaircut · Vera\n\nFree of charge.",
}
YES_NO = {"ru": ["⬅️ Нет, оставить", "❌ Да, отменить"], "en": ["⬅️ No, keep it", "❌ Yes, cancel"]}
DONE = {
    "ru": ("❌ Ваш визит отменён · № {number}\n\n{span}\nHaircut · Vera", "Визит отменён.", "📅 Записаться снова"),
    "en": (
        "❌ Your visit has been cancelled · #{number}\n\n{span}\nHaircut · Vera",
        "The visit is cancelled.",
        "📅 Book again",
    ),
}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_cancelling_is_asked_for_and_done(world, talker, language):
    visit, said = world.visit(10), Said(language, world)
    anna = talker(ANNA, "Anna", language).says("/visits").taps("Haircut").taps("❌")
    asked = (anna.text, anna.labels)

    anna.taps("❌")

    visit.refresh_from_db()
    text, toast, again = DONE[language]
    assert asked == (QUESTION[language].format(time=said.exact(visit.start_time)), [YES_NO[language]])
    assert (visit.status, anna.toast) == (Status.CANCELLED, toast)
    assert anna.text == text.format(number=visit.pk, span=said.span(visit, on_a_screen=False))
    assert anna.labels == [[again], ["⬅️", "🏠"]]


def test_dangerous_button_comes_second_and_looks_like_it(world, anna):
    world.visit(10)

    anna.says("/visits").taps("Haircut").taps("❌")

    assert [button.get("style") for button in anna.screen.buttons] == [None, "danger"]


def test_visit_is_kept(world, anna):
    visit = world.visit(10)
    anna.says("/visits").taps("Haircut")
    page = (anna.text, anna.labels)

    anna.taps("❌").taps("⬅️ No, keep it")

    visit.refresh_from_db()
    assert ((anna.text, anna.labels), visit.status) == (page, Status.CONFIRMED)


def test_after_cancelling_the_same_is_one_tap_away(world, anna):
    world.visit(10)

    anna.says("/visits").taps("Haircut").taps("❌").taps("❌").taps("📅 Book again")

    assert anna.text.startswith("Haircut")
    assert "📆 Another day" in anna.labels[-2][0]


def test_double_tap_cancels_once_and_says_it_once(world, anna):
    visit = world.visit(10)
    anna.says("/visits").taps("Haircut").taps("❌").taps("❌")
    edits = len(anna.telegram.calls_of("editMessageText"))

    anna.forges(CONFIRM_CANCEL(id=visit.pk, return_to="l0"), message_id=anna.screen.message_id)

    assert (anna.toast, len(anna.telegram.calls_of("editMessageText"))) == ("", edits)
    assert history(visit).count("booking_cancelled") == 1


def test_second_yes_says_that_it_is_cancelled_already(world, anna):
    visit = world.visit(10)
    anna.says("/visits").taps("Haircut").taps("❌").taps("❌")
    shown, labels = anna.screen.message_id, anna.labels

    get_redis_connection().flushdb()
    anna.forges(CONFIRM_CANCEL(id=visit.pk, return_to="l0"), message_id=shown)

    assert (anna.toast, anna.labels) == ("It is already cancelled.", labels)
    assert history(visit).count("booking_cancelled") == 1


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (False, "Free of charge: 1,000 ₽ goes back to the wallet."),
        (True, "By the rules 200 ₽ is kept; of 1,000 ₽ paid, 800 ₽ goes back to the wallet."),
    ],
)
def test_rule_is_stated_before_and_kept(world, anna, late, said):
    world.company.late_fee_percent, world.company.free_cancellation_hours = 20, 24 * 30 if late else 1
    world.company.save(update_fields=["late_fee_percent", "free_cancellation_hours"])
    top_up(world.anna, 1000)
    visit = world.visit(10, pay_from_wallet=True)

    anna.says("/visits").taps("Haircut").taps("❌")
    stated = anna.text.splitlines()[-1]
    anna.taps("❌")

    world.anna.wallet.refresh_from_db()
    assert stated == said
    assert world.anna.wallet.balance == (800 if late else 1000)
    assert ("200 ₽ is kept by the rules of cancelling." in anna.text) == late
    assert Appointment.objects.get(pk=visit.pk).status == Status.CANCELLED


@pytest.mark.parametrize(
    ("language", "card", "said"),
    [
        ("ru", "Отменить бесплатно уже нельзя", "Вы ничего не платили, удерживать нечего."),
        ("en", "Cancelling is no longer free of charge", "Nothing was paid, so nothing is kept."),
    ],
)
def test_late_fee_of_a_visit_that_nothing_was_paid_for(world, talker, language, card, said):
    """The question says the same as the card before it."""
    world.company.late_fee_percent, world.company.free_cancellation_hours = 20, 24 * 30
    world.company.save(update_fields=["late_fee_percent", "free_cancellation_hours"])
    world.visit(10)

    anna = talker(ANNA, "Anna", language).says("/visits").taps("Haircut")
    assert card in anna.text

    anna.taps("❌")
    assert anna.text.splitlines()[-1] == said


def test_visit_that_has_begun_is_not_changed_by_its_client(world, anna):
    start = world.opened.replace(second=0, microsecond=0)
    pk = visit_row(world, start, world.anna, Status.CONFIRMED).pk
    before, buttons = state(), [CANCEL(id=pk, return_to="l0"), CONFIRM_CANCEL(id=pk, return_to="l0"), RESCHEDULE(id=pk)]

    answers = {data: (opens(anna, data).toast, state()) for data in buttons}

    assert answers == dict.fromkeys(buttons, ("The visit has already begun. Please call the salon.", before))


def moved_by_the_desk(world) -> Appointment:
    """Of which its client gets a message, which is a card."""
    visit = world.visit(11)
    reschedule_appointment(visit.pk, world.at(10, days=2), operator_of(world, channel=Channel.API))
    told(visit, ANNA)
    return visit


def test_visit_is_cancelled_from_its_card(world, anna):
    visit = moved_by_the_desk(world)

    anna.taps(f"bke:menu:{visit.pk}:n").taps("❌").taps("❌")

    assert anna.labels == [["📅 Book again"], ["🏠 To the menu"]]
    assert len(anna.telegram.live_messages(ANNA)) == 1


# By staff -------------------------------------------------------------------------------------------------------------


def test_operator_edits_from_his_card_and_goes_back_to_it(world, operator):
    visit = world.visit(10)
    told(visit, OPERATOR)
    card = (operator.text, operator.labels)

    operator.taps("✏️")
    menu = (operator.text, operator.labels)
    operator.taps("⬅️")

    span = Said("en", world).span(visit)
    text = (
        f"{span} · #{visit.pk}\n👤 Anna\n📞 +7 999 123-45-67\n💇 Haircut · 60 min\n👨‍💼 Vera\n📍 {world.location.name}"
    )
    assert menu == (f"{text}\n💳 1,000 ₽", [["🕐 Move", "❌ Cancel"], ["⬅️"]])
    assert operator.labels == [
        [button.replace("Редактировать", "Edit").replace("Скрыть", "Hide") for button in card[1][0]]
    ]
    assert len(operator.telegram.live_messages(OPERATOR)) == 1


def test_card_is_restored_with_what_is_so_now(world, operator):
    visit = world.visit(10)
    told(visit, OPERATOR)
    operator.taps("✏️")
    reschedule_appointment(visit.pk, world.at(12, days=2), WEB)

    operator.taps("⬅️")

    assert operator.text.startswith(f"🕐 Moved #{visit.pk}: ")
    cancel_appointment(visit.pk, WEB)
    assert operator.taps("✏️").taps("⬅️").text.startswith(f"❌ Cancelled booking #{visit.pk}")


def test_operator_cancels_and_everything_is_paid_back(world, operator):
    world.company.late_fee_percent, world.company.free_cancellation_hours = 20, 24 * 30
    world.company.save(update_fields=["late_fee_percent", "free_cancellation_hours"])
    top_up(world.anna, 1000)
    visit = world.visit(10, pay_from_wallet=True)
    told(visit, OPERATOR)

    operator.taps("✏️").taps("❌")
    asked = (operator.text.splitlines(), operator.labels)
    operator.taps("❌")

    world.anna.wallet.refresh_from_db()
    [event] = visit.events.filter(event_type="booking_cancelled")
    assert asked[0][1:] == ["👤 Anna", "", "Haircut · Vera", "", "Free of charge: 1,000 ₽ goes back to the wallet."]
    assert asked[1] == [YES_NO["en"]]
    assert world.anna.wallet.balance == 1000
    assert event.initiated_by == {"user_id": world.operator.pk, "role": "operator", "channel": Channel.TELEGRAM}
    assert operator.text.startswith(f"❌ Cancelled booking #{visit.pk}")
    assert operator.labels == [["✏️ Edit", "🙈 Hide"]]


def test_card_is_hidden(world, operator):
    told(world.visit(10), OPERATOR)

    operator.taps("🙈")

    assert operator.telegram.live_messages(OPERATOR) == []


def test_card_that_has_become_the_menu_is_no_card_any_more(world, anna):
    """Whatever happens to the visit later is told by a new message."""
    moved_by_the_desk(world)
    card = Delivery.objects.filter(target=str(ANNA), strip_at__isnull=False)
    was_one = card.exists()

    anna.taps("✏️").taps("❌").taps("❌").taps("📅")

    assert (was_one, card.exists()) == (True, False)


def test_cards_leave_the_menu_alone(world, operator):
    visit = world.visit(10)
    operator.says("/start")
    menu = operator.screen.message_id
    told(visit, OPERATOR)

    operator.taps("✏️").taps("🕐").taps("⬅️").taps("❌").taps("⬅️").taps("⬅️").taps("🙈")

    assert [message.message_id for message in operator.telegram.live_messages(OPERATOR)] == [menu]


def test_specialist_changes_his_own_and_sees_no_money(world, specialist):
    top_up(world.anna, 1000)
    visit = world.visit(10, pay_from_wallet=True)
    told(visit, SPECIALIST)

    specialist.taps(f"bke:menu:{visit.pk}:n")
    menu = specialist.text
    specialist.taps("❌")
    asked = specialist.text
    specialist.taps("❌")

    visit.refresh_from_db()
    assert "₽" not in menu + asked + specialist.text
    assert visit.status == Status.CANCELLED
    assert specialist.text.startswith(f"❌ Cancelled booking #{visit.pk}")


def test_specialist_goes_back_to_his_own_card(world, specialist):
    visit = world.visit(10)
    told(visit, SPECIALIST)

    specialist.taps(f"bke:menu:{visit.pk}:n").taps("⬅️")

    assert specialist.text.startswith(f"📅 New booking with you #{visit.pk}")


def test_client_goes_back_to_his_own_card(world, anna):
    visit = moved_by_the_desk(world)

    anna.taps(f"bke:menu:{visit.pk}:n").taps("⬅️")

    assert anna.text.startswith(f"🕐 Your visit has been moved · #{visit.pk}")
    assert anna.labels[-1] == ["🏠 To the menu"]


BACK = {
    (ANNA, "n"): "m:c:{id}",
    (ANNA, "l2"): "m:l:2",
    (ANNA, "h0"): "m:h:0",
    (ANNA, "d20260128"): "m:c:{id}",
    (ANNA, "c1"): "m:c:{id}",
    (SPECIALIST, "n"): "sp:c:{id}",
    (SPECIALIST, "d20260128"): "sp:d:20260128",
    (SPECIALIST, "c1"): "sp:c:{id}",
    (OPERATOR, "n"): "bkn:back:{id}",
    (OPERATOR, "d20260128"): "ad:d:20260128:0",
    (OPERATOR, "d20269928"): "bkn:back:{id}",
    (OPERATOR, "dx"): "bkn:back:{id}",
    (OPERATOR, "cz9"): "ad:c:z9",
    (OPERATOR, "c000"): "bkn:back:{id}",
    (OPERATOR, "c"): "bkn:back:{id}",
    (OPERATOR, "l0"): "m:l:0",
    (OPERATOR, "l9999"): "bkn:back:{id}",
    (OPERATOR, "lzz"): "bkn:back:{id}",
    (OPERATOR, "x17"): "bkn:back:{id}",
    (OPERATOR, "n%00.."): "bkn:back:{id}",
}


def test_back_leads_where_it_began(world, talker):
    visit, back = world.visit(10), {}
    people = {who: talker(who, "Somebody", "en") for who in (ANNA, SPECIALIST, OPERATOR)}

    for who, return_to in BACK:
        opens(people[who].clears(), f"bke:menu:{visit.pk}:{return_to}")
        back[who, return_to] = people[who].screen.rows[-1][0]["callback_data"]

    assert back == {case: data.format(id=visit.pk) for case, data in BACK.items()}


def test_who_is_staff_and_client_acts_as_staff(world, talker):
    """His own visit in his own column."""
    world.anna.tg_id = SPECIALIST
    world.boris.tg_id = None
    world.anna.save(update_fields=["tg_id"])
    visit = world.visit(10)
    vera = talker(SPECIALIST, "Vera", "en")

    vera.forges(CONFIRM_CANCEL(id=visit.pk, return_to="l0"))

    assert last_event(visit).initiated_by["role"] == "specialist"


# Whoever may not ------------------------------------------------------------------------------------------------------

OF_A_VISIT = {
    "edit": lambda pk: EDIT(id=pk, return_to="n"),
    "edit from a list": lambda pk: EDIT(id=pk, return_to="l0"),
    "cancel": lambda pk: CANCEL(id=pk, return_to="n"),
    "confirm": lambda pk: CONFIRM_CANCEL(id=pk, return_to="d20260128"),
    "reschedule": lambda pk: RESCHEDULE(id=pk),
    "days": lambda pk: MOVE_DAYS(id=pk, page=0),
    "undo": lambda pk: UNDO_MOVE(id=pk),
    "own card": lambda pk: OWN_CARD(id=pk),
}
OF_A_MOVE = {
    "times": lambda pk, start: MOVE_TIMES(id=pk, day=start.date()),
    "part": lambda pk, start: MOVE_PART(id=pk, day=start.date(), page=1),
    "ask": lambda pk, start: MOVE_ASK(id=pk, start=start),
    "move": lambda pk, start: MOVE(id=pk, start=start),
}
OF_THE_DESK = {
    "bkn:edit": lambda pk: CARD_EDIT(id=pk),
    "bkn:back": lambda pk: CARD_BACK(id=pk),
    "bkn:hide": lambda pk: CARD_HIDE(id=pk),
    "sp:c": lambda pk: MY_CARD(id=pk),
}


@pytest.fixture
def elsewhere(world):
    """An operator of another location of the same company, an accountant, a specialist of another column."""
    there = make_location(world.company)
    user = make_user(world.company, Role.OPERATOR, tg_id=ELSEWHERE)
    user.locations.add(there)
    make_user(world.company, Role.ACCOUNTANT, tg_id=ACCOUNTANT)
    make_specialist(world.location, world.service, user=make_user(world.company, Role.SPECIALIST, tg_id=24))


def forged(person, buttons: dict[str, str]) -> dict[str, str | list]:
    """What a program of his is answered to each; or what he sees then, should that be anything but his menu."""
    menu, answers = seen(person), {}
    for name, data in buttons.items():
        toast = opens(a_moment_later(person), data).toast
        answers[name] = toast if seen(person) == menu else seen(person)
    return answers


def seen(person) -> list[tuple[int, str]]:
    return [(message.message_id, message.text) for message in person.telegram.live_messages(person.tg_id)]


def forged_by(talker, people: tuple[int, ...], buttons: dict[str, str]) -> dict[int, tuple]:
    """What each of them is answered, and the state after it."""
    return {who: (forged(talker(who, "Somebody", "en").says("/start"), buttons), state()) for who in people}


def test_nobody_else_changes_a_visit(world, talker, elsewhere):
    visit, start = world.visit(10), world.at(12, days=2)
    before, people = state(), (BORIS, 99, ELSEWHERE, ACCOUNTANT, 24)
    buttons = {name: build(visit.pk) for name, build in {**OF_A_VISIT, **OF_THE_DESK}.items()}
    buttons |= {name: build(visit.pk, start) for name, build in OF_A_MOVE.items()}

    answers = forged_by(talker, people, buttons)

    assert answers == {who: (dict.fromkeys(buttons, OUTDATED), before) for who in people}


def test_another_companys_visit_is_out_of_reach(world, talker):
    visit = strangers_visit()
    before, people = state(), (ANNA, OPERATOR, SPECIALIST)
    buttons = {name: build(visit.pk) for name, build in {**OF_A_VISIT, **OF_THE_DESK}.items()}

    answers = forged_by(talker, people, buttons)

    assert answers == {who: (dict.fromkeys(buttons, OUTDATED), before) for who in people}


def test_client_has_no_cards_of_the_desk(world, anna):
    visit = world.visit(10)
    anna.says("/start")
    before = state()

    toasts = forged(anna, {name: build(visit.pk) for name, build in OF_THE_DESK.items()})

    assert (toasts, state()) == (dict.fromkeys(OF_THE_DESK, OUTDATED), before)


@pytest.mark.parametrize("who", [OPERATOR, SPECIALIST])
def test_staff_of_a_closed_company_change_nothing(world, talker, who):
    visit = world.visit(10)
    person = talker(who, "Somebody", "en").says("/start")
    Company.objects.update(is_active=False)
    before = state()

    for build in OF_THE_DESK.values():
        get_redis_connection().flushdb()
        assert person.forges(build(visit.pk), message_id=person.screen.message_id).toast == OUTDATED
    assert state() == before


GARBAGE = """
    bke:menu:{id} bke:menu:{id}: bke:menu:{id}:n:n bke:menu:-{id}:n bke:menu:0:n bke:menu:{id}1e3:n
    bke:confirm_cancel:{id} bke:confirm_cancel:+{id}:n bke:confirm_cancel:{id}:ж BKE:CONFIRM_CANCEL:{id}:n
    bke:confirm_cancel:99999999999999999999:n r:h:{id}: r:h:{id}:-1 r:h:{id}:zzzzzzz r:t:{id}:20261301 r:d:{id}:9999
    rm:{id}:maybe bkn:edit:{id}:n m:o:{id}:1 w:-1 w:1000 s:l:de s:n::all s:n:booking_created s:o:2
"""


def test_garbage_changes_nothing(world, anna):
    visit = world.visit(10)
    anna.says("/start")
    before = state()

    toasts = forged(anna, {data: data.format(id=visit.pk) for data in GARBAGE.split()})

    assert (toasts, state()) == (dict.fromkeys(GARBAGE.split(), OUTDATED), before)


def test_outdated_button_of_a_card_opens_one_menu(world, operator):
    """The card becomes it, and the one before goes."""
    visit = world.visit(10)
    operator.says("/start")
    told(visit, OPERATOR)
    world.operator.locations.add(make_location(world.company))
    get_redis_connection().flushdb()
    memory.keep_menu(OPERATOR, memory.Menu(operator.telegram.live_messages(OPERATOR)[0].message_id))

    operator.taps("✏️")

    assert operator.toast == OUTDATED
    assert len(operator.telegram.live_messages(OPERATOR)) == 1


def test_who_may_no_longer_is_without_power(world, operator):
    visit = world.visit(10)
    told(visit, OPERATOR)
    operator.taps("✏️").taps("❌")
    world.operator.is_active = False
    world.operator.save(update_fields=["is_active"])
    memory.drop(f"tg_user:{OPERATOR}")

    operator.taps("❌")

    visit.refresh_from_db()
    assert (operator.toast, visit.status) == (OUTDATED, Status.CONFIRMED)


# Old buttons ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [["Haircut"], ["Haircut", "❌"], ["Haircut", "❌", "❌"]])
def test_buttons_work_after_redis_was_emptied(world, anna, steps):
    visit = world.visit(10)
    anna.says("/visits")

    for step in steps:
        get_redis_connection().flushdb()
        anna.taps(step)

    visit.refresh_from_db()
    assert (visit.status == Status.CANCELLED) == (len(steps) == 3)
    anna.says("/start")
    assert len(anna.telegram.live_messages(ANNA)) == 1, "a list that was pressed is the menu again"
