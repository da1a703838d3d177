"""Signing in by ``initData``, as its owner and as somebody who would like to be him."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as live_settings
from django.utils import timezone

from accounts.models import Client
from accounts.values import Role
from telegram_bot.mini_app import middleware
from telegram_bot.models import Chat
from tests.factories import Salon, book, make_client, make_location, make_service, make_specialist, make_user
from tests.telegram_bot.mini_app.opening import ANNA, BORIS, HOUR, MINUTE, Window, fields_of, init_data, signed

pytestmark = pytest.mark.django_db

SESSION, APPOINTMENTS = "/tg/app/session", "/admin/booking/appointment/"
KNOWN, STRANGER = 'data-telegram="known"', 'data-telegram="stranger"'


def shows(window: Window, where: str = "/") -> str:
    """Whether the pages know who has opened them."""
    text = window.get(where).content.decode()
    return "known" if KNOWN in text else "stranger" if STRANGER in text else ""


def attributes(response, name: str) -> dict[str, object]:
    cookie = response.cookies[name]
    said = {key: cookie[key] for key in ("path", "domain", "httponly", "secure", "samesite")}
    return said | {"partitioned": "; Partitioned" in cookie.OutputString()}


def test_whoever_opens_the_app_is_known(salon):
    window = Window(user=None)
    before = shows(window)

    answer = window.open()

    assert (answer.status_code, answer.json()) == (200, {"redirect": ""})
    assert answer["Cache-Control"] == "private, no-store"
    assert (before, shows(window)) == ("stranger", "known")


def test_opening_it_again_changes_nothing_on_the_page(salon):
    window = Window()
    first = window.browser.cookies[window.cookie].value

    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        answer = window.open()

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.cookies[window.cookie].value != first


def test_over_https_its_cookie_travels_in_telegram_s_frame_and_is_nobody_else_s(salon, https):
    answer = Window(user=None).open()

    assert attributes(answer, "__Host-telegram") == {
        "path": "/", "domain": "", "httponly": True, "secure": "True", "samesite": "None", "partitioned": True,
    }  # fmt: skip
    assert timedelta(hours=23, minutes=59).total_seconds() < answer.cookies["__Host-telegram"]["max-age"] <= 24 * HOUR


def test_over_http_its_cookie_is_an_ordinary_one(salon):
    answer = Window(user=None).open()

    assert attributes(answer, "telegram") == {
        "path": "/", "domain": "", "httponly": True, "secure": "", "samesite": "Lax", "partitioned": False,
    }  # fmt: skip


REFUSED = {
    "no scheme": ("", ""),
    "another scheme": ("Bearer", init_data()),
    "no data": ("tma", ""),
    "forged": ("tma", signed(fields_of(), "42:OTHER")),
    "too old to write": ("tma", init_data(age=HOUR + MINUTE)),
    "from the future": ("tma", init_data(age=-24 * HOUR)),
    "a header sent twice": ("tma", f"{init_data()}, tma {init_data(BORIS)}"),
    "letters no header has": ("tma", init_data().replace("auth", "аuth").encode().decode("latin-1")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_telegram_did_not_sign_just_now_opens_nothing(salon, what):
    scheme, raw = REFUSED[what]
    window = Window(user=None)

    answer = window.sign_in(raw, scheme)

    assert answer.status_code == 401
    assert answer.json()["message"] == "Close this window and open it in Telegram once more."
    assert window.cookie not in window.browser.cookies
    assert shows(window) == "stranger"


def test_without_a_bot_nobody_signs_in(salon, settings):
    settings.TELEGRAM_BOT_TOKEN = ""

    answer = Window(user=None).sign_in(signed(fields_of(), ""))

    assert answer.status_code == 401


def test_only_a_post_signs_in(salon):
    assert Window().browser.get(SESSION, headers={"authorization": f"tma {init_data()}"}).status_code == 405


def test_a_session_lasts_a_day_from_the_opening(salon):
    window = Window(age=30 * MINUTE)
    opened = timezone.now() - timedelta(minutes=30)

    with time_machine.travel(opened + timedelta(hours=24) - timedelta(minutes=1)):
        shortly_before = shows(window)
    with time_machine.travel(opened + timedelta(hours=24, minutes=1)):
        shortly_after = shows(window)

    assert (shortly_before, shortly_after) == ("known", "stranger")


def test_a_new_token_of_the_bot_ends_every_session(salon, settings):
    window = Window()
    assert shows(window) == "known"

    settings.TELEGRAM_BOT_TOKEN = "42:NEW"

    assert shows(window) == "stranger"


@pytest.mark.parametrize(
    "change", [lambda text: text[:-1], lambda text: "x" + text, lambda text: "", lambda text: "a:b"]
)
def test_a_changed_cookie_is_nobody_s(salon, change):
    window = Window()

    window.browser.cookies[window.cookie] = change(window.browser.cookies[window.cookie].value)

    assert shows(window) == "stranger"


def test_who_opens_it_later_in_the_same_window_is_himself(salon):
    """Nobody goes on in a session that somebody else had begun for him."""
    window = Window(ANNA)
    planted = window.browser.cookies[window.cookie].value

    answer = window.open(BORIS)
    window.post(f"/{salon.location.slug}/{salon.service.pk}/", {"slot": salon.at(10).isoformat()})

    assert (answer.status_code, answer.json()) == (200, {"redirect": ""})
    assert window.browser.cookies[window.cookie].value != planted
    assert list(Client.objects.values_list("tg_id", flat=True)) == [BORIS["id"]]


# Staff in the same browser --------------------------------------------------------------------------------------------


def test_a_client_gets_no_right_of_the_staff_who_has_the_same_telegram(salon):
    make_user(salon.company, Role.ADMIN, tg_id=ANNA["id"])

    window = Window(ANNA)

    assert window.browser.get(APPOINTMENTS).url.startswith("/admin/login/")
    assert live_settings.SESSION_COOKIE_NAME not in window.browser.cookies


def test_staff_keep_their_session_and_are_clients_on_the_pages(salon):
    window, staff = Window(user=None), make_user(salon.company, Role.ADMIN)
    window.browser.force_login(staff)
    session = window.browser.cookies[live_settings.SESSION_COOKIE_NAME].value

    answer = window.open(ANNA)
    window.post(f"/{salon.location.slug}/{salon.service.pk}/", {"slot": salon.at(10).isoformat()})

    assert live_settings.SESSION_COOKIE_NAME not in answer.cookies
    assert window.browser.cookies[live_settings.SESSION_COOKIE_NAME].value == session
    assert window.browser.get(APPOINTMENTS).status_code == 200
    assert list(Client.objects.values_list("tg_id", "user")) == [(ANNA["id"], None)]


# Another site's page --------------------------------------------------------------------------------------------------

OWN, EVIL = "https://testserver", "https://evil.example"


def holder_after(window: Window, salon: Salon, origin: str) -> int | None:
    """Whose hold a tap becomes that a page of ``origin`` has sent."""
    where = f"/{salon.location.slug}/{salon.service.pk}/"
    window.post(where, {"slot": salon.at(10).isoformat()}, origin=origin)
    return salon.company.appointments.values_list("client__tg_id", flat=True).get()


def test_the_pages_own_forms_are_believed(salon):
    assert holder_after(Window(), salon, OWN) == ANNA["id"]


@pytest.mark.parametrize("origin", [EVIL, "null", "http://testserver", "https://web.telegram.org"])
def test_what_another_site_sends_is_nobody_s(salon, origin):
    assert holder_after(Window(), salon, origin) is None


def test_without_asking_for_the_origin_it_would_be_believed(salon, monkeypatch):
    monkeypatch.setattr(middleware, "is_from_elsewhere", lambda request: False)

    assert holder_after(Window(), salon, EVIL) == ANNA["id"]


# Where a link leads ---------------------------------------------------------------------------------------------------


def test_a_link_leads_to_the_times_of_a_service(salon):
    colleague = make_specialist(salon.location, salon.service)
    times = f"/{salon.location.slug}/{salon.service.pk}/"
    links = {
        f"b_{salon.service.pk}": times,
        f"b_{salon.service.pk}_{colleague.pk}": f"{times}?specialist={colleague.pk}",
        f"b_{salon.service.pk}_999999": times,
        "b": "",
        "b_999999": "",
        "b_1_2_3": "",
    }

    led = {link: Window(user=None).open(start_param=link).json()["redirect"] for link in links}

    assert led == links


def test_a_link_leads_to_the_location_where_the_service_can_be_had(salon):
    other = make_location(salon.company)
    service = make_service(salon.company)
    make_specialist(other, service)

    answer = Window(user=None).open(start_param=f"b_{service.pk}")

    assert answer.json() == {"redirect": f"/{other.slug}/{service.pk}/"}


def test_a_link_leads_nowhere_on_the_host_of_another_company(salon, settings):
    settings.ALLOWED_HOSTS = ["*"]
    other = Salon()
    other.company.host = "other.example.com"
    other.company.save()

    answers = [
        Window(user=None).sign_in(init_data(start_param=f"b_{of.service.pk}"), host="other.example.com").json()
        for of in (other, salon)
    ]

    assert answers == [{"redirect": f"/{other.location.slug}/{other.service.pk}/"}, {"redirect": ""}]


def test_a_link_leads_to_a_visit_and_to_a_location(salon):
    visit = book(salon.slot())
    window = Window()

    to_visit, to_location = (
        window.open(start_param=link).json() for link in (f"v_{visit.visit_token}", f"l_{salon.location.slug}")
    )

    assert to_visit == {"redirect": f"/v/{visit.visit_token}/"}
    assert to_location == {"redirect": f"/{salon.location.slug}/"}


@pytest.mark.parametrize("link", ["v_short", "v_", "l_nowhere", "c_x", "login_abc", "b_", "x" * 64])
def test_a_link_that_leads_nowhere_leaves_the_page_as_it_is(salon, link):
    assert Window().open(start_param=link).status_code == 204


# What he is spoken to in, and what nobody hears -----------------------------------------------------------------------


def test_the_pages_speak_as_his_telegram_does_until_he_chooses(salon):
    window = Window(ANNA | {"language_code": "ru"})
    chosen = window.get("/?lang=en")
    then = window.get("/")

    first = Window(ANNA | {"language_code": "ru"}).get("/")

    assert [page.headers["Content-Language"] for page in (first, chosen, then)] == ["ru", "en", "en"]


def test_what_he_chose_in_the_bot_comes_first(salon):
    Chat.objects.create(pk=ANNA["id"], language="ru")

    window = Window(ANNA)

    assert window.get("/").headers["Content-Language"] == "ru"


def test_what_signs_in_is_not_written_to_any_log(salon, caplog):
    caplog.set_level(logging.DEBUG)
    good, bad = init_data(), init_data(age=HOUR + MINUTE)
    window = Window(user=None)

    window.sign_in(good)
    window.sign_in(bad)
    window.get("/")

    secrets = [good[-64:], bad[-64:], "annak", "Анна", window.browser.cookies[window.cookie].value]
    assert [secret for secret in secrets if secret in caplog.text] == []
    assert "expired" in caplog.text


def test_a_card_that_is_switched_off_is_a_guest_s(salon):
    make_client(salon.company, tg_id=ANNA["id"], first_name="Switched off", is_active=False)

    page = Window(ANNA).get(f"/{salon.location.slug}/")

    assert page.status_code == 200
    assert "Switched off" not in page.content.decode()
