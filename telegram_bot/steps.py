"""What staff do with a visit by one tap: arrived, done, did not come, and each of these taken back."""

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
from telegram_bot.values import Button, Row

Run = Callable[[int, Actor], Appointment]
Open = Callable[[Appointment, datetime], bool]


@dataclass(frozen=True, slots=True)
class TapStep:
    """``done`` is said when it was taken, ``to`` is where it leads: taken again it changes nothing."""

    label: Any
    done: Any
    run: Run
    is_open: Open
    to: Status


def back(status: Status, done: Any) -> TapStep:
    """A slip put right: the visit is no longer in ``status``."""

    def is_open(visit: Appointment, now: datetime) -> bool:
        return visit.status == status

    label = pgettext_lazy("a step of a visit", "Take it back")
    return TapStep(("↩️ ", label), done, correct_status, is_open, CORRECTIONS[status])


ARRIVED, DONE, NOT_COME = (
    pgettext_lazy("a step of a visit", "Came"),
    pgettext_lazy("a step of a visit", "Done"),
    pgettext_lazy("a step of a visit", "Did not come"),
)
STEPS = {
    "arr": TapStep(("✅ ", ARRIVED), gettext_lazy("Marked: the client is here."), mark_arrived, ARRIVE.is_open, ARRIVE.to),
    "done": TapStep(("🏁 ", DONE), gettext_lazy("Marked: done."), complete_appointment, COMPLETE.is_open, COMPLETE.to),
    "ns": TapStep(("🚫 ", NOT_COME), gettext_lazy("Marked: did not come."), mark_no_show, NO_SHOW.is_open, NO_SHOW.to),
    "xarr": back(Status.ARRIVED, gettext_lazy("Taken back: the client is not here yet.")),
    "xdone": back(Status.COMPLETED, gettext_lazy("Taken back: it is not done yet.")),
    "xns": back(Status.NO_SHOW, gettext_lazy("Taken back: the client is expected again.")),
}
