"""The visits of a client whose card was merged are the other card's."""

import pytest

from accounts.commands import merge_clients
from accounts.models import Client
from accounts.values import Actor, Channel, Role
from booking.admin.history import told
from booking.commands import book_now, cancel_appointment, confirm_appointment, hold_slot, reschedule_appointment
from booking.models import Appointment, AppointmentEvent, EventType, Status
from booking.queries.moves import last_move
from booking.queries.visits import live_holds
from tests.booking.rows import put, put_hold
from tests.booking.steps import ANNA, BOT, operator_of
from tests.factories import Salon, make_client
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


@pytest.fixture
def cards(salon) -> tuple[Client, Client]:
    return make_client(salon.company, first_name="Аня"), make_client(salon.company, first_name="Анна")


def by(client: Client) -> Actor:
    return Actor(Role.CLIENT, Channel.TELEGRAM, client_id=client.pk, company_id=client.company_id)


def merge(retired: Client, kept: Client) -> None:
    merge_clients(retired.pk, kept.pk, by(kept))


@pytest.mark.parametrize("status", [status for status in Status if status != Status.HOLD])
def test_a_merge_hands_over_visits_in_every_status(salon, cards, status):
    retired, kept = cards
    mine, visit = put(salon, 9, client=kept), put(salon, 10, client=retired, status=status)

    merge(retired, kept)

    visit.refresh_from_db()
    mine.refresh_from_db()
    assert (visit.client, visit.status, visit.version, mine.client) == (kept, status, 1, kept)
    assert not mine.events.exists()


def test_a_merge_hands_over_what_is_held_now(salon, cards):
    retired, kept = cards
    hold = hold_slot(salon.slot(10), by(retired), client_id=retired.pk)

    merge(retired, kept)

    assert live_holds(salon.company.pk, kept.pk, "") == [hold]
    visit = confirm_appointment(hold.pk, by(kept), ANNA, client_id=kept.pk)
    assert (visit.client, visit.status) == (kept, Status.CONFIRMED)


def test_a_merge_hands_over_an_overdue_hold_and_leaves_it_overdue(salon, cards):
    retired, kept = cards
    hold = put_hold(salon, lasts=-5, client=retired)

    merge(retired, kept)

    assert list(Appointment.objects.overdue_holds().filter(client=kept)) == [hold]


def test_history_says_who_merged_and_which_card_it_was(salon, cards):
    retired, kept = cards
    visit = put(salon, client=retired)

    merge(retired, kept)

    (event,) = visit.events.all()
    assert (event.event_type, event.initiated_by) == (EventType.CLIENT_MERGED, by(kept).as_initiator())
    assert event.payload == {"changed": {}, "client_id": [retired.pk, kept.pk]}
    assert event.dispatched_at is not None, "nobody is told"


def test_the_console_says_it_in_words(salon, cards):
    retired, kept = cards
    visit = put(salon, client=retired)
    merge(retired, kept)

    (line,) = told(AppointmentEvent.objects.filter(appointment=visit), operator_of(salon))

    assert (line.what, line.details, line.who, line.channel) == (
        "Client's cards merged", ["Аня → Анна"], "Client", "Telegram",
    )  # fmt: skip


def test_a_move_can_still_be_taken_back_after_a_merge(salon, cards):
    retired, kept = cards
    visit = put(salon, client=retired)
    reschedule_appointment(visit.pk, salon.at(12), by(retired))

    merge(retired, kept)

    move = last_move(Appointment.objects.get(pk=visit.pk))
    assert move is not None
    assert move.event_type == EventType.BOOKING_RESCHEDULED


def test_the_kept_client_does_with_it_as_he_likes(salon, cards):
    retired, kept = cards
    visit = put(salon, client=retired)

    merge(retired, kept)

    assert list(Appointment.objects.visible_to(by(kept))) == [visit]
    assert list(Appointment.objects.visible_to(by(retired))) == []
    assert cancel_appointment(visit.pk, by(kept)).status == Status.CANCELLED


# --- who still knows the retired card books for the other -------------------------------------------------------------


def test_a_time_held_for_a_retired_client_is_the_kept_one_s(salon, cards):
    retired, kept = cards
    merge(retired, kept)

    hold = hold_slot(salon.slot(10), BOT, client_id=retired.pk)

    assert hold.client == kept


@pytest.mark.parametrize("how", ["now", "held"])
def test_a_visit_that_the_desk_books_for_a_retired_client_is_the_kept_one_s(salon, cards, how):
    retired, kept = cards
    merge(retired, kept)
    desk = operator_of(salon)

    if how == "now":
        visit = book_now(salon.slot(10), desk, ANNA, client_id=retired.pk)
    else:
        visit = confirm_appointment(hold_slot(salon.slot(10), desk).pk, desk, ANNA, client_id=retired.pk)

    assert visit.client == kept
