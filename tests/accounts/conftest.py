"""Pages of the console say which channels there are: here every one is a recorder."""

from tests.notifications.conftest import recorders

__all__ = ["recorders"]
