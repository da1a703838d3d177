"""Breaks taken, explained and taken back: by whom, and what booking makes of them."""

from datetime import time

import pytest

from accounts.errors import NotAllowed
from accounts.values import SYSTEM, Actor, Channel, Role
from booking.commands import hold_slot
from booking.errors import SlotRefused
from catalog.commands import drop_break, explain_break, take_break
from catalog.models import Break, Specialist
from tests.factories import WEB, Salon, make_specialist, make_user

pytestmark = pytest.mark.django_db

ONE, TWO = time(13), time(14)


@pytest.fixture
def salon() -> Salon:
    salon = Salon()
    salon.specialist.user = make_user(salon.company, Role.SPECIALIST)
    salon.specialist.save(update_fields=["user"])
    return salon


def actor(salon: Salon, role: str = Role.SPECIALIST, **fields) -> Actor:
    himself = salon.specialist.user_id if role == Role.SPECIALIST else 0
    return Actor(
        **{"role": role, "channel": Channel.TELEGRAM, "user_id": himself, "company_id": salon.company.pk} | fields
    )


def take(salon: Salon, who: Actor | None = None, specialist: Specialist | None = None) -> Break:
    who, specialist = who or actor(salon), specialist or salon.specialist
    return take_break(specialist.pk, who, day=salon.day(), start=ONE, end=TWO)


def version(salon: Salon) -> int:
    return Specialist.objects.get(pk=salon.specialist.pk).calendar_version


def test_break_keeps_its_time_free(salon):
    before = version(salon)

    row = take(salon)

    assert (row.date, row.last_date, row.start_time, row.end_time, row.reason) == (salon.day(), None, ONE, TWO, "")
    assert version(salon) == before + 1
    with pytest.raises(SlotRefused) as refusal:
        hold_slot(salon.slot(13), WEB)
    assert refusal.value.code == "on_break"


def test_the_same_break_once_more_is_the_same(salon):
    assert take(salon).pk == take(salon).pk
    assert Break.objects.count() == 1


def test_break_taken_back_frees_its_time(salon):
    row, before = take(salon), version(salon)

    drop_break(row.pk, actor(salon))

    assert version(salon) == before + 1
    assert hold_slot(salon.slot(13), WEB).start_time == salon.at(13)


def test_break_is_explained(salon):
    row = explain_break(take(salon).pk, "lunch", actor(salon))

    assert (row.reason, Break.objects.get().reason) == ("lunch", "lunch")


WHO = {
    "the specialist himself": ({}, True),
    "an administrator": ({"role": Role.ADMIN}, True),
    "an operator": ({"role": Role.OPERATOR}, True),
    "the owner": ({"role": Role.ADMIN, "owns_deployment": True, "company_id": None}, True),
    "another specialist": ({"user_id": 0}, False),
    "a specialist without a user": ({"user_id": None}, False),
    "an accountant": ({"role": Role.ACCOUNTANT}, False),
    "an operator of another company": ({"role": Role.OPERATOR, "company_id": 0}, False),
    "an operator of another location": ({"role": Role.OPERATOR, "location_ids": frozenset({0})}, False),
    "a client": ({"role": Role.CLIENT}, False),
}


@pytest.mark.parametrize("name", WHO)
def test_breaks_are_taken_and_taken_back_by(salon, name):
    fields, may = WHO[name]
    who, theirs = actor(salon, **fields), take(salon, actor(salon, Role.ADMIN))
    Break.objects.filter(pk=theirs.pk).update(date=salon.day(2))

    done = [allowed(lambda: take(salon, who)), allowed(lambda: explain_break(theirs.pk, "x", who))]
    done.append(allowed(lambda: drop_break(theirs.pk, who)))

    assert done == [may] * 3
    assert list(Break.objects.values_list("date", flat=True)) == [salon.day(1 if may else 2)]


def test_the_system_takes_no_breaks(salon):
    assert not allowed(lambda: take(salon, SYSTEM))


def allowed(do) -> bool:
    try:
        do()
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize(
    "longer",
    [{"start_time": None, "end_time": None}, {"last_date": "2040-01-01"}],
    ids=["a whole day", "every day for years"],
)
def test_a_specialist_takes_no_vacation_back(salon, longer):
    """The desk has written it down; it takes it back."""
    row = take(salon)
    Break.objects.filter(pk=row.pk).update(**longer)

    assert not allowed(lambda: drop_break(row.pk, actor(salon)))
    assert allowed(lambda: drop_break(row.pk, actor(salon, Role.OPERATOR)))


def test_whoever_was_switched_off_takes_no_break(salon):
    row = take(salon)
    Specialist.objects.update(is_active=False)

    assert not allowed(lambda: take(salon))
    assert not allowed(lambda: explain_break(row.pk, "x", actor(salon)))
    assert not allowed(lambda: drop_break(row.pk, actor(salon)))


def test_nobody_takes_a_break_for_a_colleague(salon):
    colleague = make_specialist(salon.location, salon.service)

    assert not allowed(lambda: take(salon, specialist=colleague))
