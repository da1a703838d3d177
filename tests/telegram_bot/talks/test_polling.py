"""Where Telegram cannot come to us, we ask; and where it can, it is told where to come to."""

import re
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.management.commands.run import Command as Run
from telegram_bot import polling
from telegram_bot.management.commands import run_bot
from telegram_bot.management.commands.run_bot import Command as RunBot
from telegram_bot.polling import poll
from tests.factories import Salon
from tests.standins.telegram.answers import error
from tests.telegram_bot.talking import SECRET

pytestmark = pytest.mark.django_db


def so_often(times: int):
    """Goes on so many times."""
    rounds = iter([True] * times)
    return lambda: next(rounds, False)


def told(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def hurried(monkeypatch) -> None:
    """Nobody waits for what does not come."""
    monkeypatch.setattr(polling, "LONG_POLL", 0)
    monkeypatch.setattr(polling, "REST", 0.0)


def test_updates_are_asked_for_and_answered(telegram, hurried):
    salon = Salon()
    telegram.add_user(7, language_code="en")
    telegram.says(7, "/start")

    poll(so_often(2))

    assert telegram.live_messages(7)[0].text.startswith(salon.company.name)
    assert telegram.pending_updates == []


def test_update_that_is_being_answered_when_the_process_dies_comes_again(telegram, hurried, monkeypatch):
    """It is done with when the next ones are asked for."""
    Salon()
    telegram.add_user(7, language_code="en")
    update = telegram.says(7, "/start")
    monkeypatch.setattr(polling, "receive", die)

    with pytest.raises(SystemExit):
        poll(so_often(1))

    assert [each["update_id"] for each in telegram.pending_updates] == [update["update_id"]]


def die(body):
    raise SystemExit


def test_trouble_on_the_way_ends_nothing(telegram, hurried):
    Salon()
    telegram.add_user(7, language_code="en")
    telegram.says(7, "/start")
    telegram.answer_next("getUpdates", *[error(502, "Bad Gateway")] * 2)

    poll(so_often(4))

    assert len(telegram.live_messages(7)) == 1


OFFLINE = r"Telegram cannot be reached \(.+\): check the network, a proxy or TELEGRAM_API_BASE"


@pytest.mark.parametrize("action", ["info", "set", "delete"])
def test_telegram_out_of_reach_is_not_called_a_refusal(telegram, settings, action):
    settings.TELEGRAM_API_BASE = "http://127.0.0.1:9"

    with pytest.raises(CommandError, match=OFFLINE):
        told("telegram_webhook", action)


def test_telegrams_own_refusal_is_told_as_one(telegram):
    telegram.answer_next("getWebhookInfo", error(502, "Bad Gateway"))

    with pytest.raises(CommandError, match="Telegram refuses: Bad Gateway"):
        told("telegram_webhook", "info")


def test_run_bot_says_once_that_it_keeps_trying_and_then_that_it_answers(telegram, hurried, settings, monkeypatch):
    there, settings.TELEGRAM_API_BASE = settings.TELEGRAM_API_BASE, "http://127.0.0.1:9"
    out, err, rounds = StringIO(), StringIO(), []
    bot = RunBot(stdout=out, stderr=err)
    said = []

    def going_on():
        """Three times in vain; then it is there, is gone once more, and is there again."""
        rounds.append(len(rounds))
        said.append(out.getvalue())
        settings.TELEGRAM_API_BASE = there if rounds[-1] in (3, 5) else "http://127.0.0.1:9"
        return rounds[-1] < 6

    monkeypatch.setattr(run_bot, "poll", lambda goes_on, tell: poll(going_on, tell))
    bot.handle()

    assert [bool(text) for text in said[:5]] == [False] * 4 + [True]
    assert out.getvalue() == "The bot answers. Ctrl-C ends it.\nThe bot answers again.\n"
    assert [re.match(OFFLINE, line) is not None for line in err.getvalue().splitlines()] == [True, True]
    assert err.getvalue().count("The bot keeps trying. Ctrl-C ends it.") == 2
    assert len(telegram.calls_of("setChatMenuButton")) == 1


def test_rest_after_trouble_ends_with_the_bot():
    begun = time.monotonic()

    polling.pause(30.0, so_often(1))

    assert time.monotonic() - begun < 10


def test_webhook_is_set_with_everything_the_bot_says_of_itself(telegram):
    said = told("telegram_webhook", "set")

    assert "https://okno.example.com/tg/webhook" in said
    [call] = telegram.calls_of("setWebhook")
    assert call.params["secret_token"] == SECRET
    languages = [call.params.get("language_code", "") for call in telegram.calls_of("setMyCommands")]
    assert languages == ["", "ru", "en"]
    assert [call.status for call in telegram.calls] == [200] * len(telegram.calls)
    [button] = telegram.calls_of("setChatMenuButton")
    assert "https://okno.example.com/?tg=1" in str(button.params)
    assert "address    https://okno.example.com/tg/webhook" in told("telegram_webhook", "info")


def test_webhook_is_deleted(telegram):
    told("telegram_webhook", "set")

    told("telegram_webhook", "delete")

    assert "none: updates are asked for" in told("telegram_webhook", "info")


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("PUBLIC_URL", "http://okno.example.com", "Telegram calls only https://"),
        ("PUBLIC_URL", "https://okno.example.com:8000", "443, 80, 88, 8443"),
        ("TELEGRAM_WEBHOOK_SECRET", "", "TELEGRAM_WEBHOOK_SECRET must be"),
        ("TELEGRAM_WEBHOOK_SECRET", "with spaces in it, and long", "TELEGRAM_WEBHOOK_SECRET must be"),
        ("TELEGRAM_BOT_TOKEN", "", "@BotFather gives one"),
        ("TELEGRAM_BOT_TOKEN", "43:OTHER", "Telegram does not know TELEGRAM_BOT_TOKEN"),
    ],
)
def test_what_cannot_be_is_said_with_its_cure(telegram, settings, name, value, cure):
    setattr(settings, name, value)

    with pytest.raises(CommandError, match=cure):
        told("telegram_webhook", "set")


def test_bot_does_not_ask_while_there_is_a_webhook(telegram):
    told("telegram_webhook", "set")

    with pytest.raises(CommandError, match="telegram_webhook delete"):
        told("run_bot")


@pytest.mark.parametrize(
    ("token", "address", "asks"),
    [
        ("42:TEST", "http://localhost:8000", True),
        ("42:TEST", "https://okno.example.com", False),
        ("", "http://localhost:8000", False),
    ],
)
def test_run_asks_for_updates_where_telegram_cannot_come(settings, token, address, asks):
    settings.TELEGRAM_BOT_TOKEN, settings.PUBLIC_URL = token, address

    assert ("bot" in Run().names()) is asks
