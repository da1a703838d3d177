"""The only writers of appointments: imperative verbs, one transaction each (domain §6).

Every command takes the actor last among its subjects, raises a ``Refusal`` that a person can read, or ``Busy``.
"""

from booking.commands.comment import comment_on_appointment, say_coming
from booking.commands.confirm import confirm_appointment
from booking.commands.desk import book_now
from booking.commands.hold import expire_overdue_holds, extend_hold, hold_slot, release_hold
from booking.commands.move import reschedule_appointment, undo_reschedule
from booking.commands.pay import give_back, pay_visit
from booking.commands.progress import (
    cancel_appointment,
    complete_appointment,
    correct_status,
    mark_arrived,
    mark_no_show,
)

__all__ = [
    "book_now",
    "cancel_appointment",
    "comment_on_appointment",
    "complete_appointment",
    "confirm_appointment",
    "correct_status",
    "expire_overdue_holds",
    "extend_hold",
    "give_back",
    "hold_slot",
    "mark_arrived",
    "mark_no_show",
    "pay_visit",
    "release_hold",
    "reschedule_appointment",
    "say_coming",
    "undo_reschedule",
]
