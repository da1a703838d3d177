"""Every channel is a recorder, and nobody is woken: a test dispatches and sends itself."""

import pytest

from notifications import channels
from tests.notifications.carriers import PATHS, RECORDERS


@pytest.fixture(autouse=True)
def recorders(settings):
    settings.NOTIFICATION_CHANNELS = PATHS
    for recorder in RECORDERS.values():
        recorder.reset()
    channels.carrier_of.cache_clear()
    yield RECORDERS
    channels.carrier_of.cache_clear()
