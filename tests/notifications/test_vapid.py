"""`manage.py vapid`, and what is said of keys that were pasted badly."""

from io import StringIO

import pytest
from django.core.management import call_command

from config import checks
from notifications.channels.web_push import WebPushCarrier
from notifications.push_keys import new_pair
from notifications.vapid import problems, subject_of

PRIVATE, PUBLIC = new_pair()
MAILBOX = "mailto:salon@example.com"
CURE = "Run: manage.py vapid"


def printed() -> dict[str, str]:
    out = StringIO()
    call_command("vapid", stdout=out)
    lines = [line for line in out.getvalue().splitlines() if not line.startswith("#")]
    return dict(line.split("=") for line in lines)


def test_vapid_prints_variables_that_have_no_problem(settings):
    variables = printed()

    assert list(variables) == ["VAPID_PRIVATE_KEY", "VAPID_PUBLIC_KEY", "VAPID_EMAIL"]
    assert problems(*variables.values()) == ()
    assert variables["VAPID_EMAIL"] == "mailto:you@example.com"


def test_vapid_makes_another_pair_every_time_and_keeps_the_mailbox(settings):
    settings.VAPID_EMAIL = MAILBOX

    first, second = printed(), printed()

    assert first["VAPID_PRIVATE_KEY"] != second["VAPID_PRIVATE_KEY"]
    assert first["VAPID_EMAIL"] == MAILBOX


def test_vapid_runs_where_the_keys_are_wrong(settings):
    settings.VAPID_PRIVATE_KEY = "wrong"

    assert checks.check_push_keys()
    assert printed()


WRONG = [
    ((PRIVATE + "=", PUBLIC, MAILBOX), f"VAPID_PRIVATE_KEY is 44 characters; a base64url P-256 key has 43. {CURE}"),
    ((PRIVATE, PRIVATE, MAILBOX), f"VAPID_PUBLIC_KEY is 43 characters; a base64url P-256 key has 87. {CURE}"),
    (("", PUBLIC, MAILBOX), f"VAPID_PRIVATE_KEY is not set, but push needs both keys. {CURE}"),
    ((PRIVATE, "", MAILBOX), f"VAPID_PUBLIC_KEY is not set, but push needs both keys. {CURE}"),
    (("+" * 43, PUBLIC, MAILBOX), f"VAPID_PRIVATE_KEY is no P-256 key in base64url (A-Z, a-z, 0-9, - and _). {CURE}"),
    ((PRIVATE, "B" * 87, MAILBOX), f"VAPID_PUBLIC_KEY is no P-256 key in base64url (A-Z, a-z, 0-9, - and _). {CURE}"),
    (
        (PRIVATE, new_pair()[1], MAILBOX),
        f"VAPID_PUBLIC_KEY does not belong to VAPID_PRIVATE_KEY; they are made together. {CURE}",
    ),
    (
        (PRIVATE, PUBLIC, ""),
        "VAPID_EMAIL is not set; push services want to know whom to write to, as mailto:you@example.com",
    ),
    (
        (PRIVATE, PUBLIC, "mailto:salon"),
        "VAPID_EMAIL is no mail address; write it as mailto:you@example.com",
    ),
]


@pytest.mark.parametrize(("variables", "said"), WRONG)
def test_a_wrong_variable_is_named_with_its_cure_and_push_is_off(settings, variables, said):
    settings.VAPID_PRIVATE_KEY, settings.VAPID_PUBLIC_KEY, settings.VAPID_EMAIL = variables

    found = checks.check_push_keys()

    assert [(problem.id, problem.msg) for problem in found] == [("okno.E001", said)]
    assert WebPushCarrier().is_configured() is False


def test_nothing_that_is_said_contains_a_key():
    for variables, said in WRONG:
        assert not [text for text in variables[:2] if text and text in said]


def test_a_pair_with_a_mailbox_is_all_that_push_needs(settings):
    settings.VAPID_PRIVATE_KEY, settings.VAPID_PUBLIC_KEY, settings.VAPID_EMAIL = PRIVATE, PUBLIC, MAILBOX

    assert checks.check_push_keys() == []
    assert WebPushCarrier().is_configured() is True


def test_no_keys_at_all_mean_that_there_is_no_push(settings):
    settings.VAPID_PRIVATE_KEY = settings.VAPID_PUBLIC_KEY = ""

    assert checks.check_push_keys() == []
    assert WebPushCarrier().is_configured() is False


@pytest.mark.parametrize(
    ("email", "subject"),
    [
        ("salon@example.com", "mailto:salon@example.com"),
        ("mailto:salon@example.com", "mailto:salon@example.com"),
        ("MAILTO:salon@example.com", "mailto:salon@example.com"),
        ("https://example.com", ""),
        ("mailto:okno@localhost", ""),
        ("salon@example.com, other@example.com", ""),
        ("salon@example.com?subject=x", ""),
    ],
)
def test_the_sender_is_always_a_mailto(email, subject):
    assert subject_of(email) == subject


@pytest.mark.parametrize("name", ["https://push.example.com", "push.example.com/x", "user@host", "host:port"])
def test_a_push_host_that_is_none_is_named(settings, name):
    settings.PUSH_ALLOWED_HOSTS = ["127.0.0.1:9000", name]

    found = checks.check_push_hosts()

    said = f"PUSH_ALLOWED_HOSTS has '{name}'; write a host, or a host:port, without https://."
    assert [problem.msg for problem in found] == [said]
