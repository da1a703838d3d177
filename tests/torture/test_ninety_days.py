"""Ninety days of a business in three time zones, 26 in a short look: each reminder once, none stale (guarantee 17).

The database's clock runs through the days (``tests.torture.clock``); visits are booked, moved and cancelled by the real
commands; two beats look at the same moments, sometimes literally at once; now and then nobody looks for hours.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from accounts.errors import Refusal
from accounts.values import Actor, Channel, Role
from booking.commands import book_now, cancel_appointment, reschedule_appointment
from booking.models import Appointment, AppointmentEvent, Status
from booking.values import Contact, Slot
from notifications import channels
from notifications.commands import dispatch_event, remind, reminders, send_delivery
from notifications.models import Delivery, Reminder
from notifications.timing import due_at, is_quiet
from tests.depth import SECONDS
from tests.factories import Salon, make_client, numbers
from tests.notifications.carriers import PATHS, RECORDERS
from tests.torture.clock import SimulatedClock, simulated_clock
from tests.torture.rivals import at_once, say

pytestmark = [pytest.mark.usefixtures("crowd"), pytest.mark.trial]

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tbilisi")
DAYS, BEFORE_SUMMER = (90, 46) if SECONDS else (26, 24)
SEED = 20270210


def first_day() -> datetime:
    """So many days before the clocks of Europe change next year: those of New York do in between. None of it is past,
    as nothing that happens now is sent for what was."""
    last_of_march = datetime(datetime.now(UTC).year + 1, 3, 31, tzinfo=UTC)
    summer = last_of_march - timedelta(days=last_of_march.isoweekday() % 7)
    return summer - timedelta(days=BEFORE_SUMMER)


FIRST_DAY = first_day()
STEP = timedelta(minutes=15 if SECONDS else 120)
LEADS = (timedelta(hours=2), timedelta(hours=24))
NIGHT = (22, 8)
OUTAGES = ((20, 9, 4), (33, 1, 30), (46, 18, 5), (60, 7, 3)) if SECONDS else ((6, 9, 4), (11, 1, 30), (24, 18, 5))
"""On which day, from which hour, for how many hours nobody looks; one is longer than a day."""


@dataclass
class Stay:
    """One visit at one start time: since when, and until when it stayed so."""

    visit_id: int
    start: datetime
    zone: ZoneInfo
    since: datetime
    until: datetime | None = None


@dataclass
class Diary:
    """What happened, kept by the test itself."""

    stays: list[Stay] = field(default_factory=list)
    looks: list[datetime] = field(default_factory=list)

    def now_at(self, visit: Appointment, zone: ZoneInfo, now: datetime) -> None:
        self.leave(visit.pk, now)
        self.stays.append(Stay(visit.pk, visit.start_time, zone, now))

    def leave(self, visit_id: int, now: datetime) -> None:
        for stay in self.stays:
            if stay.visit_id == visit_id and stay.until is None:
                stay.until = now

    def expected(self) -> Counter:
        """By the rules of domain §8 alone: which reminders some look should have found."""
        found: Counter = Counter()
        for stay in self.stays:
            for lead, shorter in ((LEADS[0], None), (LEADS[1], LEADS[0])):
                found[stay.visit_id, stay.start, lead] += self.is_found(stay, lead, shorter)
        return +found

    def is_found(self, stay: Stay, lead: timedelta, shorter: timedelta | None) -> bool:
        due = due_at(stay.start, lead, NIGHT, stay.zone)
        overtaken = stay.start if shorter is None else due_at(stay.start, shorter, NIGHT, stay.zone)
        end = min(overtaken, stay.until or overtaken)
        looks = self.looks[bisect_left(self.looks, due) : bisect_left(self.looks, end)]
        return stay.since <= due and any(not is_quiet(look, NIGHT, stay.zone) for look in looks)


class Business:
    """Three salons that never close, and people who change their minds."""

    def __init__(self, clock: SimulatedClock, random: Random) -> None:
        self.clock, self.random, self.diary = clock, random, Diary()
        self.salons = [Salon(timezone=zone, hours=(time(0), time(0))) for zone in ZONES]
        for salon in self.salons:
            salon.specialist.schedules.update(start_time=time(0), end_time=time(0))
        self.clients = [make_client(salon.company, tg_id=next(numbers)) for salon in self.salons]
        self.desks = [Actor(Role.ADMIN, Channel.ADMIN, company_id=salon.company.pk) for salon in self.salons]

    def live(self, now: datetime) -> None:
        """About eight bookings a day, a fifth of them moved, a tenth cancelled."""
        which = self.random.randrange(3)
        salon, client, desk = self.salons[which], self.clients[which], self.desks[which]
        if self.random.random() < STEP / timedelta(hours=3):
            self.attempt(lambda: self.book(salon, client, desk, now))
        if self.random.random() < STEP / timedelta(hours=12):
            self.attempt(lambda: self.move(salon, desk, now))
        if self.random.random() < STEP / timedelta(hours=24):
            self.attempt(lambda: self.cancel(salon, desk, now))

    def attempt(self, deed) -> None:
        try:
            deed()
        except Refusal:
            return  # the time was taken; nothing has changed

    def sometime(self, now: datetime) -> datetime:
        minutes = self.random.choice((60, 90, 150, 600, 1500, 3000, 6000)) + self.random.randrange(0, 600, 15)
        return (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)

    def book(self, salon: Salon, client, desk: Actor, now: datetime) -> None:
        slot = Slot(salon.location.pk, salon.service.pk, self.sometime(now), salon.specialist.pk)
        visit = book_now(slot, desk, Contact("Anna"), client_id=client.pk)
        self.diary.now_at(visit, salon.location.zone, now)

    def move(self, salon: Salon, desk: Actor, now: datetime) -> None:
        visit = self.any_visit(salon, now)
        if visit is None:
            return
        moved = reschedule_appointment(visit.pk, self.sometime(now), desk)
        if moved.start_time != visit.start_time:
            self.diary.now_at(moved, salon.location.zone, now)

    def cancel(self, salon: Salon, desk: Actor, now: datetime) -> None:
        visit = self.any_visit(salon, now)
        if visit is not None:
            cancel_appointment(visit.pk, desk)
            self.diary.leave(visit.pk, now)

    def any_visit(self, salon: Salon, now: datetime) -> Appointment | None:
        coming = Appointment.objects.filter(location=salon.location, status=Status.CONFIRMED, start_time__gt=now)
        rows = list(coming.order_by("pk"))
        return self.random.choice(rows) if rows else None


def moments(days: int) -> list[datetime]:
    return [FIRST_DAY + STEP * number for number in range(int(timedelta(days=days) / STEP))]


def nobody_looks(now: datetime) -> bool:
    begins = [(FIRST_DAY + timedelta(days=day, hours=hour), timedelta(hours=long)) for day, hour, long in OUTAGES]
    return any(begin <= now < begin + long for begin, long in begins)


def look(number: int) -> None:
    """Two beats; now and then at the very same moment."""
    if number % 12 == 0:
        assert [outcome.error for outcome in at_once([remind, remind])] == [None, None]
        return
    remind()
    remind()


def tell() -> list[int]:
    """What a worker does about the reminders that were recorded; the deliveries that went out."""
    due = AppointmentEvent.objects.filter(event_type="booking_reminder", dispatched_at__isnull=True)
    sent = []
    for event_id in due.values_list("pk", flat=True):
        dispatch_event(event_id)
        deliveries = Delivery.objects.filter(event=event_id, role="client")
        sent += [event_id for delivery in deliveries if send_delivery(delivery.pk) == "SENT"]
    return sent


def live_through(settings, days: int) -> tuple[Counter, Counter, Diary]:
    """The reminders that should have gone out, those that did, and the diary."""
    settings.NOTIFICATION_CHANNELS = PATHS
    channels.carrier_of.cache_clear()
    for recorder in RECORDERS.values():
        recorder.reset()
    with simulated_clock() as clock:
        clock.set(FIRST_DAY)
        business = Business(clock, Random(SEED))
        sent: list[int] = []
        for number, now in enumerate(moments(days)):
            clock.set(now)
            business.live(now)
            if not nobody_looks(now):
                business.diary.looks.append(now)
                look(number)
                sent += tell()
        rows = {row.event_id: row for row in Reminder.objects.all()}
        told = Counter(
            (rows[pk].appointment_id, rows[pk].start_time, timedelta(minutes=rows[pk].lead_minutes)) for pk in sent
        )
        return business.diary.expected(), told, business.diary


def test_every_day_reminds_everybody_once(settings):
    expected, told, diary = live_through(settings, DAYS)

    assert told == expected
    assert set(told.values()) == {1}
    assert sum(told.values()) > 5.5 * DAYS
    say(f"{DAYS} days, {len(diary.looks)} looks by two beats, {len(diary.stays)} times booked or moved to: "
        f"{sum(told.values())} reminders, 0 missing, 0 twice, 0 stale")  # fmt: skip


def test_the_control_without_the_moment_of_booking_stale_reminders_go_out(settings, monkeypatch):
    """Whoever forgets since when a visit has its time reminds of leads that were past when it was booked."""
    monkeypatch.setattr(reminders, "is_due", forgetful)

    expected, told, _ = live_through(settings, 10 if SECONDS else 6)

    assert told - expected


def forgetful(visit, now) -> bool:
    due = due_at(visit.start, visit.lead, visit.quiet, visit.zone)
    return due <= now < visit.start and not is_quiet(now, visit.quiet, visit.zone)
