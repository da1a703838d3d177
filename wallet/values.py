"""Frozen values of money, without the ORM."""

import re
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wallet.errors import WrongAmount

NOTHING = Decimal(0)
FULLEST = Decimal("9999999999.99")
"""What a wallet's column holds."""
LARGEST = Decimal("9999999.99")
"""Of one operation: whoever types more has slipped."""
CENT = Decimal("0.01")
TYPED = re.compile(r"[0-9]+([.,][0-9]{1,2})?", re.ASCII)
TOO_FINE = re.compile(r"[0-9]+[.,][0-9]{3,}", re.ASCII)
"""1,500 may be meant as a thousand and a half: nobody may guess."""


class Kind(TextChoices):
    """What moves money in a wallet."""

    DEPOSIT = "deposit", _("Top-up")
    CHARGE = "charge", _("Payment")
    REFUND = "refund", pgettext_lazy("wallet", "Refund")
    FEE = "fee", _("Late cancellation fee")
    ADJUSTMENT = "adjustment", _("Correction")


class Method(TextChoices):
    """How somebody pays at the desk, besides the wallet."""

    CASH = "cash", _("Cash")
    CARD = "card", _("Card")


def require_amount(amount: Decimal) -> Decimal:
    """``amount`` in whole kopecks, more than nothing and not absurd. Raises WrongAmount, saying which."""
    if not amount.is_finite():
        raise WrongAmount(_("Enter the amount in digits, like 1500 or 1500.50."))
    if amount <= 0:
        raise WrongAmount(_("The amount must be more than zero."))
    if amount > LARGEST:
        raise WrongAmount(_("The amount is too large: at most %(largest)s.") % {"largest": LARGEST})
    if amount != amount.quantize(CENT):
        raise WrongAmount(_("The amount has more than two digits after the point."))
    return amount.quantize(CENT)


def parse_amount(text: str) -> Decimal:
    """What somebody typed: spaces between thousands and a comma for the point are fine, other digits than 0–9 are not.

    Raises WrongAmount.
    """
    plain = re.sub(r"[ \u00a0\u202f]", "", text.strip())
    if plain.startswith("-") and TYPED.fullmatch(plain[1:]):
        raise WrongAmount(_("The amount must be more than zero."))
    if TOO_FINE.fullmatch(plain):
        raise WrongAmount(_("The amount has more than two digits after the point."))
    if not TYPED.fullmatch(plain) or len(plain) > 20:
        raise WrongAmount(_("Enter the amount in digits, like 1500 or 1500.50."))
    return require_amount(Decimal(plain.replace(",", ".")))
