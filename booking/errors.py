"""Why a booking command declines, in words a person can act on."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal
from booking.availability import Reason

TAKEN = frozenset({Reason.SPECIALIST_BUSY, Reason.NO_WORKPLACE, Reason.LOCATION_FULL})

WHY_NOT: dict[Reason, str | Promise] = {
    Reason.INACTIVE: _("This service cannot be booked like this. Choose a service and a specialist from the page."),
    Reason.CLOSED: _("The salon is closed then. Choose another time."),
    Reason.OFF_SHIFT: _("The specialist does not work then. Choose another time."),
    Reason.ON_BREAK: _("The specialist has a break then. Choose another time."),
    Reason.SPECIALIST_BUSY: _("This time has just been taken."),
    Reason.NO_WORKPLACE: _("No workplace is free at this time."),
    Reason.LOCATION_FULL: _("The salon is full at this time."),
    Reason.CLIENT_BUSY: _("You already have a visit at this time."),
    Reason.OFF_GRID: _("Visits do not begin at this minute. Choose one of the times offered."),
    Reason.TOO_SOON: _("It is too late to book this time. Choose a later one."),
    Reason.TOO_FAR: _("This date cannot be booked yet. Choose an earlier one."),
}


class SlotRefused(Refusal):
    """The rules of domain §4 do not permit the slot; ``reason`` is the first that does not."""

    def __init__(self, reason: Reason, alternatives: tuple[object, ...] = ()) -> None:
        self.reason = reason
        super().__init__(WHY_NOT[reason], code=reason.value, alternatives=alternatives)


class SlotTaken(SlotRefused):
    """Somebody else has the specialist, the workplace or the last place of the location."""

    def __init__(self, reason: Reason, alternatives: tuple[object, ...] = ()) -> None:
        super().__init__(reason, alternatives)
        self.code = "slot_taken"


def refusal_for(reason: Reason) -> SlotRefused:
    return SlotTaken(reason) if reason in TAKEN else SlotRefused(reason)


class WrongStatus(Refusal):
    """The appointment is not in a state from which this can be done."""

    code = "wrong_status"


class HoldReleased(Refusal):
    code = "hold_released"
    message = _("You let this time go. Choose a time again.")


class AlreadyExtended(Refusal):
    code = "already_extended"
    message = _("A hold can be extended only once.")


class TooManyHolds(Refusal):
    code = "too_many_holds"
    message = _("Too many times are being held at once. Confirm or release one of them first.")


class TooManyVisits(Refusal):
    """Said alike of every number: whose it is, and whether anybody's, it does not tell."""

    code = "too_many_visits"
    message = _("No more visits can be booked online with this number for now. Please call us.")


class TooLate(Refusal):
    code = "too_late"
    message = _("The visit has already begun. Please call the salon.")


class TooEarly(Refusal):
    code = "too_early"
    message = _("It is too early for that: the visit has not begun.")


class ChangedMeanwhile(Refusal):
    code = "changed_meanwhile"
    message = _("Somebody changed this visit in the meantime. Look at it again, then decide.")


class OtherBody(Refusal):
    """A one-time key came again with another request (the API answers 422)."""

    code = "key_reused"
    message = _("This form has already been sent with other details. Open it again.")


class SignInToPay(Refusal):
    """Nothing of a client is seen or spent before a code proved the phone (domain §5)."""

    code = "sign_in_to_pay"
    message = _("Only the client who has signed in can pay from the wallet. Pay at the desk, or call us.")
