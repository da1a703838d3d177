"""Holding a time: what is promised, and what it is refused for."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from booking.commands import confirm_appointment, hold_slot, release_hold, reschedule_appointment
from booking.errors import SlotRefused, SlotTaken
from booking.models import Status
from booking.queries.visits import database_time
from booking.values import Slot
from catalog.models import Break, Holiday, ServiceSpecialist, WorkplaceService
from tests.booking.steps import ANNA, BOT, history, operator_of, refused
from tests.factories import WEB, Salon, book, make_client, make_company, make_service, make_specialist, make_workplace
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


# --- what a hold is --------------------------------------------------------------------------------------------------


def test_hold_lasts_as_long_as_the_company_says_by_the_databases_clock(salon):
    salon.company.hold_seconds = 90
    salon.company.save(update_fields=["hold_seconds"])
    before = database_time()

    hold = hold_slot(salon.slot(10), WEB)

    assert before <= hold.expires_at - timedelta(seconds=90) <= database_time()
    assert history(hold) == ["hold_placed"]


def test_hold_copies_the_services_terms():
    salon = Salon(service={"duration_min": 50, "break_min": 10, "price": Decimal("1200.50")})

    hold = hold_slot(salon.slot(10), WEB)

    assert (hold.end_time, hold.busy_until, hold.price) == (salon.at(10, 50), salon.at(11), Decimal("1200.50"))


def test_hold_takes_the_workplaces_terms_over_the_services():
    salon = Salon(chairs=1, service={"duration_min": 50, "break_min": 10, "price": 1000})
    WorkplaceService.objects.update(duration_min=40, break_min=5, price=900)

    hold = hold_slot(salon.slot(10), WEB)

    assert (hold.end_time, hold.busy_until, hold.price) == (salon.at(10, 40), salon.at(10, 45), 900)


def test_hold_takes_the_specialists_terms_over_all_others():
    salon = Salon(chairs=1, service={"duration_min": 50, "break_min": 10, "price": 1000})
    WorkplaceService.objects.update(duration_min=40, break_min=5, price=900)
    ServiceSpecialist.objects.update(custom_duration=30, custom_break=0, custom_price=0)

    hold = hold_slot(salon.slot(10), WEB)

    assert (hold.end_time, hold.busy_until, hold.price) == (salon.at(10, 30), salon.at(10, 30), 0)


def test_hold_keeps_its_terms_when_the_catalogue_changes():
    salon = Salon(service={"duration_min": 60, "price": 1000})
    hold = hold_slot(salon.slot(10), WEB)

    salon.service.duration_min, salon.service.price = 120, 5000
    salon.service.save(update_fields=["duration_min", "price"])

    visit = confirm_appointment(hold.pk, WEB, ANNA)
    assert (visit.end_time, visit.price) == (salon.at(11), 1000)


def test_hold_takes_the_usual_workplace_of_the_shift():
    salon = Salon(chairs=2)
    salon.specialist.schedules.update(workplace=salon.chairs[1])

    assert hold_slot(salon.slot(10), WEB).workplace == salon.chairs[1]


def test_hold_takes_a_free_workplace_when_the_usual_one_is_taken():
    salon = Salon(specialists=2, chairs=2)
    first, second = salon.specialists
    second.schedules.update(workplace=salon.chairs[0])
    book(salon.slot(10, specialist=first))

    assert hold_slot(salon.slot(10, specialist=second), WEB).workplace == salon.chairs[1]


def test_hold_needs_no_workplace_where_none_offers_the_service(salon):
    make_workplace(salon.location, make_service(salon.company))

    assert hold_slot(salon.slot(10), WEB).workplace is None


@pytest.mark.parametrize("what", ["chair", "its offer"])
def test_hold_takes_no_workplace_that_is_switched_off(what):
    salon = Salon(chairs=2)
    if what == "chair":
        salon.location.workplaces.filter(pk=salon.chairs[0].pk).update(is_active=False)
    else:
        salon.chairs[0].offers.update(is_active=False)

    assert hold_slot(salon.slot(10), WEB).workplace == salon.chairs[1]


def test_one_chair_and_two_specialists_serve_one_client_at_a_time():
    """Guarantees: the second is refused, naming the chair."""
    salon = Salon(specialists=2, chairs=1)
    first, second = salon.specialists
    book(salon.slot(10, specialist=first))

    with refused(SlotTaken, "slot_taken") as refusal:
        hold_slot(salon.slot(10, 30, specialist=second), WEB)

    assert refusal.value.reason == "no_workplace"
    assert str(refusal.value) == "No workplace is free at this time."


# --- what it is refused for ------------------------------------------------------------------------------------------


def test_hold_is_refused_for_each_rule_of_the_calendar(salon):
    Break.objects.create(specialist=salon.specialist, date=salon.day(2))
    Holiday.objects.create(location=salon.location, date=salon.day(3))
    expected = {
        salon.slot(8): "closed",
        salon.slot(10, days=3): "closed",
        salon.slot(10, days=2): "on_break",
        salon.slot(10, 7): "off_grid",
        salon.slot(10, days=-1): "too_soon",
        salon.slot(10, days=90): "too_far",
        Slot(salon.location.pk, salon.service.pk + 1000, salon.at(10)): "inactive",
        Slot(salon.location.pk + 1000, salon.service.pk, salon.at(10)): "inactive",
    }

    for slot, reason in expected.items():
        with refused(SlotRefused, reason):
            hold_slot(slot, WEB)


def test_hold_is_refused_during_a_vacation_that_began_long_ago(salon):
    Break.objects.create(specialist=salon.specialist, date=salon.day(-20), last_date=salon.day(1))

    with refused(SlotRefused, "on_break"):
        hold_slot(salon.slot(10), WEB)
    assert hold_slot(salon.slot(10, days=2), WEB).start_time == salon.at(10, days=2)


def test_hold_is_refused_at_night_for_a_break_of_the_next_day():
    salon = Salon(hours=(time(20), time(4)))
    salon.specialist.schedules.update(start_time=time(20), end_time=time(4))
    Break.objects.create(specialist=salon.specialist, date=salon.day(2), start_time=time(0), end_time=time(1))

    with refused(SlotRefused, "on_break"):
        hold_slot(salon.slot(23, 30), WEB)
    assert hold_slot(salon.slot(1, days=2), WEB).start_time == salon.at(1, days=2)


def test_hold_is_refused_where_the_specialist_does_not_work(salon):
    salon.specialist.schedules.update(start_time="12:00")

    with refused(SlotRefused, "off_shift"):
        hold_slot(salon.slot(11, 15), WEB)
    assert hold_slot(salon.slot(12), WEB).start_time == salon.at(12)


@pytest.mark.parametrize("thing", ["company", "location", "service", "specialist"])
def test_hold_is_refused_for_what_is_not_active(salon, thing):
    row = getattr(salon, thing)
    row.is_active = False
    row.save(update_fields=["is_active"])

    with refused(SlotRefused, "inactive"):
        hold_slot(salon.slot(10), WEB)


def test_hold_is_refused_for_another_companys_service_or_specialist(salon):
    other = Salon()

    with refused(SlotRefused, "inactive"):
        hold_slot(Slot(salon.location.pk, other.service.pk, salon.at(10)), WEB)
    with refused(SlotRefused, "inactive"):
        hold_slot(Slot(salon.location.pk, salon.service.pk, salon.at(10), other.specialist.pk), WEB)


def test_hold_of_staff_is_refused_elsewhere_than_in_their_locations(salon):
    other = Salon()
    limited = operator_of(salon, location_ids=frozenset({salon.location.pk + 1000}))

    for actor in (operator_of(other), limited):
        with refused(SlotRefused, "inactive"):
            hold_slot(salon.slot(10), actor)


def test_hold_is_refused_within_a_specialists_visit_in_another_location(salon):
    elsewhere = Salon(company=salon.company)
    ServiceSpecialist.objects.create(service=elsewhere.service, specialist=salon.specialist)
    make_shift(salon.specialist, elsewhere.location)
    book(Slot(elsewhere.location.pk, elsewhere.service.pk, elsewhere.at(10), salon.specialist.pk))

    with refused(SlotTaken):
        hold_slot(salon.slot(10, 30), WEB)


def make_shift(specialist, location) -> None:
    for row in specialist.schedules.all():
        row.pk, row.location = None, location
        row.save()


def test_hold_is_refused_when_the_location_is_full():
    salon = Salon(specialists=2, capacity=1)
    book(salon.slot(10, specialist=salon.specialists[0]))

    with refused(SlotTaken) as refusal:
        hold_slot(salon.slot(10, 45, specialist=salon.specialists[1]), WEB)

    assert refusal.value.reason == "location_full"
    assert hold_slot(salon.slot(11, specialist=salon.specialists[1]), WEB)


def test_hold_is_refused_during_the_proved_clients_own_visit_and_not_for_staff():
    salon = Salon(specialists=2)
    client = make_client(salon.company)
    book(salon.slot(10, specialist=salon.specialists[0]), phone=str(client.phone))
    second = salon.slot(10, 30, specialist=salon.specialists[1])

    with refused(SlotRefused, "client_busy"):
        hold_slot(second, BOT, client_id=client.pk)
    assert hold_slot(second, operator_of(salon), client_id=client.pk).status == Status.HOLD


def test_hold_by_staff_ignores_grid_notice_and_horizon(salon):
    desk = operator_of(salon)

    starts = [
        hold_slot(slot, desk).start_time
        for slot in (salon.slot(10, 7), salon.slot(10, days=-1), salon.slot(10, days=90))
    ]

    assert starts == [salon.at(10, 7), salon.at(10, days=-1), salon.at(10, days=90)]


def test_hold_begins_at_a_whole_minute_whoever_asks(salon):
    slot = Slot(salon.location.pk, salon.service.pk, salon.at(10) + timedelta(seconds=30))

    for actor in (WEB, operator_of(salon)):
        with refused(SlotRefused, "off_grid"):
            hold_slot(slot, actor)


@pytest.mark.parametrize("actor_of", [lambda salon: WEB, operator_of], ids=["client", "staff"])
@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), "too_soon"),
        (datetime(1900, 1, 1, tzinfo=UTC), "too_soon"),
        (datetime(4000, 1, 1, tzinfo=UTC), "too_far"),
        (datetime(9999, 12, 31, 23, 45, tzinfo=UTC), "too_far"),
    ],
)
def test_hold_is_refused_for_a_date_that_nobody_can_mean(salon, actor_of, start, reason):
    visit = book(salon.slot(10))

    with refused(SlotRefused, reason):
        hold_slot(Slot(salon.location.pk, salon.service.pk, start), actor_of(salon))
    with refused(SlotRefused, reason):
        reschedule_appointment(visit.pk, start, actor_of(salon))


def test_alternatives_of_a_refusal_can_all_be_held():
    salon = Salon(specialists=2)
    for specialist in salon.specialists:
        book(salon.slot(10, specialist=specialist))

    with refused(SlotTaken) as refusal:
        hold_slot(salon.slot(10, specialist=salon.specialists[0]), WEB)

    alternatives = refusal.value.alternatives
    assert len(alternatives) == 6
    assert len({(slot.start, slot.specialist_id) for slot in alternatives}) == 6
    for slot in alternatives:
        hold = hold_slot(Slot(slot.location_id, slot.service_id, slot.start, slot.specialist_id), WEB)
        assert (hold.end_time, hold.price) == (slot.end, slot.price)
        release_hold(hold.pk, WEB)


def test_a_specialist_of_another_company_is_not_in_the_way(salon):
    stranger = make_specialist(Salon(company=make_company()).location)
    stranger.schedules.update(location=salon.location)

    assert hold_slot(Slot(salon.location.pk, salon.service.pk, salon.at(10)), WEB).specialist == salon.specialist
