"""Whoever follows a visit by its link stops with one tap; its client, and whoever never followed it, cannot."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from booking.commands import book_now, cancel_appointment, hold_slot
from booking.models.appointment import ClockTimestamp
from booking.values import Contact
from notifications.commands import attach_chat, detach_chat, dispatch_event, send_delivery
from notifications.models import AttachedChat, Delivery
from telegram_bot import gateway
from telegram_bot.callbacks import CARD_EDIT, EDIT, STOP_FOLLOWING, VISIT
from telegram_bot.commands import LEFT_LYING
from telegram_bot.models import IncomingUpdate
from telegram_bot.talk import Talk
from telegram_bot.tasks import answer_what_was_left
from tests.booking.steps import last_event, operator_of
from tests.factories import WEB, Salon, make_client
from tests.lasting import lasting
from tests.telegram_bot.desk import a_moment_later, opens
from tests.telegram_bot.talks.world import (
    ANNA,
    BORIS,
    OPERATOR,
    OUTDATED,
    SPECIALIST,
    Said,
    World,
    state,
    strangers_visit,
)

pytestmark = pytest.mark.django_db

built = lasting(World)

BUTTON = {"ru": "🔕 Не следить", "en": "🔕 Stop following"}


@pytest.fixture
def anna(talker, world):
    return talker(ANNA, "Anna", "en")


def followed() -> list[tuple[int, int]]:
    return list(AttachedChat.objects.values_list("appointment", "tg_id"))


def to_clients(visit) -> set[str]:
    dispatch_event(last_event(visit).pk)
    return {row.target for row in Delivery.objects.filter(event=last_event(visit), role="client")}


@pytest.mark.parametrize(
    ("language", "deeds", "toast", "text", "labels"),
    [
        (
            "ru",
            [["🕐 Перенести", "❌ Отменить"], ["💬 Пожелание", "📆 В календарь"], ["🔕 Не следить"], ["⬅️", "🏠"]],
            "Вы больше не следите за этим визитом.",
            "Мои визиты\n\nПока нет визитов.",
            [["📅 Записаться"], ["• Предстоящие", "Прошедшие"], ["🏠"]],
        ),
        (
            "en",
            [["🕐 Move", "❌ Cancel"], ["💬 Comment", "📆 Add to calendar"], ["🔕 Stop following"], ["⬅️", "🏠"]],
            "You no longer follow this visit.",
            "My visits\n\nNo visits are coming up.",
            [["📅 Book"], ["• Upcoming", "Past"], ["🏠"]],
        ),
    ],
)
def test_whoever_follows_a_visit_stops_with_one_tap(world, talker, language, deeds, toast, text, labels):
    friends = world.visit(11, client=world.boris)
    anna = talker(ANNA, "Anna", language).says(f"/start v_{friends.visit_token}")
    page = (anna.labels, anna.screen.message_id)

    anna.taps("🔕")

    assert page == (deeds, anna.screen.message_id)
    assert (anna.toast, anna.text, anna.labels, followed()) == (toast, text, labels, [])


@pytest.mark.parametrize(("stops", "told"), [(False, {str(BORIS), str(ANNA)}), (True, {str(BORIS)})])
def test_whoever_has_stopped_hears_no_more(world, anna, stops, told):
    friends = world.visit(11, client=world.boris)
    anna.says(f"/start v_{friends.visit_token}")
    if stops:
        anna.taps("🔕")

    cancel_appointment(friends.pk, operator_of(world))

    assert to_clients(friends) == told


@pytest.mark.parametrize("language", ["ru", "en"])
def test_what_is_his_own_has_no_such_button(world, talker, language):
    """Also when he has opened its link: he hears of it as its client."""
    own = world.visit(10)

    anna = talker(ANNA, "Anna", language).says(f"/start v_{own.visit_token}")

    assert followed() == [(own.pk, ANNA)]
    assert Said(language, world).span(own) in anna.text
    assert [BUTTON[language]] not in anna.labels


def test_other_visits_stay_in_the_list(world, anna):
    own, friends = world.visit(10), world.visit(11, client=world.boris)
    attach_chat(friends.pk, ANNA, "en")
    anna.says("/visits").taps(EDIT(id=friends.pk, return_to="l0"))

    anna.taps("🔕")

    assert anna.labels[:2] == [[f"{Said('en', world).short(own.start_time)} · Haircut · Vera"], ["• Upcoming", "Past"]]


def test_others_who_follow_it_go_on(world, anna):
    friends = world.visit(11, client=world.boris)
    for chat in (ANNA, 99):
        attach_chat(friends.pk, chat, "en")

    anna.says("/visits").taps("Haircut").taps("🔕")

    assert followed() == [(friends.pk, 99)]


def test_past_visit_leaves_the_list_of_the_past(world, anna):
    friends = world.visit(11, client=world.boris)
    attach_chat(friends.pk, ANNA, "en")
    cancel_appointment(friends.pk, WEB)
    anna.says("/visits").taps("Past").taps("Haircut")
    page = anna.labels

    anna.taps("🔕")

    assert page == [["🔁 Repeat"], ["🔕 Stop following"], ["⬅️", "🏠"]]
    assert anna.labels[-2:] == [["Upcoming", "• Past"], ["🏠"]]
    assert (anna.text.splitlines()[0], followed()) == ("Past visits", [])


def test_guest_who_follows_what_he_booked_stops_too(world, talker):
    visit = book_now(world.slot(10, days=2), operator_of(world), Contact("Zoe"))
    zoe = talker(99, "Zoe", "en").says(f"/start v_{visit.visit_token}")

    zoe.taps("🔕")

    assert (zoe.toast, followed()) == ("You no longer follow this visit.", [])


def test_message_about_the_visit_becomes_the_list(world, anna):
    """It is the menu then, and the only one."""
    friends = world.visit(11, client=world.boris)
    anna.says(f"/start v_{friends.visit_token}")
    cancel_appointment(friends.pk, operator_of(world))
    dispatch_event(last_event(friends).pk)
    send_delivery(Delivery.objects.get(event=last_event(friends), target=str(ANNA)).pk)
    card = anna.screen.message_id
    anna.forges(EDIT(id=friends.pk, return_to="n"), message_id=card)

    anna.taps("🔕", message_id=card)

    assert (anna.screen.message_id, anna.toast) == (card, "You no longer follow this visit.")
    assert anna.labels[-1] == ["🏠"]


# Staff ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [OPERATOR, SPECIALIST])
def test_staff_who_follow_a_visit_stop_from_their_own_list(world, talker, who):
    visit = world.visit(11)
    attach_chat(visit.pk, who, "en")
    person = talker(who, "Vera", "en").says("/visits").taps("Haircut")
    page = person.labels

    person.taps("🔕")

    assert page == [["🕐 Move", "❌ Cancel"], ["🔕 Stop following"], ["⬅️", "🏠"]]
    assert (person.toast, followed()) == ("You no longer follow this visit.", [])


def test_staffs_cards_stay_as_they_are(world, talker):
    visit = world.visit(11)
    attach_chat(visit.pk, OPERATOR, "en")
    operator = talker(OPERATOR, "Olga", "en").says("/start")

    operator.forges(CARD_EDIT(id=visit.pk))

    assert operator.labels == [["🕐 Move", "❌ Cancel"], ["⬅️"]]


def test_staff_who_do_not_follow_it_have_no_such_button(world, talker):
    visit = world.visit(11)
    operator = talker(OPERATOR, "Olga", "en").says("/start")

    operator.forges(EDIT(id=visit.pk, return_to="l0"), message_id=operator.screen.message_id)

    assert operator.labels == [["🕐 Move", "❌ Cancel"], ["⬅️", "🏠"]]


# Old buttons and forged ones ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "toast"), [("ru", "Кнопка устарела, открыл меню."), ("en", OUTDATED)])
def test_old_button_says_that_it_is_outdated(world, talker, language, toast):
    friends = world.visit(11, client=world.boris)
    anna = talker(ANNA, "Anna", language).says(f"/start v_{friends.visit_token}")
    detach_chat(friends.pk, ANNA)

    anna.taps("🔕")

    assert anna.toast == toast
    assert anna.labels[0][0].startswith("📅")


@pytest.mark.parametrize("button", [STOP_FOLLOWING, VISIT])
def test_visit_that_is_no_longer_followed_is_nobodys_here(world, anna, button):
    friends = world.visit(11, client=world.boris)
    anna.says(f"/start v_{friends.visit_token}").taps("🔕").forges("x")

    anna.forges(button(id=friends.pk), message_id=anna.screen.message_id)

    assert anna.toast == OUTDATED


def test_whoever_has_become_its_client_meanwhile_is_told_the_same(world, anna):
    """He would hear of it all the same."""
    visit = book_now(world.slot(10, days=2), operator_of(world), Contact("Anna", phone="+79991112233"))
    anna.says(f"/start v_{visit.visit_token}")
    visit.client = world.anna
    visit.save(update_fields=["client"])

    anna.taps("🔕")

    assert (anna.toast, followed()) == (OUTDATED, [(visit.pk, ANNA)])


def test_visit_of_his_at_another_company_is_his_own(world, anna):
    other = Salon(service={"name": "Massage"})
    own = book_now(other.slot(10, days=2), operator_of(other), Contact("Anna"))
    own.client = make_client(other.company, tg_id=ANNA)
    own.save(update_fields=["client"])
    attach_chat(own.pk, ANNA, "en")
    anna.says("/visits").taps("Massage")
    page = anna.labels

    anna.forges(STOP_FOLLOWING(id=own.pk), message_id=anna.screen.message_id)

    assert ["🔕 Stop following"] not in page
    assert (anna.toast, followed()) == (OUTDATED, [(own.pk, ANNA)])


def test_forged_ids_change_nothing(world, anna):
    followed_by_others = world.visit(14, client=world.boris)
    attach_chat(followed_by_others.pk, 99, "en")
    ids = {
        "his own": world.visit(10).pk,
        "another client's": followed_by_others.pk,
        "another company's": strangers_visit().pk,
        "a hold": hold_slot(world.slot(12), world.actor(world.anna), client_id=world.anna.pk).pk,
        "nobody's": 10**17,
    }
    before = (state(), followed())

    answers = {whose: (opens(anna, STOP_FOLLOWING(id=pk)).toast, (state(), followed())) for whose, pk in ids.items()}

    assert before[1] == [(followed_by_others.pk, 99)]
    assert answers == dict.fromkeys(ids, (OUTDATED, before))


# Once -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_guarded", [True, False], ids=["guarded", "control without the guard"])
def test_who_follows_it_again_after_a_process_died_goes_on(world, anna, monkeypatch, is_guarded):
    """The tap of before must not take away what its link gave since."""
    friends = world.visit(11, client=world.boris)
    anna.says(f"/start v_{friends.visit_token}")
    if not is_guarded:
        monkeypatch.setattr(Talk, "effect", lambda talk: transaction.atomic())
    with monkeypatch.context() as dying:
        dying.setattr(gateway, "show", die)
        with pytest.raises(SystemExit):
            anna.taps("🔕")
    a_moment_later(anna)
    attach_chat(friends.pk, ANNA, "en")
    IncomingUpdate.objects.filter(handled_at=None).update(taken_at=ClockTimestamp() - 2 * LEFT_LYING)

    assert answer_what_was_left() == 1
    assert followed() == ([(friends.pk, ANNA)] if is_guarded else [])


def die(*args):
    raise SystemExit


def test_clients_own_screen_costs_no_statement_more(world, anna):
    own = world.visit(10)
    anna.says("/visits")

    with CaptureQueriesContext(connection) as captured:
        anna.taps(EDIT(id=own.pk, return_to="l0"))

    statements = [each["sql"] for each in captured if '"notifications_attachedchat"' in each["sql"]]
    assert [sql for sql in statements if "UNION" not in sql] == []
    assert statements
