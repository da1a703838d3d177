"""A broadcast in the console: a draft with its audience, a start that asks once more, and a course one can steer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from accounts.values import Role
from booking.queries.visits import database_time
from notifications.admin.broadcasts import time_for
from notifications.models import Broadcast, BroadcastState, Delivery, Preferences
from notifications.values import State
from tests.console import OWNER, World, address, filled_in, form_at, problems, said
from tests.factories import make_client
from tests.notifications.console.rows import put_offer

pytestmark = pytest.mark.django_db

ADD = "/admin/notifications/broadcast/add/"
PREVIEW = "/admin/notifications/broadcast/preview/"
ALL_BUT_DRAFTS = [state for state in BroadcastState if state != BroadcastState.DRAFT]


@pytest.fixture
def world() -> World:
    """Two clients who have agreed to offers, and one who has not."""
    world = World()
    willing = [make_client(world.company, tg_id=number, first_name=f"Willing {number}") for number in (1, 2)]
    for client in willing:
        Preferences.objects.create(company=world.company, client=client, wants_offers=True)
    return world


@pytest.fixture
def chief(world):
    return world.browser(Role.ADMIN)


@pytest.fixture
def draft(world) -> Broadcast:
    return Broadcast.objects.create(company=world.company, name="Summer", content_tg="<b>Sun</b>")


def page_of(broadcast: Broadcast) -> str:
    return address(Broadcast, "change", broadcast.pk)


def deed(broadcast: Broadcast, name: str) -> str:
    return address(Broadcast, "deed", broadcast.pk, name)


def course(broadcast: Broadcast) -> str:
    return address(Broadcast, "course", broadcast.pk)


def in_state(broadcast: Broadcast, state: str) -> Broadcast:
    Broadcast.objects.filter(pk=broadcast.pk).update(state=state, started_at=database_time(), addressed=True)
    broadcast.refresh_from_db()
    return broadcast


def state_of(broadcast: Broadcast) -> str:
    broadcast.refresh_from_db()
    return broadcast.state


def text(page) -> str:
    return page.content.decode().replace("\u00a0", " ")


def save(browser, page: str, **typed):
    sent = filled_in(form_at(browser, page)) | typed
    return browser.post(page, {name: value for name, value in sent.items() if value is not None}, follow=True)


# --- the draft --------------------------------------------------------------------------------------------------------


def test_a_draft_is_saved_with_who_wrote_it_and_shows_its_audience(world, chief):
    page = save(chief, ADD, name="Summer", content_tg="<b>Sun</b>", not_seen_days="60")

    broadcast = Broadcast.objects.get()
    assert (broadcast.company, broadcast.state, broadcast.not_seen_days) == (world.company, "DRAFT", 60)
    assert (broadcast.created_by["role"], broadcast.created_by["channel"]) == ("admin", "admin")
    assert page.context["audience"].people == 2
    assert "2 people have agreed to offers and fit." in text(page)
    assert deed(broadcast, "start") in text(page)


def test_filters_narrow_the_audience(world, chief, draft):
    page = save(chief, page_of(draft), has_balance="on", _continue="1")

    assert page.context["audience"].people == 0
    assert "Nobody who has agreed to offers fits." in text(page)
    assert deed(draft, "start") not in text(page)


def test_a_text_that_telegram_would_refuse_is_not_saved(chief, draft):
    answer = save(chief, page_of(draft), content_tg="<p>Sun</p>")

    assert problems(answer) == {"content_tg": ["<p> is not a tag that Telegram knows."]}
    assert Broadcast.objects.get().content_tg == "<b>Sun</b>"


def test_the_text_is_previewed_while_somebody_types(chief):
    part = chief.post(PREVIEW, {"content_tg": "<b>Sun</b><br>"}, headers={"HX-Request": "true"})

    assert "<b>Sun</b>" in text(part)
    assert "&lt;br&gt; is not a tag that Telegram knows." in text(part)
    assert f'hx-post="{PREVIEW}"' in text(chief.get(ADD))
    assert chief.get(PREVIEW).status_code == 405


@pytest.mark.parametrize(
    ("people", "words"),
    [(0, "less than a minute"), (1680, "less than a minute"), (1681, "about 2 min"), (412_000, "about 4 h 6 min")],
)
def test_how_long_it_takes_is_said_before(people, words):
    assert time_for(people).replace("\u00a0", " ") == words


@pytest.mark.parametrize("state", ALL_BUT_DRAFTS)
def test_nothing_but_a_draft_is_edited_or_deleted(chief, draft, state):
    sent = filled_in(form_at(chief, page_of(draft))) | {"content_tg": "changed", "name": "changed"}
    in_state(draft, state)

    edited = chief.post(page_of(draft), sent)
    deleted = chief.post(address(Broadcast, "delete", draft.pk), {"post": "yes"})

    draft.refresh_from_db()
    assert (edited.status_code, deleted.status_code) == (405, 403)
    assert (draft.name, draft.content_tg, draft.state) == ("Summer", "<b>Sun</b>", state)


def test_a_draft_is_deleted(chief, draft):
    chief.post(address(Broadcast, "delete", draft.pk), {"post": "yes"})

    assert not Broadcast.objects.exists()


def test_a_form_of_a_draft_writes_what_was_typed_and_no_more(chief, draft):
    """Not the state, which may have changed since the form was opened."""
    with CaptureQueriesContext(connection) as captured:
        save(chief, page_of(draft), name="Autumn")

    [update] = [query["sql"] for query in captured if 'UPDATE "notifications_broadcast"' in query["sql"]]
    assert "SET \"name\" = 'Autumn' WHERE" in update
    assert any("FOR NO KEY UPDATE" in query["sql"] for query in captured)


# --- start, pause, go on, stop ----------------------------------------------------------------------------------------


def test_a_start_asks_once_more_and_then_happens(chief, draft):
    asked = chief.get(deed(draft, "start"))
    before = state_of(draft)

    answer = chief.post(deed(draft, "start"), follow=True)

    assert "what has been sent cannot be taken back" in text(asked)
    assert asked.context["audience"].people == 2
    assert (before, state_of(draft)) == ("DRAFT", "RUNNING")
    assert said(answer) == ["The broadcast has started."]


def test_a_start_for_nobody_is_refused_in_words(chief, draft):
    Preferences.objects.update(wants_offers=False)

    answer = chief.post(deed(draft, "start"), follow=True)

    assert said(answer) == ["Nobody who has agreed to offers fits this audience, so there is nobody to send it to."]
    assert state_of(draft) == "DRAFT"


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        ("RUNNING", "pause", "PAUSED"),
        ("PAUSED", "resume", "RUNNING"),
        ("RUNNING", "stop", "STOPPED"),
        ("PAUSED", "stop", "STOPPED"),
    ],
)
def test_a_broadcast_is_steered(chief, draft, before, name, after):
    in_state(draft, before)

    shown = text(chief.get(page_of(draft)))
    chief.post(deed(draft, name))

    assert deed(draft, name) in shown
    assert state_of(draft) == after


@pytest.mark.parametrize(
    ("state", "name"),
    [("DONE", "start"), ("STOPPED", "resume"), ("DRAFT", "pause"), ("DONE", "stop"), ("RUNNING", "start")],
)
def test_what_cannot_be_done_now_is_refused_in_words(chief, draft, state, name):
    in_state(draft, state)

    answer = chief.post(deed(draft, name), follow=True)

    assert said(answer) == ["The broadcast is not in a state from which this can be done."]
    assert state_of(draft) == state


def test_a_stop_asks_and_says_who_still_waits(world, chief, draft):
    in_state(draft, "RUNNING")
    put_offer(draft, world.client, state=State.WAITING)

    asked = text(chief.get(deed(draft, "stop")))

    assert "1 person still waits." in asked
    assert state_of(draft) == "RUNNING"


@pytest.mark.parametrize(("name", "status"), [("pause", 405), ("resume", 405), ("burn", 404)])
def test_what_needs_no_question_is_never_got(chief, draft, name, status):
    in_state(draft, "RUNNING")

    assert chief.get(deed(draft, name)).status_code == status
    assert state_of(draft) == "RUNNING"


def test_a_question_about_what_is_over_leads_to_its_page(chief, draft):
    in_state(draft, "DONE")

    assert chief.get(deed(draft, "stop")).url == page_of(draft)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT])
def test_nobody_else_sees_or_steers_it(world, draft, role):
    browser = world.browser(role)

    answers = [browser.get(where) for where in (page_of(draft), course(draft), deed(draft, "start"))]
    answers += [browser.post(deed(draft, "start")), browser.post(PREVIEW)]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert state_of(draft) == "DRAFT"


def test_another_company_s_is_not_there(chief):
    stranger = World()
    broadcast = Broadcast.objects.create(company=stranger.company, name="x", content_tg="x")

    answers = [chief.get(where) for where in (page_of(broadcast), course(broadcast), deed(broadcast, "start"))]
    answers += [chief.post(deed(broadcast, "start"))]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert state_of(broadcast) == "DRAFT"


# --- its course -------------------------------------------------------------------------------------------------------


def test_the_course_counts_people_by_what_became_of_them(world, chief, draft):
    in_state(draft, "RUNNING")
    for state in (State.SENT, State.SENT, State.DEAD, State.WAITING, State.DROPPED):
        put_offer(draft, make_client(world.company), state=state)

    page = chief.get(page_of(draft))

    progress = page.context["progress"]
    assert (progress.total, progress.sent, progress.failed, progress.waiting, progress.dropped) == (5, 2, 1, 1, 1)
    assert "Sent to 2 of 5" in text(page)
    assert 'value="80"' in text(page)
    assert f"part_of={draft.pk}&amp;state__exact=DEAD" in text(page)


def test_a_running_one_renews_itself_with_and_without_javascript(chief, draft):
    in_state(draft, "RUNNING")

    page, part = text(chief.get(page_of(draft))), text(chief.get(course(draft)))

    assert f'hx-get="{course(draft)}"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert f'hx-get="{course(draft)}"' in part
    assert "<html" not in part


@pytest.mark.parametrize("state", ["PAUSED", "STOPPED", "DONE"])
def test_one_that_stands_still_does_not(chief, draft, state):
    in_state(draft, state)

    page, part = text(chief.get(page_of(draft))), text(chief.get(course(draft)))

    assert "hx-get" not in page
    assert "http-equiv" not in page
    assert "hx-get" not in part


def test_the_page_costs_the_same_however_many_people(world, chief, draft):
    in_state(draft, "RUNNING")
    put_offer(draft, world.client)
    few = statements(chief, page_of(draft))

    for _ in range(20):
        put_offer(draft, make_client(world.company))

    assert statements(chief, page_of(draft)) == few <= 15


def test_a_draft_costs_the_same_however_large_its_audience(world, chief, draft):
    few = statements(chief, page_of(draft))

    for _ in range(20):
        Preferences.objects.create(company=world.company, client=make_client(world.company), wants_offers=True)

    assert statements(chief, page_of(draft)) == few <= 15


def statements(browser, where: str) -> int:
    browser.get(where)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(where).status_code == 200
    return sum("django_session" not in query["sql"] for query in captured)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{7*7}}"])
def test_a_name_and_a_text_are_never_markup(world, draft, name):
    owner = world.browser(OWNER)
    Broadcast.objects.filter(pk=draft.pk).update(name=name, content_tg=f"{name}<img src=x onerror=alert(1)>")

    pages = [text(owner.get(where)) for where in (page_of(draft), deed(draft, "start"))]
    in_state(draft, "DONE")
    pages += [text(owner.get(where)) for where in (page_of(draft), "/admin/notifications/broadcast/")]

    assert all("<script>alert" not in page and "<img src=x" not in page for page in pages)


def test_the_audience_is_of_those_who_agreed(world, chief, draft):
    assert Client.objects.filter(company=world.company).count() == 3
    assert not Delivery.objects.exists()

    assert [way for way, _ in chief.get(page_of(draft)).context["ways"]] == ["Telegram"]
