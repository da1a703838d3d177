"""Notifications in the console, in a real browser: what renews itself, and what works without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from accounts.values import Role
from notifications.models import AdTemplate, Broadcast, BroadcastState, Preferences
from notifications.queries import matrix_of
from notifications.values import Channel, State
from tests.factories import book, make_client, make_user
from tests.journeys.look import barriers_in_any_light, too_wide
from tests.notifications.carriers import RECORDERS
from tests.notifications.conftest import recorders
from tests.notifications.console.rows import BLOCKED, put, put_offer

__all__ = ["recorders"]

MATRIX = "/admin/notifications/notificationsetting/"


@pytest.fixture
def administrator(salon):
    return make_user(salon.company, Role.ADMIN, full_name="Елена")


def signed_in(browser, live_server, user, **settings) -> Page:
    page = browser.new_context(**{"locale": "en-GB", "color_scheme": "light", **settings}).new_page()
    page.goto(f"{live_server.url}/admin/")
    page.locator("[name=username]").fill(user.email)
    page.locator("[name=password]").fill("secret")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    return page


@pytest.fixture
def console(browser, live_server, administrator) -> Page:
    page = signed_in(browser, live_server, administrator, viewport={"width": 1280, "height": 850})
    yield page
    page.context.close()


def test_an_advertisement_is_previewed_and_checked_while_somebody_types(console, live_server, salon, photograph):
    console.goto(f"{live_server.url}/admin/notifications/adtemplate/add/")
    preview = console.locator("#preview")

    console.locator("[name=content_tg]").press_sequentially("<b>Spring</b> & <br>")
    expect(preview).to_contain_text("<br> is not a tag that Telegram knows.")
    console.locator("[name=content_tg]").fill("<b>Spring</b> & sun")
    expect(preview.locator(".okno-bubble b")).to_have_text("Spring")
    expect(preview).not_to_contain_text("is not a tag")
    console.locator("[name=content_html]").fill("<p>Sun</p><script>document.title = 'broken'</script>")
    expect(preview.locator(".okno-mail")).to_have_text("Sun")
    photograph(console, "advertisement-en")

    console.locator("[name=name]").fill("Spring")
    console.get_by_role("button", name="Save", exact=True).click()
    expect(console.locator("#result_list")).to_contain_text("Spring")
    assert AdTemplate.objects.get().content_tg == "<b>Spring</b> & sun"
    assert console.title() != "broken"


def test_a_running_broadcast_renews_its_bar_and_its_buttons(console, live_server, salon, photograph):
    client = make_client(salon.company)
    broadcast = Broadcast.objects.create(
        company=salon.company, name="Summer", content_tg="x", state=BroadcastState.RUNNING, addressed=True,
        started_at=salon.at(),
    )  # fmt: skip
    part = put_offer(broadcast, client, state=State.WAITING)
    console.goto(f"{live_server.url}/admin/notifications/broadcast/{broadcast.pk}/change/")
    expect(console.get_by_role("heading", name="Sent to 0 of 1")).to_be_visible()

    type(part).objects.update(state=State.SENT)
    expect(console.get_by_role("heading", name="Sent to 1 of 1")).to_be_visible()
    console.get_by_role("button", name="Pause").click()

    expect(console.get_by_role("button", name="Go on")).to_be_visible()
    expect(console.locator("#course[hx-get]")).to_have_count(0)
    photograph(console, "broadcast-en")


def test_a_draft_is_started_after_a_question(console, live_server, salon):
    client = make_client(salon.company, tg_id=7)
    Preferences.objects.create(company=salon.company, client=client, wants_offers=True)
    broadcast = Broadcast.objects.create(company=salon.company, name="Summer", content_tg="<b>Sun</b>")

    console.goto(f"{live_server.url}/admin/notifications/broadcast/{broadcast.pk}/change/")
    console.get_by_role("link", name="Start…").click()
    console.get_by_role("button", name="Start", exact=True).click()

    expect(console.get_by_text("The broadcast has started.")).to_be_visible()
    broadcast.refresh_from_db()
    assert broadcast.state == BroadcastState.RUNNING


def test_the_matrix_is_saved_without_javascript_and_with_the_keyboard(browser, live_server, salon, administrator):
    page = signed_in(browser, live_server, administrator, java_script_enabled=False)
    page.goto(f"{live_server.url}{MATRIX}")

    page.get_by_role("group", name="Booked: Client").get_by_label("SMS").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Saved: 1 cell has changed.")).to_be_visible()
    assert matrix_of(salon.company.pk)[0].channels == set(Channel) - {Channel.SMS}
    page.context.close()


OURS = {"include": ["#content"], "exclude": ["#searchbar-submit", "#result_list thead", ".select2-container"]}
"""The page's own part; the search box, the sorting of lists and the choices found by typing are others'."""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def addresses(salon) -> dict[str, str]:
    """Every page of notifications in a state worth looking at, with a name that is too long."""
    client = make_client(
        salon.company, first_name="Александра-Виктория", last_name="Константинопольская-Преображенская"
    )
    wishes = Preferences.objects.create(company=salon.company, client=client, wants_offers=True)
    ad = AdTemplate.objects.create(company=salon.company, name="Рекламораспространительница" * 3, content_tg="<b>x</b>")
    visit = book(salon.slot(10, days=2, specialist=salon.specialists[0]))
    dead = put(visit, client=client, state=State.DEAD, channel=Channel.TELEGRAM, target="7", reason=BLOCKED)
    put(visit, client=client, instead_of=dead, target=f"{'очень.длинная' * 5}@example.com")
    draft = Broadcast.objects.create(company=salon.company, name="Рассылка" * 9, content_tg="<b>x</b>")
    done = Broadcast.objects.create(
        company=salon.company, name="x", content_tg="x" * 300, state=BroadcastState.DONE, started_at=salon.at()
    )
    put_offer(done, client)
    base, booking = "/admin/notifications", "/admin/booking/appointment"
    return {
        "matrix": MATRIX,
        "advertisements": f"{base}/adtemplate/",
        "advertisement": f"{base}/adtemplate/{ad.pk}/change/",
        "deliveries": f"{base}/delivery/",
        "delivery": f"{base}/delivery/{dead.pk}/change/",
        "wishes": f"{base}/preferences/",
        "one's wishes": f"{base}/preferences/{wishes.pk}/change/",
        "broadcasts": f"{base}/broadcast/",
        "draft": f"{base}/broadcast/{draft.pk}/change/",
        "start": f"{base}/broadcast/{draft.pk}/do/start/",
        "course": f"{base}/broadcast/{done.pk}/change/",
        "visit": f"{booking}/{visit.pk}/change/",
        "client": f"/admin/accounts/client/{client.pk}/change/",
        "rules": f"/admin/accounts/company/{salon.company.pk}/change/",
    }


def test_every_page_is_for_everybody_and_keeps_the_console_s_policy(console, live_server, addresses):
    RECORDERS[Channel.SMS].configured = False
    console.set_viewport_size({"width": 1280, "height": 720})  # no box lies half under the bar with "Save"
    found, errors = {}, []
    console.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    for name, address in addresses.items():
        console.goto(live_server.url + address, wait_until="networkidle")
        found[name] = [*barriers_in_any_light(console, rules=RULES, context=OURS), *too_wide(console), *errors]
        errors.clear()

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
