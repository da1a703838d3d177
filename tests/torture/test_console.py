"""Impatient hands in the console: a double click saves once, and never breaks."""

from functools import partial

import pytest

from accounts.models import Client
from accounts.values import Role
from catalog.models import Holiday
from tests.console import World
from tests.torture.rivals import at_once, winners

pytestmark = pytest.mark.usefixtures("crowd")

CLIENT = {"first_name": "Ivan", "phone": "+79998887710", "priority": "NORMAL", "language": "", "is_active": "on"}


@pytest.mark.parametrize("model", [Client, Holiday])
def test_a_form_sent_by_eight_is_saved_once(model):
    world = World()
    desk = world.browser(Role.ADMIN)
    sent = CLIENT if model is Client else {"location": world.location.pk, "date": str(world.salon.day(5))}
    before = model.objects.count()
    page = f"/admin/{model._meta.app_label}/{model._meta.model_name}/add/"

    outcomes = at_once([partial(desk.post, page, sent)] * 8)

    statuses = sorted(answer.status_code for answer in winners(outcomes))
    assert model.objects.count() == before + 1
    assert statuses == [200] * 7 + [302]
