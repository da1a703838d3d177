"""What the client wants us to know about a visit, and whether he says that he is coming."""

from django.utils.translation import gettext as _

from accounts.transactions import command_transaction
from accounts.values import Actor
from booking.commands.find import appointment_for
from booking.commands.hold import require_hold
from booking.commands.locks import claim_of, lock_calendars
from booking.commands.once import Once, answered_before, remember_answer
from booking.commands.progress import require_clients_own_time
from booking.commands.record import facts, write_change
from booking.errors import WrongStatus
from booking.models import COMING, Appointment, EventType, Status
from booking.queries.visits import database_time

STILL_MATTERS = (Status.HOLD, *COMING)


@command_transaction
def comment_on_appointment(
    appointment_id: int, comment: str, actor: Actor, *, request: Once | None = None
) -> Appointment:
    """Replace the comment of a hold or of a coming visit; a client does so until it starts. History keeps that, not
    what it says. Raises WrongStatus, HoldReleased, TooLate."""
    if answer := answered_before(request):
        return answer
    found = appointment_for(appointment_id, actor)
    lock_calendars([claim_of(found)])
    require_comment_matters(found, actor)
    if found.notes != comment:
        before = facts(found)
        found.notes = comment
        write_change(found, EventType.COMMENT_CHANGED, actor, before)
    remember_answer(request, found)
    return found


def require_comment_matters(found: Appointment, actor: Actor) -> None:
    if found.status in (Status.EXPIRED, Status.HOLD):
        require_hold(found)
    elif actor.is_staff and found.status not in STILL_MATTERS:
        raise WrongStatus(_("This visit can no longer be changed."))
    elif not actor.is_staff:
        require_clients_own_time(found, database_time())


@command_transaction
def say_coming(appointment_id: int, actor: Actor, *, request: Once | None = None) -> Appointment:
    """The client answers a reminder: he will come; saying it again changes nothing. Raises WrongStatus, TooLate."""
    if answer := answered_before(request):
        return answer
    visit = appointment_for(appointment_id, actor)
    lock_calendars([claim_of(visit)])
    require_clients_own_time(visit, database_time())
    if not visit.client_says_coming:
        before = facts(visit)
        visit.client_says_coming = True
        write_change(visit, EventType.CLIENT_SAYS_COMING, actor, before)
    remember_answer(request, visit)
    return visit
