"""A visit is booked in four taps, with nothing typed."""

import pytest

from booking.models import Appointment, Status
from tests.factories import Salon

pytestmark = pytest.mark.django_db


def test_new_client_books_in_four_taps(talker):
    salon = Salon(service={"name": "Haircut"})
    anna = talker(language="en")
    anna.says("/start")

    for tap in ("📅 Book", "Haircut", "· Specialist"):
        anna.taps(tap)
        print(anna.text, anna.labels, "\n")
    anna.taps("✅ Book it")
    print(anna.telegram.live_messages(7))

    [visit] = Appointment.objects.all()
    assert (visit.status, visit.client.tg_id, visit.source) == (Status.CONFIRMED, 7, "tg_bot")
