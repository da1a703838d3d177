"""Django's SMTP, which also knows how far it came, and does not wait for ever."""

import smtplib
import time
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

PATIENCE = 40
"""Seconds for everything from the connection to the last answer, of which EMAIL_TIMEOUT allows each one its own: less
than the lease of a delivery."""


class Mindful:
    """Before smtplib.SMTP or SMTP_SSL in the order of classes."""

    content_was_begun = False
    sock: Any
    timeout: float

    def __init__(self, *args: Any, **options: Any) -> None:
        self.deadline = time.monotonic() + PATIENCE
        super().__init__(*args, **options)

    def getreply(self) -> tuple[int, bytes]:
        left = max(self.deadline - time.monotonic(), 0.01)
        self.sock.settimeout(min(left, self.timeout))
        reply: tuple[int, bytes] = super().getreply()  # type: ignore[misc]  # of smtplib.SMTP
        return reply

    def data(self, msg: Any) -> tuple[int, bytes]:
        """From here on the server may have the mail, whatever we hear."""
        self.content_was_begun = True
        reply: tuple[int, bytes] = super().data(msg)  # type: ignore[misc]  # of smtplib.SMTP
        return reply


class MindfulSMTP(Mindful, smtplib.SMTP):
    pass


class MindfulSSL(Mindful, smtplib.SMTP_SSL):
    pass


class MindfulBackend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return MindfulSSL if self.use_ssl else MindfulSMTP


def may_have_arrived(backend: BaseEmailBackend) -> bool:
    """Whether a mail had begun to go out on the connection that broke."""
    connection = getattr(backend, "connection", None)
    return isinstance(connection, Mindful) and connection.content_was_begun
