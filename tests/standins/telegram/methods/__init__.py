"""The methods of the Bot API that Okno calls (T2), a module for each kind."""

from tests.standins.telegram.methods import answering, editing, profile, receiving, sending
from tests.standins.telegram.methods.registry import METHODS

__all__ = ["METHODS", "answering", "editing", "profile", "receiving", "sending"]
