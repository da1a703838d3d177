"""The client pages inside Telegram, in a real browser with Telegram's side of it played."""

import gzip
from contextlib import suppress
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.finders import find
from playwright.sync_api import Error, expect

from booking.models import Appointment, Status
from telegram_bot.mini_app import middleware
from tests.factories import book
from tests.journeys.look import barriers
from tests.journeys.telegram_host import DAY, NIGHT, THEMES, TelegramHost, launch
from tests.journeys.test_manners import BUDGET_BYTES, BUDGET_REQUESTS
from tests.journeys.words import WORDS
from tests.telegram_bot.mini_app.opening import ANNA, BORIS, HOUR, TOKEN, init_data


@pytest.fixture(autouse=True)
def bot(settings) -> None:
    settings.TELEGRAM_BOT_TOKEN = TOKEN


@pytest.fixture
def context(browser):
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-GB", reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def telegram(context) -> TelegramHost:
    return TelegramHost(context)


@pytest.mark.parametrize(
    ("language", "theme"), [("en", DAY), ("ru", NIGHT)], ids=["English by day", "Russian at night"]
)
def test_a_visit_is_booked_by_telegram_s_own_button(telegram, live_server, salon, photograph, language, theme):
    words, page = WORDS[language], telegram.page
    telegram.open(f"{live_server.url}/centre/", theme, ANNA | {"language_code": language})
    photograph(page, f"mini-app-services-{language}")
    assert telegram.colour("paper") == theme["secondary_bg_color"]
    assert telegram.last("web_app_setup_main_button") == {"is_visible": False}

    page.locator("button.chip").first.click()
    expect(page.locator("form.contact")).to_be_attached()
    photograph(page, f"mini-app-details-{language}")
    button = telegram.last("web_app_setup_main_button")
    assert (button["is_visible"], button["is_active"], button["text"]) == (True, True, words["book"])
    assert telegram.last("web_app_setup_closing_behavior") == {"need_confirmation": True}
    expect(page.locator(".bar")).to_be_hidden()
    telegram.says("main_button_pressed")

    expect(page.get_by_role("heading", name=words["booked"])).to_be_visible()
    photograph(page, f"mini-app-booked-{language}")
    visit = Appointment.objects.get(status=Status.CONFIRMED)
    assert (visit.client.tg_id, visit.contact_name, visit.source) == (ANNA["id"], "Анна К", "tg_bot")
    assert telegram.last("web_app_trigger_haptic_feedback") == {"type": "notification", "notification_type": "success"}
    assert telegram.last("web_app_setup_closing_behavior") == {"need_confirmation": False}


def test_telegram_s_back_button_is_the_page_s_own(telegram, live_server, salon):
    page, home = telegram.page, f"{live_server.url}/centre/"
    telegram.open(home)
    assert telegram.last("web_app_setup_back_button") == {"is_visible": False}

    page.locator("button.chip").first.click()
    page.wait_for_url("**/hold/**")
    assert telegram.last("web_app_setup_back_button") == {"is_visible": True}
    expect(page.locator("button.back")).to_be_hidden()
    telegram.says("back_button_pressed")
    page.wait_for_url("**/centre/*/?date=*")
    telegram.says("back_button_pressed")
    page.wait_for_url(home)

    assert Appointment.objects.get().status == Status.CANCELLED


def test_a_slip_is_felt_and_telegram_s_button_sends_again(telegram, live_server, salon):
    page = telegram.page
    telegram.open(f"{live_server.url}/centre/")
    page.locator("button.chip").first.click()
    page.get_by_label("Phone").fill("12")

    telegram.says("main_button_pressed")
    expect(page.get_by_role("alert")).to_contain_text("too few digits")
    assert telegram.last("web_app_trigger_haptic_feedback") == {"type": "notification", "notification_type": "error"}
    page.get_by_label("Phone").fill("")
    telegram.says("main_button_pressed")

    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()


def test_a_theme_changed_meanwhile_is_put_on_at_once(telegram, live_server, salon):
    telegram.open(f"{live_server.url}/centre/", DAY)
    by_day = telegram.colour("paper"), telegram.last("web_app_set_header_color")

    telegram.says("theme_changed", {"theme_params": NIGHT})
    at_night = telegram.colour("paper"), telegram.last("web_app_set_header_color")
    telegram.page.goto(f"{live_server.url}/centre/{salon.service.pk}/")

    assert (by_day, at_night) == (("#efeff4", {"color": "#efeff4"}), ("#151e27", {"color": "#151e27"}))
    assert telegram.colour("paper") == "#151e27"


UNREADABLE = """async (themes) => {
    const found = {};
    for (const [name, theme_params] of Object.entries(themes)) {
        Telegram.WebView.receiveEvent("theme_changed", { theme_params });
        const { violations } = await axe.run({ runOnly: ["color-contrast"] });
        found[name] = violations.flatMap((rule) => rule.nodes.map((node) => node.html));
    }
    return found;
}"""


def unreadable(telegram: TelegramHost, *themes: str) -> dict[str, list[str]]:
    """What cannot be read on the page, by theme."""
    telegram.last("web_app_ready")
    telegram.page.evaluate(Axe().axe_script)
    found = telegram.page.evaluate(UNREADABLE, {theme: THEMES[theme] for theme in themes})
    return {theme: nodes for theme, nodes in found.items() if nodes}


def test_pages_can_be_read_in_whatever_theme(telegram, live_server, salon):
    page, found = telegram.page, {}

    def look(name: str) -> None:
        found[name] = unreadable(telegram, *THEMES) or list(barriers(page))

    telegram.open(f"{live_server.url}/centre/")
    look("services")
    page.locator("a.all").first.click()
    page.locator("a.day[aria-current]").wait_for()
    look("times")
    page.locator("button.chip").first.click()
    page.get_by_label("Phone").fill("12")
    look("details")
    telegram.says("main_button_pressed")
    page.get_by_role("alert").wait_for()
    look("errors")
    page.get_by_label("Phone").fill("")
    telegram.says("main_button_pressed")
    page.wait_for_url("**/v/**")
    look("visit")
    telegram.says("back_button_pressed")
    page.locator(".yours").wait_for()
    look("services, known")

    assert {name: rules for name, rules in found.items() if rules} == {}


def test_without_looking_at_the_contrast_they_could_not_be_read(telegram, context, live_server, salon):
    script = Path(find("telegram/app.js")).read_text().replace("READABLE = 4.5", "READABLE = 0")
    context.route("**/telegram/app.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
    telegram.open(f"{live_server.url}/centre/")

    found = unreadable(telegram, "faded")

    assert "faded" in found


# In Telegram's page on the web ----------------------------------------------------------------------------------------

FRAMED = """<!doctype html><iframe src="{}" style="width:360px;height:740px"></iframe><script>
    window.posted = [];
    addEventListener("message", ({{ data, origin }}) => posted.push([JSON.parse(data).eventType, origin]));
    window.says = (eventType) => frames[0].postMessage(JSON.stringify({{ eventType }}), "*");
</script>"""


def framed(context, host: str, address: str):
    """A page of ``host`` that shows ours in a frame."""
    with suppress(Error):  # an older browser knows no such permission, and asks for none
        context.grant_permissions(["local-network-access"], origin=host)
    page, body = context.new_page(), FRAMED.format(address)
    context.route(f"{host}/**", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{host}/k/")
    return page


@pytest.fixture
def https(settings) -> None:
    """Browsers take this server for a safe one, as it is their own machine's."""
    settings.CSRF_COOKIE_SECURE = settings.SESSION_COOKIE_SECURE = True


@pytest.fixture
def strict(browser_type, browser_type_launch_args):
    """A browser that keeps no cookies in frames of other sites, unless they are kept apart for that very frame."""
    own = browser_type_launch_args
    browser = browser_type.launch(**own | {"args": [*own["args"], "--test-third-party-cookie-phaseout"]})
    yield browser.new_context(locale="en-GB")
    browser.close()


def test_it_works_in_a_frame_of_telegram_s_page(strict, live_server, salon, https):
    address = f"{live_server.url}/centre/?tg=1#{launch(NIGHT, init_data())}"
    page = framed(strict, "https://web.telegram.org", address)
    inside = page.frame_locator("iframe")
    expect(inside.locator("html[data-telegram=known]")).to_be_attached()

    inside.locator("button.chip").first.click()
    expect(inside.locator("form.contact")).to_be_attached()
    page.wait_for_function("() => posted.some(([kind]) => kind === 'web_app_setup_closing_behavior')")
    page.evaluate("says('main_button_pressed')")

    expect(inside.get_by_role("heading", name="You are booked")).to_be_visible()
    assert Appointment.objects.get(status=Status.CONFIRMED).client.tg_id == ANNA["id"]


def test_where_no_cookies_are_kept_it_says_so_and_leads_out(strict, live_server, salon, https, monkeypatch):
    """Without Partitioned, which is also the control of the above."""
    monkeypatch.setattr(middleware, "let_into_frame", lambda response: None)
    page = framed(strict, "https://web.telegram.org", f"{live_server.url}/centre/?tg=1#{launch(NIGHT, init_data())}")
    inside = page.frame_locator("iframe")

    expect(inside.get_by_text("This browser keeps no cookies inside Telegram")).to_be_visible()
    inside.get_by_role("link", name="Open the page in the browser").click()

    page.wait_for_function("() => posted.some(([kind]) => kind === 'web_app_open_link')")


def test_nobody_else_can_put_it_into_a_frame(context, live_server, salon, https):
    address = f"{live_server.url}/centre/?tg=1#{launch(NIGHT, init_data())}"

    with context.expect_console_message(lambda message: "frame-ancestors" in message.text) as complaint:
        framed(context, "https://evil.example", address)

    assert "frame-ancestors https://web.telegram.org" in complaint.value.text


# Who is not let in ----------------------------------------------------------------------------------------------------


def stays_a_stranger(page, address: str) -> bool:
    """Whether nobody has signed in, and nothing of what was sent stays in the address."""
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/tg/app/session" in request.url else None)
    page.goto(address)
    return asked == [] and page.locator("html[data-telegram=stranger]").count() == 1


def test_a_link_with_somebody_s_proof_signs_nobody_in(context, telegram, live_server, salon):
    """He would book as whoever has sent it, who would then see with whom and when."""
    sent = init_data(BORIS)
    alone = f"{live_server.url}/centre/?tg=1#{launch(DAY, sent)}"
    beside_one_s_own = f"{live_server.url}/centre/?tg=1#{launch(DAY, sent, init_data())}"
    ordinary = context.browser.new_page()

    assert stays_a_stranger(ordinary, alone)
    assert stays_a_stranger(telegram.page, beside_one_s_own)
    ordinary.close()


def test_the_proof_does_not_stay_in_the_address(telegram, live_server, salon):
    telegram.open(f"{live_server.url}/centre/")

    assert telegram.page.evaluate("location.href") == f"{live_server.url}/centre/?tg=1"
    assert telegram.page.evaluate("Object.values(sessionStorage).some((text) => text.includes('hash='))") is False


def test_a_window_that_was_opened_too_long_ago_says_so(telegram, live_server, salon):
    telegram.page.goto(f"{live_server.url}/centre/?tg=1#{launch(DAY, init_data(age=2 * HOUR))}")

    expect(telegram.page.get_by_text("Close this window and open it in Telegram once more.")).to_be_visible()
    expect(telegram.page.locator("html[data-telegram=stranger]")).to_be_attached()


# What leads there, and out --------------------------------------------------------------------------------------------


def test_a_direct_link_opens_the_times_of_its_service(telegram, live_server, salon):
    telegram.open(f"{live_server.url}/", start_param=f"b_{salon.service.pk}")

    expect(telegram.page.locator("h1")).to_have_text(salon.service.name)
    assert telegram.page.url == f"{live_server.url}/centre/{salon.service.pk}/"


def test_what_leads_out_opens_outside(telegram, live_server, salon):
    page, visit = telegram.page, book(salon.slot(specialist=salon.specialist))
    telegram.open(f"{live_server.url}/v/{visit.visit_token}/")
    telegram.last("web_app_ready")

    page.get_by_role("link", name="Add to calendar").click()
    calendar = telegram.last("web_app_open_link")
    page.get_by_role("link", name="map").click()
    map_page = telegram.last("web_app_open_link")
    page.evaluate("document.querySelector('a.button').href = 'https://t.me/okno_bot?start=v_1'")
    page.locator("a.button").first.click()

    assert calendar == {"url": f"{live_server.url}/v/{visit.visit_token}/visit.ics"}
    assert map_page["url"].startswith("https://")
    assert telegram.last("web_app_open_tg_link") == {"path_full": "/okno_bot?start=v_1"}
    assert page.url == f"{live_server.url}/v/{visit.visit_token}/?tg=1"


def test_the_first_opening_is_light(telegram, live_server, salon):
    page, bodies = telegram.page, {}
    page.on("response", lambda response: bodies.update({response.url: response.body()}))

    page.goto(f"{live_server.url}/centre/?tg=1", wait_until="networkidle")

    assert [url for url in bodies if not url.startswith(live_server.url)] == []
    assert len(bodies) < BUDGET_REQUESTS  # and one to sign in
    assert sum(len(gzip.compress(body)) for body in bodies.values()) <= BUDGET_BYTES
