"""E-mail: plain text, HTML and files, through the server that EMAIL_URL names."""

import hashlib
import re
from contextlib import suppress
from email import encoders
from email.message import Message as Headers
from email.mime.base import MIMEBase
from email.utils import make_msgid, parseaddr
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email

from notifications.channels.smtp import may_have_arrived
from notifications.errors import AddressGone, AnswerLost, NotSent, TryLater, Unacceptable
from notifications.values import Attachment, Message

DJANGOS_SMTP, OUR_SMTP = "django.core.mail.backends.smtp.EmailBackend", "notifications.channels.smtp.MindfulBackend"
LONGEST_SUBJECT = 200
LONGEST_ID = 100
NO_SUCH_MAILBOX = frozenset({550, 551, 553, 556})
"""What a server says of a recipient without an enhanced code (RFC 5321 §4.2.3, RFC 7504)."""
ENHANCED = re.compile(rb"5\.(\d{1,3}\.\d{1,3})\b")
MAILBOX_GONE = frozenset({"1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4"})
"""Of RFC 3463 and RFC 7505: no such mailbox, system or syntax, moved away, takes no mail, disabled, unroutable."""
OURS_TO_MEND = frozenset({530, 534, 535, 538})
"""The server wants us to sign in, or to do it in another way."""


class EmailCarrier:
    """``target`` is a mail address."""

    def is_configured(self) -> bool:
        return bool(settings.EMAIL_URL)

    def send(self, message: Message) -> str:
        """The Message-ID, as far as it can be kept. Raises a ``NotSent``."""
        mail = mail_of(message)
        connection = get_connection(OUR_SMTP if settings.EMAIL_BACKEND == DJANGOS_SMTP else None)
        try:
            open_or_try_later(connection)
            hand_over(connection, mail)
        finally:
            with suppress(SMTPException, OSError):  # whatever it says on leaving, the mail is in its hands or is not
                connection.close()
        message_id: str = mail.extra_headers["Message-ID"]
        return message_id.strip("<>")[:LONGEST_ID]


def mail_of(message: Message) -> EmailMultiAlternatives:
    """Raises AddressGone for what is no address, TryLater for our own sender that is none, Unacceptable."""
    try:
        validate_email(message.target)
    except ValidationError:
        raise AddressGone("this is no mail address") from None
    mail = EmailMultiAlternatives(
        single_line(message.title)[:LONGEST_SUBJECT], message.text, to=[message.target], headers=headers_of(message)
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    for attachment in message.attachments:
        mail.attach(part_of(attachment))
    return checked(mail)


def checked(mail: EmailMultiAlternatives) -> EmailMultiAlternatives:
    if "@" not in parseaddr(mail.from_email)[1]:
        raise TryLater("EMAIL_FROM is no mail address")
    try:
        mail.message()
    except BadHeaderError:
        raise Unacceptable("a header has a line break") from None
    return mail


def single_line(text: str) -> str:
    """Without anything that ends a line or cannot be seen."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def headers_of(message: Message) -> dict[str, str]:
    headers = {
        "Message-ID": message_id_of(message),
        "Auto-Submitted": "auto-generated",  # so that no answering machine writes back (RFC 3834)
        "Content-Language": message.language,
    }
    if message.is_bulk:
        sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        headers["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe>"
    return headers


def message_id_of(message: Message) -> str:
    """The same whenever this delivery is sent, so that a mailbox that got it twice shows it once."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    if not message.delivery_id:
        return make_msgid(domain=host)
    content = "\0".join((message.target, message.title, message.text))
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return f"<{message.delivery_id}.{digest}@{host}>"


def part_of(attachment: Attachment) -> MIMEBase:
    """With every parameter of its type: a calendar says by ``method`` what is to be done with it (RFC 5546)."""
    headers = Headers()
    headers["Content-Type"] = attachment.content_type
    part = MIMEBase(headers.get_content_maintype(), headers.get_content_subtype())
    for name, value in headers.get_params(failobj=[])[1:]:
        part.set_param(name, value)
    if headers.get_content_maintype() == "text" and "charset" not in dict(part.get_params(failobj=[])):
        part.set_param("charset", "utf-8")  # or a reader may take it for ASCII
    part.set_payload(attachment.content)
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=single_line(attachment.name))
    return part


def open_or_try_later(connection: BaseEmailBackend) -> None:
    try:
        connection.open()
    except (SMTPException, OSError) as error:  # also of TLS and of a name that nobody knows
        code = f" {error.smtp_code}" if isinstance(error, SMTPResponseException) else ""
        raise TryLater(f"EMAIL_URL: no connection to the mail server: {type(error).__name__}{code}") from error


def hand_over(connection: BaseEmailBackend, mail: EmailMultiAlternatives) -> None:
    try:
        connection.send_messages([mail])
    except SMTPSenderRefused as error:
        raise sender_refused(error.smtp_code) from error
    except SMTPRecipientsRefused as error:
        ((code, reply),) = error.recipients.values()
        raise refused(code, reply, NO_SUCH_MAILBOX) from error
    except SMTPDataError as error:
        raise refused(error.smtp_code, as_bytes(error.smtp_error), frozenset()) from error
    except (SMTPException, OSError) as error:
        if may_have_arrived(connection):
            raise AnswerLost(f"the mail server was gone before it answered: {type(error).__name__}") from error
        raise TryLater(f"EMAIL_URL: the mail server hung up: {type(error).__name__}") from error


def sender_refused(code: int) -> NotSent:
    """Before it has heard of the recipient: of our settings, unless the mail is too large."""
    reason = f"the mail server answered {code} to the sender"
    if code == 552:
        return Unacceptable(f"{reason}: too large")
    if code in OURS_TO_MEND:
        return TryLater(f"EMAIL_URL: {reason}")
    return TryLater(f"EMAIL_FROM: {reason}" if code >= 500 else reason)


def refused(code: int, reply: bytes, no_such_mailbox: frozenset[int]) -> NotSent:
    """What follows from a refusal of the recipient, or of the whole mail, which is about a mailbox only if it says so.

    The server's words stay with the server: they repeat the address.
    """
    match = ENHANCED.match(reply)
    enhanced = match[1].decode() if match else ""
    reason = f"the mail server answered {code}" + (f" 5.{enhanced}" if enhanced else "")
    if code in OURS_TO_MEND:
        return TryLater(f"EMAIL_URL: {reason}")
    if not 500 <= code < 600:
        return TryLater(reason)
    is_gone = enhanced in MAILBOX_GONE if enhanced else code in no_such_mailbox
    return AddressGone(reason) if is_gone else Unacceptable(reason)


def as_bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()
