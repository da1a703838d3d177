"""The list of appointments: found by day, status, place, person, number and phone; stepped forward many at once."""

from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.values import Channel, Role
from booking.commands import cancel_appointment, expire_overdue_holds, hold_slot, release_hold
from booking.models import Appointment, AppointmentEvent, Status
from booking.values import CancelReason
from catalog.models import Location
from tests.booking.rows import put
from tests.booking.steps import make_overdue
from tests.console import World, begun, said, signed_in, undrawn
from tests.factories import WEB, Salon, make_client, make_location, make_specialist, make_user
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

LIST = "/admin/booking/appointment/"
EVENTS = "/admin/booking/appointmentevent/"


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


@pytest.fixture
def desk(world):
    return world.browser(Role.OPERATOR)


def shown(console, **query) -> set[int]:
    return set(listed(console, **query))


def listed(console, **query) -> list[int]:
    with undrawn():
        return [visit.pk for visit in console.get(LIST, query).context_data["cl"].result_list]


# --- finding ----------------------------------------------------------------


def test_days_are_counted_in_the_location_s_zone(world):
    """Between Auckland and Los Angeles there is no moment at which it is the same day everywhere."""
    salons = [Salon(timezone=zone, hours=None) for zone in ("Pacific/Auckland", "America/Los_Angeles")]
    company = salons[0].company
    visits = {}
    for salon in salons:
        for days in (-1, 0, 1):
            visit = put(salon, 1, company=company)
            start = salon.at(1, days=days)
            Appointment.objects.filter(pk=visit.pk).update(
                start_time=start, end_time=salon.at(2, days=days), busy_until=salon.at(2, days=days)
            )
            visits[salon.location.timezone, days] = visit.pk
    owner = signed_in(make_user(None, is_superuser=True))

    today, tomorrow = ({pk for (_, days), pk in visits.items() if days == away} for away in (0, 1))
    assert shown(owner, when="today") - {world.visit.pk} == today
    assert shown(owner, when="tomorrow") - {world.visit.pk} == tomorrow
    assert shown(owner, day=str(salons[0].day(1))) >= {visits["Pacific/Auckland", 1]}


def test_upcoming_and_past_part_at_this_moment(world, desk):
    past = begun(world.another_visit())

    assert shown(desk, when="upcoming") == {world.visit.pk}
    assert shown(desk, when="past") == {past.pk}
    assert shown(desk) == {world.visit.pk, past.pk}


def test_what_comes_is_listed_from_its_beginning_and_what_was_from_its_end(world, desk):
    later = world.another_visit(days=3)

    assert listed(desk, when="upcoming") == [world.visit.pk, later.pk]
    assert listed(desk, when="") == [later.pk, world.visit.pk]


@pytest.mark.parametrize(
    "query",
    [
        {"status__exact": Status.NO_SHOW},
        {"source__exact": Channel.API},
        {"location__id__exact": "other"},
        {"specialist__id__exact": "other"},
    ],
    ids=lambda query: next(iter(query)),
)
def test_the_list_is_narrowed(world, desk, query):
    salon = Salon()
    location = make_location(world.company)
    other = put(
        world.salon, 15, status=Status.NO_SHOW, source=Channel.API, company=world.company, location=location,
        specialist=make_specialist(location), service=world.salon.service,
    )  # fmt: skip
    ids = {"location__id__exact": other.location_id, "specialist__id__exact": other.specialist_id}

    assert shown(desk, **{name: ids.get(name, value) for name, value in query.items()}) == {other.pk}
    assert salon.company != world.company


@pytest.mark.parametrize(
    "query", [{"when": "never"}, {"day": "31.02"}, {"day": "0001-01-01"}, {"day": "9999-12-31"}, {"p": "x"}]
)
def test_an_edited_address_shows_the_list_and_no_error(world, desk, query):
    assert desk.get(LIST, query).status_code == 200


@pytest.mark.parametrize("query", [{"location__id__exact": "x"}, {"status__exact": "9" * 30}, {"nonsense": "1"}])
def test_a_filter_nobody_offers_does_no_harm(world, desk, query):
    assert desk.get(LIST, query, follow=True).status_code == 200


def test_a_visit_is_found_by_the_last_four_digits(world, desk):
    make_client(world.company, phone="+79990009999")

    assert shown(desk, q=world.phone[-4:]) == {world.visit.pk}


@pytest.mark.parametrize("form", ["{}", "8{}", "+7 ({0[0]}{0[1]}{0[2]}) {0[3]}{0[4]}{0[5]}-{0[6]}{0[7]} {0[8]}{0[9]}"])
def test_a_visit_is_found_by_the_whole_phone_in_any_form(world, desk, form):
    digits = world.phone.removeprefix("+7")

    assert shown(desk, q=form.format(digits)) == {world.visit.pk}


def test_a_visit_is_found_by_its_number_and_by_name(world, desk):
    assert shown(desk, q=f"#{world.visit.pk}") == {world.visit.pk}
    assert shown(desk, q=f"№ {world.visit.pk}") == {world.visit.pk}
    assert shown(desk, q=f"{world.visit.pk}") == {world.visit.pk}
    assert shown(desk, q=f"{world.mark} visitor") == {world.visit.pk}


@pytest.mark.parametrize("term", ["#", "#0", "#99999999999999999999999", "٤٥٦٧", "0000", "nobody", "+", "%"])
def test_other_terms_find_nothing_and_are_no_error(world, desk, term):
    assert shown(desk, q=term) == set()


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.HOLD}))
def test_every_status_is_shown_in_words(world, desk, status):
    Appointment.objects.filter(pk=world.visit.pk).update(status=status)

    row = " ".join(desk.get(LIST, {"status__exact": status}).content.decode().partition('id="result_list"')[2].split())

    assert f"> {Status(status).label} </span>" in row
    assert f"> {status} </span>" not in row


def test_another_company_s_visit_is_not_found_by_its_number(world, desk):
    stranger = World().visit

    assert shown(desk, q=f"#{stranger.pk}") == set()


def test_a_specialist_sees_his_column_without_money(world):
    other = put(Salon(), company=world.company, location=world.location, specialist=make_specialist(world.location))
    specialist, desk = world.browser(Role.SPECIALIST), world.browser(Role.OPERATOR)

    assert other.pk in shown(desk)
    assert shown(specialist) == {world.visit.pk}
    assert "1,000" in desk.get(LIST).content.decode()
    assert "1,000" not in specialist.get(LIST).content.decode()


def test_an_operator_of_one_location_sees_its_visits_only(world):
    place = make_location(world.company)
    other = put(world.salon, 15, location=place, specialist=make_specialist(place))
    operator = world.user(Role.OPERATOR)
    operator.locations.add(world.location)

    assert shown(signed_in(operator)) == {world.visit.pk}
    assert signed_in(operator).get(f"{LIST}{other.pk}/change/").status_code == 404


@pytest.mark.parametrize("name", ['<b>&"Ко"', "{{7*7}}", "<script>alert(1)</script>"])
def test_a_visitor_s_name_is_never_markup(world, desk, name):
    Appointment.objects.filter(pk=world.visit.pk).update(contact_name=name, notes=name)

    texts = [desk.get(page).content.decode() for page in (LIST, f"{LIST}{world.visit.pk}/change/", EVENTS)]

    assert not any("<b>&" in text or "<script>alert" in text for text in texts)


# --- what it costs ----------------------------------------------------------------


def test_a_list_costs_the_same_with_one_visit_and_with_twenty(world):
    consoles = {}
    for role in (Role.OPERATOR, Role.SPECIALIST):
        user = world.user(role)
        user.locations.add(world.location)
        consoles[role] = signed_in(user)

    def statements(role: Role, where: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            consoles[role].get(where)
        return sum("django_session" not in query["sql"] for query in captured)  # Redis has it, or has just lost it

    pages = list(product(consoles, [LIST, f"{LIST}?when=today", f"{LIST}?q=1234", EVENTS]))
    one = {page: statements(*page) for page in pages}
    for number in range(20):
        world.another_visit(days=3 + number)

    assert {page: statements(*page) for page in pages} == one
    assert max(one.values()) <= 15, one


# --- steps for many ----------------------------------------------------------------


def take(console, action: str, *visits: Appointment, **typed):
    chosen = {"action": action, "_selected_action": [visit.pk for visit in visits], **typed}
    return console.post(LIST, chosen)


@pytest.mark.parametrize(
    ("action", "status"),
    [("arrive", Status.ARRIVED), ("complete", Status.COMPLETED), ("no_show", Status.NO_SHOW)],
)
def test_many_visits_take_a_step_together(world, desk, action, status):
    visits = [begun(world.visit)]

    answer = take(desk, action, *visits)

    assert {visit.status for visit in Appointment.objects.all()} == {status}
    assert any(message.startswith(f"#{world.visit.pk}: ") for message in said(answer))


def test_a_step_is_refused_for_those_that_are_not_there_yet(world, desk):
    past, future = begun(world.another_visit()), world.visit

    answer = take(desk, "complete", past, future)

    assert f"#{future.pk}: It is too early for that: the visit has not begun." in said(answer)
    assert Appointment.objects.get(pk=past.pk).status == Status.COMPLETED
    assert Appointment.objects.get(pk=future.pk).status == Status.CONFIRMED


def test_many_visits_are_cancelled_after_a_reason(world, desk):
    visits = [world.visit, world.another_visit()]

    asked = take(desk, "cancel_selected", *visits)
    unreasoned = take(desk, "cancel_selected", *visits, reason="because")
    untouched = set(Appointment.objects.values_list("status", flat=True))
    take(desk, "cancel_selected", *visits, reason=CancelReason.SPECIALIST_ILL)

    assert [asked.status_code, unreasoned.status_code, untouched] == [200, 422, {Status.CONFIRMED}]
    assert set(Appointment.objects.values_list("status", flat=True)) == {Status.CANCELLED}
    reasons = AppointmentEvent.objects.filter(event_type="booking_cancelled").values_list("payload__reason", flat=True)
    assert list(reasons) == ["specialist_ill"] * 2


def test_another_company_s_visits_are_not_among_the_chosen(world, desk):
    stranger = World().visit

    take(desk, "cancel_selected", stranger, reason=CancelReason.MISTAKE)

    stranger.refresh_from_db()
    assert stranger.status == Status.CONFIRMED


def test_an_accountant_is_offered_no_step(world):
    accountant = world.browser(Role.ACCOUNTANT)

    page = accountant.get(LIST)
    take(accountant, "cancel_selected", world.visit, reason=CancelReason.MISTAKE)

    assert 'name="action"' not in page.content.decode()
    assert Appointment.objects.get().status == Status.CONFIRMED


def test_the_console_opens_with_today_s_visits(world, desk):
    answer = desk.get(reverse("admin:index"))

    assert answer.url == f"{LIST}?when=today"


def test_an_administrator_of_an_empty_company_sees_the_first_steps(world):
    salon = Salon(hours=None)
    admin = signed_in(make_user(salon.company))

    page = admin.get(reverse("admin:index"))

    assert [step.done for step in page.context["steps"]] == [False, True, True]
    assert world.browser(Role.ADMIN).get(reverse("admin:index")).status_code == 302


def test_holds_that_came_to_nothing_are_left_out_unless_asked_for(world, desk):
    released = hold_slot(world.salon.slot(15), WEB)
    release_hold(released.pk, WEB)
    overdue = hold_slot(world.salon.slot(16), WEB)
    make_overdue(overdue)
    expire_overdue_holds()
    cancelled = world.another_visit()
    cancel_appointment(cancelled.pk, WEB)
    alive = hold_slot(world.salon.slot(17), WEB)

    assert shown(desk) == {world.visit.pk, cancelled.pk, alive.pk}
    assert shown(desk, status__exact=Status.CANCELLED) == {cancelled.pk, released.pk}
    assert shown(desk, status__exact=Status.EXPIRED) == {overdue.pk}


def test_a_time_of_another_zone_is_marked(world, desk):
    Location.objects.filter(pk=world.location.pk).update(timezone="Asia/Tbilisi")

    assert "UTC+4" in desk.get(LIST).content.decode()
