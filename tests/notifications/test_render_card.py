"""The card of a visit, shown again in the bot: what was last told, with what the visit is now."""

from dataclasses import replace

import pytest

from accounts.values import SYSTEM, WEB_GUEST
from booking.commands import reschedule_appointment, undo_reschedule
from notifications.models import NotificationSetting
from notifications.render import card_of
from notifications.values import TOLD, Message, Occasion, RecipientRole
from tests.factories import make_workplace
from tests.lasting import copied, lasting
from tests.notifications.stories import NEXT_DAY, Len, cancelled, changed, created, moved, reminded

pytestmark = pytest.mark.django_db

ADMIN, CLIENT = RecipientRole.ADMIN, RecipientRole.CLIENT


built = lasting(Len)


@pytest.fixture
def salon(built, settings) -> Len:
    settings.PUBLIC_URL = "https://okno.example.com"
    return copied(built)


@pytest.fixture
def desk(salon):
    return salon.actor(salon.admin)


def shown(salon: Len, visit, role: RecipientRole, language: str = "ru") -> Message:
    reader = {"client": salon.client} if role == CLIENT else {"user": salon.member(role)}
    return card_of(visit, role, language=language, **reader)


def first_line(message: Message) -> str:
    return message.text.splitlines()[0]


@pytest.mark.parametrize("role", TOLD[Occasion.BOOKING_CREATED])
@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("what", ["created", "moved", "given away", "cancelled"])
def test_a_card_is_what_was_sent_and_for_nobody_yet(salon, desk, role, language, what):
    visit = salon.booked()
    event = {
        "created": lambda: created(visit, WEB_GUEST),
        "moved": lambda: moved(visit, WEB_GUEST, start=NEXT_DAY),
        "given away": lambda: moved(visit, desk, specialist=salon.colleague("Борис")),
        "cancelled": lambda: cancelled(visit, desk, reason="mistake"),
    }[what]()
    sent = salon.says(event, role, language=language)

    card = shown(salon, visit, role, language)

    assert card == replace(sent, target="")


def test_a_card_shows_the_visit_as_it_is_now_however_old_it_was_when_it_was_read(salon):
    visit = salon.booked()
    created(visit, WEB_GUEST)
    changed(visit, notes="Покороче")

    card = shown(salon, visit, ADMIN)

    assert card.text.splitlines()[-1] == "💬 Покороче"


def test_a_card_shows_no_reminder_and_no_arrival(salon, desk):
    visit = salon.booked()
    reminded(visit, SYSTEM, hours=2)
    changed(visit, status="ARRIVED")

    card = shown(salon, visit, ADMIN)

    assert first_line(card) == f"📅 Новая запись #{visit.pk}"


@pytest.mark.parametrize("is_undone", [True, False], ids=["undone", "control"])
def test_a_move_that_was_taken_back_before_anybody_heard_of_it_never_was(salon, desk, is_undone):
    visit = salon.visit(12)
    reschedule_appointment(visit.pk, salon.at(14, days=3), desk)
    if is_undone:
        undo_reschedule(visit.pk, desk)

    card = shown(salon, visit, ADMIN)

    assert first_line(card).startswith("📅 Новая запись" if is_undone else "🕐 Перенесена")


def test_a_move_of_which_people_were_told_is_followed_by_its_way_back(salon):
    visit = salon.visit(12)
    reschedule_appointment(visit.pk, salon.at(14, days=3), WEB_GUEST)
    undo_reschedule(visit.pk, WEB_GUEST)

    card = shown(salon, visit, ADMIN)

    assert first_line(card).startswith(f"🕐 Перенесена #{visit.pk}: ")


def test_whoever_follows_a_visit_of_a_guest_has_the_clients_card(salon):
    visit = salon.booked(client=None)
    created(visit, WEB_GUEST)

    card = card_of(visit, CLIENT, language="en")

    assert first_line(card) == f"✅ <b>You are booked</b> · #{visit.pk}"
    assert card.buttons[1][0].callback == f"bke:menu:{visit.pk}:n"


@pytest.mark.parametrize(("role", "statements"), [("client", 3), ("specialist", 3), ("admin", 3)])
def test_a_card_costs_a_fixed_number_of_statements(salon, desk, django_assert_num_queries, role, statements):
    """What was last told, the settings, the two specialists; however much has happened."""
    visit = salon.booked(workplace=make_workplace(salon.location))
    for name in ("Борис", "Вера", "Глеб"):
        moved(changed(visit), desk, specialist=salon.colleague(name))
    assert NotificationSetting.objects.filter(company=salon.company).exists()

    with django_assert_num_queries(statements):
        shown(salon, visit, RecipientRole(role))
