"""Any specialist: who is chosen, why, and what happens when the first choice has no workplace."""

import pytest

from accounts.models.company import Policy
from booking.commands import hold_slot
from booking.errors import SlotTaken
from booking.models import Status
from booking.values import Slot
from catalog.models import ServiceSpecialist, WorkplaceService
from tests.booking.steps import make_overdue, refused
from tests.factories import WEB, Salon, book, make_service

pytestmark = pytest.mark.django_db


def salon_with(policy: Policy, **fields) -> Salon:
    salon = Salon(**{"specialists": 3} | fields)
    salon.company.assignment_policy = policy
    salon.company.save(update_fields=["assignment_policy"])
    return salon


def test_least_busy_is_the_default_and_takes_whoever_has_least_that_day():
    salon = Salon(specialists=3)
    first, second, third = salon.specialists
    for specialist, hours in ((first, (9, 10)), (second, (9, 10, 11)), (third, (9,))):
        for hour in hours:
            book(salon.slot(hour, specialist=specialist))
    for hour in range(9, 15):
        book(salon.slot(hour, days=2, specialist=third))

    hold = hold_slot(salon.slot(15), WEB)

    assert (hold.specialist, hold.assignment_reason) == (third, "least_busy")


def test_longest_idle_takes_whoever_has_rested_longest():
    salon = salon_with(Policy.LONGEST_IDLE)
    first, second, third = salon.specialists
    for specialist, hour in ((first, 10), (second, 9), (third, 11)):
        book(salon.slot(hour, specialist=specialist))

    hold = hold_slot(salon.slot(15), WEB)

    assert (hold.specialist, hold.assignment_reason) == (second, "longest_idle")


def test_cheapest_takes_the_lowest_price_of_those_who_are_free():
    salon = salon_with(Policy.CHEAPEST)
    first, second, third = salon.specialists
    for specialist, price in ((first, 900), (second, 700), (third, 800)):
        ServiceSpecialist.objects.filter(specialist=specialist).update(custom_price=price)
    book(salon.slot(10, specialist=second))

    chosen = [hold_slot(salon.slot(hour), WEB) for hour in (10, 11)]

    assert [(hold.specialist, hold.price) for hold in chosen] == [(third, 800), (second, 700)]
    assert chosen[0].assignment_reason == "cheapest"


def test_first_takes_the_salons_order():
    salon = salon_with(Policy.FIRST)
    first, second, third = salon.specialists
    first.position, third.position = 9, 0
    for specialist in (first, third):
        specialist.save(update_fields=["position"])

    assert [hold_slot(salon.slot(10), WEB).specialist for _ in range(3)] == [third, second, first]


def test_a_named_specialist_needs_no_reason():
    salon = Salon(specialists=2)

    hold = hold_slot(salon.slot(10, specialist=salon.specialists[1]), WEB)

    assert (hold.specialist, hold.assignment_reason) == (salon.specialists[1], "")


def test_any_specialist_of_three_serves_three_and_no_more():
    salon = Salon(specialists=3)

    served = {hold_slot(salon.slot(10), WEB).specialist for _ in range(3)}

    assert served == set(salon.specialists)
    with refused(SlotTaken):
        hold_slot(salon.slot(10), WEB)


def test_any_specialist_is_one_who_can_do_it():
    salon = Salon(specialists=2)
    other_service = make_service(salon.company)
    ServiceSpecialist.objects.create(service=other_service, specialist=salon.specialists[1])

    hold = hold_slot(Slot(salon.location.pk, other_service.pk, salon.at(10)), WEB)

    assert hold.specialist == salon.specialists[1]


def test_the_next_pair_is_tried_when_the_first_ones_workplace_is_the_conflict():
    """The first takes two hours and the only chair is taken from eleven on; the second takes one."""
    salon = salon_with(Policy.FIRST, specialists=3, chairs=1)
    slow, quick, other = salon.specialists
    ServiceSpecialist.objects.filter(specialist=slow).update(custom_duration=120)
    book(salon.slot(11, specialist=other))

    hold = hold_slot(salon.slot(10), WEB)

    assert (hold.specialist, hold.workplace) == (quick, salon.chairs[0])


def test_the_chosen_specialist_takes_another_chair_than_the_taken_one():
    salon = salon_with(Policy.FIRST, specialists=2, chairs=2)
    first, second = salon.specialists
    first.schedules.update(workplace=salon.chairs[0])
    WorkplaceService.objects.filter(workplace=salon.chairs[1]).update(price=1300)
    book(Slot(salon.location.pk, salon.service.pk, salon.at(10), second.pk, salon.chairs[0].pk))

    hold = hold_slot(salon.slot(10), WEB)

    assert (hold.specialist, hold.workplace, hold.price) == (first, salon.chairs[1], 1300)


def test_an_overdue_hold_makes_nobody_busy():
    salon = Salon(specialists=2)
    overdue = hold_slot(salon.slot(9, specialist=salon.specialists[0]), WEB)
    make_overdue(overdue)

    hold = hold_slot(salon.slot(9), WEB)

    overdue.refresh_from_db()
    assert (hold.specialist, overdue.status) == (salon.specialists[0], Status.EXPIRED)
