"""What a channel says when a message did not go out, and what must happen next (domain §8)."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal


class NotSent(Exception):
    """The message did not go out; ``reason`` is for the console, without addresses or texts."""

    def __init__(self, reason: str) -> None:
        self.reason = reason[:300]
        super().__init__(self.reason)


class TryLater(NotSent):
    """Nobody's fault that lasts: a network, a provider in trouble, our own settings. Counts as an attempt."""


class Throttled(NotSent):
    """Too much at once: again after ``wait``, which is no attempt."""

    def __init__(self, reason: str, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(reason)


class AnswerLost(NotSent):
    """It may have been delivered: one late repetition of a person's own message, none of a broadcast."""


class AddressGone(NotSent):
    """This address is dead for good: it is switched off, and the person is told by his next channel."""


class Unacceptable(NotSent):
    """This message will never be taken, by whatever number of attempts; the address is fine."""


class BadSubscription(Refusal):
    """What a browser sent to be woken by is of no use; ``field`` is where, by its name on the wire."""

    code = "bad_subscription"
    message = _("This is not what a browser says of its push subscription.")

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__()


class PushHostNotAllowed(BadSubscription):
    code = "push_host_not_allowed"
    message = _("This address belongs to no push service that we know.")

    def __init__(self) -> None:
        super().__init__("endpoint")


class BadPushKey(BadSubscription):
    code = "bad_push_key"
    message = _("This is not a key of a push subscription.")


class WrongBroadcastState(Refusal):
    code = "wrong_state"
    message = _("The broadcast is not in a state from which this can be done.")


class AlreadyThere(Refusal):
    code = "already_there"
    message = _("There is one like this already. Change that one instead.")


class JustDeleted(Refusal):
    code = "just_deleted"
    message = _("Somebody has just deleted this.")


class NobodyToTell(Refusal):
    code = "nobody_to_tell"
    message = _("Nobody who has agreed to offers fits this audience, so there is nobody to send it to.")


class TooManyChats(Refusal):
    code = "too_many_chats"
    message = _("Five chats follow this visit already. Open its page in a browser instead: the link works there.")
