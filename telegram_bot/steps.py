"""What staff do with a visit by one tap: came, done, did not come, and each of these taken back (experience §3.5)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.errors import NotAllowed, Refusal
from accounts.values import Actor
from booking.commands import complete_appointment, correct_status, mark_arrived, mark_no_show
from booking.commands.progress import ARRIVE, COMPLETE, CORRECTIONS, NO_SHOW
from booking.models import Appointment, Status
from telegram_bot.buttons import in_rows
from telegram_bot.callbacks import Callback
from telegram_bot.values import Button, Row

ACROSS = 3


@dataclass(frozen=True, slots=True)
class TapStep:
    """``done`` is said when it was taken; a visit that is ``to`` already has taken it."""

    icon: str
    label: Any
    done: Any
    run: Callable[[int, Actor], Appointment]
    is_open: Callable[[Appointment, datetime], bool]
    to: Status


def back_from(status: Status, done: Any) -> TapStep:
    """A slip put right. Each has a step of its own, so that a second tap takes nothing more back."""
    label = pgettext_lazy("a step of a visit", "Take it back")
    return TapStep("↩️", label, done, correct_status, lambda visit, now: visit.status == status, CORRECTIONS[status])


STEPS = {
    "arr": TapStep(
        "✅",
        pgettext_lazy("a step of a visit", "Arrived"),
        gettext_lazy("Noted: the client is here."),
        mark_arrived,
        ARRIVE.is_open,
        ARRIVE.to,
    ),
    "done": TapStep(
        "🏁",
        pgettext_lazy("a step of a visit", "Done"),
        gettext_lazy("Noted: the visit is over."),
        complete_appointment,
        COMPLETE.is_open,
        COMPLETE.to,
    ),
    "ns": TapStep(
        "🚫",
        pgettext_lazy("a step of a visit", "No-show"),
        gettext_lazy("Noted: the client did not show up."),
        mark_no_show,
        NO_SHOW.is_open,
        NO_SHOW.to,
    ),
    "xarr": back_from(Status.ARRIVED, gettext_lazy("Taken back: the client is expected.")),
    "xdone": back_from(Status.COMPLETED, gettext_lazy("Taken back: the visit is not over.")),
    "xns": back_from(Status.NO_SHOW, gettext_lazy("Taken back: the client is expected.")),
}
"""By what the buttons call them."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a tap: words over the chat, and the code of a refusal."""

    said: str
    refusal: str = ""


def take_step(visit: Appointment, name: str, now: datetime, actor: Actor) -> Taken:
    """Raises NotAllowed when the visit is no longer the actor's; any other refusal is said."""
    step = STEPS[name]
    if visit.status == step.to:
        return Taken(_("Already noted."))
    if step.run is correct_status and not step.is_open(visit, now):
        return Taken(_("There is nothing left to take back."), "wrong_status")
    try:
        step.run(visit.pk, actor)
    except NotAllowed:
        raise
    except Refusal as refusal:
        return Taken(str(refusal), refusal.code)
    return Taken(str(step.done))


def step_rows(visit: Appointment, now: datetime, callback: Callback) -> tuple[Row, ...]:
    """Only what can be done now; ``callback`` takes a step."""
    open_now = {name: step for name, step in STEPS.items() if step.is_open(visit, now)}
    return in_rows(
        [Button(f"{step.icon} {step.label}", callback(id=visit.pk, step=name)) for name, step in open_now.items()],
        ACROSS,
    )
