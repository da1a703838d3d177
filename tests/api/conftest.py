"""What the tests of the API borrow."""

from tests.torture.conftest import crowd

__all__ = ["crowd"]
