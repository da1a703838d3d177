"""In which language somebody is spoken to."""

from telegram_bot.values import Sender

RUSSIAN, ENGLISH = "ru", "en"


def language_of(sender: Sender, *chosen: str, otherwise: str = "") -> str:
    """The first that was ``chosen``, else Telegram's own (ru* is Russian), else the salon's (experience §1.1)."""
    for language in chosen:
        if language:
            return language
    if sender.language_code:
        return RUSSIAN if sender.language_code.lower().startswith(RUSSIAN) else ENGLISH
    return otherwise or ENGLISH
