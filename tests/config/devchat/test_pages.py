"""The page without a browser: every form and link of it works by reloading, and it is not there on a server."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from config.devchat import people
from config.devchat.door import Door, door_of
from config.devchat.introduction import introduce_anew
from config.embedded.place import PROJECT
from tests.config.devchat.stage import KEY, WORDS

ANNA = people.SPECIALIST.tg_id


@pytest.fixture
def visitor(telegram) -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def me(telegram) -> int:
    return telegram.everybody()[0]


def page(visitor, chat_id, query="") -> str:
    answer = visitor.get(f"/dev/telegram/{chat_id}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def act(visitor, chat_id, deed, **fields):
    answer = visitor.post(f"/dev/telegram/{chat_id}/{deed}/", fields)
    assert (answer.status_code, answer.get("Location")) == (302, f"/dev/telegram/{chat_id}/")
    return page(visitor, chat_id)


def start(visitor, chat_id) -> str:
    return act(visitor, chat_id, "start")


def button_of(text: str, shown: str) -> str:
    """What pressing the newest button with that text sends."""
    return re.findall(rf'name="tap" value="([^"]+)" >{text}<', shown)[-1]


def test_his_telegram_speaks_the_language_of_the_page(visitor, me, telegram):
    telegram.cloud.profile["description", "ru"] = "Я умею всё."

    assert "Я умею всё." in page(visitor, me, "?lang=ru")
    assert WORDS in page(visitor, me, "?lang=en")


def test_a_newcomer_begins_with_a_button(visitor, me):
    answer = visitor.get("/dev/telegram/?start=v_abc")

    assert answer["Location"] == f"/dev/telegram/{me}/?start=v_abc"
    assert (WORDS in page(visitor, me), ">Start</button>" in page(visitor, me)) == (True, True)
    assert "Start sends it “v_abc”" in page(visitor, me, "?start=v_abc")
    assert "Start sends it" not in page(visitor, me, "?start=<b>")


def test_a_link_into_the_bot_leads_to_its_chats(visitor, me, settings):
    answer = visitor.get("/dev/telegram/okno_demo_bot?start=v_abc", follow=True)

    assert answer.redirect_chain == [(f"/dev/telegram/{me}/?start=v_abc", 302)]
    assert visitor.get("/dev/telegram/another_bot?start=v_abc").status_code == 404


def test_whoever_writes_a_link_into_the_bot_asks_the_settings_where_it_leads():
    """Or in a demo it would lead to some stranger's bot, with a token in it."""
    sources = [path for path in PROJECT.glob("[a-z]*/**/*.py") if path.parts[len(PROJECT.parts)] != "tests"]

    named = [path.name for path in sources if re.search(r"f[\"']https://t\.me", path.read_text())]

    assert len(sources) > 300
    assert named == []


def test_what_the_bot_says_is_shown_with_its_buttons(visitor, me):
    shown = start(visitor, me)

    assert "<b>Salon «Лён»</b> &amp; co<blockquote>Next visit: <b>Tue 28 Jan, 18:30</b>" in shown
    assert "🗓 &lt;script&gt; is text" in shown
    assert '<a class="key " id="key-' in shown
    assert 'href="http://localhost:8000/" target="_blank" rel="noopener noreferrer">The salon' in shown
    assert 'class="key success"' in shown
    assert 'class="key danger"' in shown


def test_a_pressed_button_changes_the_message(visitor, me):
    shown = act(visitor, me, "press", tap=button_of("✏️ Change", start(visitor, me)))

    assert (shown.count("<article"), "Changed" in shown, "edited" in shown) == (2, True, True)


def test_a_toast_is_shown_once_in_a_while_and_an_alert_until_it_is_read(visitor, me, telegram):
    menu = start(visitor, me)

    assert '<p class="toast" role="status"' in act(visitor, me, "press", tap=button_of("Toast", menu))
    telegram.taps[me].shown_at -= 60
    assert 'class="toast"' not in page(visitor, me)

    assert "This time has just been taken." in act(visitor, me, "press", tap=button_of("Alert", menu))
    telegram.taps[me].shown_at -= 60
    assert "<dialog" in page(visitor, me)
    assert "<dialog" not in act(visitor, me, "dismiss")


def test_a_button_that_nobody_answers_looks_pressed_for_a_while(visitor, me, telegram):
    shown = act(visitor, me, "press", tap=button_of("Nothing", start(visitor, me)))

    assert re.search(r'aria-busy="true">Nothing<', shown)
    telegram.taps[me].at -= 60
    assert "aria-busy" not in page(visitor, me)


def test_a_button_that_is_gone_by_now_does_nothing(visitor, me, telegram):
    menu = start(visitor, me)
    changed = act(visitor, me, "press", tap=button_of("✏️ Change", menu))
    gone = {"tap": button_of("Calendar", menu)}

    answer = visitor.post(f"/dev/telegram/{me}/press/", gone, headers={"hx-request": "true"})

    assert "The bot has taken this button away." in answer.content.decode()
    pressed = act(visitor, me, "press", **gone)
    assert pressed.count("<article") == changed.count("<article")
    assert "The bot has taken this button away." in pressed


def test_the_own_phone_is_shared_by_a_button_below(visitor, me, telegram):
    asked = act(visitor, me, "press", tap=button_of("Your phone", start(visitor, me)))
    thanked = act(visitor, me, "share")

    assert '<button class="key" type="submit" form="share">📱 Send my number</button>' in asked
    assert '<button class="key" type="submit" form="say" name="text" value="Skip">Skip</button>' in asked
    assert f"Thank you, {telegram.people[me].phone}" in thanked
    assert "Send my number" not in thanked


def test_a_document_can_only_be_saved(visitor, me):
    shown = act(visitor, me, "press", tap=button_of("Calendar", start(visitor, me)))
    address = re.search(r'href="(/dev/telegram/files/[^"]+)"', shown)[1]

    answer = visitor.get(address)

    assert answer.content.startswith(b"BEGIN:VCALENDAR")
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "application/octet-stream", 'attachment; filename="visit.ics"',
    )  # fmt: skip
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_bot_hears_the_language_of_the_page(visitor, me):
    start(visitor, me)
    act(visitor, me, "say", text="hello")
    visitor.cookies["language"] = "ru"

    shown = act(visitor, me, "say", text="<i>привет</i>")

    assert "en: hello" in shown
    assert "ru: &lt;i&gt;привет&lt;/i&gt;" in shown


def test_whoever_blocks_the_bot_can_let_it_in_again(visitor, me):
    start(visitor, me)

    assert ">Unblock</button>" in act(visitor, me, "block")
    assert ">Unblock</button>" not in act(visitor, me, "unblock")


def test_messages_in_another_chat_are_counted(visitor, me, telegram):
    telegram.cloud.post(telegram.cloud.users[ANNA], {"text": "New visit"})

    assert "1 unread message<" in page(visitor, me)
    assert "New visit" in page(visitor, ANNA)
    assert "unread" not in page(visitor, me)


def test_one_more_newcomer_comes(visitor, me):
    answer = visitor.post("/dev/telegram/newcomer/")

    assert answer["Location"] == f"/dev/telegram/{me + 1}/"
    assert ">Start</button>" in page(visitor, me + 1)


def test_a_second_look_tells_only_what_is_new(visitor, me, telegram):
    start(visitor, me)
    shown = page(visitor, me)
    known = dict(re.findall(r'name="(since|composer)" value="(\w+)"', shown))
    assert visitor.get(f"/dev/telegram/{me}/look/", known).status_code == 204

    telegram.cloud.post(telegram.cloud.users[me], {"text": "Reminder"})
    answer = visitor.get(f"/dev/telegram/{me}/look/", known)

    assert "Reminder" in answer.content.decode()
    assert 'innerHTML:#composer"' not in answer.content.decode()  # somebody may be writing there


def test_the_composer_comes_anew_with_another_keyboard(visitor, me):
    menu = start(visitor, me)
    known = dict(re.findall(r'name="(since|composer)" value="(\w+)"', menu))
    visitor.post(f"/dev/telegram/{me}/press/", {"tap": button_of("Your phone", menu)})

    answer = visitor.get(f"/dev/telegram/{me}/look/", known)

    assert 'innerHTML:#composer"' in answer.content.decode()


def test_trouble_with_the_bot_is_said(visitor, me, telegram, monkeypatch):
    monkeypatch.setattr(telegram.postman, "trouble", lambda chat_id: "HTTP 500")

    assert "The bot does not take what you do (HTTP 500)." in page(visitor, me)


@pytest.mark.django_db
def test_a_bot_that_has_not_introduced_itself_does_so(visitor, me, telegram):
    telegram.cloud.profile.clear()

    shown = page(visitor, me)

    assert "20 seconds" in shown
    assert [each["command"] for each in telegram.commands(me)][:2] == ["start", "book"]


@pytest.mark.django_db
def test_a_telegram_that_refuses_the_introduction_keeps_nobody_out(telegram, settings):
    settings.TELEGRAM_BOT_TOKEN = "42:WRONG"

    introduce_anew([ANNA])  # raises nothing

    assert list(telegram.cloud.profile.values()) == [WORDS]


# --- who gets in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), [("get", "99/"), ("get", "99/look/"), ("post", "99/press/")])
def test_whoever_asks_for_a_chat_of_yesterday_begins_anew(visitor, me, method, path):
    """A restart makes another newcomer, and the address of the earlier one is still in the browser."""
    ask = getattr(visitor, method)

    answer = ask(f"/dev/telegram/{path}", {"tap": "1:toast"}, follow=True)
    by_script = ask(f"/dev/telegram/{path}", {"tap": "1:toast"}, headers={"hx-request": "true"})

    assert [address for address, _ in answer.redirect_chain] == ["/dev/telegram/", f"/dev/telegram/{me}/"]
    assert "is no longer there" in answer.content.decode()
    assert (by_script.status_code, by_script["HX-Redirect"]) == (200, "/dev/telegram/")


@pytest.mark.parametrize("path", ["files/unknown/", "files/..%2Fx/"])
def test_what_there_is_not_is_not_found(visitor, path):
    assert visitor.get(f"/dev/telegram/{path}").status_code == 404


@pytest.mark.parametrize("path", ["{me}/say/", "newcomer/"])
def test_nothing_is_done_without_a_token_of_the_form(telegram, me, path):
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(f"/dev/telegram/{path.format(me=me)}", {"text": "/start"})

    assert answer.status_code == 403
    assert (telegram.conversation(me), telegram.newcomers) == ([], 1)


@pytest.mark.parametrize("path", ["{me}/say/", "newcomer/"])
def test_a_link_does_nothing(visitor, me, path):
    assert visitor.get(f"/dev/telegram/{path.format(me=me)}").status_code == 405


def test_a_telegram_that_has_ended_is_missed_in_words(visitor, me, settings):
    settings.DEVCHAT = Door("http://127.0.0.1:1", KEY)

    whole = visitor.get(f"/dev/telegram/{me}/")
    part = visitor.get(f"/dev/telegram/{me}/look/", headers={"hx-request": "true"})

    assert (whole.status_code, part.status_code) == (503, 200)
    assert "does not answer" in whole.content.decode()
    assert "does not answer" in part.content.decode()


def test_another_telegrams_key_is_missed_likewise(visitor, me, settings):
    settings.DEVCHAT = Door(settings.DEVCHAT.url, "another")

    assert visitor.get(f"/dev/telegram/{me}/").status_code == 503


@pytest.mark.parametrize(("debug", "door"), [(False, True), (True, False), (False, False)])
def test_without_a_demo_there_is_nothing_even_at_its_addresses(visitor, me, telegram, settings, debug, door):
    settings.DEBUG = debug
    settings.DEVCHAT = settings.DEVCHAT if door else None
    asked = [reverse("devchat:home"), reverse("devchat:chat", args=[me]), reverse("devchat:look", args=[me])]
    done = [reverse("devchat:act", args=[me, "say"]), reverse("devchat:newcomer")]

    answers = [visitor.get(address) for address in asked] + [visitor.post(address, {"text": "x"}) for address in done]

    assert {answer.status_code for answer in answers} == {404}
    assert (telegram.conversation(me), telegram.newcomers) == ([], 1)


@pytest.mark.parametrize(
    ("environ", "is_demo", "door"),
    [
        ({"TELEGRAM_API_BASE": "http://127.0.0.1:1/", "DEVCHAT_KEY": "k"}, True, Door("http://127.0.0.1:1", "k")),
        ({"TELEGRAM_API_BASE": "http://127.0.0.1:1/", "DEVCHAT_KEY": "k"}, False, None),
        ({"TELEGRAM_API_BASE": "http://127.0.0.1:1"}, True, None),
        ({"DEVCHAT_KEY": "k"}, True, None),
        ({}, True, None),
    ],
)
def test_there_is_a_door_only_in_a_demo_that_run_has_prepared(environ, is_demo, door):
    assert door_of(environ, is_demo=is_demo) == door
