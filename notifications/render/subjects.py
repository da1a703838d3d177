"""What a delivery is about: a visit, a specialist's day, or a broadcast."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from accounts.models import Company
from booking.console_wording import link_of
from booking.models import AppointmentEvent
from booking.queries.visits import database_time
from notifications.models import Broadcast, Delivery
from notifications.queries import ad_for
from notifications.render.buttons import (
    Buttons,
    again_button,
    answers,
    clients_buttons,
    day_button,
    desk_buttons,
    open_button,
    specialists_buttons,
)
from notifications.render.copy import Copy
from notifications.render.day import day_told
from notifications.render.links import book_again, console_day, console_page, storefront
from notifications.render.said import Said
from notifications.render.sums import sums_of
from notifications.render.text import one_line
from notifications.render.times import times_of
from notifications.render.visit import NAME, VisitTold, visit_told, with_its_company
from notifications.values import Channel, Occasion, RecipientRole, Urgency

A_MINUTE = timedelta(minutes=1)
SOON = timedelta(hours=2)
"""A reminder with no longer a lead wakes the telephone (facts T6)."""
A_DAY = timedelta(hours=24)
"""A reminder with a shorter lead is silent for whoever has said that he is coming."""
OFFERS_LAST = timedelta(hours=12)


def said_in(delivery: Delivery) -> Said:
    """What there is to say, with its advertisement."""
    if delivery.broadcast is not None:
        return of_broadcast(delivery.broadcast, delivery.company)
    said = of_day(delivery) if delivery.event is None else of_visit(delivery, delivery.event)
    return replace(said, ad=ad_of(delivery))


def ad_of(delivery: Delivery) -> Copy | None:
    """Nothing follows an SMS, which is paid by the segment. Everything else is the company's will: it chooses the
    advertisement occasion by occasion, so one that follows a cancellation was meant to."""
    if delivery.channel == Channel.SMS:
        return None
    ad = ad_for(delivery.company_id, delivery.event_type, delivery.role, delivery.channel)
    return Copy(ad.content_tg, ad.content_html) if ad else None


def of_broadcast(broadcast: Broadcast, company: Company) -> Said:
    return Said(
        template="broadcast/client.html",
        values={"name": one_line(broadcast.name, NAME), "company": one_line(company.name, NAME)},
        url=storefront(),
        tag=f"broadcast-{broadcast.pk}",
        content=Copy(broadcast.content_tg),
        urgency=Urgency.LOW,
        useful_for=OFFERS_LAST,
        is_bulk=True,
    )


def of_day(delivery: Delivery) -> Said:
    """``delivery.occasion`` is ``day:2026-01-28``."""
    assert delivery.user is not None  # noqa: S101 - a day is somebody's; for the type checker
    day = date.fromisoformat(delivery.occasion.removeprefix("day:"))
    until = delivery.useful_until
    return Said(
        template="day_summary/specialist.html",
        values={"day": day_told(delivery.user, day), "company": one_line(delivery.company.name, NAME)},
        url=console_day(),
        tag=f"day-{day.isoformat()}",
        buttons=day_button(day),
        urgency=Urgency.NORMAL,
        useful_for=max(until - database_time(), A_MINUTE) if until else OFFERS_LAST,
    )


def of_visit(delivery: Delivery, event: AppointmentEvent) -> Said:
    visit, values = with_its_company(event.appointment), values_of(delivery, event)
    is_client = delivery.role == RecipientRole.CLIENT
    is_reminder = delivery.event_type == Occasion.BOOKING_REMINDER
    page = console_day() if values["visit"].is_lost else console_page(visit)
    said = Said(
        template=f"{delivery.event_type}/{delivery.role}.html",
        values=values,
        url=link_of(visit) if is_client else page,
        tag=f"apt-{visit.pk}",
        subject_id=visit.pk,
        buttons=BUTTONS[RecipientRole(delivery.role)](event, values["visit"]),
        calendar=visit if is_client and not is_reminder else None,
    )
    return as_reminder(said, event) if is_reminder else said


def values_of(delivery: Delivery, event: AppointmentEvent) -> dict[str, Any]:
    return {
        "visit": visit_told(event, delivery.user),
        "times": times_of(event),
        "sums": sums_of(event),
        "company": one_line(delivery.company.name, NAME),
        "is_for_desk": delivery.role == RecipientRole.ADMIN,
        "again_url": book_again(event.appointment),
    }


def for_client(event: AppointmentEvent, told: VisitTold) -> Buttons:
    """And for whoever else follows the visit."""
    if event.event_type == Occasion.BOOKING_REMINDER:
        return answers(event.appointment)
    is_cancelled = event.event_type == Occasion.BOOKING_CANCELLED
    return again_button(event.appointment) if is_cancelled else clients_buttons(event.appointment)


def for_specialist(event: AppointmentEvent, told: VisitTold) -> Buttons:
    """Where a visit is no longer his, there is his day, which has more room now."""
    if event.event_type == Occasion.BOOKING_CANCELLED or told.is_lost:
        return day_button(times_of(event).date_before)
    is_reminder = event.event_type == Occasion.BOOKING_REMINDER
    return ((open_button(event.appointment),),) if is_reminder else specialists_buttons(event.appointment)


def for_desk(event: AppointmentEvent, told: VisitTold) -> Buttons:
    return desk_buttons(event.appointment)


BUTTONS: dict[RecipientRole, Callable[[AppointmentEvent, VisitTold], Buttons]] = {
    RecipientRole.CLIENT: for_client,
    RecipientRole.SPECIALIST: for_specialist,
    RecipientRole.ADMIN: for_desk,
}


def as_reminder(said: Said, event: AppointmentEvent) -> Said:
    """Today or tomorrow as of now, whenever it was recorded; of use until the visit begins."""
    now, visit = database_time(), event.appointment
    lead = timedelta(minutes=event.payload["lead_minutes"])
    return replace(
        said,
        values={**said.values, "days": times_of(event).days_from(now)},
        urgency=Urgency.HIGH if lead <= SOON else Urgency.NORMAL,
        useful_for=max(visit.start_time - now, A_MINUTE),
        is_silent=lead < A_DAY and visit.client_says_coming is True,
    )
