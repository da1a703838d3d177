"""Why an operation with money is declined, in words a person can act on."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal


class WrongAmount(Refusal):
    """Zero, negative, with more than two decimals, absurdly large, or no number at all."""

    code = "wrong_amount"


class InsufficientFunds(Refusal):
    code = "insufficient_funds"
    message = _("There is not enough money in the wallet.")


class WalletFrozen(Refusal):
    """The nightly check found a mismatch; nothing moves until somebody has looked."""

    code = "wallet_frozen"
    message = _("This wallet is being checked. Please try again later, or pay in another way.")


class TooMuchRefunded(Refusal):
    """More than is left of what it reverses."""

    code = "too_much_refunded"
    message = _("More cannot be returned than was paid and is not returned yet.")


class ReferenceReused(Refusal):
    """The same reference came again with another operation (the API answers 422)."""

    code = "key_reused"
    message = _("This form has already been sent with other details. Open it again.")


class ReasonRequired(Refusal):
    code = "reason_required"
    message = _("Write why the balance is corrected.")


class StillWrong(Refusal):
    code = "still_wrong"
    message = _("The balance still does not follow from its operations; it cannot be released.")
