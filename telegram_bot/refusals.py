"""Why the bot declines, in words."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal

TOO_LONG = "too_long"
"""The code of a text that is asked for once more."""


class Missing(Refusal):
    """What a button is about is not there, or is not this person's: he is told the same."""

    code = "missing"
    message = _("This is no longer here. I have opened the menu.")


class NotRemembered(Refusal):
    """Without Redis nobody knows what was asked."""

    code = "not_remembered"
    message = _("Typing does not work at the moment. Please try again in a minute.")
