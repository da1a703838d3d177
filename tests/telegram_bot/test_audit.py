"""What staff did in the bot, as the console tells it to administrators."""

from datetime import datetime, timedelta

import pytest
from django.utils import translation

from accounts.models import User
from accounts.values import STAFF_ROLES, Role
from booking.queries.visits import database_time
from telegram_bot.callbacks import GRAMMAR, PART, PARTS
from telegram_bot.console_wording import COLOURS, TYPED_DEEDS, TYPED_LOOKS, outcome_in_words, visit_in, what_in_words
from telegram_bot.flows.desk_book import NEWCOMER
from telegram_bot.flows.editing import MOVING
from telegram_bot.flows.phone import CONTACT
from telegram_bot.models import IncomingUpdate
from telegram_bot.routes import ANSWERS
from tests.console import OWNER, World, address
from tests.factories import make_user, numbers

pytestmark = pytest.mark.django_db

LIST = address(IncomingUpdate, "changelist")
EXAMPLES = {
    **dict.fromkeys(("id", "location", "service", "company"), "7"),
    **dict.fromkeys(("hold", "client", "whom"), "7"),
    "specialist": "7",
    "page": "0",
    "length": "30",
    "day": "20260128",
    "start": "h1234",
    "return_to": "n",
    "language": "ru",
    "event": "booking_created",
    "channel": "all",
    "role": "client",
    "on": "1",
    "step": "arr",
    "answer": "yes",
    "days": "7",
    "choice": "a1",
    "deed": "start",
}


def did(user: User, what: str, outcome: str = "ok", taken_at: datetime | None = None) -> IncomingUpdate:
    moment = taken_at or database_time()
    return IncomingUpdate.objects.create(
        update_id=next(numbers), tg_id=1, user=user, what=what, outcome=outcome, taken_at=moment
    )


# Words ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("callback", GRAMMAR, ids=lambda callback: callback.pattern)
def test_every_button_has_words(callback):
    data = PART.sub(lambda part: EXAMPLES[part[1]], callback.pattern)
    assert callback.read(data) is not None

    words = what_in_words(data)

    assert (words != data, "%(" in words) == (True, False)


def test_every_part_of_a_button_has_an_example():
    assert set(EXAMPLES) == set(PARTS)


@pytest.mark.parametrize(
    ("what", "english", "russian"),
    [
        ("sp:v:12:arr", "Visit #12: arrived", "Визит #12: пришёл"),
        ("ad:v:12:xns", "Visit #12: “no-show” taken back", "Визит #12: «не пришёл» снято"),
        ("bke:confirm_cancel:12:d20260128", "Visit #12: cancelled", "Визит #12: отменён"),
        ("r:h:12:h1234", "Visit #12: moved", "Визит #12: перенесён"),
        ("sp:b2:h1234:30", "Break taken: 30 min", "Взят перерыв: 30 мин"),
        ("ad:c:z", "Client #35: looked at", "Клиент #35: просмотр"),
        ("/admin", "Command /admin", "Команда /admin"),
        ("text", "Wrote something", "Написал что-то"),
        ("text:broadcast_new", "Broadcast: text written", "Рассылка: написан текст"),
        ("text:broadcast_text", "Broadcast: text changed", "Рассылка: изменён текст"),
        ("text:break_reason", "Break: reason written", "Перерыв: указана причина"),
        ("contact:desk_newcomer", "A new client written down", "Занесён новый клиент"),
        ("text:desk_whom", "Looked for whom to book", "Поиск клиента для записи"),
        ("text:of an older version", "Wrote something", "Написал что-то"),
        ("contact", "Sent a contact", "Отправил контакт"),
        ("", "", ""),
        ("of an older version", "of an older version", "of an older version"),
    ],
)
def test_what_was_done_in_words(what, english, russian):
    with translation.override("ru"):
        in_russian = what_in_words(what)

    assert (what_in_words(what), in_russian) == (english, russian)


@pytest.mark.parametrize(
    ("outcome", "kind", "words"),
    [
        ("ok", "ok", "Answered"),
        ("already done", "ok", "Was already done"),
        ("missing", "declined", "No longer there"),
        ("not_allowed", "declined", "Not allowed"),
        ("wrong_status", "declined", "Declined (wrong_status)"),
        ("fault 7F3A", "fault", "A fault of the server, code 7F3A"),
        ("", "declined", "Declined (—)"),
    ],
)
def test_how_it_went_in_words(outcome, kind, words):
    assert outcome_in_words(outcome) == (kind, words)
    assert kind in COLOURS


@pytest.mark.parametrize(
    ("what", "visit"),
    [("ad:o:12", 12), ("bkn:edit:12", 12), ("r:t:12:20260128:1", 12), ("sp:bx:12", None), ("text", None), ("x", None)],
)
def test_which_visit_it_was_about(what, visit):
    assert visit_in(what) == visit


# The list -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def world() -> World:
    return World()


def listed(browser, query: str = "") -> list[str]:
    return [row.what for row in browser.get(f"{LIST}?{query}").context["cl"].result_list]


def test_administrator_reads_who_did_what(world):
    operator = make_user(world.company, Role.OPERATOR, full_name="Olga <Desk>")
    did(operator, f"ad:v:{world.visit.pk}:done", "wrong_status")

    page = world.browser(Role.ADMIN).get(LIST).content.decode()

    assert "Olga &lt;Desk&gt;" in page
    assert f"Visit #{world.visit.pk}: completed" in page
    assert f'href="/admin/booking/appointment/{world.visit.pk}/change/"' in page
    assert "Declined (wrong_status)" in page


def test_others_staff_and_clients_are_not_listed(world):
    stranger = World()
    did(stranger.user(Role.ADMIN), "ad:d")
    did(None, "b:l:0")
    did(world.user(Role.OPERATOR), "ad:find")

    assert listed(world.browser(Role.ADMIN)) == ["ad:find"]
    assert listed(world.browser(OWNER)) == ["ad:find", "ad:d"]


def test_list_is_filtered(world):
    operator, colleague = make_user(world.company, Role.OPERATOR), make_user(world.company, Role.SPECIALIST)
    did(operator, "ad:v:7:arr", taken_at=database_time() - timedelta(days=3))
    did(operator, "ad:v:71:arr", "fault 7F3A", taken_at=database_time() - timedelta(days=30))
    did(colleague, "sp:o:7", "missing")
    chief = world.browser(Role.ADMIN)

    queries = ("when=week", "when=today", "deeds=only", "went=ok", "went=declined", "went=fault", "q=7", "q=%2371")
    found = {query: listed(chief, query) for query in queries}

    assert found == {
        "when=week": ["sp:o:7", "ad:v:7:arr"],
        "when=today": ["sp:o:7"],
        "deeds=only": ["ad:v:71:arr", "ad:v:7:arr"],
        "went=ok": ["ad:v:7:arr"],
        "went=declined": ["sp:o:7"],
        "went=fault": ["ad:v:71:arr"],
        "q=7": ["sp:o:7", "ad:v:7:arr"],
        "q=%2371": ["ad:v:71:arr"],
    }
    assert listed(chief, f"user__id__exact={colleague.pk}") == ["sp:o:7"]


def test_what_was_typed_is_a_change_when_it_changes_something(world):
    operator = make_user(world.company, Role.OPERATOR)
    for what in ("text", "text:desk_find", "text:desk_whom", "contact", "ad:find"):
        did(operator, what)
    deeds = [f"{kind}:{question}" for kind in ("text", "contact") for question in TYPED_DEEDS]
    for what in deeds:
        did(operator, what)

    assert listed(world.browser(Role.ADMIN), "deeds=only") == deeds[::-1]


def test_every_question_has_words():
    """Nothing is typed while a visit is moved; a number that is shared was not asked for so."""
    assert set(ANSWERS) - {MOVING, CONTACT} == {*TYPED_DEEDS, *TYPED_LOOKS} - {NEWCOMER}


def test_only_staff_are_offered_in_the_filter(world):
    make_user(None, Role.CLIENT, full_name="Somebody's client")
    did(make_user(world.company, Role.OPERATOR, full_name="Somebody of the staff"), "ad:d")

    page = world.browser(OWNER).get(LIST).content.decode()

    assert ("Somebody of the staff" in page, "Somebody&#x27;s client" in page) == (True, False)


def test_row_has_a_page_and_nothing_can_be_changed(world):
    row = did(make_user(world.company, Role.OPERATOR), "sp:b2:h1234:30")
    chief = world.browser(Role.ADMIN)

    page = chief.get(address(IncomingUpdate, "change", row.pk))
    refused = chief.post(address(IncomingUpdate, "change", row.pk), {"what": "hacked"})

    assert "Break taken: 30 min" in page.content.decode()
    assert (page.status_code, refused.status_code) == (200, 403)


def test_menu_leads_there_for_whoever_may(world):
    def menu(role: str) -> str:
        return world.browser(role).get("/admin/booking/appointment/").content.decode()

    links = [role for role in (OWNER, *sorted(STAFF_ROLES)) if LIST in menu(role)]

    assert links == [OWNER, Role.ADMIN]
