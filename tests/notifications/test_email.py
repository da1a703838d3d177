"""Mails against a real server: what arrives, and what follows from each way in which it may not."""

import socket
from datetime import timedelta

import pytest

from notifications.channels import smtp
from notifications.channels.email import DJANGOS_SMTP, EmailCarrier, message_id_of
from notifications.channels.smtp import MindfulBackend
from notifications.errors import AddressGone, AnswerLost, NotSent, TryLater, Unacceptable
from notifications.values import Attachment, Message
from tests.notifications.mail_server import REFUSED_CONTENT, REFUSED_RECIPIENTS, mail_server

ICS = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Стрижка\r\nEND:VCALENDAR\r\n".encode()
NOTICE = Message(
    target="anna@example.com",
    title="Вы записаны на 28 января",
    text="Вы записаны.\n.\nЖдём вас! " + "Очень длинная строка. " * 200,
    html="<p>Вы записаны.</p>",
    language="ru",
    attachments=(Attachment("визит.ics", ICS, "text/calendar; method=REQUEST"),),
    delivery_id=17,
)


@pytest.fixture(autouse=True)
def mail_settings(settings):
    settings.EMAIL_BACKEND = DJANGOS_SMTP  # the test runner puts another there
    settings.EMAIL_URL = "smtp://127.0.0.1"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "Салон «Лён» <booking@example.com>"
    settings.PUBLIC_URL = "https://book.example.com"
    return settings


@pytest.fixture
def server(settings):
    with mail_server() as (postmaster, port):
        settings.EMAIL_PORT = port
        yield postmaster


def to(name: str, **more) -> Message:
    return Message(**{"target": f"{name}@example.com", "title": "Hello", "text": "Hello", "delivery_id": 5} | more)


def sent(message: Message) -> str:
    return EmailCarrier().send(message)


def refusal_of(message: Message) -> NotSent:
    with pytest.raises(NotSent) as refused:
        sent(message)
    return refused.value


def test_a_mail_arrives_with_both_halves_and_the_calendar(server):
    provider_id = sent(NOTICE)

    (mail,) = server.mails
    assert (mail["From"], mail["To"], mail["Subject"]) == (
        "Салон «Лён» <booking@example.com>",
        "anna@example.com",
        "Вы записаны на 28 января",
    )
    assert mail.get_body(("plain",)).get_content().rstrip("\n").replace("\r\n", "\n") == NOTICE.text.rstrip("\n")
    assert mail.get_body(("html",)).get_content().strip() == NOTICE.html
    (calendar,) = mail.iter_attachments()
    assert (calendar.get_filename(), calendar.get_content_type()) == ("визит.ics", "text/calendar")
    assert dict(calendar["Content-Type"].params) == {"method": "REQUEST", "charset": "utf-8"}
    assert calendar.get_payload(decode=True) == ICS
    assert mail["Message-ID"] == f"<{provider_id}>"
    assert provider_id.startswith("17.")
    assert provider_id.endswith("@book.example.com")


def test_a_mail_says_that_a_machine_wrote_it_and_in_which_language(server):
    sent(NOTICE)
    sent(to("boris", is_bulk=True))

    own, bulk = server.mails
    assert (own["Auto-Submitted"], own["Content-Language"], own["List-Unsubscribe"]) == ("auto-generated", "ru", None)
    assert bulk["List-Unsubscribe"] == "<mailto:booking@example.com?subject=unsubscribe>"


def test_a_mail_without_html_is_plain(server):
    sent(to("anna"))

    assert [mail.get_content_type() for mail in server.mails] == ["text/plain"]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\x00", "\x1e", "\t"])
def test_a_title_stays_one_header(server, end):
    sent(to("anna", title=f"Hello{end}Bcc: boris@example.com{end}{end}A body"))

    (mail,) = server.mails
    assert mail["Subject"] == "Hello Bcc: boris@example.com A body"
    assert (mail["Bcc"], mail.get_content()) == (None, "Hello\r\n")


def test_the_name_of_a_file_stays_one_header(server):
    sent(to("anna", attachments=(Attachment('a"\r\nX-Evil: 1\r\n\r\nb.ics', b"x", "text/calendar"),)))

    (mail,) = server.mails
    (file,) = mail.iter_attachments()
    assert (mail["X-Evil"], file["X-Evil"]) == (None, None)
    assert file.get_filename() == 'a" X-Evil: 1 b.ics'


def test_a_delivery_keeps_its_message_id_and_another_has_another():
    deliveries = [message_id_of(to("a", delivery_id=number)) for number in (5, 5, 6)]
    tests = [message_id_of(to("a", delivery_id=0)) for _ in range(2)]

    assert deliveries[0] == deliveries[1]
    assert len({*deliveries, *tests}) == 4


RECIPIENTS: dict[str, type[NotSent]] = {
    "nobody": AddressGone,
    "plain-nobody": AddressGone,
    "not-local": AddressGone,
    "mistyped": AddressGone,
    "null-mx": AddressGone,
    "moved": AddressGone,
    "disabled": AddressGone,
    "full": Unacceptable,
    "plain-full": Unacceptable,
    "policy": Unacceptable,
    "failed": Unacceptable,
    "relay": Unacceptable,
    "sign-in": TryLater,
    "greylisted": TryLater,
    "busy": TryLater,
    "shutting-down": TryLater,
}
CONTENT: dict[str, type[NotSent]] = {
    "spam": Unacceptable,
    "plain-spam": Unacceptable,
    "too-large": Unacceptable,
    "late-nobody": AddressGone,
    "storage": TryLater,
    "shutting-down-late": TryLater,
}


def test_every_refusal_of_the_server_is_in_the_tables():
    assert (set(RECIPIENTS), set(CONTENT)) == (set(REFUSED_RECIPIENTS), set(REFUSED_CONTENT))


@pytest.mark.parametrize(("name", "kind"), (RECIPIENTS | CONTENT).items())
def test_what_follows_from_a_refusal(server, name, kind):
    refusal = refusal_of(to(name))

    code = (REFUSED_RECIPIENTS | REFUSED_CONTENT)[name][:3]
    assert type(refusal) is kind
    assert f"the mail server answered {code}" in refusal.reason
    assert "example.com" not in refusal.reason
    assert server.taken == []


@pytest.mark.parametrize(
    ("sender", "kind", "reason"),
    [
        ("stranger", TryLater, "EMAIL_FROM: the mail server answered 553 to the sender"),
        ("unsigned", TryLater, "EMAIL_URL: the mail server answered 530 to the sender"),
        ("oversized", Unacceptable, "the mail server answered 552 to the sender: too large"),
        ("greylisted-sender", TryLater, "the mail server answered 451 to the sender"),
    ],
)
def test_a_refused_sender_is_a_matter_of_our_settings(server, settings, sender, kind, reason):
    settings.DEFAULT_FROM_EMAIL = f"{sender}@example.com"

    refusal = refusal_of(to("anna"))

    assert (type(refusal), refusal.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("name", "kind", "taken"),
    [
        ("hangs-up-early", TryLater, 0),
        ("silent-early", TryLater, 0),
        ("hangs-up", AnswerLost, 1),
        ("silent", AnswerLost, 1),
    ],
)
def test_a_server_that_is_gone_may_have_the_mail_only_after_its_content(server, settings, name, kind, taken):
    settings.EMAIL_TIMEOUT = 0.3

    refusal = refusal_of(to(name))

    assert (type(refusal), len(server.taken)) == (kind, taken)


def test_a_conversation_ends_before_the_lease_of_its_delivery(server, settings, monkeypatch):
    """However long each answer may take; EMAIL_TIMEOUT alone would wait for a minute here."""
    assert timedelta(seconds=smtp.PATIENCE) < settings.NOTIFICATION_LEASE
    settings.EMAIL_TIMEOUT = 60
    monkeypatch.setattr(smtp, "PATIENCE", 0.3)

    refusal = refusal_of(to("silent-early"))

    assert (type(refusal), server.taken) == (TryLater, [])


def test_a_mail_server_that_is_not_there_is_our_setting(settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.EMAIL_PORT = closed.getsockname()[1]

    refusal = refusal_of(to("anna"))

    assert (type(refusal), refusal.reason) == (
        TryLater,
        "EMAIL_URL: no connection to the mail server: ConnectionRefusedError",
    )


def test_we_sign_in_with_the_password_of_our_settings(server, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "okno", "secret"

    sent(to("anna"))

    assert len(server.taken) == 1


def test_a_wrong_password_is_our_setting(server, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "okno", "wrong"

    refusal = refusal_of(to("anna"))

    assert (type(refusal), server.taken) == (TryLater, [])
    assert refusal.reason == "EMAIL_URL: no connection to the mail server: SMTPAuthenticationError 535"


def test_a_server_without_tls_is_not_told_anything(server, settings):
    settings.EMAIL_USE_TLS = True

    refusal = refusal_of(to("anna"))

    assert (type(refusal), server.taken) == (TryLater, [])
    assert refusal.reason == "EMAIL_URL: no connection to the mail server: SMTPNotSupportedError"


@pytest.mark.parametrize(
    "address", ["", "anna", "anna@", "@example.com", "a b@example.com", "a@example.com,b@example.com", "a@b\r\nc"]
)
def test_what_is_no_address_is_gone_before_anybody_is_asked(settings, address):
    settings.EMAIL_HOST = "mail.invalid"

    refusal = refusal_of(Message(target=address, title="Hello", text="Hello"))

    assert (type(refusal), refusal.reason) == (AddressGone, "this is no mail address")


@pytest.mark.parametrize("sender", ["", "booking", "Салон"])
def test_a_sender_that_is_no_address_is_our_setting(settings, sender):
    settings.DEFAULT_FROM_EMAIL = sender

    refusal = refusal_of(to("anna"))

    assert (type(refusal), refusal.reason) == (TryLater, "EMAIL_FROM is no mail address")


def test_a_demo_prints_its_mails(settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

    sent(NOTICE)

    assert "To: anna@example.com" in capsys.readouterr().out


def test_mail_is_off_without_a_server(settings):
    settings.EMAIL_URL = ""

    assert EmailCarrier().is_configured() is False


def test_mail_over_tls_is_mindful_too():
    plain, tls = MindfulBackend(use_ssl=False), MindfulBackend(use_ssl=True)

    assert [each.connection_class.__name__ for each in (plain, tls)] == ["MindfulSMTP", "MindfulSSL"]
