"""What a person decides about himself: his language, what he is told, and by which channels."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_redis import get_redis_connection

from accounts.models import Client, User
from accounts.values import Role
from booking.models.appointment import ClockTimestamp
from notifications.channels import carrier_of
from notifications.commands import attach_chat
from notifications.models import AttachedChat, NotificationSetting, Preferences, PushSubscription
from notifications.queries import wishes_of
from notifications.values import Occasion
from telegram_bot import gateway
from telegram_bot.commands import LEFT_LYING
from telegram_bot.models import Chat, IncomingUpdate
from telegram_bot.talk import Talk
from telegram_bot.tasks import answer_what_was_left
from tests.factories import make_client, make_company, make_user
from tests.lasting import lasting
from tests.telegram_bot.desk import a_moment_later
from tests.telegram_bot.talks.world import ACCOUNTANT, ANNA, OPERATOR, OUTDATED, SPECIALIST, World

pytestmark = pytest.mark.django_db

built = lasting(World)


@pytest.fixture
def anna(talker, world):
    return talker(ANNA, "Anna", "en")


class Open:
    """A channel that this deployment has."""

    def is_configured(self) -> bool:
        return True


@pytest.fixture
def push(settings, telegram):
    settings.NOTIFICATION_CHANNELS |= {"web_push": f"{__name__}.Open"}
    carrier_of.cache_clear()


def with_browser(client: Client) -> None:
    PushSubscription.objects.create(company=client.company, client=client, endpoint=f"https://push.example/{client.pk}")


# The menu -------------------------------------------------------------------------------------------------------------

MENU = {
    "ru": (
        "Настройки\n📱 +7 … 45-67\n\n🔔 Ниже отмечено, о чём я вам пишу.\n"
        "🌙 Тихие часы с 22:00 до 08:00: напоминания подождут, новости о визитах — нет.",
        [
            ["🌐 Русский", "📱 Сменить номер"],
            ["✅ Новые записи", "✅ Переносы"],
            ["✅ Отмены", "✅ Напоминания"],
            ["▫️ Скидки и предложения"],
            ["🏠 В меню"],
        ],
    ),
    "en": (
        "Settings\n📱 +7 … 45-67\n\n🔔 You get what is ticked below.\n"
        "🌙 Quiet hours from 10:00 pm to 8:00 am: reminders wait, news of your visits does not.",
        [
            ["🌐 English", "📱 Change the number"],
            ["✅ New visits", "✅ Moves"],
            ["✅ Cancellations", "✅ Reminders"],
            ["▫️ Offers and discounts"],
            ["🏠 To the menu"],
        ],
    ),
}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_settings_show_what_is_so(world, talker, language):
    anna = talker(ANNA, "Anna", language).says("/settings")

    assert (anna.text, anna.labels) == MENU[language]


def test_company_without_quiet_hours_has_none(world, anna):
    world.company.quiet_until = world.company.quiet_from
    world.company.save(update_fields=["quiet_until"])

    assert "🌙" not in anna.says("/settings").text


def test_whoever_is_nobodys_client_has_a_language_and_a_number(world, talker):
    stranger = talker(99, "Zoe", "en").says("/settings")

    assert (stranger.text, stranger.labels) == ("Settings", [["🌐 English", "📱 Send my number"], ["🏠 To the menu"]])


def test_whoever_has_chosen_no_company_yet_has_a_language(world, talker):
    make_company()

    stranger = talker(99, "Zoe", "en").says("/settings")

    assert stranger.labels == [["🌐 English"], ["🏠 To the menu"]]


def test_what_the_company_tells_nobody_of_cannot_be_switched(world, anna):
    NotificationSetting.objects.filter(company=world.company, event_type="booking_reminder").update(enabled=False)

    anna.says("/settings")

    assert anna.labels[1:3] == [["✅ New visits", "✅ Moves"], ["✅ Cancellations"]]


@pytest.mark.parametrize(
    ("who", "labels"),
    [
        (SPECIALIST, [["✅ New visits", "✅ Moves"], ["✅ Cancellations", "✅ Reminders"], ["✅ The day ahead"]]),
        (OPERATOR, [["✅ New visits", "✅ Moves"], ["✅ Cancellations"]]),
        (ACCOUNTANT, []),
    ],
)
def test_staff_switch_what_they_hear_as_staff(world, talker, who, labels):
    make_user(world.company, Role.ACCOUNTANT, tg_id=ACCOUNTANT)

    person = talker(who, "Somebody", "en").says("/settings")

    assert person.labels == [["🌐 English"], *labels, ["🏠 To the menu"]]


# Language -------------------------------------------------------------------------------------------------------------


def test_language_is_chosen_for_everything_that_is_said(world, anna):
    elsewhere = make_client(make_company(), tg_id=ANNA)
    attach_chat(world.visit(10, client=world.boris).pk, ANNA, "en")
    anna.says("/settings").taps("🌐 English")
    choice = (anna.text, anna.labels)

    anna.taps("Русский")

    assert choice == ("Choose a language", [["▫️ Русский", "✅ English"], ["⬅️", "🏠"]])
    assert (anna.toast, (anna.text, anna.labels)) == ("Сохранено.", MENU["ru"])
    assert anna.says("/visits").text.startswith("Мои визиты")
    assert list(Client.objects.filter(pk__in=[world.anna.pk, elsewhere.pk]).values_list("language", flat=True)) == [
        "ru",
        "ru",
    ]
    assert (Chat.objects.get(pk=ANNA).language, AttachedChat.objects.get().language) == ("ru", "ru")
    assert Client.objects.get(pk=world.boris.pk).language == ""


def test_staff_choose_their_language_too(world, talker):
    operator = talker(OPERATOR, "Olga", "en").says("/settings").taps("🌐").taps("Русский")

    assert User.objects.get(pk=world.operator.pk).language == "ru"
    assert operator.labels[0] == ["🌐 Русский"]


# What is told ---------------------------------------------------------------------------------------------------------


def test_events_are_switched_off_and_on(world, anna):
    """The same button twice within two seconds would be one tap: something else comes between."""
    anna.says("/settings").taps("✅ Reminders")
    off = (anna.toast, anna.labels[2], Preferences.objects.get().muted)

    anna.forges("x").taps("▫️ Reminders")

    assert off == ("Saved.", ["✅ Cancellations", "▫️ Reminders"], ["booking_reminder:all"])
    assert (anna.labels[2], Preferences.objects.get().muted) == (["✅ Cancellations", "✅ Reminders"], [])
    assert Preferences.objects.get().client == world.anna


def test_what_was_switched_off_elsewhere_stays_so(world, anna):
    Preferences.objects.create(
        company=world.company,
        client=world.anna,
        muted=["booking_created:all", "booking_reminder:sms", "day_summary:all"],
    )

    anna.says("/settings").taps("✅ Reminders")

    assert Preferences.objects.get().muted == ["booking_created:all", "day_summary:all", "booking_reminder:all"]


def test_offers_are_agreed_to_and_declined(world, anna):
    anna.says("/settings").taps("▫️ Offers")
    agreed = (anna.labels[3], Preferences.objects.get().wants_offers)

    anna.taps("✅ Offers")

    assert (agreed, anna.labels[3]) == ((["✅ Offers and discounts"], True), ["▫️ Offers and discounts"])
    assert Preferences.objects.get().wants_offers is False


def test_old_button_of_offers_does_what_it_says(world, anna):
    """It carries the state that it leads to, so pressing it twice is pressing it once."""
    anna.says("/settings")
    for _ in range(2):
        anna.forges("x").forges("s:o:1", message_id=anna.screen.message_id)

    assert Preferences.objects.get().wants_offers is True


def test_channels_are_switched_one_by_one(world, anna, push):
    with_browser(world.anna)
    anna.says("/settings")
    menu = anna.labels[3:5]
    anna.taps("🔀 By which channels")
    before = (anna.text, anna.labels)

    anna.taps("s:n:booking_reminder:telegram")

    rows = [["✅ Telegram", "✅ Push"]]
    events = ["New visits", "Moves", "Cancellations", "Reminders"]
    assert menu == [["🔀 By which channels"], ["▫️ By all of them at once"]]
    assert before[0] == "By which channels\nYou are told by the first ticked channel that works."
    assert before[1] == [row for event in events for row in ([event], *rows)] + [["⬅️", "🏠"]]
    assert anna.labels[7] == ["▫️ Telegram", "✅ Push"]
    assert Preferences.objects.get().muted == ["booking_reminder:telegram"]
    assert anna.taps("⬅️").labels[2] == ["✅ Cancellations", "✅ Reminders"]


def test_event_switched_off_by_every_channel_one_by_one_is_off(world, anna, push):
    with_browser(world.anna)
    anna.says("/settings").taps("🔀").taps("s:n:booking_reminder:telegram").taps("s:n:booking_reminder:web_push")

    anna.taps("⬅️")

    assert anna.labels[2] == ["✅ Cancellations", "▫️ Reminders"]
    assert Preferences.objects.get().muted == ["booking_reminder:telegram", "booking_reminder:web_push"]
    anna.taps("▫️ Reminders")
    assert Preferences.objects.get().muted == []


def test_every_channel_at_once(world, anna, push):
    with_browser(world.anna)
    anna.says("/settings").taps("▫️ By all of them at once")

    assert (anna.labels[4], Preferences.objects.get().every_channel) == (["✅ By all of them at once"], True)
    assert anna.taps("🔀").text == "By which channels\nYou are told by every ticked channel."


def test_staff_have_wishes_of_their_own(world, talker):
    talker(SPECIALIST, "Vera", "en").says("/settings").taps("✅ The day ahead")

    [mine] = Preferences.objects.all()
    assert (mine.user, mine.client, mine.muted) == (world.user, None, ["day_summary:all"])


def test_buttons_work_after_redis_was_emptied(world, anna):
    anna.says("/settings")

    for button in ("✅ Reminders", "▫️ Offers", "🌐", "⬅️", "🏠", "👛"):
        get_redis_connection().flushdb()
        anna.taps(button)

    mine = Preferences.objects.get()
    assert (mine.muted, mine.wants_offers) == (["booking_reminder:all"], True)
    assert anna.text.startswith("👛 Wallet: 0 ₽")


# Phone ----------------------------------------------------------------------------------------------------------------


def test_number_is_asked_for_by_a_key_and_only_once(world, anna):
    anna.says("/settings").taps("📱")
    first = anna.screen
    anna.taps("🌐").taps("⬅️").taps("📱")

    live = anna.telegram.live_messages(ANNA)
    assert first.reply_markup["keyboard"][0][0] == {"text": "📱 Send my number", "request_contact": True}
    assert (len(live), live[-1].text, first.deleted) == (2, first.text, True)


def test_whole_number_is_never_shown(world, anna):
    assert "9991234567" not in anna.says("/settings").text.replace(" ", "").replace("-", "")


# Whoever may not ------------------------------------------------------------------------------------------------------

FORGED = """
    s:n:day_summary:all s:n:booking_created:sms s:n:booking_created:web_push s:n:broadcast:all s:n:nonsense:all
    s:n:booking_created:nonsense s:n:booking_arrived:all
"""


def test_what_one_is_never_told_cannot_be_switched(world, anna):
    anna.says("/settings")
    toasts = [anna.forges(data, message_id=anna.screen.message_id).toast for data in FORGED.split()]

    assert (toasts, Preferences.objects.count()) == ([OUTDATED] * len(FORGED.split()), 0)


@pytest.mark.parametrize("data", ["s:n:booking_created:all", "s:o:1", "s:e:1"])
def test_whoever_is_nobodys_client_switches_nothing(world, talker, data):
    stranger = talker(99, "Zoe", "en").says("/settings")

    stranger.forges(data, message_id=stranger.screen.message_id)

    assert (stranger.toast, Preferences.objects.count()) == (OUTDATED, 0)


@pytest.mark.parametrize("is_guarded", [True, False], ids=["guarded", "control without the guard"])
def test_what_was_switched_before_the_process_died_is_not_switched_back(world, anna, monkeypatch, is_guarded):
    anna.says("/settings")
    if not is_guarded:
        monkeypatch.setattr(Talk, "effect", lambda talk: transaction.atomic())
    with monkeypatch.context() as dying:
        dying.setattr(gateway, "show", die)
        with pytest.raises(SystemExit):
            anna.taps("✅ Reminders")
    a_moment_later(anna)
    IncomingUpdate.objects.filter(handled_at=None).update(taken_at=ClockTimestamp() - 2 * LEFT_LYING)

    assert answer_what_was_left() == 1
    assert wishes_of(world.actor(world.anna)).hears(Occasion.BOOKING_REMINDER) == (not is_guarded)


def die(*args):
    raise SystemExit


def test_staff_get_no_offers(world, talker):
    operator = talker(OPERATOR, "Olga", "en").says("/settings")

    operator.forges("s:o:1", message_id=operator.screen.message_id)

    assert (operator.toast, Preferences.objects.count()) == (OUTDATED, 0)


def test_settings_cost_the_same_whoever_has_thirty_browsers(world, anna, push):
    with_browser(world.anna)
    anna.says("/settings").taps("🏠")
    with CaptureQueriesContext(connection) as few:
        anna.taps("s:menu")
    for number in range(30):
        PushSubscription.objects.create(
            company=world.company, client=world.anna, endpoint=f"https://p.example/{number}"
        )
    anna.taps("🏠")

    with CaptureQueriesContext(connection) as many:
        anna.taps("s:menu")

    assert len(few) == len(many)
