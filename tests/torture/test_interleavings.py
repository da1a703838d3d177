"""The desk changes the calendar while somebody books: nothing is booked into what was committed before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from functools import partial
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from booking.commands import book_now, confirm_appointment, expire_overdue_holds, hold_slot, reschedule_appointment
from booking.errors import SlotRefused
from booking.models import Appointment, Status
from catalog.commands import take_break
from catalog.models import Break, Holiday, Location
from tests.booking.steps import ANNA, make_overdue, operator_of
from tests.depth import SECONDS
from tests.factories import WEB, Salon, book
from tests.torture.rivals import before_locking, without

pytestmark = pytest.mark.usefixtures("crowd")


# --- what the desk does, and what a booking at ten then hears --------------------------------------------------------


def save(row, **fields) -> None:
    """As the console saves a form."""
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def move_break_here(salon: Salon) -> None:
    save(Break.objects.get(specialist=salon.specialist), date=salon.day())


def close_for_the_day(salon: Salon) -> None:
    Holiday.objects.create(location=salon.location, date=salon.day())


def take_the_day_off(salon: Salon) -> None:
    Break.objects.create(specialist=salon.specialist, date=salon.day())


def take_an_hour_off(salon: Salon) -> None:
    Break.objects.create(specialist=salon.specialist, date=salon.day(), start_time=time(10, 30), end_time=time(11))


def take_an_hour_off_by_command(salon: Salon) -> None:
    """As the bot does."""
    take_break(salon.specialist.pk, operator_of(salon), day=salon.day(), start=time(10, 30), end=time(11))


def open_at_noon(salon: Salon) -> None:
    for row in salon.location.schedules.all():
        save(row, start_time=time(12))


def begin_at_noon(salon: Salon) -> None:
    for row in salon.specialist.schedules.all():
        save(row, start_time=time(12))


EDITS: dict[str, tuple[Callable[[Salon], object], str]] = {
    "a whole day off": (take_the_day_off, "on_break"),
    "an hour off": (take_an_hour_off, "on_break"),
    "an hour off by command": (take_an_hour_off_by_command, "on_break"),
    "a break moved here": (move_break_here, "on_break"),
    "a holiday": (close_for_the_day, "closed"),
    "shorter hours": (open_at_noon, "closed"),
    "no hours": (lambda salon: salon.location.schedules.all().delete(), "closed"),
    "a shorter shift": (begin_at_noon, "off_shift"),
    "the specialist switched off": (lambda salon: save(salon.specialist, is_active=False), "inactive"),
    "the location switched off": (lambda salon: save(salon.location, is_active=False), "inactive"),
    "the skill gone": (lambda salon: salon.service.offers.filter(specialist=salon.specialist).delete(), "inactive"),
    # Where it is then nine in the evening, in summer as in winter.
    "another zone": (lambda salon: save(salon.location, timezone="Pacific/Kiritimati"), "closed"),
    "a capacity that is used up": (lambda salon: save(salon.location, capacity=1), "slot_taken"),
}


# --- what somebody books at ten, each ready to be called --------------------------------------------------------------


def ready_to_hold(salon: Salon) -> Callable[[], Appointment]:
    return partial(hold_slot, salon.slot(10, specialist=salon.specialist), WEB)


def ready_to_book(salon: Salon) -> Callable[[], Appointment]:
    return partial(book_now, salon.slot(10, specialist=salon.specialist), operator_of(salon), ANNA)


def ready_to_move(salon: Salon) -> Callable[[], Appointment]:
    visit = book(salon.slot(15, specialist=salon.specialist))
    return partial(reschedule_appointment, visit.pk, salon.at(10), WEB)


def ready_to_confirm_an_expired_hold(salon: Salon) -> Callable[[], Appointment]:
    hold = hold_slot(salon.slot(10, specialist=salon.specialist), WEB)
    make_overdue(hold)
    expire_overdue_holds()
    return partial(confirm_appointment, hold.pk, WEB, ANNA)


BOOKINGS = [ready_to_hold, ready_to_book, ready_to_move, ready_to_confirm_an_expired_hold]


def make_salon(capacity: int | None = None) -> Salon:
    """Somebody else is there from ten to eleven; the specialist is off another day."""
    salon = Salon(specialists=2, capacity=capacity)
    book(salon.slot(10, specialist=salon.specialists[1]), phone="+79990000009")
    Break.objects.create(specialist=salon.specialist, date=salon.day(20))
    return salon


def is_booked_at_ten(salon: Salon) -> bool:
    mine = Appointment.objects.alive().filter(specialist=salon.specialist)
    return mine.overlapping(salon.at(10), salon.at(11)).exists()


# --- the desk, in a connection of its own -----------------------------------------------------------------------------


@dataclass
class Desk:
    """Does one edit in another connection, once, when it is called."""

    edit: Callable[[], object]
    stays_open: bool = False
    rolls_back: bool = False
    thread: Thread | None = None

    def __call__(self) -> None:
        """Return when the edit is committed, or, if its transaction stays open, when it is made."""
        if self.thread is not None:
            return
        made = Event()
        self.thread = Thread(target=self.run, args=(made,), daemon=True)
        self.thread.start()
        made.wait(5)
        if not self.stays_open:
            self.thread.join(5)

    def run(self, made: Event) -> None:
        try:
            with transaction.atomic():
                self.edit()
                made.set()
                if self.stays_open:
                    Event().wait(0.05)
                if self.rolls_back:
                    transaction.set_rollback(True)
        finally:
            connection.close()

    def leave(self) -> None:
        assert self.thread is not None, "the desk was never asked"
        self.thread.join(5)
        assert not self.thread.is_alive()


def book_while(monkeypatch, booking: Callable[[], Appointment], desk: Desk) -> str:
    """Book with ``desk`` coming between reading and locking: "booked", or the code of the refusal."""
    before_locking(monkeypatch, desk)
    try:
        booking()
    except SlotRefused as refusal:
        return refusal.code
    finally:
        desk.leave()
        monkeypatch.undo()
    return "booked"


@pytest.mark.parametrize("capacity", [None, 5])
@pytest.mark.parametrize("name", EDITS)
def test_an_edit_committed_before_the_lock_is_obeyed(monkeypatch, name, capacity):
    """Committed already, or still open when the command comes to lock: the command looks again."""
    edit, reason = EDITS[name]
    for ready, stays_open in interleavings(capacity):
        salon = make_salon(capacity)

        heard = book_while(monkeypatch, ready(salon), Desk(partial(edit, salon), stays_open))

        assert heard == reason, ready
        assert not is_booked_at_ten(salon)


def interleavings(capacity: int | None) -> list[tuple[Callable[[Salon], Callable[[], Appointment]], bool]]:
    """Every booking against either moment of the edit; the short look takes half of them, the other half when full."""
    pairs = [(ready, stays_open) for ready in BOOKINGS for stays_open in (False, True)]
    half = [pair for number, pair in enumerate(pairs) if (number + number // 2) % 2 == (capacity is None)]
    return pairs if SECONDS else half


def test_an_edit_that_is_rolled_back_is_in_nobodys_way(monkeypatch):
    for edit, _ in EDITS.values():
        salon = make_salon()

        heard = book_while(
            monkeypatch, ready_to_hold(salon), Desk(partial(edit, salon), stays_open=True, rolls_back=True)
        )

        assert heard == "booked"


def test_an_edit_after_the_lock_waits_and_leaves_the_booking_alone(monkeypatch):
    """The booking is committed first: the break then stands beside it, and the desk is told by the journal."""
    salon = make_salon()
    desk = Desk(partial(take_the_day_off, salon), stays_open=True)
    create = Appointment.objects.create

    def create_while_the_desk_waits(**columns) -> Appointment:
        desk.thread = Thread(target=desk.run, args=(Event(),), daemon=True)
        desk.thread.start()
        Event().wait(0.1)
        assert Break.objects.filter(date=salon.day()).count() == 0
        return create(**columns)

    monkeypatch.setattr(Appointment.objects, "create", create_while_the_desk_waits)
    hold = ready_to_hold(salon)()

    desk.leave()
    assert hold.status == Status.HOLD
    assert Break.objects.filter(date=salon.day()).count() == 1


def test_a_chair_switched_off_meanwhile_is_not_taken(monkeypatch):
    salon = Salon(chairs=1)

    heard = book_while(monkeypatch, ready_to_hold(salon), Desk(partial(save, salon.chairs[0], is_active=False)))

    assert heard == "booked"
    assert Appointment.objects.get().workplace is None


def test_two_edits_at_once_harm_neither_each_other_nor_the_booking(monkeypatch):
    """A location without a capacity passes its news on through its specialists: holiday against break, no deadlock."""
    salon = make_salon()

    def both() -> None:
        Holiday.objects.create(location=salon.location, date=salon.day())
        take_the_day_off(salon)

    heard = book_while(monkeypatch, ready_to_hold(salon), Desk(both, stays_open=True))

    assert heard == "closed"


CONTROLS = {
    "a whole day off": "catalog.Break:raises_version_of_catalog_specialist",
    "an hour off by command": "catalog.Break:raises_version_of_catalog_specialist",
    "a holiday": "catalog.Holiday:raises_location_version",
    "shorter hours": "catalog.LocationSchedule:raises_location_version",
    "a shorter shift": "catalog.SpecialistSchedule:raises_version_of_catalog_specialist",
    "the skill gone": "catalog.ServiceSpecialist:raises_version_of_catalog_specialist",
}


@pytest.mark.parametrize("name", CONTROLS)
def test_an_edit_control_without_its_trigger_the_stale_check_goes_through(monkeypatch, name):
    edit, _ = EDITS[name]
    salon = make_salon()

    with without(triggers=[CONTROLS[name]]):
        heard = book_while(monkeypatch, ready_to_hold(salon), Desk(partial(edit, salon)))
        booked = is_booked_at_ten(salon)

    assert (heard, booked) == ("booked", True)


def test_an_edit_control_the_capacity_of_a_location_is_news_to_its_specialists(monkeypatch):
    salon = make_salon()
    triggers = [
        "catalog.Location:raises_specialists_version",
        "booking.Appointment:raises_refusal_when_location_is_full",
    ]

    with without(triggers=triggers):
        heard = book_while(monkeypatch, ready_to_hold(salon), Desk(partial(Location.objects.update, capacity=1)))

    assert heard == "booked"
