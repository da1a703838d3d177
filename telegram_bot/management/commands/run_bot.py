"""`manage.py run_bot`."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from telegram.error import Conflict, InvalidToken, TelegramError

from telegram_bot.errors import trouble_in_words, words_of
from telegram_bot.introduction import introduce
from telegram_bot.management.commands.telegram_webhook import require_token
from telegram_bot.polling import poll
from telegram_bot.wire import WIRE


class Command(BaseCommand):
    """Ask Telegram for updates and answer them until Ctrl-C: for a machine that Telegram cannot reach. A server with
    an https:// address uses `telegram_webhook set` instead."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 1, with the cure in words, for what waiting does not mend."""
        require_token()
        self.goes_on, self.was_answered = True, False
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        try:
            poll(lambda: self.goes_on, self.tell)
        except InvalidToken as error:
            raise CommandError(
                "Telegram does not know TELEGRAM_BOT_TOKEN. Ask @BotFather for the bot's token."
            ) from error
        except Conflict as error:
            raise CommandError(
                f"Somebody else has the updates: {words_of(error)}. End the other run_bot, or take the webhook away: "
                "manage.py telegram_webhook delete"
            ) from error
        finally:
            WIRE.stop()

    def tell(self, trouble: TelegramError | None) -> None:
        """How it stands, once for each change."""
        if trouble is not None:
            self.stderr.write(f"{trouble_in_words(trouble)} The bot keeps trying. Ctrl-C ends it.")
            return
        self.stdout.write("The bot answers again." if self.was_answered else "The bot answers. Ctrl-C ends it.")
        if not self.was_answered:
            self.was_answered = True
            self.introduce()

    def introduce(self) -> None:
        """A bot that cannot introduce itself answers all the same."""
        try:
            introduce()
        except (InvalidToken, Conflict):
            raise
        except TelegramError as error:
            self.stderr.write(f"Telegram did not take the bot's commands and descriptions: {words_of(error)}")

    def stop(self, *args: Any) -> None:
        self.goes_on = False
