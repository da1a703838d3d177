"""SMS: what is said of them, how long they are, and that a link arrives whole."""

import pytest

from config import checks
from notifications.channels import sms
from notifications.channels.sms import ConsoleGateway, SmsCarrier, fitted, segments
from notifications.errors import AddressGone
from notifications.values import Message

LINK = "https://book.example.com/v/0123456789abcdefghijkl/"
PHONE = "+79991234567"


class Gateway:
    """A provider that takes everything except one number."""

    sent: list[tuple[str, str]] = []

    def send(self, phone: str, text: str) -> str:
        if phone == "+70000000000":
            raise AddressGone("the number does not exist")
        self.sent.append((phone, text))
        return "id-" + "1" * 200


@pytest.fixture
def gateway(settings):
    settings.SMS_GATEWAY = f"{__name__}.Gateway"
    Gateway.sent = []
    return Gateway


def test_sms_goes_through_the_gateway_that_is_named(gateway):
    provider_id = SmsCarrier().send(Message(target=PHONE, text="Завтра в 10:00"))

    assert gateway.sent == [(PHONE, "Завтра в 10:00")]
    assert provider_id == "id-" + "1" * 97


def test_what_the_gateway_says_of_a_number_reaches_the_sender(gateway):
    with pytest.raises(AddressGone, match="does not exist"):
        SmsCarrier().send(Message(target="+70000000000", text="Hello"))


def test_sms_are_off_without_a_gateway(settings):
    settings.SMS_GATEWAY = ""

    assert SmsCarrier().is_configured() is False


def test_a_demo_prints_sms_and_logs_none(capsys, caplog, settings):
    settings.SMS_GATEWAY = "notifications.channels.sms.ConsoleGateway"

    provider_id = SmsCarrier().send(Message(target=PHONE, text="Завтра в 10:00"))

    assert provider_id == ""
    assert capsys.readouterr().out == f"\nSMS to {PHONE}: Завтра в 10:00\n"
    assert caplog.text == ""


def test_what_a_worker_prints_does_not_become_a_line_of_the_log(settings):
    """Celery would put it there (the console of mails and SMS prints through sys.stdout)."""
    assert settings.CELERY_WORKER_REDIRECT_STDOUTS is False
    assert isinstance(sms.gateway_named("notifications.channels.sms.ConsoleGateway"), ConsoleGateway)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 459, 3),
        ("a" * 460, 4),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # the two places of € do not fit into what is left of the first
        ("a" * 153 + "€" + "a" * 151, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 201, 3),
        ("я" * 202, 4),
        ("a" * 70 + "я", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),  # 33 in each: half an emoji is none
        ("😀" * 67, 3),
    ],
)
def test_segments_are_counted_as_a_provider_counts_them(text, count):
    assert segments(text) == count


@pytest.mark.parametrize("letter", ["a", "я", "😀", "€"])
def test_what_is_too_long_is_cut_to_three_segments(letter):
    short, long = letter * 60, letter * 1000

    cut = fitted(long)

    assert fitted(short) == short
    assert (segments(cut), cut.rstrip(".")) == (3, letter * (len(cut) - 3))


@pytest.mark.parametrize("words", ["Booked ", "Запись "])
@pytest.mark.parametrize("before", range(0, 80, 7))
@pytest.mark.parametrize("after", [0, 1, 50])
def test_a_link_is_never_torn(words, before, after):
    text = f"{words * before}{LINK} {words * after}{LINK}?second={'x' * 40}".strip()

    cut = fitted(text)

    assert segments(cut) <= 3
    links = [word.rstrip(".") for word in cut.split() if "http" in word]
    assert links[0] == LINK
    assert set(links) <= {LINK, f"{LINK}?second={'x' * 40}"}


def test_the_words_before_a_link_give_way_to_it():
    cut = fitted("я" * 300 + " " + LINK)

    assert cut == f"{'я' * (201 - len(LINK) - 4)}... {LINK}"


@pytest.mark.parametrize("name", ["no.such.Gateway", "notifications.channels.sms.NoSuchGateway", "word"])
def test_a_gateway_that_is_none_is_named(settings, name):
    settings.SMS_GATEWAY = name

    found = checks.check_sms_gateway()

    assert [problem.id for problem in found] == ["okno.E003"]
    assert found[0].msg.startswith("SMS_GATEWAY cannot be imported: ")
