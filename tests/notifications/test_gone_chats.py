"""Who shuts the bot out is told by another channel at once, and who writes to it is told there again."""

import pytest

from notifications.commands import chat_gone, revive_chat
from notifications.models import DeadAddress
from tests.notifications.salon import Reachable, dispatched

pytestmark = pytest.mark.django_db

ANNA, BORIS = 7, 8
BLOCKED = "bot was blocked by the user"


def dead() -> list[tuple[str, str, str]]:
    return list(DeadAddress.objects.order_by("pk").values_list("channel", "address", "reason"))


def clients_road(salon: Reachable, hour: int) -> str:
    (row,) = (row for row in dispatched(salon.visit(hour), "booking_created") if row.role == "client")
    return row.channel


def test_who_shuts_the_bot_out_and_lets_it_in_again_changes_his_road_each_time():
    salon = Reachable()
    roads = [clients_road(salon, 10)]

    chat_gone(salon.client.tg_id, BLOCKED)
    roads.append(clients_road(salon, 12))
    revive_chat(salon.client.tg_id)
    roads.append(clients_road(salon, 14))

    assert roads == ["telegram", "email", "telegram"]


def test_a_chat_is_gone_once_however_often_it_is_said():
    chat_gone(ANNA, BLOCKED)
    chat_gone(ANNA, "x" * 1000)

    assert dead() == [("telegram", "7", BLOCKED)]


def test_a_long_reason_is_cut():
    chat_gone(ANNA, "x" * 1000)

    assert dead() == [("telegram", "7", "x" * 300)]


def test_a_chat_comes_back_alone():
    for address in (ANNA, BORIS):
        chat_gone(address, BLOCKED)
    DeadAddress.objects.create(channel="sms", address=str(ANNA), reason="no such number")

    assert (revive_chat(ANNA), revive_chat(ANNA)) == (True, False)
    assert dead() == [("telegram", "8", BLOCKED), ("sms", "7", "no such number")]


@pytest.mark.parametrize("is_dead", [True, False])
def test_every_message_of_anybody_costs_one_statement(django_assert_num_queries, is_dead):
    if is_dead:
        chat_gone(ANNA, BLOCKED)

    with django_assert_num_queries(1):
        revive_chat(ANNA)
