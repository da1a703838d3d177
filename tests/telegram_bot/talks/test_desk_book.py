"""➕ The desk books for somebody in its chat."""

from datetime import time, timedelta
from threading import Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_redis import get_redis_connection

from accounts.models import Client
from accounts.values import Role
from booking.models import Appointment, Status
from booking.queries.locations import located
from booking.queries.nearest import nearest_slots
from booking.queries.visits import database_time
from catalog.models import ServiceSpecialist
from telegram_bot.callbacks import (
    BOOK_FOR,
    EDIT,
    NEW_BOOK,
    NEW_CHECK,
    NEW_DAYS,
    NEW_NEAREST,
    NEW_PLACE,
    NEW_SERVICE,
    NEW_SPECIALIST,
    NEW_TIMES,
    TO_CARD,
    read_press,
)
from tests.booking.rows import put
from tests.booking.steps import history, last_event
from tests.factories import Salon, book, make_client, make_company, make_location, make_service, make_specialist
from tests.telegram_bot.desk import ADMIN, a_moment_later, at_the_desk, data_of, opens, staff, toasts
from tests.telegram_bot.talking import Talker
from tests.telegram_bot.talks.world import OUTDATED
from tests.torture.rivals import before_locking

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MASHA = {"id": 55, "is_bot": False, "first_name": "Маша", "last_name": "К"}


@pytest.fixture
def salon() -> Salon:
    return haircuts()


def haircuts(**fields) -> Salon:
    """A haircut by Anna, in the centre."""
    salon = Salon(service={"name": "Haircut"}, name="Centre", **fields)
    salon.specialist.name = "Anna"
    salon.specialist.save(update_fields=["name"])
    return salon


@pytest.fixture
def maria(salon) -> Client:
    return make_client(salon.company, first_name="Maria", last_name="Petrova", phone="+79991234567")


def errand(salon: Salon, client: Client | None = None, specialist=None) -> dict[str, int | None]:
    return {
        "whom": client and client.pk,
        "location": salon.location.pk,
        "service": salon.service.pk,
        "specialist": specialist and specialist.pk,
    }


def asked(talker, salon, language="en", role=Role.ADMIN, tg_id=ADMIN) -> Talker:
    return opens(at_the_desk(talker, salon, role, language, tg_id), BOOK_FOR())


def times_of(desk: Talker) -> list:
    """What the buttons of a screen would book, in order."""
    presses = [read_press(data) for row in data_of(desk) for data in row]
    return [press.parts for press in presses if press and press.callback == NEW_CHECK]


# --- the whole way ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "language"), [(Role.ADMIN, "ru"), (Role.OPERATOR, "en")])
def test_a_known_client_is_booked(salon, talker, maria, role, language):
    desk = asked(talker, salon, language, role).says("4567")
    assert data_of(desk)[0] == [NEW_NEAREST(**errand(salon, maria))]

    for data in (NEW_NEAREST(**errand(salon, maria)), NEW_DAYS(**errand(salon, maria), page=0)):
        desk.taps(data)
    desk.taps(NEW_TIMES(**errand(salon, maria), day=salon.day(2), page=0))
    desk.taps("Morning" if language == "en" else "Утро").taps("10:00")
    desk.taps("✅")

    [visit] = Appointment.objects.all()
    assert (visit.client, visit.status, visit.source) == (maria, Status.CONFIRMED, "tg_bot")
    assert (visit.start_time, visit.contact_name) == (salon.at(10, days=2), "Maria Petrova")
    assert (history(visit), last_event(visit).initiated_by["role"]) == (["booking_created"], role.lower())


def test_the_screens_on_the_way(salon, talker, maria):
    desk = asked(talker, salon)
    assert desk.text.startswith("➕ Who is the visit for?\nWrite the last four digits")
    assert desk.labels == [["👤 A guest, without a number"], ["🏠 To the menu"]]

    desk.says("4567")
    assert desk.text == "➕ Maria Petrova\n📍 Centre\n\nWhich service?"
    assert desk.labels == [["Haircut · 60 min · 1,000 ₽"], ["⬅️ The client", "🏠"]]

    desk.taps("Haircut")
    assert desk.text == "➕ Maria Petrova\n💇 Haircut · 60 min\n📍 Centre\n\nNearest times:"
    assert desk.labels[-2:] == [["📆 Another day", "👤 Specialist: any"], ["⬅️ Services", "🏠"]]
    assert all(label.endswith(" · Anna") for row in desk.labels[:-2] for label in row)

    opens(desk, NEW_CHECK(**errand(salon, maria), start=salon.at(10)))
    assert desk.text.startswith("Book it?\n\n👤 Maria Petrova, +7 999 123-45-67\n💇 Haircut\n👨‍💼 Anna\n📍 Centre\n🕐 ")
    assert desk.text.endswith("10:00 am – 11:00 am\n💳 1,000 ₽")
    assert desk.labels == [["✅ Book"], ["⬅️ Another time", "🏠"]]


def test_the_receipt_stays_and_can_be_changed(salon, talker, maria):
    desk = opens(asked(talker, salon), NEW_CHECK(**errand(salon, maria), start=salon.at(10))).taps("✅ Book")

    visit = Appointment.objects.get()
    assert desk.text.startswith(f"✅ Booked · #{visit.pk}\n\n👤 Maria Petrova, +7 999 123-45-67\n💇 Haircut\n")
    assert data_of(desk) == [[EDIT(id=visit.pk, return_to=TO_CARD)], ["n:menu"]]

    desk.taps("🏠 To the menu")
    receipt, _menu = desk.telegram.live_messages(ADMIN)
    assert receipt.text.startswith("✅ Booked")


def test_a_guest_is_booked_without_a_number(salon, talker):
    desk = asked(talker, salon).taps("👤 A guest")
    assert desk.text.startswith("➕ Guest\n")

    opens(desk, NEW_CHECK(**errand(salon), start=salon.at(10))).taps("✅ Book")

    visit = Appointment.objects.get()
    assert (visit.client, visit.contact_name, visit.contact_phone) == (None, "", "")
    assert "👤 Guest\n" in desk.text


# --- for whom ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "Ирина Кузнецова +7 999 765-43-21", "8 (999) 765-43-21 Ирина Кузнецова", "Ирина, Кузнецова 89997654321",
        "Ирина Кузнецова: 0079997654321", "Новый: Ирина Кузнецова +79997654321", "new Ирина Кузнецова +79997654321",
    ],
)  # fmt: skip
def test_a_new_client_is_written_down(salon, talker, typed):
    desk = asked(talker, salon).says(typed)

    client = Client.objects.get()
    assert (client.company, client.phone, client.first_name) == (salon.company, "+79997654321", "Ирина")
    assert client.last_name == "Кузнецова"
    assert desk.text.startswith("➕ Ирина Кузнецова")


def test_a_number_that_is_known_keeps_its_card(salon, talker, maria):
    desk = asked(talker, salon).says("Mary 8 999 123-45-67")

    assert desk.text.startswith("➕ Maria Petrova")
    assert Client.objects.get() == maria


def test_a_shared_contact_is_written_down(salon, talker):
    asked(talker, salon).shares_phone("79997654321", user_id=55, first_name="Ирина")

    client = Client.objects.get()
    assert (client.phone, client.first_name, client.tg_id) == ("+79997654321", "Ирина", None)


def test_whoever_wrote_what_is_forwarded_is_written_down(salon, talker):
    desk = asked(talker, salon).forwards(MASHA, "Is there room today?")

    client = Client.objects.get()
    assert (client.tg_id, client.phone, client.first_name) == (55, None, "Маша")
    assert desk.text.startswith("➕ Маша")


def test_a_bot_whose_message_is_forwarded_is_nobody(salon, talker):
    desk = asked(talker, salon).forwards({"id": 42, "is_bot": True, "first_name": "Okno"}, "You are booked")

    assert desk.text.startswith("⚠️ Nobody was found.")
    assert not Client.objects.exists()


def test_a_contact_with_a_long_name_is_written_down(salon, talker):
    asked(talker, salon).shares_phone("79997654321", user_id=0, first_name="Ж" * 255)

    assert Client.objects.get().first_name == "Ж" * 100


@pytest.mark.parametrize("word", ["guest", "Гость"])
def test_a_guest_can_be_typed(salon, talker, word):
    make_client(salon.company, first_name="Guest")

    assert asked(talker, salon).says(word).text.startswith("➕ Guest\n📍 Centre")


def test_without_memory_a_guest_can_be_booked_all_the_same(salon, talker, monkeypatch):
    monkeypatch.setattr("telegram_bot.memory.ask", lambda *args: False)

    desk = asked(talker, salon)

    assert desk.text.startswith("⚠️ Typing does not work at the moment.")
    assert desk.taps("👤 A guest").text.startswith("➕ Guest")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Ирина 8 999 765-43", "The number has too few digits."),
        ("Ирина +7 123 456-78-90", "There is no such number."),
        ("Ирина", "Nobody was found. If the client is new, write the name and the number."),
        ("89997654321", "Nobody was found. If the client is new, write the name and the number."),
        ("%_ <b>", "Nobody was found. If the client is new, write the name and the number."),
    ],
)
def test_what_is_not_understood_is_asked_again(salon, talker, typed, said):
    desk = asked(talker, salon).says(typed)

    assert desk.text.startswith(f"⚠️ {said}")
    assert "Who is the visit for?" in desk.text
    assert not Client.objects.exists()

    assert desk.says("Ирина 8 999 765-43-21").text.startswith("➕ Ирина")


def test_several_are_shown_to_choose_from(salon, talker, maria):
    other = make_client(salon.company, first_name="Anna", phone="+79997654567")

    desk = asked(talker, salon).says("4567")

    assert data_of(desk) == [[NEW_PLACE(whom=other.pk)], [NEW_PLACE(whom=maria.pk)], ["n:home"]]
    assert desk.taps("Maria").text.startswith("➕ Maria Petrova")


def test_a_number_never_gets_into_redis_or_the_audit(salon, talker):
    desk = asked(talker, salon).says("Ирина 8 999 765-43-21")
    opens(desk, NEW_CHECK(**errand(salon, Client.objects.get()), start=salon.at(10))).taps("✅ Book")

    redis = get_redis_connection()
    kept = b" ".join(key + (redis.get(key) or b"") for key in redis.keys("*") if redis.type(key) == b"string")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(what || coalesce(body::text, ''), ' ') FROM telegram_bot_incomingupdate")
        audit = cursor.fetchone()[0]
    assert b"7654321" not in kept
    assert "7654321" not in audit.replace("-", "")


def test_without_its_question_an_answer_leads_to_the_menu(salon, talker, maria):
    desk = at_the_desk(talker, salon).says("/menu")
    menu = desk.text
    opens(desk, BOOK_FOR())
    get_redis_connection().delete(f"fsm:{desk.tg_id}")

    assert desk.says("4567").text == menu


def test_buttons_go_on_when_everything_else_is_forgotten(salon, talker, maria):
    """Whom it is for stands in the button."""
    desk = asked(talker, salon).says("4567")
    get_redis_connection().flushdb()

    opens(desk.taps("Haircut"), NEW_CHECK(**errand(salon, maria), start=salon.at(10))).taps("✅ Book")

    assert Appointment.objects.get().client == maria


# --- where, what, with whom -------------------------------------------------------------------------------------------


def test_several_locations_are_chosen_from(salon, talker, maria):
    river = make_location(salon.company, name="River", address="Quay 1", position=1)

    desk = asked(talker, salon).says("4567")

    assert desk.labels == [["Centre"], ["River · Quay 1"], ["🏠 To the menu"]]
    assert desk.taps("River").text == "➕ Maria Petrova\n📍 River\n\nNothing can be booked here yet."
    assert data_of(desk)[0] != [NEW_SERVICE(whom=maria.pk, location=river.pk, page=1)]


def test_what_the_client_had_last_comes_first(salon, talker, maria):
    boris = make_specialist(salon.location, salon.service, name="Boris")
    for number, specialist in enumerate((salon.specialist, boris)):
        visit = book(salon.slot(10, days=1 + number, specialist=specialist), phone="+79991234567")
        assert visit.client == maria

    desk = asked(talker, salon).says("4567")

    assert desk.labels[0] == ["🔁 Haircut · Boris"]
    assert data_of(desk)[0] == [NEW_NEAREST(**errand(salon, maria, boris))]


def test_many_services_are_paged(salon, talker):
    for number in range(9):
        ServiceSpecialist.objects.create(
            service=make_service(salon.company, name=f"S{number} " + "Ж" * 150, position=1), specialist=salon.specialist
        )

    desk = asked(talker, salon).taps("👤 A guest")
    assert [len(row) for row in desk.labels] == [1] * 9 + [2]

    desk.taps(NEW_SERVICE(whom=None, location=salon.location.pk, page=1))
    assert [row[0][:2] for row in desk.labels[:2]] == ["S7", "S8"]


def test_a_specialist_is_chosen(salon, talker):
    boris = make_specialist(salon.location, salon.service, name="Boris")

    desk = opens(asked(talker, salon), NEW_SPECIALIST(whom=None, location=salon.location.pk, service=salon.service.pk))
    assert desk.labels == [["Any", "Anna"], ["Boris"], ["⬅️", "🏠"]]

    desk.taps("Boris")
    assert desk.labels[-2][1] == "👤 Specialist: Boris"
    assert {parts["specialist"] for parts in times_of(desk)} == {boris.pk}


# --- when -------------------------------------------------------------------------------------------------------------


def test_a_walk_in_is_offered_the_time_that_has_just_begun(talker):
    """Clients are not: they are bound by the notice."""
    salon = haircuts(hours=(time(0), time(0)))
    salon.specialist.schedules.update(start_time=time(0), end_time=time(0))

    desk = opens(asked(talker, salon), NEW_NEAREST(**errand(salon)))

    first = times_of(desk)[0]["start"]
    assert first <= database_time()
    assert nearest_slots(located(salon.location.pk), salon.service.pk)[0].start > first
    desk.taps(NEW_CHECK(**errand(salon, specialist=salon.specialist), start=first)).taps("✅ Book")
    assert Appointment.objects.get().start_time == first


def test_the_desk_books_beyond_the_horizon(salon, talker):
    salon.company.horizon_days = 7
    salon.company.save(update_fields=["horizon_days"])

    desk = opens(asked(talker, salon), NEW_DAYS(**errand(salon), page=2))
    assert [len(row) for row in desk.labels] == [3, 3, 3, 3, 2, 2, 2]

    opens(desk, NEW_CHECK(**errand(salon), start=salon.at(10, days=30))).taps("✅ Book")
    assert Appointment.objects.get().start_time == salon.at(10, days=30)


def test_days_have_the_number_of_their_times(salon, talker):
    desk = opens(asked(talker, salon), NEW_DAYS(**errand(salon), page=1))

    day = salon.day(14)
    assert desk.labels[0][0].endswith(f" {day.day} · 41")
    assert data_of(desk)[-2] == [NEW_DAYS(**errand(salon), page=0), NEW_DAYS(**errand(salon), page=2)]


def test_a_day_without_room_says_so(salon, talker):
    desk = opens(asked(talker, salon), NEW_TIMES(**errand(salon), day=salon.day(-1), page=0))

    assert desk.text.endswith("There are no free times left on this day.")
    assert desk.labels == [["⬅️ Days", "🏠"]]


def test_a_year_ahead_is_far_enough(salon, talker):
    desk = opens(asked(talker, salon), NEW_DAYS(**errand(salon), page=26))
    assert data_of(desk)[-2] == [NEW_DAYS(**errand(salon), page=25)]

    assert opens(desk, NEW_DAYS(**errand(salon), page=27)).toast == OUTDATED
    assert opens(desk, NEW_TIMES(**errand(salon), day=salon.day(9000), page=0)).toast == OUTDATED


def test_moments_that_nobody_can_mean_are_not_free(salon, talker):
    where, starts = f"{salon.location.pk}:{salon.service.pk}:0", ("0", "zzzzzz", "pppppp")
    desk, said = at_the_desk(talker, salon), {}

    for start in starts:
        checked = opens(desk.clears(), f"ad:nc:0:{where}:{start}").toast
        said[start] = (checked, opens(desk.clears(), f"ad:nb:0:{where}:{start}").text[:3], Appointment.objects.count())

    assert said == dict.fromkeys(starts, ("This time is no longer free.", "⚠️ ", 0))


def test_another_visit_of_the_client_is_said_and_no_hindrance(salon, talker, maria):
    boris = make_specialist(salon.location, salon.service, name="Boris")
    other = book(salon.slot(10, 30, specialist=salon.specialist), phone="+79991234567")

    desk = opens(asked(talker, salon), NEW_CHECK(**errand(salon, maria, boris), start=salon.at(10)))
    assert desk.text.endswith(f"⚠️ The client has another visit then: #{other.pk} at 10:30 am, Anna.")

    desk.taps("✅ Book")
    assert Appointment.objects.filter(client=maria).count() == 2


# --- somebody else was quicker ----------------------------------------------------------------------------------------


def test_a_time_that_is_gone_shows_others(salon, talker, maria):
    book(salon.slot(10))

    desk = opens(asked(talker, salon), NEW_CHECK(**errand(salon, maria), start=salon.at(10)))

    assert desk.toast == "This time is no longer free."
    assert desk.text.startswith("⚠️ This time is no longer free.\n\n➕ Maria Petrova")
    assert times_of(desk)[0]["start"] == salon.at(9)
    desk.taps(data_of(desk)[0][0]).taps("✅ Book")
    assert Appointment.objects.get(client=maria).start_time == salon.at(9)


def test_a_time_taken_after_the_question_shows_others(salon, talker, maria):
    desk = opens(asked(talker, salon), NEW_CHECK(**errand(salon, maria), start=salon.at(10)))
    book(salon.slot(10))

    desk.taps("✅ Book")

    assert desk.toast == "This time has just been taken."
    assert [parts["start"] for parts in times_of(desk)][:2] == [salon.at(9), salon.at(11)]
    assert Appointment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rival_at_the_same_moment_wins_and_others_are_shown(talker, monkeypatch):
    """He commits between what the desk's command read and what it locks, with a connection of his own."""
    salon = haircuts()
    desk = opens(asked(talker, salon), NEW_CHECK(**errand(salon), start=salon.at(10)))
    rivals: list[Thread] = []

    def rival() -> None:
        if not rivals:
            rivals.append(Thread(target=book_elsewhere, args=(salon,)))
            rivals[0].start()
            rivals[0].join(10)

    before_locking(monkeypatch, rival)
    desk.taps("✅ Book")

    assert [visit.contact_name for visit in Appointment.objects.all()] == ["Rival"]
    assert desk.toast == "This time has just been taken."
    assert times_of(desk)[0]["start"] == salon.at(9)


def book_elsewhere(salon: Salon) -> None:
    try:
        book(salon.slot(10), name="Rival")
    finally:
        connection.close()


def test_the_same_tap_again_books_once(salon, talker, maria):
    """Telegram repeats an update whose answer was lost."""
    desk = opens(asked(talker, salon), NEW_CHECK(**errand(salon, maria), start=salon.at(10))).taps("✅ Book")

    desk.gives(desk.last_tap)

    assert Appointment.objects.count() == 1


# --- forged -----------------------------------------------------------------------------------------------------------


def every_button(salon: Salon, client: Client | None, **changes) -> list[str]:
    whole = errand(salon, client) | changes
    at, what = (
        {key: whole[key] for key in ("whom", "location")},
        {key: whole[key] for key in ("whom", "location", "service")},
    )
    start, day = salon.at(10), salon.day()
    return [
        NEW_SERVICE(**at, page=0), NEW_SPECIALIST(**what), NEW_NEAREST(**whole), NEW_DAYS(**whole, page=0),
        NEW_TIMES(**whole, day=day, page=0), NEW_CHECK(**whole, start=start), NEW_BOOK(**whole, start=start),
    ]  # fmt: skip


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.ACCOUNTANT, Role.CLIENT])
def test_nobody_else_books_for_others(salon, talker, maria, role):
    if role != Role.CLIENT:
        staff(salon.company, 9, role)
    somebody, buttons = talker(9, language="en"), [BOOK_FOR(), NEW_PLACE(whom=maria.pk), *every_button(salon, maria)]

    assert toasts(somebody, buttons) == dict.fromkeys(buttons, OUTDATED)
    assert not Appointment.objects.exists()


def test_nothing_of_another_company_can_be_booked(salon, talker, maria):
    other = Salon(company=make_company())
    strangers = {
        "whom": make_client(other.company).pk,
        "location": other.location.pk,
        "service": other.service.pk,
        "specialist": other.specialist.pk,
    }
    desk, own = at_the_desk(talker, salon), every_button(salon, maria)
    concerned = {name: set(every_button(salon, maria, **{name: pk})) - {*own} for name, pk in strangers.items()}
    assert all(concerned.values())

    answers = {name: toasts(desk, buttons) for name, buttons in concerned.items()}

    assert answers == {name: dict.fromkeys(buttons, OUTDATED) for name, buttons in concerned.items()}
    assert not Appointment.objects.exists()


def test_an_operator_books_in_his_location_alone(salon, talker, maria):
    elsewhere = make_location(salon.company)
    user = staff(salon.company, 9, Role.OPERATOR)
    user.locations.add(elsewhere)
    desk = talker(9, language="en").says("/menu")

    buttons = every_button(salon, maria)
    assert toasts(desk, buttons) == dict.fromkeys(buttons, OUTDATED)
    assert (
        opens(desk, NEW_PLACE(whom=maria.pk)).text
        == f"➕ Maria Petrova\n📍 {elsewhere.name}\n\nNothing can be booked here yet."
    )
    assert not Appointment.objects.exists()


def test_a_visit_is_the_company_s_he_works_for(salon, talker, maria):
    """Also after he has looked at another salon as its client."""
    other = Salon()
    desk = at_the_desk(talker, salon).says(f"/start c_{other.company.slug}")

    opens(desk, NEW_CHECK(**errand(salon, maria), start=salon.at(10))).taps("✅ Book")

    assert Appointment.objects.get().company == salon.company


def test_names_are_never_markup(salon, talker):
    for row in (salon.service, salon.specialist, salon.location):
        row.name = '<b>&"{{x}}' + "Ж" * 150
        row.save(update_fields=["name"])
    client = make_client(salon.company, first_name="<i>", last_name="Щ" * 100)

    desk = opens(asked(talker, salon), NEW_CHECK(**errand(salon, client), start=salon.at(10))).taps("✅ Book")

    assert '<b>&"{{x}}' in desk.text


def test_the_longest_button_fits(salon):
    far = salon.at(10, days=3000)
    longest = {"whom": 10**10 - 1, "location": 10**10 - 1, "service": 10**10 - 1, "specialist": 10**10 - 1}

    for data in (
        NEW_BOOK(**longest, start=far),
        NEW_TIMES(**longest, day=far.date(), page=999),
        NEW_DAYS(**longest, page=999),
    ):
        assert len(data.encode()) <= 64
        assert read_press(data) is not None


@pytest.mark.parametrize("rows", [1, 30])
def test_one_service_and_thirty_cost_the_same(salon, talker, maria, rows):
    for number in range(rows):
        make_specialist(salon.location, salon.service, make_service(salon.company), name=f"{number}")
        start = salon.at(9 + number % 11, days=1 + number)
        put(salon, start_time=start, end_time=start + HOUR, busy_until=start + HOUR, client=maria)
    desk, counts = asked(talker, salon), []  # in a test's own transaction no calendar is remembered

    for data in every_button(salon, maria):
        with CaptureQueriesContext(connection) as captured:
            opens(a_moment_later(desk), data)
        counts.append(len(captured))

    assert counts == [12, 11, 18, 18, 18, 19, 29]
