import pytest

from tests.config.devchat.stage import directly, telegram_of


@pytest.fixture
def telegram(settings):
    """A demo whose bot is the little one."""
    with telegram_of(settings, directly) as one:
        yield one
