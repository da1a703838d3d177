"""What the desk can do with a visit at this moment: each step names its command and when it is legal (domain §3)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.values import Actor
from booking.commands import (
    complete_appointment,
    correct_status,
    mark_arrived,
    mark_no_show,
    release_hold,
    undo_reschedule,
)
from booking.commands.pay import PAYABLE
from booking.commands.progress import ARRIVE, CANCEL, COMPLETE, CORRECTIONS, NO_SHOW
from booking.models import COMING, Appointment, Status

Legal = Callable[[Appointment, datetime], bool]
Run = Callable[[int, Actor], Appointment]


@dataclass(frozen=True, slots=True)
class DeskStep:
    """A step by one click: how it is called, what it does, and whether it can be taken now."""

    name: str
    label: Any
    done: Any
    icon: str
    run: Run
    legal: Legal

    @property
    def is_usual(self) -> bool:
        """What most visits go through; the rest is for when something went otherwise."""
        return self.name in ("arrive", "complete")


def is_hold(visit: Appointment, now: datetime) -> bool:
    return visit.status == Status.HOLD


def can_be_corrected(visit: Appointment, now: datetime) -> bool:
    return visit.status in CORRECTIONS


def was_just_moved(visit: Appointment, now: datetime) -> bool:
    """``last_event`` is read together with the history of the page."""
    event = getattr(visit, "last_event", None)
    moved = event is not None and event.event_type == "booking_rescheduled" and not event.payload.get("undo")
    return moved and visit.status in COMING


STEPS = {
    step.name: step
    for step in (
        DeskStep("arrive", _("Arrived"), _("marked as arrived"), "how_to_reg", mark_arrived, ARRIVE.is_open),
        DeskStep("complete", _("Completed"), _("completed"), "task_alt", complete_appointment, COMPLETE.is_open),
        DeskStep("no-show", _("No-show"), _("marked as no-show"), "person_off", mark_no_show, NO_SHOW.is_open),
        DeskStep("undo", _("Undo the move"), _("put back"), "undo", undo_reschedule, was_just_moved),
        DeskStep("correct", _("Take the last step back"), _("corrected"), "undo", correct_status, can_be_corrected),
        DeskStep("release", _("Release the hold"), _("released"), "lock_open", release_hold, is_hold),
    )
}


class Page(TextChoices):
    """What needs a page of its own before it is done."""

    CONFIRM = "confirm", _("Confirm")
    MOVE = "move", _("Move")
    PAY = "pay", _("Take payment")
    RETURN = "return", _("Return money")
    CANCEL = "cancel", _("Cancel the visit")


ICONS = {
    Page.CONFIRM: "event_available",
    Page.MOVE: "edit_calendar",
    Page.PAY: "payments",
    Page.RETURN: "currency_exchange",
    Page.CANCEL: "event_busy",
}


def legal_steps(visit: Appointment, now: datetime) -> list[DeskStep]:
    return [step for step in STEPS.values() if step.legal(visit, now)]


def legal_pages(visit: Appointment, now: datetime, actor: Actor) -> list[Page]:
    """An expired hold can still be confirmed while its time is ahead; the command looks whether it is free."""
    can_confirm = visit.status == Status.HOLD or (visit.status == Status.EXPIRED and visit.start_time > now)
    can_move = visit.status in COMING
    can = {
        Page.CONFIRM: can_confirm,
        Page.MOVE: can_move,
        Page.PAY: actor.may_take_money and visit.status in PAYABLE and visit.due > 0,
        Page.RETURN: actor.may_take_money and visit.paid > 0,
        Page.CANCEL: CANCEL.is_open(visit, now),
    }
    return [page for page, legal in can.items() if legal]
