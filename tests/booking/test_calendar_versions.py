"""Whoever changes what a decision rests on raises a ``calendar_version`` (architecture §4.5), through whatever door."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pgtrigger
import pytest

from booking.models import Status
from catalog.models import (
    Break,
    Holiday,
    LocationSchedule,
    ServiceSpecialist,
    SpecialistSchedule,
    WorkplaceService,
)
from tests.booking.rows import put, put_hold
from tests.factories import Salon, make_service
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

A_DAY = date(2030, 1, 7)
COMPANY, HERE, ELSEWHERE = "company", "location", "other location"
ANNA, BORIS, VERA, CHAIR, CHAIR_2 = "anna", "boris", "vera", "chair", "chair 2"
STAFF_HERE = {ANNA, BORIS}


class House(Salon):
    """Anna and Boris at two chairs, and a second location with Vera."""

    def __init__(self, capacity: int | None = None) -> None:
        super().__init__(specialists=2, chairs=2, capacity=capacity)
        self.anna, self.boris = self.specialists
        self.chair, self.chair_2 = self.chairs
        self.other = Salon(company=self.company, capacity=capacity)
        self.elsewhere, self.vera = self.other.location, self.other.specialist
        self.extra = make_service(self.company)

    def versions(self) -> dict[str, int]:
        rows = {
            COMPANY: self.company,
            HERE: self.location,
            ELSEWHERE: self.elsewhere,
            ANNA: self.anna,
            BORIS: self.boris,
            VERA: self.vera,
            CHAIR: self.chair,
            CHAIR_2: self.chair_2,
        }
        return {
            name: type(row).objects.values_list("calendar_version", flat=True).get(pk=row.pk)
            for name, row in rows.items()
        }

    def raised_by(self, change: "Change", row: Any) -> set[str]:
        """Whose versions ``change`` raises; ``row`` is what the case began with."""
        before = self.versions()
        change(self, row)
        return {name for name, version in self.versions().items() if version != before[name]}


Change = Callable[[House, Any], object]


def nothing(house: House) -> None:
    return None


def visit(house: House) -> Any:
    return put(house, workplace=house.chair)


def hold(house: House) -> Any:
    return put_hold(house, workplace=house.chair)


def absence(house: House) -> Any:
    return Break.objects.create(specialist=house.anna, date=A_DAY)


def shift(house: House) -> Any:
    hours = {"day_of_week": 0, "start_time": time(21), "end_time": time(22)}
    return SpecialistSchedule.objects.create(specialist=house.anna, location=house.location, **hours)


def skill(house: House) -> Any:
    return ServiceSpecialist.objects.create(specialist=house.anna, service=house.extra)


def fitness(house: House) -> Any:
    return WorkplaceService.objects.create(workplace=house.chair, service=house.extra)


def hours(house: House) -> Any:
    return LocationSchedule.objects.create(
        location=house.location, day_of_week=0, start_time=time(21), end_time=time(22)
    )


def holiday(house: House) -> Any:
    return Holiday.objects.create(location=house.location, date=A_DAY)


def of(name: str) -> Callable[[House], Any]:
    """A row that the house has from the beginning."""
    return lambda house: getattr(house, name)


def making(maker: Callable[[House], Any]) -> Change:
    return lambda house, row: maker(house)


def setting(**fields: Any) -> Change:
    """Write ``fields`` past every command; what is callable is asked of the house."""

    def change(house: House, row: Any) -> None:
        values = {name: value(house) if callable(value) else value for name, value in fields.items()}
        type(row).objects.filter(pk=row.pk).update(**values)

    return change


def removing(house: House, row: Any) -> None:
    type(row).objects.filter(pk=row.pk).delete()


# name: what there is first, what happens to it, whose versions rise. Both locations count heads.
RAISING: dict[str, tuple[Callable[[House], Any], Change, set[str]]] = {
    "a visit is booked": (nothing, making(visit), {HERE, ANNA, CHAIR}),
    "a time is held": (nothing, making(hold), {HERE, ANNA, CHAIR}),
    "a hold is extended": (hold, setting(expires_at=lambda house: house.at(10)), {HERE, ANNA, CHAIR}),
    "a visit is moved": (visit, setting(start_time=lambda house: house.at(9)), {HERE, ANNA, CHAIR}),
    "a visit ends earlier": (visit, setting(end_time=lambda house: house.at(10, 30)), {HERE, ANNA, CHAIR}),
    "a break after a visit grows": (visit, setting(busy_until=lambda house: house.at(12)), {HERE, ANNA, CHAIR}),
    "a visit is cancelled": (visit, setting(status=Status.CANCELLED), {HERE, ANNA, CHAIR}),
    "a visit is given to another": (visit, setting(specialist=of("boris")), {HERE, ANNA, BORIS, CHAIR}),
    "a visit gets another chair": (visit, setting(workplace=of("chair_2")), {HERE, ANNA, CHAIR, CHAIR_2}),
    "a visit gets no chair": (visit, setting(workplace=None), {HERE, ANNA, CHAIR}),
    "a visit goes elsewhere": (visit, setting(location=of("elsewhere")), {HERE, ELSEWHERE, ANNA, CHAIR}),
    "a visit is deleted": (visit, removing, {HERE, ANNA, CHAIR}),
    "a break is made": (nothing, making(absence), {ANNA}),
    "a break is changed": (absence, setting(start_time=time(10), end_time=time(11)), {ANNA}),
    "a break becomes another's": (absence, setting(specialist=of("boris")), {ANNA, BORIS}),
    "a break is deleted": (absence, removing, {ANNA}),
    "a shift is made": (nothing, making(shift), {ANNA, COMPANY}),
    "a shift is changed": (shift, setting(end_time=time(23)), {ANNA, COMPANY}),
    "a shift becomes another's": (shift, setting(specialist=of("boris")), {ANNA, BORIS, COMPANY}),
    "a shift is deleted": (shift, removing, {ANNA, COMPANY}),
    "a skill is learnt": (nothing, making(skill), {ANNA, COMPANY}),
    "a skill is changed": (skill, setting(custom_duration=90), {ANNA, COMPANY}),
    "a skill is lost": (skill, removing, {ANNA, COMPANY}),
    "a chair becomes fit": (nothing, making(fitness), {CHAIR, COMPANY}),
    "a chair's terms change": (fitness, setting(is_active=False), {CHAIR, COMPANY}),
    "a chair becomes unfit": (fitness, removing, {CHAIR, COMPANY}),
    "a chair is taken away": (of("chair"), setting(is_active=False), {CHAIR, COMPANY}),
    "a chair is carried elsewhere": (of("chair"), setting(location=of("elsewhere")), {CHAIR, COMPANY}),
    "opening hours are made": (nothing, making(hours), {HERE, COMPANY, *STAFF_HERE}),
    "opening hours are changed": (hours, setting(end_time=time(23)), {HERE, COMPANY, *STAFF_HERE}),
    "opening hours are deleted": (hours, removing, {HERE, COMPANY, *STAFF_HERE}),
    "a holiday is made": (nothing, making(holiday), {HERE, *STAFF_HERE}),
    "a holiday is moved": (holiday, setting(date=date(2030, 1, 8)), {HERE, *STAFF_HERE}),
    "a holiday becomes another's": (holiday, setting(location=of("elsewhere")), {HERE, ELSEWHERE, VERA, *STAFF_HERE}),
    "a holiday is deleted": (holiday, removing, {HERE, *STAFF_HERE}),
    "a location gets smaller": (of("location"), setting(capacity=1), {HERE, COMPANY, *STAFF_HERE}),
    "a location counts no longer": (of("location"), setting(capacity=None), {HERE, COMPANY, *STAFF_HERE}),
    "a location's clock changes": (of("location"), setting(timezone="Asia/Tbilisi"), {HERE, COMPANY, *STAFF_HERE}),
    "a location closes for good": (of("location"), setting(is_active=False), {HERE, COMPANY, *STAFF_HERE}),
    "a specialist leaves": (of("anna"), setting(is_active=False), {ANNA, COMPANY}),
    "a specialist is praised": (of("anna"), setting(specialization="Colourist"), {COMPANY}),
    "a service takes longer": (of("service"), setting(duration_min=90), {COMPANY}),
    "a service is withdrawn": (of("service"), setting(is_active=False), {COMPANY}),
    "holds last longer": (of("company"), setting(hold_seconds=600), {COMPANY}),
    "the step changes": (of("company"), setting(slot_step_minutes=30), {COMPANY}),
    "the notice changes": (of("company"), setting(min_notice_minutes=120), {COMPANY}),
    "the horizon changes": (of("company"), setting(horizon_days=30), {COMPANY}),
    "the company's clock changes": (of("company"), setting(timezone="Asia/Tbilisi"), {COMPANY}),
}
SILENT: dict[str, tuple[Callable[[House], Any], Change]] = {
    "a comment is written": (visit, setting(notes="late")),
    "a price is changed": (visit, setting(price=1)),
    "a location moves house": (of("location"), setting(address="Elsewhere 5")),
    "a company is renamed": (of("company"), setting(name="Salon")),
}


built = lasting(lambda: House(capacity=5))


@pytest.fixture
def house(built) -> House:
    return copied(built)


@pytest.mark.parametrize("case", RAISING)
def test_the_version_rises_when(house, case):
    given, change, raised = RAISING[case]
    row = given(house)

    assert house.raised_by(change, row) == raised


@pytest.mark.parametrize("case", RAISING)
def test_control_without_the_triggers_no_version_rises_when(house, case):
    given, change, _ = RAISING[case]
    row = given(house)

    with pgtrigger.ignore():
        assert house.raised_by(change, row) == set()


@pytest.mark.parametrize("case", SILENT)
def test_no_version_rises_when(house, case):
    given, change = SILENT[case]
    row = given(house)

    assert house.raised_by(change, row) == set()


@pytest.mark.parametrize("case", [case for case in RAISING if "visit" in case or "hold " in case])
def test_a_location_without_a_capacity_stays_out_of_bookings(case):
    given, change, raised = RAISING[case]
    house = House(capacity=None)
    row = given(house)

    assert house.raised_by(change, row) == raised - {HERE, ELSEWHERE}


def test_every_write_raises_the_version_by_one(house):
    before = house.versions()

    put(house, workplace=house.chair)
    put(house, 12, workplace=house.chair)

    after = house.versions()
    assert [after[name] - before[name] for name in (HERE, ANNA, CHAIR, BORIS)] == [2, 2, 2, 0]


WHOLE_ROWS = ("company", "location", "anna", "chair")


@pytest.mark.parametrize("name", WHOLE_ROWS)
def test_a_row_saved_whole_by_a_slow_hand_lowers_no_version(house, name):
    """A form opened before somebody else's change is saved after it, as Django's admin does."""
    opened = of(name)(house)
    type(opened).objects.filter(pk=opened.pk).update(calendar_version=opened.calendar_version + 5)

    opened.save()

    opened.refresh_from_db()
    assert opened.calendar_version >= 5


def test_control_without_the_trigger_a_slow_hand_lowers_the_version(house):
    opened = house.company
    type(opened).objects.filter(pk=opened.pk).update(calendar_version=opened.calendar_version + 5)

    with pgtrigger.ignore("accounts.Company:raises_own_version"):
        opened.save()

    opened.refresh_from_db()
    assert opened.calendar_version < 5
