"""Telegram in both directions: the channel that tells people, and the bot that they talk to."""

import os

# python-telegram-bot warns, and so fails our tests, until a wait that Telegram names is asked for as a timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "true")
