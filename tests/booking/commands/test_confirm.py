"""From a hold to a visit: whose it is, and what happens when the hold has run out."""

from datetime import timedelta

import pytest

from accounts.errors import NotAllowed
from accounts.models import Client
from booking.commands import (
    cancel_appointment,
    confirm_appointment,
    expire_overdue_holds,
    extend_hold,
    hold_slot,
    release_hold,
)
from booking.errors import HoldReleased, SlotRefused, SlotTaken
from booking.models import Appointment, Status
from booking.queries.visits import database_time
from booking.values import Contact, Slot
from catalog.models import Break, ServiceSpecialist
from tests.booking.steps import (
    ANNA,
    BORIS,
    BOT,
    history,
    last_event,
    make_overdue,
    manager_of,
    nothing_changes,
    operator_of,
    refused,
)
from tests.factories import WEB, Salon, book, make_client
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


def test_confirm_books_what_is_held(salon):
    hold = hold_slot(salon.slot(10), WEB)

    visit = confirm_appointment(hold.pk, WEB, ANNA, comment="By the window")

    assert (visit.pk, visit.status, visit.expires_at) == (hold.pk, Status.CONFIRMED, None)
    assert (visit.start_time, visit.specialist) == (hold.start_time, salon.specialist)
    assert (visit.contact_name, visit.contact_phone, visit.notes) == ("Anna Petrova", "+79990000001", "By the window")
    assert history(visit) == ["hold_placed", "booking_created"]


def test_confirm_repeated_changes_nothing(salon):
    visit = book(salon.slot(10))

    with nothing_changes():
        again = confirm_appointment(visit.pk, WEB, BORIS, comment="Again")

    assert (again.version, again.contact_name, again.client_id) == (visit.version, "Anna", visit.client_id)


# --- whose visit it is -----------------------------------------------------------------------------------------------


def test_confirm_makes_a_client_of_a_new_phone(salon):
    visit = book(salon.slot(10), phone="+79991112233")

    assert (visit.client.company, visit.client.phone, visit.client.first_name) == (
        salon.company,
        "+79991112233",
        "Anna",
    )


def test_confirm_finds_the_client_with_that_phone_and_leaves_the_card_alone(salon):
    known = make_client(salon.company, first_name="Yekaterina", phone="+79991112233")

    visit = book(salon.slot(10), name="Katya", phone="+79991112233")

    known.refresh_from_db()
    assert (visit.client, visit.contact_name, known.first_name) == (known, "Katya", "Yekaterina")


def test_confirm_knows_no_client_of_another_company(salon):
    other = Salon()
    make_client(other.company, phone="+79991112233")

    visit = book(salon.slot(10), phone="+79991112233")

    assert visit.client.company == salon.company
    assert Client.objects.count() == 2


def test_confirm_without_a_phone_books_a_guest(salon):
    hold = hold_slot(salon.slot(10), operator_of(salon))

    visit = confirm_appointment(hold.pk, operator_of(salon), Contact("Somebody"))

    assert (visit.client, visit.contact_name, visit.person) == (None, "Somebody", "Somebody")


def test_confirm_keeps_the_client_who_held_when_no_phone_is_typed(salon):
    """The bot knows who holds; nothing that is left empty makes a guest of him."""
    client = make_client(salon.company)
    hold = hold_slot(salon.slot(10), BOT, client_id=client.pk)

    assert confirm_appointment(hold.pk, BOT, Contact("Ivan")).client == client


# --- a hold that has run out -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("tidied", [False, True])
def test_confirm_takes_an_expired_hold_again_while_its_time_is_free(tidied):
    salon = Salon(chairs=1, service={"break_min": 15})
    hold = hold_slot(salon.slot(10), WEB)
    make_overdue(hold, by=timedelta(minutes=10))
    if tidied:
        expire_overdue_holds()

    visit = confirm_appointment(hold.pk, WEB, ANNA)

    assert (visit.pk, visit.status, visit.expires_at) == (hold.pk, Status.CONFIRMED, None)
    assert (visit.start_time, visit.busy_until, visit.workplace) == (salon.at(10), salon.at(11, 15), salon.chairs[0])
    assert history(visit) == ["hold_placed", *["hold_expired"] * tidied, "booking_created"]


def test_confirm_takes_an_expired_hold_again_on_its_own_terms(salon):
    hold = hold_slot(salon.slot(10), WEB)
    make_overdue(hold)
    book(salon.slot(11))
    ServiceSpecialist.objects.update(custom_duration=120, custom_price=9000)

    visit = confirm_appointment(hold.pk, WEB, BORIS)

    assert (visit.end_time, visit.price) == (salon.at(11), 1000)


def test_confirm_takes_an_expired_hold_again_at_another_workplace():
    salon = Salon(specialists=2, chairs=2)
    first, second = salon.specialists
    hold = hold_slot(salon.slot(10, specialist=first), WEB)
    make_overdue(hold)
    assert book(salon.slot(10, specialist=second)).workplace == hold.workplace

    assert confirm_appointment(hold.pk, WEB, BORIS).workplace == salon.chairs[1]


def test_confirm_gives_way_to_the_overdue_hold_of_nobody(salon):
    """Both have run out; who confirms first has the time, the other hears an offer."""
    first = hold_slot(salon.slot(10), WEB)
    make_overdue(first)
    second = hold_slot(salon.slot(10), WEB)
    make_overdue(second)

    visit = confirm_appointment(first.pk, WEB, ANNA)

    assert visit.status == Status.CONFIRMED
    assert history(second) == ["hold_placed", "hold_expired"]
    with refused(SlotTaken):
        confirm_appointment(second.pk, WEB, BORIS)


@pytest.mark.parametrize("rival", ["hold", "visit"])
def test_confirm_is_refused_with_alternatives_when_somebody_else_has_the_time(salon, rival):
    hold = hold_slot(salon.slot(10), WEB)
    make_overdue(hold)
    book(salon.slot(10, 30)) if rival == "visit" else hold_slot(salon.slot(10, 30), WEB)

    with refused(SlotTaken, "slot_taken") as refusal:
        confirm_appointment(hold.pk, WEB, BORIS)

    free = {slot.start for slot in refusal.value.alternatives}
    assert free
    assert not free & {salon.at(10), salon.at(10, 15), salon.at(10, 30), salon.at(11)}


def test_confirm_of_a_live_hold_asks_no_rule_again(salon):
    """What was promised for five minutes is kept, whatever the desk does meanwhile."""
    hold = hold_slot(salon.slot(10), WEB)
    Break.objects.create(specialist=salon.specialist, date=salon.day())

    assert confirm_appointment(hold.pk, WEB, ANNA).status == Status.CONFIRMED


def test_confirm_of_an_expired_hold_asks_the_calendar_again(salon):
    hold = hold_slot(salon.slot(10), WEB)
    make_overdue(hold)
    Break.objects.create(specialist=salon.specialist, date=salon.day())

    with refused(SlotRefused, "on_break"):
        confirm_appointment(hold.pk, WEB, ANNA)


def test_confirm_of_an_expired_hold_is_not_bound_by_notice_and_grid():
    salon = Salon(company=None)
    hold = hold_slot(salon.slot(10), WEB)
    make_overdue(hold)
    salon.company.min_notice_minutes, salon.company.slot_step_minutes = 60 * 24 * 7, 7
    salon.company.save(update_fields=["min_notice_minutes", "slot_step_minutes"])

    assert confirm_appointment(hold.pk, WEB, ANNA).status == Status.CONFIRMED


def test_confirm_of_an_expired_hold_is_refused_once_its_time_has_begun(salon):
    """A tab left open overnight books nothing in the past."""
    hold = hold_slot(salon.slot(10, days=-1), operator_of(salon))
    make_overdue(hold)

    with refused(SlotRefused, "too_soon"):
        confirm_appointment(hold.pk, WEB, ANNA)
    assert confirm_appointment(hold.pk, operator_of(salon), ANNA).status == Status.CONFIRMED


def test_confirm_of_a_released_hold_is_refused(salon):
    hold = hold_slot(salon.slot(10), WEB)
    release_hold(hold.pk, WEB)

    with refused(HoldReleased):
        confirm_appointment(hold.pk, WEB, ANNA)


def test_confirm_of_a_cancelled_visit_is_refused(salon):
    visit = book(salon.slot(10))
    cancel_appointment(visit.pk, WEB)

    with refused(HoldReleased):
        confirm_appointment(visit.pk, WEB, ANNA)


def test_confirm_by_staff_of_another_company_is_refused(salon):
    other = Salon()
    hold = hold_slot(salon.slot(10), WEB)

    for actor in (operator_of(other), manager_of(other)):
        with refused(NotAllowed):
            confirm_appointment(hold.pk, actor, ANNA)
        with refused(NotAllowed):
            extend_hold(hold.pk, actor)


def test_confirmed_and_given_away_is_never_both(salon):
    """Guarantee 8: whoever comes second finds one outcome."""
    hold = hold_slot(salon.slot(10), WEB)
    make_overdue(hold)
    rival = hold_slot(Slot(salon.location.pk, salon.service.pk, salon.at(10)), WEB)

    with refused(SlotTaken):
        confirm_appointment(hold.pk, WEB, ANNA)

    occupying = Appointment.objects.alive().overlapping(salon.at(10), salon.at(11))
    assert list(occupying) == [rival]
    assert last_event(hold).event_type == "hold_expired"
    assert rival.expires_at > database_time()
