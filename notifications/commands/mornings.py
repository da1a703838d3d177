"""A specialist's morning: «today 6 visits, the first at 10:00»."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial

from django.db import transaction

from booking.models import COMING, Appointment
from booking.queries.visits import database_time
from catalog.models import Location, Specialist
from notifications.commands.dispatch import chosen, whom_and_where
from notifications.models import Delivery
from notifications.queries import Person, address_book, switches_of
from notifications.values import Occasion, RecipientRole
from notifications.wake import wake_deliveries

AT_MOST_LATE = timedelta(hours=4)
"""After so long the day is well under way, and its summary tells nothing new."""


def summarize_day() -> int:
    """Write to every specialist who has visits today, from the end of his location's quiet hours on; how many.

    Running it twice, or in two workers at once, tells nobody twice.
    """
    now = database_time()
    return sum(
        summarize(location, day, now)
        for location in Location.objects.filter(is_active=True, company__is_active=True).select_related("company")
        if (day := morning_of(location, now)) is not None
    )


def morning_of(location: Location, now: datetime) -> date | None:
    """The local day whose summary is to be sent now, if it is the time for it."""
    local = now.astimezone(location.zone)
    begin = datetime.combine(local.date(), time(location.company.quiet_until), location.zone)
    return local.date() if begin <= local < begin + AT_MOST_LATE else None


def summarize(location: Location, day: date, now: datetime) -> int:
    """Six statements, whatever the number of specialists."""
    switches = switches_of(location.company_id, Occasion.DAY_SUMMARY)
    people = {person.key: (person, last) for person, last in people_of(location, day) if last > now}
    book = address_book(person for person, _ in people.values())
    deliveries = [
        Delivery(
            company_id=location.company_id,
            occasion=f"day:{day.isoformat()}",
            event_type=Occasion.DAY_SUMMARY,
            useful_until=last,
            **whom_and_where(person, address),
        )
        for person, last in people.values()
        for address in chosen(person, book, switches, Occasion.DAY_SUMMARY)
    ]
    return write_new(deliveries)


@transaction.atomic
def write_new(deliveries: list[Delivery]) -> int:
    """Those that are not there yet."""
    occasions = {delivery.occasion for delivery in deliveries}
    keys = Delivery.objects.filter(occasion__in=occasions, recipient__in={each.recipient for each in deliveries})
    told = set(keys.values_list("occasion", "recipient"))
    new = [each for each in deliveries if (each.occasion, each.recipient) not in told]
    Delivery.objects.bulk_create(new, ignore_conflicts=True)
    written = Delivery.objects.filter(occasion__in=occasions, recipient__in={each.recipient for each in new})
    transaction.on_commit(partial(wake_deliveries, list(written.values_list("pk", flat=True))))
    return len(new)


def people_of(location: Location, day: date) -> Iterator[tuple[Person, datetime]]:
    """The specialists who have visits there that day and can be told, each with the start of his last one."""
    begin = datetime.combine(day, time(), location.zone)
    end = datetime.combine(day + timedelta(days=1), time(), location.zone)
    visits = Appointment.objects.filter(location=location, start_time__gte=begin, start_time__lt=end, status__in=COMING)
    last = dict(visits.order_by("start_time").values_list("specialist_id", "start_time"))
    rows = Specialist.objects.filter(pk__in=last, user__is_active=True).select_related("user")
    for specialist in rows:
        user = specialist.user
        assert user is not None  # noqa: S101 - filtered above; for the type checker
        language = user.language or location.company.language
        yield Person(RecipientRole.SPECIALIST, language, user=user), last[specialist.pk]
