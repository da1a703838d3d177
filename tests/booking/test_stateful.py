"""A salon that lives: random commands and changes of the calendar in random order, and after each step the promises."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, event
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.errors import Refusal
from booking.commands import (
    book_now,
    cancel_appointment,
    complete_appointment,
    confirm_appointment,
    correct_status,
    expire_overdue_holds,
    extend_hold,
    hold_slot,
    mark_arrived,
    mark_no_show,
    release_hold,
    reschedule_appointment,
    undo_reschedule,
)
from booking.commands.record import facts
from booking.errors import SlotRefused
from booking.models import Appointment, Status
from booking.queries.locations import located
from booking.queries.slots import free_slots
from booking.values import Contact, Slot
from catalog.models import Break, Holiday, Location, Service, Specialist, WorkplaceService
from tests.booking.steps import API, make_overdue, manager_of, operator_of
from tests.depth import thorough
from tests.factories import WEB, Salon, make_workplace
from tests.torture.rivals import doubles, peak

DAYS = (1, 2)
OPENS, CLOSES = 9, 14
A_MINUTE = timedelta(minutes=1)

days = st.sampled_from(DAYS)
quarters = st.integers(OPENS * 4, CLOSES * 4 - 5).map(lambda quarter: quarter * 15)
minutes = st.one_of(quarters, quarters, quarters, st.integers(OPENS * 60 - 20, CLOSES * 60))
times = st.tuples(days, minutes)
hours_or_none = st.none() | st.tuples(st.integers(OPENS, CLOSES).map(time), st.integers(OPENS, CLOSES).map(time))
which = st.integers(0, 50)
"""Which of the appointments, the specialists, the rows there are, counted round and round."""


@contextmanager
def tried() -> Iterator[None]:
    """Do it and take it back, as a test may: ``durable`` asks whose block it is in."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


class SalonLife(RuleBasedStateMachine):
    """One location that is open from nine to two, with one service."""

    def __init__(self) -> None:
        super().__init__()
        self.steps, self.peak, self.known = 0, 0, {}
        self.begin()

    def begin(self) -> None:
        self.example = tried()
        self.example.__enter__()

    def teardown(self) -> None:
        self.example.__exit__(None, None, None)

    @initialize(
        specialists=st.integers(1, 3),
        chairs=st.integers(0, 2),
        capacity=st.sampled_from([None, None, 1, 2]),
        rest=st.sampled_from([0, 10]),
        zone=st.sampled_from(["Europe/Moscow", "Asia/Kathmandu"]),
    )
    def open(self, specialists: int, chairs: int, capacity: int | None, rest: int, zone: str) -> None:
        """A salon with a visit and two holds."""
        service = {"duration_min": 60, "break_min": rest}
        hours = (time(OPENS), time(CLOSES))
        self.salon = Salon(
            specialists=specialists, chairs=chairs, capacity=capacity, service=service, timezone=zone, hours=hours
        )
        self.attempt("hold", hold_slot, self.slot(1, OPENS * 60, 0), WEB, browser_key="anna")
        self.attempt("hold", hold_slot, self.slot(1, OPENS * 60 + 30, 0), WEB, browser_key="boris")
        self.attempt("book", book_now, self.slot(1, OPENS * 60 + 120, 0), operator_of(self.salon), Contact("Somebody"))

    # --- what is where -----------------------------------------------------------------------------------------------

    def moment(self, day: int, minute: int) -> datetime:
        return self.salon.at(0, days=day) + minute * A_MINUTE

    def specialist(self, number: int) -> Specialist | None:
        """One of them, or any."""
        return [None, *self.salon.specialists][number % (len(self.salon.specialists) + 1)]

    def slot(self, day: int, minute: int, number: int) -> Slot:
        chosen = self.specialist(number)
        start = self.moment(day, minute)
        return Slot(self.salon.location.pk, self.salon.service.pk, start, chosen and chosen.pk)

    def appointments(self, *statuses: Status) -> list[int]:
        rows = Appointment.objects.filter(location=self.salon.location)
        return list(
            (rows.filter(status__in=statuses) if statuses else rows).order_by("pk").values_list("pk", flat=True)
        )

    def one_of(self, number: int, *statuses: Status) -> int | None:
        found = self.appointments(*statuses) or self.appointments()
        return found[number % len(found)] if found else None

    def attempt(self, name: str, command: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """A command succeeds or declines; anything else is a fault."""
        try:
            command(*args, **kwargs)
        except Refusal as refusal:
            event(f"{name}: {refusal.code}")
        else:
            event(f"{name}: done")

    def upon(
        self, name: str, command: Callable[..., Any], number: int, *statuses: Status, actor: Any = None, **more: Any
    ) -> None:
        if (pk := self.one_of(number, *statuses)) is not None:
            self.attempt(name, command, pk, actor or operator_of(self.salon), **more)

    # --- people -----------------------------------------------------------------------------------------------------

    @rule(when=times, who=which, browser=st.sampled_from(["anna", "boris", ""]), actor=st.sampled_from([WEB, WEB, API]))
    def hold(self, when, who, browser, actor):
        self.attempt("hold", hold_slot, self.slot(*when, who), actor, browser_key=browser)

    @rule(
        number=which,
        command=st.sampled_from([confirm_appointment, confirm_appointment, extend_hold, release_hold]),
        contact=st.sampled_from([Contact("Anna", phone="+79990000001"), Contact("Boris")]),
    )
    def decide(self, number, command, contact):
        """What becomes of a hold."""
        more = {"contact": contact} if command is confirm_appointment else {}
        self.upon(command.__name__, command, number, Status.HOLD, Status.EXPIRED, actor=WEB, **more)

    @rule(number=which)
    def run_out(self, number):
        hold = Appointment.objects.filter(pk=self.one_of(number, Status.HOLD), status=Status.HOLD).first()
        if hold is not None:
            event("a hold runs out")
            make_overdue(hold)
        if number % 5 == 0:
            expire_overdue_holds()

    @rule(number=which, when=times, who=which, by_staff=st.booleans())
    def move(self, number, when, who, by_staff):
        visit, chosen = self.one_of(number, Status.CONFIRMED), self.specialist(who)
        if visit is not None:
            actor, pk = operator_of(self.salon) if by_staff else WEB, chosen and chosen.pk
            self.attempt("move", reschedule_appointment, visit, self.moment(*when), actor, specialist_id=pk)

    @rule(number=which, command=st.sampled_from([undo_reschedule, cancel_appointment]), by_staff=st.booleans())
    def regret(self, number, command, by_staff):
        actor = operator_of(self.salon) if by_staff else WEB
        self.upon(command.__name__, command, number, Status.CONFIRMED, actor=actor)

    @rule(when=times, who=which, outside=st.sampled_from([False, False, True]))
    def book_at_the_desk(self, when, who, outside):
        contact = Contact("Somebody")
        self.attempt("book", book_now, self.slot(*when, who), manager_of(self.salon), contact, outside_rules=outside)

    @rule(number=which, step=st.sampled_from([mark_arrived, complete_appointment, mark_no_show, correct_status]))
    def progress(self, number, step):
        """Something that has begun, because the desk moved it into yesterday, goes on."""
        visit = self.one_of(number, Status.CONFIRMED)
        if visit is not None:
            start = self.moment(-1, OPENS * 60 + 15 * (number % 12))
            self.attempt("yesterday", reschedule_appointment, visit, start, operator_of(self.salon))
        statuses = (Status.NO_SHOW, Status.COMPLETED) if step is correct_status else (Status.ARRIVED, Status.CONFIRMED)
        self.upon(step.__name__, step, number, *statuses)

    # --- the calendar and the catalogue ------------------------------------------------------------------------------

    @rule(
        what=st.sampled_from("break break holiday forget shift hours service skill chair new_chair capacity".split()),
        who=which,
        day=days,
        hours=hours_or_none,
        number=st.integers(0, 3),
    )
    def change(self, what, who, day, hours, number):
        """The desk changes something, and sometimes changes it back."""
        chosen = self.specialist(who) or self.salon.specialist
        start, end = hours or (None, None)
        location, service = self.salon.location, self.salon.service
        event(f"change: {what}")
        match what:
            case "break":
                Break.objects.create(specialist=chosen, date=self.salon.day(day), start_time=start, end_time=end)
            case "holiday":
                values = {"is_working": number > 1, "start_time": start, "end_time": end}
                Holiday.objects.update_or_create(location=location, date=self.salon.day(day), defaults=values)
            case "forget":
                chosen.breaks.all().delete()
                location.holidays.all().delete()
                chosen.schedules.update(start_time=time(OPENS), end_time=time(CLOSES))
                location.schedules.update(start_time=time(OPENS), end_time=time(CLOSES))
            case "shift":
                chosen.schedules.update(start_time=time(OPENS, 10 * number), end_time=end or time(CLOSES))
            case "hours":
                location.schedules.update(start_time=time(OPENS + number))
            case "service":
                Service.objects.filter(pk=service.pk).update(duration_min=30 + 15 * number, price=number)
            case "skill":
                service.offers.filter(specialist=chosen).update(custom_duration=end and 45, is_active=number > 0)
            case "chair":
                for chair in location.workplaces.order_by("pk")[number : number + 1]:
                    chair.is_active = not chair.is_active
                    chair.save(update_fields=["is_active"])
            case "new_chair" if location.workplaces.count() < 4:
                chair = make_workplace(location, service)
                WorkplaceService.objects.filter(workplace=chair).update(duration_min=end and 20)
            case "capacity":
                Location.objects.filter(pk=location.pk).update(capacity=number or None)
                self.peak = peak(location.pk)

    # --- what must hold after every step -----------------------------------------------------------------------------

    @invariant()
    def nothing_overlaps(self):
        assert doubles() == 0

    @invariant()
    def nobody_is_one_too_many(self):
        """A capacity lowered below what is booked moves nobody out, and lets nobody in."""
        now, capacity = peak(self.salon.location.pk), located(self.salon.location.pk).capacity
        assert capacity is None or now <= max(capacity, self.peak)
        self.peak = now

    @invariant()
    def history_retells_every_appointment(self):
        """Who follows the events from the first to the last knows the row; a version rises when anything changes."""
        for row in Appointment.objects.filter(location=self.salon.location).prefetch_related("events"):
            told: dict[str, Any] = {}
            for one in sorted(row.events.all(), key=lambda one: one.pk):
                changed = one.payload.get("changed")
                told |= {key: after for key, (_, after) in changed.items()} if changed is not None else one.payload
            assert {key: told[key] for key in facts(row)} == facts(row)
            assert (row.status == Status.HOLD) == (row.expires_at is not None)
            before = self.known.get(row.pk, (0, {}))
            assert row.version > before[0] or facts(row) == before[1]
            self.known[row.pk] = (row.version, facts(row))

    @invariant()
    def calendars_only_move_on(self):
        resources = [self.salon.company, self.salon.location, *self.salon.specialists, *self.salon.chairs]
        versions = [type(row).objects.values_list("calendar_version", flat=True).get(pk=row.pk) for row in resources]
        assert all(now >= before for now, before in zip(versions, self.known.get("versions", versions), strict=True))
        self.known["versions"] = versions

    @invariant()
    def what_is_shown_can_be_held_and_what_is_not_is_refused(self):
        self.steps += 1
        chance = random.Random(self.steps)
        day, who = chance.choice(DAYS), chance.choice([None, *self.salon.specialists])
        location = located(self.salon.location.pk)
        openings = free_slots(
            location, self.salon.service.pk, self.salon.day(day), self.salon.day(day), specialist_id=who and who.pk
        )
        shown = sorted(moment for times in openings.by_day().values() for moment in times)
        candidates = [self.moment(day, minute) for minute in range(OPENS * 60, CLOSES * 60, 5)]
        for moment in chance.sample(shown, min(2, len(shown))):
            self.require_bookable(moment, who)
        self.require_refused(chance.choice([moment for moment in candidates if moment not in set(shown)]), who)

    def require_bookable(self, start: datetime, who: Specialist | None) -> None:
        slot = Slot(self.salon.location.pk, self.salon.service.pk, start, who and who.pk)
        with tried():
            assert hold_slot(slot, WEB).start_time == start

    def require_refused(self, start: datetime, who: Specialist | None) -> None:
        slot = Slot(self.salon.location.pk, self.salon.service.pk, start, who and who.pk)
        with tried(), pytest.raises(SlotRefused):
            hold_slot(slot, WEB)


@pytest.mark.django_db
def test_a_salon_keeps_its_promises_whatever_happens():
    """Guarantees 1 to 5, 27 and 30 after every step of a random life."""
    bounds = thorough(examples=7, a_second=1, stateful_step_count=25, phases=[Phase.generate])
    run_state_machine_as_test(SalonLife, settings=bounds)
