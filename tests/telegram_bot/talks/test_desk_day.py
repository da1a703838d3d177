"""The desk's menu, the salon's day and its visits, by real taps."""

import pytest

from accounts.values import Role
from booking.models import Appointment, Status
from catalog.models import Specialist
from telegram_bot.callbacks import (
    CANCEL,
    DESK_DAY,
    DESK_DAY_PAGE,
    DESK_PEOPLE,
    DESK_STEP,
    DESK_VISIT,
)
from tests.factories import make_location, make_specialist, make_user
from tests.lasting import lasting
from tests.telegram_bot.desk import ADMIN, a_moment_later, at_the_desk, data_of
from tests.telegram_bot.talks.days import BOTH, day_name, fixed, olga, shows, visit
from tests.telegram_bot.talks.world import (
    OPERATOR,
    OUTDATED,
    World,
    strangers_visit,
)

pytestmark = pytest.mark.django_db

built = lasting(World)


def colleague(world: World, name: str = "Boris") -> Specialist:
    return make_specialist(world.location, world.service, name=name, position=1)


# The menu -------------------------------------------------------------------------------------------------------------

MENU = {
    "ru": [
        ["📋 Сегодня", "➕ Записать"],
        ["🔎 Клиент", "📊 Сводка"],
        ["📣 Рассылка", "⚙️ Уведомления"],
        ["👤 Как клиент"],
    ],
    "en": [
        ["📋 Today", "➕ Book"],
        ["🔎 Client", "📊 Figures"],
        ["📣 Broadcast", "⚙️ Notifications"],
        ["👤 As a client"],
    ],
}


@BOTH
@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR])
def test_menu_of_the_desk(world, talker, language, role):
    who = at_the_desk(talker, world, role, language).says("/menu")

    nothing = {"ru": "Визитов нет.", "en": "No visits."}[language]
    assert who.text == f"{world.company.name}\n{day_name(world.day(0), language)}: {nothing}"
    assert who.labels == [row for row in MENU[language] if role == Role.ADMIN or "📣" not in row[0]]


@BOTH
def test_menu_says_how_the_day_goes(world, talker, language, monkeypatch):
    monkeypatch.setattr("booking.queries.desk_day.ClockTimestamp", lambda: fixed(world.at(12, days=0)))
    for hour, status in ((9, Status.COMPLETED), (10, Status.NO_SHOW), (11, Status.ARRIVED)):
        visit(world, hour, days=0, status=status)
    visit(world, 14, days=0, contact_name="Мария Алёхина")
    visit(world, 15, days=0)

    who = olga(talker, language).says("/start")

    counts = {"ru": "4 визита · здесь: 1 · не пришли: 1", "en": "4 visits · 1 here · no-shows: 1"}[language]
    following = {
        "ru": "Следующий: 14:00–15:00 ○ Алёхина М. — Haircut · Vera",
        "en": "Next: 2:00 pm–3:00 pm ○ Алёхина М. — Haircut · Vera",
    }[language]
    assert who.text == f"{world.company.name}\n{day_name(world.day(0), language)}: {counts}\n\n{following}"


@pytest.mark.parametrize("command", ["/admin", "/menu", "what now"])
def test_everything_written_opens_the_menu(world, talker, command):
    who = talker(OPERATOR, "Olga", "en").says(command)

    assert who.labels[0] == ["📋 Today", "➕ Book"]


def test_desk_is_a_client_too(world, talker):
    who = olga(talker).says("/start").taps("👤 As a client")

    assert who.taps("🏠 To the menu").labels[0] == ["📋 Today", "➕ Book"]


def test_owner_of_several_salons_chooses_one_first(world, talker):
    strangers_visit()
    make_user(None, Role.ADMIN, is_superuser=True, tg_id=ADMIN)
    owner = talker(ADMIN, "Owner", "en").says("/start")
    asked = owner.text

    owner.taps(world.company.name).taps("🏠 To the menu")

    assert asked == "Where would you like to book?"
    assert owner.text.startswith(f"{world.company.name}\n{day_name(world.day(0), 'en')}")


def test_desk_of_the_salon_he_works_for_whichever_he_visits(world, talker):
    """As a client he may deal with another one."""
    other = strangers_visit().company
    who = olga(talker).says(f"/start c_{other.slug}")
    assert who.text.startswith(other.name)

    who.taps("🏠 To the menu")

    assert who.text.startswith(world.company.name)


# The day --------------------------------------------------------------------------------------------------------------


@BOTH
def test_day_of_the_salon_is_told_line_by_line(world, talker, language):
    visit(world, 10, contact_name="Мария <Алёхина>")
    visit(world, 11, specialist=colleague(world), status=Status.ARRIVED, contact_name="Пётр")
    visit(world, 12, status=Status.NO_SHOW)

    who = shows(olga(talker, language), DESK_DAY(day=world.day(2), specialist=None))

    words = {
        "ru": (
            "2 визита · здесь: 1 · не пришли: 1\n\n10:00–11:00 ○ <Алёхина> М. — Haircut · Vera\n"
            "11:00–12:00 ● Пётр — Haircut · пришёл · Boris\n12:00–13:00 ✖ Гость — Haircut · не пришёл · Vera",
            [["10:00 <Алёхина>", "11:00 Пётр"], ["12:00 Гость"]],
            ["👤 Мастер: все"],
            ["➕ Записать", "🏠"],
        ),
        "en": (
            "2 visits · 1 here · no-shows: 1\n\n10:00 am–11:00 am ○ <Алёхина> М. — Haircut · Vera\n"
            "11:00 am–12:00 pm ● Пётр — Haircut · arrived · Boris\n12:00 pm–1:00 pm ✖ Guest — Haircut · no-show · Vera",
            [["10:00 am <Алёхина>", "11:00 am Пётр"], ["12:00 pm Guest"]],
            ["👤 Specialist: all"],
            ["➕ Book", "🏠"],
        ),
    }[language]
    assert who.text == f"{day_name(world.day(2), language)} · {words[0]}"
    assert (who.labels[:2], who.labels[3:]) == (words[1], list(words[2:]))


def test_one_goes_from_day_to_day(world, talker):
    who = olga(talker).says("/start").taps("📋 Today")
    names = [who.text, who.taps("▶").text, who.taps("▶").text, who.taps("Today").text, who.taps("◀").text]

    assert [name.split(" · ")[0] for name in names] == [day_name(world.day(days), "en") for days in (0, 1, 2, 0, -1)]


@BOTH
def test_day_of_one_specialist(world, talker, language):
    boris = colleague(world)
    visit(world, 10, contact_name="Hers")
    visit(world, 10, specialist=boris, contact_name="His")
    who = shows(olga(talker, language), DESK_DAY(day=world.day(2), specialist=None))

    who.taps("👤")
    people = who.labels[:2]
    who.taps("Boris")

    everybody = {"ru": "Все", "en": "All"}[language]
    assert people == [[everybody], ["Vera", "Boris"]]
    assert ("His" in who.text, "Hers" in who.text, who.text.splitlines()[1]) == (True, False, "👤 Boris")
    after = data_of(who)[1][-1]
    assert after == DESK_DAY(day=world.day(3), specialist=boris.pk), "the other days are his, too"


def test_many_specialists_have_pages(world, talker):
    for number in range(20):
        colleague(world, f"Colleague {number:02}")

    who = shows(olga(talker), DESK_PEOPLE(day=world.day(2), page=0)).taps("More ▶")

    assert who.labels == [
        ["All"],
        ["Colleague 15", "Colleague 16"],
        ["Colleague 17", "Colleague 18"],
        ["Colleague 19"],
        ["◀ Earlier"],
        ["⬅️ To the day", "🏠"],
    ]


def test_long_day_has_pages(world, talker):
    for number in range(19):
        visit(world, 9, specialist=colleague(world), contact_name=f"Person{number}")

    who = shows(olga(talker), DESK_DAY(day=world.day(2), specialist=None))
    first = (who.text.count("Person"), who.labels[4])
    who.taps("More ▶").taps("More ▶")

    assert first == (8, ["More ▶"])
    assert (who.text.count("Person"), who.labels[2]) == (3, ["◀ Earlier"])
    assert "19 visits" in who.text
    far = shows(who, DESK_DAY_PAGE(day=world.day(2), specialist=None, page=999))
    assert far.labels[2] == ["◀ Earlier"]


def test_today_opens_the_page_that_it_is_time_for(world, talker, monkeypatch):
    monkeypatch.setattr("booking.queries.desk_day.ClockTimestamp", lambda: fixed(world.at(12, days=0)))
    for number in range(10):
        visit(world, 10 + number // 9, days=0, specialist=colleague(world))

    who = olga(talker).says("/start").taps("📋 Today")

    assert who.labels[1] == ["◀ Earlier"]


def test_several_locations_are_told_one_after_the_other(world, talker):
    abroad = make_location(world.company, name="Abroad <b>", timezone="Asia/Tbilisi", position=1)
    visit(world, 9, location=abroad, specialist=colleague(world), contact_name="Nino")
    visit(world, 10, contact_name="Anna")

    who = shows(olga(talker), DESK_DAY(day=world.day(2), specialist=None))

    assert who.text.split("\n\n")[1:] == [
        f"📍 {world.location.name}\n10:00 am–11:00 am ○ Anna — Haircut · Vera",
        "📍 Abroad <b>\n10:00 am–11:00 am ○ Nino — Haircut · Boris",
    ]


def limited(world: World) -> Appointment:
    """The operator works in one location; a visit is in another."""
    elsewhere = make_location(world.company, name="Elsewhere")
    world.operator.locations.add(world.location)
    return visit(world, 11, days=-1, location=elsewhere, specialist=make_specialist(elsewhere), contact_name="Secret")


def test_operator_of_one_location_sees_nothing_of_another(world, talker):
    hidden = limited(world)
    visit(world, 10, days=-1, contact_name="Known")
    who = shows(olga(talker), DESK_DAY(day=world.day(-1), specialist=None))
    day = who.text

    shows(who, DESK_DAY(day=world.day(-1), specialist=hidden.specialist_id))
    toasts = [who.toast]
    for data in (DESK_VISIT(id=hidden.pk), DESK_STEP(id=hidden.pk, step="arr"), CANCEL(id=hidden.pk, return_to="n")):
        shows(a_moment_later(who), data)
        toasts.append(who.toast)

    hidden.refresh_from_db()
    assert ("Known" in day, "Secret" in day, "📍" in day) == (True, False, False)
    assert (toasts, hidden.status) == ([OUTDATED] * 4, Status.CONFIRMED)


@pytest.mark.parametrize("data", ["ad:d:10000101:0", "ad:d:29991231:0", "ad:d:20261301:0", "ad:d:20260101:99999999"])
def test_days_and_people_that_are_none(world, talker, data):
    assert shows(olga(talker), data).toast == OUTDATED
