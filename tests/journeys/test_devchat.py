"""Chats with the bot in a browser: with the little bot of the tests, which shows everything there is, and with ours."""

import re
from datetime import datetime
from time import sleep
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from accounts.models import Client
from booking.models import Appointment
from config.devchat import people
from telegram_bot import permits
from tests.config.devchat import bot
from tests.config.devchat.stage import by_webhook, telegram_of
from tests.journeys.look import barriers

ANNA = people.SPECIALIST.tg_id
KEYS = 25
SLOW = 1.5
"""Seconds: more than pass between two looks."""


@pytest.fixture
def telegram(settings, live_server):
    with telegram_of(settings, by_webhook(live_server.url)) as one:
        yield one


@pytest.fixture
def me(telegram) -> int:
    return telegram.everybody()[0]


@pytest.fixture
def opened(browser, live_server, telegram):
    """A page of its own: ``opened(language="en", color_scheme="dark")``."""
    contexts = []

    def open_page(language="en", path="/dev/telegram/", **manners):
        context = browser.new_context(locale=language, **{"viewport": {"width": 1280, "height": 800}, **manners})
        contexts.append(context)
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def started(page):
    page.locator("#begin").click()
    expect(key(page, "Toast")).to_be_visible()
    return page


def key(page, text: str):
    return page.get_by_role("button", name=text, exact=True).last


def said(page, text: str):
    """A message in sight, not what is whispered to a screen reader."""
    return page.locator(".message", has_text=re.compile(rf"{re.escape(text)}(?!\d)"))


def bubbles(page) -> list[str]:
    return [text.strip() for text in page.locator(".message .text").all_inner_texts()]


def test_everything_a_bot_can_do_is_there_to_click(opened, telegram, me):
    page, complaints, strangers = opened(), [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: strangers.append(request.url) if "//localhost" not in request.url else None)
    started(page)

    key(page, "Toast").click()
    expect(page.locator(".toast")).to_have_text("Saved")
    key(page, "Alert").click()
    alert = page.get_by_role("dialog")
    expect(alert).to_contain_text("This time has just been taken.")
    page.keyboard.press("Escape")
    expect(alert).to_have_count(0)
    key(page, "Your phone").click()
    key(page, "📱 Send my number").click()
    expect(said(page, f"Thank you, {telegram.people[me].phone}")).to_be_visible()
    expect(key(page, "Skip")).to_have_count(0)
    page.get_by_role("button", name="/help").click()
    expect(said(page, "en: /help")).to_be_visible()
    key(page, "Calendar").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="visit.ics").click()
    key(page, "✏️ Change").click()
    expect(key(page, "Back")).to_be_visible()
    expect(key(page, "Toast")).to_be_focused()  # it has taken the place of the one that was pressed

    assert download.value.suggested_filename == "visit.ics"
    assert (complaints, strangers) == ([], [])


def test_what_arrives_is_seen_without_losing_what_one_is_writing(opened, telegram, me):
    page = started(opened())
    page.locator("#text").press_sequentially("half a sen")

    telegram.cloud.post(telegram.cloud.users[me], {"text": "Reminder: tomorrow"})
    telegram.cloud.post(telegram.cloud.users[ANNA], {"text": "New visit"})

    expect(said(page, "Reminder: tomorrow")).to_be_visible()
    expect(page.locator(f"#person-{ANNA} .unread")).to_contain_text("1")
    expect(page.locator("#said")).to_have_text("Reminder: tomorrow")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("tence")
    page.keyboard.press("Enter")
    expect(said(page, "en: half a sentence")).to_be_visible()
    expect(page.locator("#text")).to_have_value("")


def test_whoever_reads_further_up_stays_there_until_he_does_something(opened, telegram, me):
    page = started(opened(viewport={"width": 360, "height": 560}))
    users = telegram.cloud.users
    for number in range(20):
        telegram.cloud.post(users[me], {"text": f"Message {number}"})
    expect(said(page, "Message 19")).to_be_in_viewport()

    said(page, "Message 2").scroll_into_view_if_needed()
    telegram.cloud.post(users[me], {"text": "Message 20"})
    expect(page.locator("#said")).to_have_text("Message 20")
    expect(said(page, "Message 2")).to_be_in_viewport()

    page.locator("#text").fill("down")
    page.keyboard.press("Enter")
    expect(said(page, "en: down")).to_be_in_viewport()


def test_messages_that_have_not_changed_stay_the_same_nodes(opened, telegram, me):
    """Or a click would be lost whenever something arrives between the finger's going down and up."""
    page = started(opened())
    page.evaluate("document.querySelectorAll('.message').forEach(node => { node.isOld = true })")

    telegram.cloud.post(telegram.cloud.users[me], {"text": "Reminder: tomorrow"})
    expect(said(page, "Reminder: tomorrow")).to_be_visible()

    assert page.evaluate("[...document.querySelectorAll('.message')].map(node => Boolean(node.isOld))") == [
        True, True, False,
    ]  # fmt: skip


def test_what_arrives_while_the_bot_is_slow_keeps_the_form_whose_answer_is_awaited(opened, telegram, me, monkeypatch):
    page, complaints = opened(), []
    page.on("console", lambda message: complaints.append(message.text))
    told = bot.told

    def tell_later(*args):
        sleep(SLOW)
        told(*args)

    monkeypatch.setattr(bot, "told", tell_later)
    page.locator("#begin").click()
    expect(said(page, "/start")).to_be_visible()  # by a look: the answer itself is still awaited

    expect(key(page, "Toast")).to_be_visible()
    expect(page.locator("#text")).to_be_visible()
    assert complaints == []


def test_times_are_those_of_whoever_looks(opened, telegram, me):
    page = started(opened(timezone_id="Asia/Kathmandu"))  # 5:45 from UTC, where no machine of ours is
    page.evaluate("document.querySelectorAll('.message').forEach(node => { node.isOld = true })")
    telegram.cloud.post(telegram.cloud.users[me], {"text": "Reminder: tomorrow"})
    expect(said(page, "Reminder: tomorrow")).to_be_visible()

    times = page.locator(".message time, .people time").evaluate_all(
        "nodes => nodes.map(node => [node.dateTime, node.textContent])"
    )

    kathmandu = ZoneInfo("Asia/Kathmandu")
    assert [shown for _, shown in times] == [
        f"{datetime.fromisoformat(moment).astimezone(kathmandu):%H:%M}" for moment, _ in times
    ]
    assert len(times) == 4
    assert page.evaluate("[...document.querySelectorAll('.message')].map(node => Boolean(node.isOld))") == [
        True, True, False,
    ]  # fmt: skip


def test_it_is_used_with_the_keyboard_alone(opened):
    page = opened()
    keys = 0

    def press(name: str) -> None:
        nonlocal keys
        keys += 1
        page.keyboard.press(name)

    def tab_to(locator) -> None:
        while not locator.evaluate("node => node === document.activeElement"):
            press("Shift+Tab")
            assert keys <= KEYS

    page.locator("#begin").focus()
    press("Enter")
    expect(key(page, "Alert")).to_be_visible()
    page.locator("#text").focus()
    tab_to(key(page, "Alert"))
    press("Enter")
    expect(page.get_by_role("button", name="OK")).to_be_focused()
    press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(key(page, "Alert")).to_be_focused()


def test_it_works_without_javascript(opened, telegram, me):
    page = started(opened(java_script_enabled=False))

    expect(key(page, "Alert")).to_be_in_viewport()  # the newest is in sight
    key(page, "Alert").click()
    page.get_by_role("button", name="OK").click()
    key(page, "✏️ Change").click()
    page.locator("#text").fill("hello")
    page.locator("#send").click()
    page.get_by_role("button", name="Block").click()
    page.get_by_role("button", name="Unblock").click()
    telegram.cloud.post(telegram.cloud.users[me], {"text": "Reminder"})
    page.get_by_role("link", name="Look again").click()

    assert bubbles(page) == ["/start", "Changed", "hello", "en: hello", "Reminder"]


@pytest.mark.parametrize(("language", "scheme"), [("ru", "dark"), ("en", "light")])
def test_it_has_no_accessibility_violations(opened, telegram, language, scheme):
    page = opened(language, color_scheme=scheme, viewport={"width": 360, "height": 740})
    telegram.cloud.post(telegram.cloud.users[ANNA], {"text": "New visit"})
    found = {"empty": list(barriers(page))}

    started(page)
    key(page, "Your phone").click()
    expect(key(page, "Skip")).to_be_visible()
    found["chat"] = list(barriers(page))
    key(page, "Alert").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found["alert"] = list(barriers(page))

    assert {name: rules for name, rules in found.items() if rules} == {}


@pytest.mark.parametrize(("language", "width"), [("ru", 320), ("en", 320), ("ru", 1280)])
def test_nothing_is_wider_than_the_screen_or_too_small_for_a_finger(opened, telegram, me, language, width):
    page = started(opened(language, viewport={"width": width, "height": 640}))
    key(page, "Your phone").click()
    expect(key(page, "Skip")).to_be_visible()
    telegram.cloud.post(telegram.cloud.users[me], {"text": "Очень" * 60})
    expect(said(page, "ОченьОчень")).to_be_visible()

    sizes = page.locator("button:visible:not(.command), .people a:visible, a.key:visible").evaluate_all(
        "nodes => nodes.map(node => [node.getBoundingClientRect().height, node.innerText])"
    )
    scrolls = page.locator("html, .chat, .messages").evaluate_all(
        "nodes => nodes.map(node => node.scrollWidth > node.clientWidth)"
    )

    assert [text for height, text in sizes if height < 44] == []
    assert scrolls == [False, False, False]


def test_a_newcomer_books_by_our_own_bot(opened, telegram, me, salon, settings, monkeypatch, photograph):
    """The pace is judged elsewhere."""
    monkeypatch.setattr(permits, "SECOND", 0.0)
    settings.ROOT_URLCONF = "tests.config.devchat.own_addresses"
    page = opened()
    page.locator("#begin").click()

    for button in ("📅 Book", "Стрижка", "Анна", "✅ Book it"):
        page.locator(".message .key", has_text=button).first.click()
    expect(said(page, "You are booked")).to_be_visible()

    expect(key(page, "Skip")).to_be_visible()
    photograph(page, "telegram-en")

    visit = Appointment.objects.get()
    assert (visit.status, visit.client.tg_id, visit.source) == ("CONFIRMED", me, "tg_bot")
    assert Client.objects.count() == 1
