"""⚙️ The switches of who is told what."""

import pytest

from accounts.values import Role
from notifications.models import NotificationSetting
from notifications.queries import matrix_of
from notifications.values import Channel, Occasion, RecipientRole
from telegram_bot.callbacks import SWITCH, SWITCHES
from tests.factories import Salon
from tests.lasting import copied, lasting
from tests.telegram_bot.desk import a_moment_later, at_the_desk, data_of, opens, staff
from tests.telegram_bot.talking import Talker
from tests.telegram_bot.talks.world import OUTDATED

pytestmark = pytest.mark.django_db

CREATED = {"event": "booking_created", "role": "client"}


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


def channels(salon: Salon, occasion=Occasion.BOOKING_CREATED, role=RecipientRole.CLIENT) -> frozenset[Channel]:
    return next(
        cell.channels for cell in matrix_of(salon.company.pk) if (cell.event_type, cell.role) == (occasion, role)
    )


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_cell_is_a_switch(salon, talker, language):
    chief = opens(at_the_desk(talker, salon, language=language), SWITCHES())

    switches = [data for row in data_of(chief) for data in row if data.startswith("ad:set:")]

    assert switches == [SWITCH(event=cell.event_type, role=cell.role) for cell in matrix_of(salon.company.pk)]
    assert data_of(chief)[-1] == ["n:home"]


def test_the_label_is_the_state(salon, talker):
    chief = opens(at_the_desk(talker, salon), SWITCHES())

    assert chief.labels[:2] == [["— Booked —"], ["✅ Client", "✅ Specialist", "✅ Desk"]]
    assert "☑️" not in chief.text


def test_three_switches_in_a_row_are_short_enough_for_a_telephone(salon, talker):
    chief = opens(at_the_desk(talker, salon, language="ru"), SWITCHES())

    assert chief.labels[1] == ["✅ Клиент", "✅ Мастер", "✅ Админы"]


def test_a_tap_switches_off_and_another_on(salon, talker):
    chief = opens(at_the_desk(talker, salon), SWITCHES())

    chief.taps(SWITCH(**CREATED))
    assert (chief.labels[1][0], chief.toast, channels(salon)) == ("▫️ Client", "Switched off.", frozenset())
    assert channels(salon, role=RecipientRole.ADMIN) == frozenset(Channel)

    a_moment_later(chief).taps(SWITCH(**CREATED))
    assert (chief.labels[1][0], chief.toast, channels(salon)) == ("✅ Client", "Switched on.", frozenset(Channel))


def test_what_is_told_by_some_channels_says_so(salon, talker):
    NotificationSetting.objects.create(
        company=salon.company, event_type="booking_created", recipient_role="client", channel="sms", enabled=False
    )

    chief = opens(at_the_desk(talker, salon), SWITCHES())

    assert chief.labels[1][0] == "☑️ Client"
    assert "☑️ by some channels only; which, is chosen in the console." in chief.text


def answers(salon: Salon, who: Talker, buttons: list[str]) -> dict[str, tuple]:
    """What he is answered to each of them, and all the switches after it."""
    return {data: (opens(a_moment_later(who), data).toast, matrix_of(salon.company.pk)) for data in buttons}


def test_what_nobody_is_told_cannot_be_switched(salon, talker):
    before = matrix_of(salon.company.pk)
    buttons = ["ad:set:booking_reminder:admin", "ad:set:day_summary:client", "ad:set:nonsense:client"]

    assert answers(salon, at_the_desk(talker, salon), buttons) == dict.fromkeys(buttons, (OUTDATED, before))


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT, Role.CLIENT])
def test_nobody_but_an_administrator_switches(salon, talker, role):
    if role != Role.CLIENT:
        staff(salon.company, 9, role)
    before, buttons = matrix_of(salon.company.pk), [SWITCHES(), SWITCH(**CREATED)]

    assert answers(salon, talker(9, language="en"), buttons) == dict.fromkeys(buttons, (OUTDATED, before))
    assert channels(salon) == frozenset(Channel)


def test_a_switch_is_the_own_company_s(salon, talker):
    other = Salon()
    chief = at_the_desk(talker, salon)

    opens(chief, SWITCH(**CREATED))

    assert (channels(salon), channels(other)) == (frozenset(), frozenset(Channel))
