"""A real SMTP server on the loopback, which refuses what real ones refuse: the recipient's name says how."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

REFUSED_RECIPIENTS = {
    "nobody": "550 5.1.1 <{address}>: Recipient address rejected: User unknown",
    "plain-nobody": "550 No such user here",
    "not-local": "551 User not local; please try elsewhere",
    "mistyped": "553 Requested action not taken: mailbox name not allowed",
    "null-mx": "556 5.1.10 Domain does not accept mail",
    "moved": "550-5.1.6 The mailbox has moved\r\n550 5.1.6 for good",
    "disabled": "550 5.2.1 The account is disabled",
    "full": "552 5.2.2 Mailbox full",
    "plain-full": "552 Mailbox full",
    "policy": "550 5.7.1 Blocked by policy",
    "failed": "554 Transaction failed",
    "relay": "554 5.7.1 Relay access denied",
    "sign-in": "530 5.7.0 Authentication required",
    "greylisted": "450 4.7.1 Greylisted, try again",
    "busy": "452 4.2.2 Mailbox over quota for now",
    "shutting-down": "421 4.3.2 Shutting down",
}
REFUSED_CONTENT = {
    "spam": "554 5.7.1 Message looks like spam",
    "plain-spam": "550 Message looks like spam",
    "too-large": "552 5.3.4 Message too big",
    "late-nobody": "550 5.1.1 User unknown",
    "storage": "451 4.3.0 Try again later",
    "shutting-down-late": "421 4.3.2 Shutting down",
}
REFUSED_SENDERS = {
    "stranger": "553 5.7.1 Sender address rejected: not owned by user",
    "unsigned": "530 5.7.0 Must issue a STARTTLS command first",
    "oversized": "552 5.3.4 Message size exceeds fixed limit",
    "greylisted-sender": "451 4.7.1 Try again later",
}


def name_of(address: str) -> str:
    return address.partition("@")[0].strip("<")


class Postmaster:
    """The server's hooks, by the names that aiosmtpd looks for."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(envelope.content, policy=policy.default) for envelope in self.taken]

    async def handle_MAIL(self, server, session, envelope: Envelope, address: str, options) -> str:  # noqa: N802
        envelope.mail_from = address
        return REFUSED_SENDERS.get(name_of(address), "250 OK")

    async def handle_RCPT(self, server: SMTP, session, envelope: Envelope, address: str, options) -> str:  # noqa: N802
        if name_of(address) == "hangs-up-early":
            server.transport.abort()
        if name_of(address) == "silent-early":
            await asyncio.sleep(60)
        envelope.rcpt_tos.append(address)
        return REFUSED_RECIPIENTS.get(name_of(address), "250 OK").format(address=address)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        name = name_of(envelope.rcpt_tos[0])
        if name in REFUSED_CONTENT:
            return REFUSED_CONTENT[name]
        self.taken.append(envelope)
        if name == "hangs-up":
            server.transport.abort()
        if name == "silent":
            await asyncio.sleep(60)
        return "250 2.0.0 Queued"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"okno", b"secret"), handled=False)


class Loopback(Controller):
    """On whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server() -> Iterator[tuple[Postmaster, int]]:
    """The server's memory and its port."""
    postmaster = Postmaster()
    controller = Loopback(
        postmaster, hostname="127.0.0.1", port=0, auth_require_tls=False, authenticator=postmaster.authenticate
    )
    controller.start()
    try:
        yield postmaster, controller.port
    finally:
        controller.stop()
