"""From the press of a button to a notification on the screen, in a real browser.

No page can subscribe without a push service on the Internet: the browser's PushManager is replaced in the page, and the
message is handed to the worker by the developer tools.
"""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, CDPSession, Page, Worker, expect

from accounts.models.device import device_key
from accounts.values import Actor, Channel, Role
from booking.commands import book_now
from booking.models import Appointment
from booking.values import Contact
from booking.views.common import DEVICE_COOKIE
from notifications.channels.web_push import payload_of
from notifications.commands import subscribe
from notifications.commands.subscribe import MOST_STRANGERS
from notifications.models import PushSubscription
from notifications.push_keys import new_pair
from notifications.values import Button, Message
from tests.factories import WEB, book
from tests.journeys.conftest import chromium, launched
from tests.journeys.look import barriers, too_wide
from tests.notifications.browsers import Browser
from tests.workers import wait_until

PRIVATE, PUBLIC = new_pair()
DEVICE = "a-device-of-anna"
STUB = """(wire) => {
  let subscription = null;
  const unsubscribe = async () => { subscription = null; return true; };
  PushManager.prototype.getSubscription = async () => subscription;
  PushManager.prototype.subscribe = async (options) => {
    const key = options.applicationServerKey.replaceAll("-", "+").replaceAll("_", "/");
    const applicationServerKey = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0)).buffer;
    subscription = { ...wire, options: { applicationServerKey }, toJSON: () => wire, unsubscribe };
    return subscription;
  };
}"""
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((shown) => {
  const { title, body, lang, dir, tag, renotify, silent, data } = shown;
  const actions = shown.actions.map(({ action, title }) => [action, title]);
  return { title, body, lang, dir, tag, renotify, silent, data, actions };
})"""
SHOW_STATE = """(state) => document.querySelectorAll("[data-when]").forEach((part) => {
  part.hidden = part.dataset.when !== state;
})"""
FOLLOW = """async (action) => {
  self.clients.openWindow = async (address) => address;
  self.clients.matchAll = async () => [];
  const [notification] = await self.registration.getNotifications();
  return follow({ notification, action });
}"""
CLOSE = """async () => {
  for (const shown of await (await navigator.serviceWorker.ready).getNotifications()) shown.close();
}"""
WATCH = """() => {
  const show = ServiceWorkerRegistration.prototype.showNotification;
  self.isShown = new Promise((resolve, reject) => {
    self.registration.showNotification = (...told) => show.apply(self.registration, told).then(resolve, reject);
  });
}"""
"""A browser that is asked for its notifications while it shows one may lose it."""
WORDS = {
    "en": {
        "button": "On this device",
        "on": "Notifications of this visit come to this device.",
        "off": "Turn off",
        "denied": "Notifications are forbidden in this browser.",
        "failed": "That did not work.",
        "home screen": "On an iPhone or iPad",
    },
    "ru": {
        "button": "На этот телефон",
        "on": "Уведомления об этом визите придут на это устройство.",
        "off": "Выключить",
        "denied": "Уведомления в этом браузере запрещены.",
        "failed": "Не получилось.",
        "home screen": "На iPhone и iPad",
    },
}


@pytest.fixture(scope="module")
def browser(browser_type) -> Iterator[Chromium]:
    """One with notifications."""
    if chromium() is None:
        pytest.skip("no Chromium on PATH and CHROMIUM is not set")
    browser = browser_type.launch(**launched(chromium()))
    yield browser
    browser.close()


@pytest.fixture(autouse=True)
def push_is_open(settings):
    settings.VAPID_PRIVATE_KEY, settings.VAPID_PUBLIC_KEY = PRIVATE, PUBLIC
    settings.VAPID_EMAIL = "salon@example.com"


@pytest.fixture
def visit(salon) -> Appointment:
    return book(salon.slot(10, days=3, specialist=salon.specialists[0]), browser_key=device_key(DEVICE))


@pytest.fixture
def wire() -> dict:
    return Browser().wire


@pytest.fixture
def context(browser, live_server) -> BrowserContext:
    context = browser.new_context(locale="en-GB", viewport={"width": 360, "height": 740})
    context.add_cookies([{"name": DEVICE_COOKIE, "value": DEVICE, "url": live_server.url}])
    yield context
    context.close()


@pytest.fixture
def page(context, wire) -> Page:
    page = context.new_page()
    page.add_init_script(f"({STUB})({json.dumps(wire)})")
    return page


def open_visit(page: Page, live_server, visit, language: str = "en") -> None:
    page.goto(f"{live_server.url}/v/{visit.visit_token}/?lang={language}")


def button(page: Page, word: str, language: str = "en"):
    return page.get_by_role("button", name=WORDS[language][word])


def turn_on(page: Page, live_server, visit) -> Worker:
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    open_visit(page, live_server, visit)
    button(page, "button").click()
    expect(page.get_by_text(WORDS["en"]["on"])).to_be_visible()
    return page.context.service_workers[0]


def deliver(page: Page, live_server, data: str) -> None:
    """A push, as the push service would wake the browser with it; returns when it is shown."""
    tools, worker = page.context.new_cdp_session(page), page.context.service_workers[0]
    wakes = {"origin": live_server.url, "registrationId": registration(page, tools)}
    worker.evaluate(WATCH)
    tools.send("ServiceWorker.deliverPushMessage", {**wakes, "data": data})
    worker.evaluate("self.isShown")


def registration(page: Page, tools: CDPSession) -> str:
    """Whose worker wakes. The browser tells it when it comes to it, not with the answer."""
    told = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda event: told.extend(event["registrations"]))
    tools.send("ServiceWorker.enable")
    wait_until(lambda: told or page.wait_for_timeout(20), "the browser tells of the worker's registration")
    return told[-1]["registrationId"]


def notice(visit: Appointment, live_server) -> Message:
    link = f"{live_server.url}/v/{visit.visit_token}/"
    return Message(
        target="1",
        title="Перенесено",
        text="28 января в 10:00",
        language="ru",
        url=link,
        tag="apt-1",
        event="booking_rescheduled",
        subject_id=1,
        buttons=((Button("Move", url=f"{link}move/"),),),
    )


def test_a_press_wakes_this_browser_for_the_visit_and_another_no_longer(page, live_server, visit, wire):
    turn_on(page, live_server, visit)

    subscription = PushSubscription.objects.get()
    assert (subscription.endpoint, subscription.browser_key) == (wire["endpoint"], device_key(DEVICE))
    assert list(subscription.visits.all()) == [visit]
    expect(button(page, "off")).to_be_focused()

    button(page, "off").click()
    expect(button(page, "button")).to_be_focused()
    assert not PushSubscription.objects.exists()


def test_a_push_is_shown_with_where_it_leads(page, live_server, visit):
    turn_on(page, live_server, visit)
    message = notice(visit, live_server)

    deliver(page, live_server, payload_of(message))

    assert page.evaluate(SHOWN) == [
        {
            "title": "Перенесено",
            "body": "28 января в 10:00",
            "lang": "ru",
            "dir": "auto",
            "tag": "apt-1",
            "renotify": True,
            "silent": False,
            "actions": [["go-1", "Move"]],
            "data": {
                "id": 1,
                "event": "booking_rescheduled",
                "url": message.url,
                "urls": {"go-1": f"{message.url}move/"},
            },
        }
    ]


def test_one_stranger_too_many_reads_why(page, live_server, salon):
    desk = Actor(Role.OPERATOR, Channel.ADMIN, company_id=salon.company.pk)
    by_telephone = book_now(salon.slot(16, days=3, specialist=salon.specialists[0]), desk, Contact("Ann"))
    for number in range(MOST_STRANGERS):
        stranger, key = Browser(), f"stranger {number}"
        subscribe(
            salon.company.pk, stranger.endpoint, stranger.p256dh, stranger.auth,
            actor=WEB, browser_key=key, visit_id=by_telephone.pk,
        )  # fmt: skip
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    open_visit(page, live_server, by_telephone)

    button(page, "button").click()

    expect(page.get_by_text("Five other devices are told of this visit already.")).to_be_visible()
    expect(page.get_by_text(WORDS["en"]["failed"])).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_telegram_and_this_device_stand_beside_each_other(page, live_server, visit, settings, language):
    settings.TELEGRAM_BOT_USERNAME, settings.TELEGRAM_BOT_TOKEN = "okno_bot", "42:TEST"

    open_visit(page, live_server, visit, language)

    link = page.get_by_role("link", name={"en": "Get it in Telegram", "ru": "Получать в Telegram"}[language])
    expect(link).to_have_attribute("href", f"https://t.me/okno_bot?start=v_{visit.visit_token}")
    expect(button(page, "button", language)).to_be_visible()
    expect(page.get_by_text({"en": "Reminders:", "ru": "Напоминания:"}[language])).to_have_count(1)


def test_whatever_is_pushed_something_is_shown(page, live_server, visit):
    turn_on(page, live_server, visit)
    shown = {}

    for data in ("", "no json", "null", "[]", '{"notification": null}', '{"notification": {}}'):
        deliver(page, live_server, data)
        shown[data] = [(notice["title"], notice["data"]["url"]) for notice in page.evaluate(SHOWN)]
        page.evaluate(CLOSE)

    assert {data: notices for data, notices in shown.items() if notices != [("localhost", "/")]} == {}


def test_a_later_push_about_the_same_visit_takes_the_place_of_the_earlier(page, live_server, visit):
    turn_on(page, live_server, visit)

    deliver(page, live_server, '{"notification": {"title": "First", "tag": "apt-1"}}')
    deliver(page, live_server, '{"notification": {"title": "Second", "tag": "apt-1"}}')

    assert [shown["title"] for shown in page.evaluate(SHOWN)] == ["Second"]


def test_a_click_leads_to_the_visit(page, live_server, visit):
    """A click cannot be made from here: the worker's answer to it is asked for."""
    worker, message = turn_on(page, live_server, visit), notice(visit, live_server)

    def where_leads(action: str) -> str:
        deliver(page, live_server, payload_of(message))
        opened = worker.evaluate(FOLLOW, action)
        assert page.evaluate(SHOWN) == []
        return opened.removeprefix(message.url)

    assert {action: where_leads(action) for action in ("", "go-1", "unknown")} == {
        "": "",
        "go-1": "move/",
        "unknown": "",
    }


def test_a_new_endpoint_is_passed_on_by_the_worker(page, live_server, visit, wire):
    worker, renewed = turn_on(page, live_server, visit), Browser().wire

    worker.evaluate(
        "([old, renewed]) => renew({ oldSubscription: { endpoint: old }, newSubscription: renewed })",
        [wire["endpoint"], renewed],
    )

    assert list(PushSubscription.objects.values_list("endpoint", flat=True)) == [renewed["endpoint"]]


def test_nobody_is_asked_before_the_press(page, live_server, visit):
    page.add_init_script("Notification.requestPermission = async () => { window.asked = true; return 'default'; }")
    open_visit(page, live_server, visit)
    expect(button(page, "button")).to_be_visible()

    assert page.evaluate("window.asked") is None
    button(page, "button").click()
    page.wait_for_function("window.asked")
    expect(button(page, "button")).to_be_enabled()
    assert page.context.service_workers == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_browser_that_forbids_notifications_says_how_to_allow_them(page, live_server, visit, language):
    page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")

    open_visit(page, live_server, visit, language)

    expect(page.get_by_text(WORDS[language]["denied"])).to_be_visible()
    expect(button(page, "button", language)).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_telephone_of_apple_is_told_of_the_home_screen(page, live_server, visit, language):
    page.add_init_script("delete window.PushManager; Object.defineProperty(navigator, 'standalone', { value: false })")

    open_visit(page, live_server, visit, language)

    expect(page.get_by_text(WORDS[language]["home screen"])).to_be_visible()
    expect(button(page, "button", language)).to_be_hidden()


def test_a_browser_that_cannot_be_woken_shows_nothing(page, live_server, visit):
    page.add_init_script("delete window.PushManager")

    open_visit(page, live_server, visit)

    expect(page.locator("[data-push]")).to_be_attached()
    expect(page.locator("[data-push]")).to_be_hidden()


def test_a_page_without_scripts_shows_nothing(browser, live_server, visit):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    open_visit(page, live_server, visit)

    expect(page.locator("[data-push]")).to_be_attached()
    expect(page.locator("[data-push]")).to_be_hidden()
    context.close()


def test_a_refusal_is_said_and_can_be_tried_again(page, live_server, visit, wire):
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    page.route(re.compile("/push/$"), lambda route: route.fulfill(status=503))
    open_visit(page, live_server, visit)

    button(page, "button").click()
    expect(page.get_by_text(WORDS["en"]["failed"])).to_be_visible()
    page.unroute(re.compile("/push/$"))
    button(page, "button").click()

    expect(page.get_by_text(WORDS["en"]["on"])).to_be_visible()
    assert PushSubscription.objects.get().endpoint == wire["endpoint"]


def test_a_subscription_made_with_an_earlier_key_is_made_anew(page, live_server, visit, settings):
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    open_visit(page, live_server, visit)
    earlier = new_pair()[1]
    page.evaluate("(key) => PushManager.prototype.subscribe({ applicationServerKey: key })", earlier)

    button(page, "button").click()
    expect(page.get_by_text(WORDS["en"]["on"])).to_be_visible()

    key = page.evaluate(
        """async () => {
          const { options } = await PushManager.prototype.getSubscription();
          return btoa(String.fromCharCode(...new Uint8Array(options.applicationServerKey)));
        }"""
    )
    assert key.replace("+", "-").replace("/", "_").rstrip("=") == PUBLIC


def test_every_state_of_the_button_is_accessible_and_fits(page, live_server, visit):
    open_visit(page, live_server, visit)

    def found_in(state: str) -> list[str]:
        page.evaluate(SHOW_STATE, state)
        return [*barriers(page), *too_wide(page)]

    states = ("off failed", "on", "denied", "home-screen", "failed")
    assert {state: found for state in states if (found := found_in(state))} == {}


def test_the_page_and_its_worker_keep_to_the_policy(page, live_server, visit):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    turn_on(page, live_server, visit)
    page.reload(wait_until="networkidle")

    assert complaints == []
