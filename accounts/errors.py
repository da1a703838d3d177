"""Refusals: what a person asked for, said why not, in words he can act on."""

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """A request that was understood and is declined; nothing has changed.

    ``code`` is for programs, ``message`` for the reader in his language; ``alternatives`` is what he may take instead.
    """

    code = "refused"
    message: str | Promise = ""

    def __init__(
        self,
        message: str | Promise | None = None,
        *,
        code: str | None = None,
        alternatives: Sequence[Any] = (),
    ) -> None:
        self.message = message or self.message
        self.code = code or self.code
        self.alternatives = tuple(alternatives)
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(Refusal):
    code = "not_allowed"
    message = _("You may not do that.")


class WrongPhone(Refusal):
    code = "wrong_phone"
    message = _("This is no phone number that can be called.")


class CardClosed(Refusal):
    """The salon has switched the client off."""

    code = "card_closed"
    message = _("Your card here is closed. Please call, and it will be opened again.")


class CardMerged(Refusal):
    """The client has retired: somebody else's card has what he had."""

    code = "card_merged"
    message = _("This card was merged into another. Open that one.")


class InvitationGone(Refusal):
    """Expired, used, replaced or never there: whoever guesses learns nothing."""

    code = "invitation_gone"
    message = _("This invitation no longer works. Ask for a new one.")


class TelegramTaken(Refusal):
    code = "telegram_taken"
    message = _("This Telegram is connected to somebody else of the staff. Disconnect it there first.")


class CannotMerge(Refusal):
    code = "cannot_merge"


class Busy(Exception):
    """The database could not decide in time; nothing has changed and the caller may try again (503, Retry-After)."""
