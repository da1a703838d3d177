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


class Busy(Exception):
    """The database could not decide in time; nothing has changed and the caller may try again (503, Retry-After)."""
