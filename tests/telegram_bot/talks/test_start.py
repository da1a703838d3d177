"""The first screens."""

import pytest

from tests.factories import Salon

pytestmark = pytest.mark.django_db


def test_start_shows_the_salon(talker):
    salon = Salon()
    anna = talker(language="en")

    anna.says("/start")

    assert anna.text.startswith(salon.company.name)
    assert anna.labels[0] == ["📅 Book", "🗓 My visits"]
