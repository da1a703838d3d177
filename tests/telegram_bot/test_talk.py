"""What a handler writes is one short transaction, and nobody remembers what was never committed."""

import pytest
from django.db import connection
from django_redis import get_redis_connection

from telegram_bot.models import Chat, IncomingUpdate
from telegram_bot.people import forget_person, person_of
from telegram_bot.talk import Talk
from telegram_bot.values import Sender
from tests.factories import make_company

pytestmark = pytest.mark.django_db

ANNA = Sender(7, "Anna", language_code="en")


@pytest.fixture
def talk() -> Talk:
    """With Anna, who speaks English and is remembered so."""
    get_redis_connection().flushdb()
    make_company()
    IncomingUpdate.objects.create(update_id=1, tg_id=ANNA.tg_id)
    return Talk(person_of(ANNA), 1)


class Fault(Exception):
    pass


def change_language_and_fail(talk: Talk) -> None:
    with talk.effect():
        talk.change_chat(language="ru")
        raise Fault


def look_at_once(talk: Talk) -> None:
    forget_person(talk.person.tg_id)
    talk.person = person_of(talk.person.sender)


def test_effect_waits_for_no_lock_longer_than_a_command(talk):
    with talk.effect(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        assert cursor.fetchone() == ("3s", "5s")


def test_person_who_changed_is_read_anew_after_the_commit(talk):
    with talk.effect():
        talk.change_chat(language="ru")
        meanwhile = (talk.person.language, person_of(ANNA).language)

    assert (meanwhile, talk.person.language, person_of(ANNA).language) == (("en", "en"), "ru", "ru")


@pytest.mark.parametrize("waits", [True, False], ids=["after the commit", "control at once"])
def test_what_is_rolled_back_is_not_remembered(talk, monkeypatch, waits):
    if not waits:
        monkeypatch.setattr(Talk, "look_again", look_at_once)

    with pytest.raises(Fault):
        change_language_and_fail(talk)

    assert Chat.objects.count() == 0
    assert (talk.person.language, person_of(ANNA).language) == (("en", "en") if waits else ("ru", "ru"))


def test_effect_after_one_that_was_rolled_back_has_changed_nobody(talk):
    with pytest.raises(Fault):
        change_language_and_fail(talk)
    before = talk.person

    with talk.effect():
        pass

    assert talk.person is before
