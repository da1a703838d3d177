"""What became of each message, in the console: found, understood, and sent again where it failed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.values import Role
from booking.queries.visits import database_time
from notifications.console_wording import reason_in_words
from notifications.models import Broadcast, Delivery
from notifications.values import Channel, RecipientRole, State
from tests.console import OWNER, ROLES, World, address, said, signed_in
from tests.factories import make_client, make_location, make_user
from tests.lasting import copied, lasting
from tests.notifications.console.rows import BLOCKED, put, put_offer

pytestmark = pytest.mark.django_db

LIST = "/admin/notifications/delivery/"
NOT_STARTED = "The bot may not write there: nobody has started it."
WRONG = "The setting %s of the server is wrong: tell whoever runs it."
DEAD = {"state": State.DEAD, "attempts": 3, "reason": BLOCKED, "channel": Channel.TELEGRAM, "target": "17"}


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


@pytest.fixture
def desk(world):
    return world.browser(Role.OPERATOR)


def page_of(delivery: Delivery) -> str:
    return address(Delivery, "change", delivery.pk)


def again(delivery: Delivery) -> str:
    return address(Delivery, "again", delivery.pk)


def found(browser, **asked) -> list[Delivery]:
    return list(browser.get(LIST, asked).context["cl"].result_list)


def text(page) -> str:
    return page.content.decode()


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_newest_comes_first_with_who_was_told_how_and_why_not(world, desk):
    guest = put(world.visit)
    client = put(world.visit, client=world.client, **DEAD)
    specialist = put(
        world.visit, user=world.user(Role.SPECIALIST, full_name="Vera"), role=RecipientRole.SPECIALIST, channel=""
    )

    page = desk.get(LIST)

    admin, rows = page.context["cl"].model_admin, list(page.context["cl"].result_list)
    assert rows == [specialist, client, guest]
    assert [admin.person(row) for row in rows] == [
        ["Vera", "Specialist"],
        [f"{world.mark} client", "Client"],
        [f"{world.mark} visitor", "Client"],
    ]
    assert [admin.channel_shown(row) for row in rows] == ["no channel", "Telegram", "E-mail"]
    assert [admin.why(row) for row in rows] == ["", "The bot has been blocked.", ""]
    assert f'href="/admin/booking/appointment/{world.visit.pk}/change/">#{world.visit.pk}</a>' in text(page)


def test_one_is_found_by_visit_phone_and_name(world, desk):
    wanted = put(world.visit)
    other = put(world.another_visit(days=4), target="b@example.com")
    theirs = put(world.visit, client=make_client(world.company, first_name="Pyotr", phone="+79161234567"))

    assert found(desk, q=f"#{world.visit.pk}") == [theirs, wanted]
    assert found(desk, q="23-45-67") == [theirs]
    assert found(desk, q="pyotr") == [theirs]
    assert found(desk, q=f"{world.mark} visitor") == [theirs, other, wanted]
    assert found(desk, q="nobody") == []


@pytest.mark.parametrize("term", ["#" + "9" * 40, "%", "'; DROP TABLE", "\0", "+7"])
def test_nonsense_finds_nothing_and_is_no_error(world, desk, term):
    put(world.visit)

    assert desk.get(LIST, {"q": term}).status_code == 200


def test_filters_tell_states_channels_and_events_apart(world, desk):
    sent = put(world.visit)
    dead = put(world.visit, client=world.client, **DEAD)
    nowhere = put(world.visit, client=make_client(world.company), state=State.DEAD, channel="", target="")

    assert found(desk, state__exact="DEAD") == [nowhere, dead]
    assert found(desk, by="email") == [sent]
    assert found(desk, by="none") == [nowhere]
    assert found(desk, by="x") == [nowhere, dead, sent]
    assert found(desk, event_type__exact="booking_reminder") == []


def test_filters_by_time_follow_the_company_s_clock(world, desk):
    now = database_time()
    midnight = now.astimezone(world.company.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today, yesterday, long_ago = (put(world.visit, client=make_client(world.company)) for _ in range(3))
    moments = {today: midnight, yesterday: midnight - timedelta(seconds=1), long_ago: now - timedelta(days=8)}
    for delivery, moment in moments.items():
        Delivery.objects.filter(pk=delivery.pk).update(created_at=moment)

    assert found(desk, when="today") == [today]
    assert found(desk, when="week") == [yesterday, today]


def test_the_parts_of_a_broadcast_are_found(world, desk):
    broadcast = Broadcast.objects.create(company=world.company, name="Summer", content_tg="x", state="DONE")
    part = put_offer(broadcast, world.client)
    put(world.visit)

    assert found(desk, part_of=broadcast.pk) == [part]
    assert ("Summer" in text(desk.get(LIST))) is True


def test_the_broadcasts_of_another_company_are_not_offered(world, desk):
    stranger = World()
    broadcast = Broadcast.objects.create(company=stranger.company, name="Foreign", content_tg="x", state="DONE")
    put_offer(broadcast, stranger.client)

    assert "Foreign" not in text(desk.get(LIST))
    assert found(desk, part_of=broadcast.pk) == []


def test_nothing_can_be_added_edited_or_deleted(world):
    delivery, chief = put(world.visit), world.browser(OWNER)

    answers = [
        chief.get(f"{LIST}add/"),
        chief.post(page_of(delivery), {"state": "SENT"}),
        chief.post(address(Delivery, "delete", delivery.pk), {"post": "yes"}),
        chief.post(LIST, {"action": "delete_selected", "_selected_action": [delivery.pk], "post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 405, 403, 302]
    assert Delivery.objects.get().state == State.SENT


# --- the page ---------------------------------------------------------------------------------------------------------


def test_a_page_tells_everything_with_the_ways_tried_and_the_others_told(world, desk):
    dead = put(world.visit, client=world.client, **DEAD)
    mail = put(world.visit, client=world.client, instead_of=dead, provider_id="<1@okno>")
    master = put(world.visit, user=world.user(Role.SPECIALIST), role=RecipientRole.SPECIALIST, target="8")
    put(world.another_visit(days=5), target="elsewhere@example.com")

    page = desk.get(page_of(mail))

    assert page.context["chain"] == [dead, mail]
    assert page.context["others"] == [master]
    assert f"instead of #{dead.pk}" in text(page)
    assert "1 of 3" in text(page)
    assert "&lt;1@okno&gt;" in text(page)


def test_a_failed_one_says_why_in_words_and_in_the_provider_s(world, desk):
    page = text(desk.get(page_of(put(world.visit, **DEAD))))

    assert "The bot has been blocked." in page
    assert BLOCKED in page


def test_a_broadcast_s_page_names_nobody_else_who_got_it(world, desk):
    broadcast = Broadcast.objects.create(company=world.company, name="Summer", content_tg="x", state="DONE")
    mine, _other = (put_offer(broadcast, client) for client in (world.client, make_client(world.company)))

    page = desk.get(page_of(mine))

    assert (page.context["chain"], page.context["others"]) == ([mine], [])
    assert "Summer" in text(page)


def test_a_morning_shows_only_his_own(world):
    chief = world.browser(Role.ADMIN)
    day = {"event": None, "occasion": "day:2030-01-28", "event_type": "day_summary", "role": RecipientRole.SPECIALIST}
    mine, _other = (put(world.visit, user=make_user(world.company), **day) for _ in range(2))

    assert chief.get(page_of(mine)).context["others"] == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('<b>&"Ко"', "&lt;b&gt;&amp;&quot;Ко&quot;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("{{7*7}}", "{{7*7}}"),
    ],
)
def test_a_name_and_a_reason_are_never_markup(world, desk, name, shown):
    client = make_client(world.company, first_name=name)
    delivery = put(world.visit, client=client, **DEAD | {"reason": name, "provider_id": name})
    card, visit = f"/admin/accounts/client/{client.pk}/change/", f"/admin/booking/appointment/{world.visit.pk}/change/"

    pages = [text(desk.get(where)) for where in (LIST, page_of(delivery), card, visit)]

    assert all(shown in page for page in pages)
    assert name == shown or all(name not in page for page in pages)


def test_another_company_s_and_another_location_s_are_not_there(world):
    operator = world.user(Role.OPERATOR)
    operator.locations.add(make_location(world.company))
    ours, theirs = put(world.visit, **DEAD), put(World().visit, **DEAD)
    browser = signed_in(operator)

    answers = [browser.get(page_of(row)) for row in (ours, theirs)]
    answers += [browser.post(again(row)) for row in (ours, theirs)]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert found(browser) == []
    assert not Delivery.objects.exclude(state=State.DEAD).exists()


@pytest.mark.parametrize("number", ["x", "0", "9" * 30])
def test_a_number_that_is_none_is_not_found(desk, number):
    assert desk.get(f"{LIST}{number}/change/").status_code == 404


def test_a_page_costs_the_same_however_many_were_told(world, desk):
    delivery = put(world.visit, client=world.client)
    few = statements(desk, page_of(delivery))

    for _ in range(20):
        put(world.visit, user=make_user(world.company), role=RecipientRole.ADMIN)

    assert statements(desk, page_of(delivery)) == few
    assert few <= 15


def statements(browser, where: str) -> int:
    browser.get(where)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(where).status_code == 200
    return len(captured)


# --- send again -------------------------------------------------------------------------------------------------------


def test_a_failed_one_is_sent_again_by_its_button(world, desk):
    dead = put(world.visit, **DEAD)

    shown = text(desk.get(page_of(dead)))
    answer = desk.post(again(dead), follow=True)

    dead.refresh_from_db()
    assert again(dead) in shown
    assert (dead.state, dead.attempts, dead.reason) == (State.WAITING, 0, "")
    assert said(answer) == [f"Being sent again: #{dead.pk}."]
    assert again(dead) not in text(answer)


def test_failed_ones_are_sent_again_together_and_the_others_are_named(world, desk):
    dead, sent = put(world.visit, **DEAD), put(world.visit, client=world.client)
    nowhere = put(world.visit, client=make_client(world.company), state=State.DEAD, channel="", target="")
    chosen = {"action": "send_selected_again", "_selected_action": [dead.pk, sent.pk, nowhere.pk]}

    answer = desk.post(LIST, chosen, follow=True)

    assert said(answer) == [
        f"Being sent again: #{dead.pk}.",
        f"Only what failed and has an address can be sent again: not #{nowhere.pk}, #{sent.pk}.",
    ]
    assert set(Delivery.objects.values_list("pk", "state")) == {
        (dead.pk, State.WAITING),
        (sent.pk, State.SENT),
        (nowhere.pk, State.DEAD),
    }


@pytest.mark.parametrize("state", [State.SENT, State.WAITING, State.DROPPED])
def test_what_has_not_failed_offers_no_button_and_is_not_sent_twice(world, desk, state):
    delivery = put(world.visit, state=state)

    assert again(delivery) not in text(desk.get(page_of(delivery)))
    desk.post(again(delivery))

    delivery.refresh_from_db()
    assert delivery.state == state


def test_sending_again_is_never_got(world, desk):
    dead = put(world.visit, **DEAD)

    assert desk.get(again(dead)).status_code == 405
    assert Delivery.objects.get().state == State.DEAD


@pytest.mark.parametrize("role", sorted(set(ROLES) - {OWNER, Role.ADMIN, Role.OPERATOR}))
def test_whoever_may_not_cannot_send_again(world, role):
    dead = put(world.visit, **DEAD)

    assert world.browser(role).post(again(dead)).status_code == 403
    assert Delivery.objects.get().state == State.DEAD


# --- reasons ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("no address", "There is neither a chat nor a mailbox nor a telephone to write to."),
        ("Forbidden: bot was blocked by the user", "The bot has been blocked."),
        ("Bad Request: chat not found", NOT_STARTED),
        ("Forbidden: bot can't initiate conversation with a user", NOT_STARTED),
        ("Forbidden: user is deactivated", "The Telegram account has been deleted."),
        ("Can't parse entities: unsupported start tag", "Telegram does not take the markup of this message."),
        ("Too Many Requests: retry after 5", "Too many messages at once; it waits."),
        ("Timed out", "No answer came: it may have arrived all the same."),
        ("fcm.googleapis.com answered 410", "The browser no longer takes messages."),
        ("fcm.googleapis.com answered 400", "The push service did not take it."),
        ("fcm.googleapis.com answered 403: see VAPID_PRIVATE_KEY and VAPID_EMAIL, or …", WRONG % "VAPID_PRIVATE_KEY"),
        ("TELEGRAM_BOT_TOKEN: Unauthorized", WRONG % "TELEGRAM_BOT_TOKEN"),
        ("EMAIL_URL: the mail server answered 535", WRONG % "EMAIL_URL"),
        ("EMAIL_URL: no connection to the mail server: OSError", "There was no connection."),
        ("the mail server answered 550 5.1.1", "There is no such mailbox."),
        ("the mail server answered 552", "The mail server did not take it."),
        ("no answer: ReadTimeout", "No answer came: it may have arrived all the same."),
        ("the visit was moved or cancelled", "The visit was moved or cancelled meanwhile."),
        ("Something new", "Something new"),
        ("", ""),
    ],
)
def test_reasons_are_said_in_words_people_can_act_on(reason, words):
    assert reason_in_words(reason) == words
