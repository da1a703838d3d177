"""Updates are brought in order and until they are taken (facts T4), and one chat waits for no other."""

import threading
import time
from http.client import RemoteDisconnected

import pytest

from config.devchat import postman as module
from config.devchat.postman import Lane, Parcel, Postman
from tests.standins.telegram import Delivered

PATIENCE = 10
TAKEN = Delivered(200, {}, b"")
BROKEN = Delivered(500, {}, b"")


class Bot:
    """Answers as it is told, then with yes."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)
        self.heard: list[int] = []

    def __call__(self, update) -> Delivered:
        self.heard.append(update["update_id"])
        answer = self.answers.pop(0) if self.answers else TAKEN
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def _no_pauses(monkeypatch):
    monkeypatch.setattr(module, "PAUSES", ())
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.0)


def carry(bot, *numbers: int, chat_id: int = 7) -> Postman:
    postman = Postman(bot)
    parcels = [postman.post(chat_id, {"update_id": number}) for number in numbers]
    assert all(parcel.over.wait(PATIENCE) for parcel in parcels)
    postman.close()
    return postman


@pytest.mark.usefixtures("_no_pauses")
@pytest.mark.parametrize("trouble", [BROKEN, Delivered(302, {}, b""), ConnectionRefusedError(), RemoteDisconnected()])
def test_an_update_is_brought_again_before_the_next_one(trouble):
    bot = Bot(trouble, trouble)

    postman = carry(bot, 1, 2)

    assert bot.heard == [1, 1, 1, 2]
    assert postman.trouble(7) == ""


def test_chats_do_not_wait_for_each_other():
    stuck = threading.Event()

    def send(update) -> Delivered:
        if update["update_id"] == 1:
            stuck.wait(PATIENCE)
        return TAKEN

    postman = Postman(send)
    first, second = postman.post(7, {"update_id": 1}), postman.post(8, {"update_id": 2})

    assert second.over.wait(PATIENCE)
    assert not first.over.is_set()
    stuck.set()
    assert first.over.wait(PATIENCE)
    postman.close()


def test_what_is_wrong_can_be_seen_while_it_waits():
    told = threading.Event()

    def send(update) -> Delivered:
        told.set()
        return Delivered(503, {"Retry-After": "3600"}, b"")

    postman = Postman(send)
    parcel = postman.post(7, {"update_id": 1})
    assert told.wait(PATIENCE)
    postman.close()  # which ends the waiting

    assert parcel.over.wait(PATIENCE)
    assert postman.trouble(7) == "HTTP 503"
    assert postman.trouble(8) == ""


@pytest.mark.parametrize(("wish", "waits"), [("7", 7), ("99999", 3600), ("soon", 0), ("", 0)])
def test_a_wish_to_be_left_alone_is_obeyed(wish, waits):
    lane = Lane(Bot(Delivered(429, {"Retry-After": wish}, b"")), threading.Event())

    assert lane.attempt(Parcel({"update_id": 1})) == waits
    lane.parcels.put(None)


@pytest.mark.usefixtures("_no_pauses")
@pytest.mark.parametrize(("kind", "lives"), [("callback_query", 150), ("message", 24 * 3600)])
def test_an_update_that_nobody_takes_grows_too_old(kind, lives):
    update = {"update_id": 1, kind: {}}
    young, old = (Parcel(update, posted_at=time.monotonic() - age) for age in (lives - 60, lives + 1))
    bot = Bot(*[BROKEN] * 3)
    lane = Lane(bot, threading.Event())

    lane.bring(old)
    assert bot.heard == [1]

    lane.bring(young)
    lane.parcels.put(None)
    assert bot.heard == [1, 1, 1, 1]
