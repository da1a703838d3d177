"""The page of a visit: all of it, its history in words, and the steps that are legal now, each by POST alone."""

from datetime import timedelta

import pytest

from accounts.queries import actor_of
from accounts.values import Channel, Role
from booking.commands import hold_slot, mark_arrived, mark_no_show, reschedule_appointment, undo_reschedule
from booking.console_wording import when
from booking.models import Appointment, Status
from booking.queries.visits import database_time
from booking.values import CancelReason
from catalog.models import Location
from tests.booking.desk import at, history, offered, page_of, step
from tests.booking.rows import put_hold
from tests.console import ROLES, World, begun, said, signed_in
from tests.factories import WEB, Salon, book, make_specialist
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

STEPS = {"arrive", "complete", "no-show", "undo", "correct", "release"}


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


@pytest.fixture
def desk(world):
    return world.browser(Role.OPERATOR)


def test_before_its_day_a_visit_can_be_moved_or_cancelled(world, desk):
    assert offered(desk, world.another_visit(days=3)) == {"move", "cancel"}


def test_on_its_day_a_visit_can_also_arrive(world, desk):
    visit = put_today(world)

    assert offered(desk, visit) == {"arrive", "move", "cancel"}


def put_today(world: World) -> Appointment:
    """A visit later today: a minute from now, in a zone where it is about noon."""
    visit = begun(world.another_visit())
    hours = 12 - database_time().hour
    Location.objects.filter(pk=world.location.pk).update(timezone=f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC")
    minute = timedelta(minutes=61)
    Appointment.objects.filter(pk=visit.pk).update(
        start_time=visit.start_time + minute, end_time=visit.end_time + minute, busy_until=visit.busy_until + minute
    )
    visit.refresh_from_db()
    return visit


def test_after_its_start_a_visit_can_do_everything(world, desk):
    assert offered(desk, begun(world.visit)) == {"arrive", "complete", "no-show", "move", "cancel"}


@pytest.mark.parametrize(
    ("steps", "status", "then"),
    [
        (["arrive"], Status.ARRIVED, {"complete", "correct", "move", "cancel"}),
        (["arrive", "complete"], Status.COMPLETED, {"correct"}),
        (["no-show"], Status.NO_SHOW, {"correct"}),
        (["complete", "correct"], Status.ARRIVED, {"complete", "correct", "move", "cancel"}),
        (["no-show", "correct"], Status.CONFIRMED, {"arrive", "complete", "no-show", "move", "cancel"}),
    ],
)
def test_steps_follow_one_another(world, desk, steps, status, then):
    visit = begun(world.visit)

    for name in steps:
        step(desk, visit, name)

    assert visit.status == status
    assert offered(desk, visit) == then


def test_every_step_is_refused_by_get(world, desk):
    visit = begun(world.visit)

    answers = {name: desk.get(at(visit, "step", name)).status_code for name in STEPS}

    visit.refresh_from_db()
    assert set(answers.values()) == {405}
    assert visit.status == Status.CONFIRMED


def test_an_illegal_step_is_refused_in_words(world, desk):
    answer = step(desk, world.visit, "complete")

    assert said(answer) == [f"#{world.visit.pk}: It is too early for that: the visit has not begun."]
    assert world.visit.status == Status.CONFIRMED


def test_a_step_nobody_knows_is_not_there(world, desk):
    assert desk.post(at(world.visit, "step", "explode")).status_code == 404


def test_a_step_needs_the_form_of_our_own_page(world):
    strict = signed_in(world.user(Role.OPERATOR))
    strict.handler.enforce_csrf_checks = True

    assert strict.post(at(begun(world.visit), "step", "complete")).status_code == 403


def test_the_page_itself_takes_no_post(world, desk):
    assert desk.post(page_of(world.visit), {"status": Status.COMPLETED}).status_code == 405


def test_a_live_hold_can_be_confirmed_or_released(world, desk):
    hold = hold_slot(world.salon.slot(15), WEB)

    assert offered(desk, hold) == {"confirm", "release"}


def test_a_hold_is_confirmed_with_a_name_and_a_phone(world, desk):
    hold = hold_slot(world.salon.slot(15), WEB)

    desk.post(at(hold, "confirm"), {"first_name": "Пётр", "phone": "8 916 123-45-67", "comment": "у окна"})

    hold.refresh_from_db()
    assert (hold.status, hold.person, str(hold.client.phone)) == (Status.CONFIRMED, "Пётр", "+79161234567")


def test_a_hold_that_ran_out_is_confirmed_while_its_time_is_free(world, desk):
    free, gone = put_hold(world.salon, 15, lasts=-60), put_hold(world.salon, 16, lasts=-60)
    book(world.salon.slot(16))
    gone.refresh_from_db()

    answers = [desk.post(at(hold, "confirm"), {"first_name": "Пётр"}) for hold in (free, gone)]

    assert [answer.status_code for answer in answers] == [302, 409]
    assert "This time has just been taken." in answers[1].content.decode()
    assert offered(desk, gone) == {"confirm"}


def test_a_hold_is_released(world, desk):
    hold = hold_slot(world.salon.slot(15), WEB)

    step(desk, hold, "release")

    assert hold.status == Status.CANCELLED


def test_a_cancellation_asks_for_the_reason_once(world, desk):
    asked = desk.get(at(world.visit, "cancel"))
    silent = desk.post(at(world.visit, "cancel"), {})
    done = desk.post(at(world.visit, "cancel"), {"reason": CancelReason.CLIENT_ASKED}, follow=True)

    assert [asked.status_code, silent.status_code, done.status_code] == [200, 200, 200]
    world.visit.refresh_from_db()
    assert world.visit.status == Status.CANCELLED
    assert said(done) == [f"#{world.visit.pk}: cancelled"]
    assert offered(desk, world.visit) == set()


# --- history ----------------------------------------------------------------


def test_history_tells_what_who_and_through_which_channel(world):
    operator = world.user(Role.OPERATOR, full_name="Павел")
    other = make_specialist(world.location, world.salon.service, name="Борис")
    other.offers.update(custom_price=2200)
    actor = actor_of(operator, Channel.ADMIN)
    reschedule_appointment(world.visit.pk, world.salon.at(16), actor, specialist_id=other.pk)
    undo_reschedule(world.visit.pk, WEB)
    begun(world.visit)
    mark_arrived(world.visit.pk, actor)
    desk = signed_in(operator)
    step(desk, world.visit, "correct")

    rows = history(desk, world.visit)

    ten, sixteen = (when(world.salon.at(hour), world.location.zone) for hour in (10, 16))
    assert rows[-1] == ("Status corrected", "Arrived → Confirmed", "Павел", "Console")
    assert rows[-2] == ("Client arrived", "Павел", "Console")
    assert rows[-3][0] == "Move taken back"
    people, prices = f"{world.mark} specialist → Борис", "1,000\u00a0₽ → 2,200\u00a0₽"
    assert rows[-4] == ("Moved", f"{ten} → {sixteen}", people, prices, "Павел", "Console")
    assert rows[0][0] == "Time held"
    assert rows[0][-2:] == ("Client", "Web page")


def test_the_reason_of_a_cancellation_and_the_system_are_told(world, desk):
    desk.post(at(world.visit, "cancel"), {"reason": CancelReason.SPECIALIST_ILL})
    overdue = put_hold(world.salon, 15, lasts=-60)
    book(world.salon.slot(15))

    assert history(desk, world.visit)[-1][:2] == ("Cancelled", "The specialist is ill")
    assert history(desk, overdue)[-1] == ("Hold ran out", "System", "System")


def test_the_page_costs_the_same_however_long_the_history(world, django_assert_max_num_queries):
    desk = world.browser(Role.OPERATOR)
    for number in range(10):
        other = make_specialist(world.location, world.salon.service)
        reschedule_appointment(world.visit.pk, world.salon.at(10 + number % 8), WEB, specialist_id=other.pk)

    with django_assert_max_num_queries(15):
        desk.get(page_of(world.visit))


# --- who sees and does what ----------------------------------------------------------------


def test_the_client_s_link_is_shown_to_those_who_could_do_the_same(world):
    shown = {
        role: world.visit.visit_token in world.browser(role).get(page_of(world.visit)).content.decode()
        for role in ROLES
    }

    assert shown == {role: role != Role.ACCOUNTANT for role in ROLES}


def test_a_hold_has_no_link_yet(world, desk):
    hold = hold_slot(world.salon.slot(15), WEB)

    text = desk.get(page_of(hold)).content.decode()

    assert hold.visit_token not in text
    assert hold.hold_token not in text


def test_a_specialist_sees_no_money_anywhere_on_the_page(world):
    desk, specialist = world.browser(Role.OPERATOR), world.browser(Role.SPECIALIST)

    assert "1,000" in desk.get(page_of(world.visit)).content.decode()
    assert "1,000" not in specialist.get(page_of(world.visit)).content.decode()


@pytest.mark.parametrize("role", [Role.ACCOUNTANT])
def test_whoever_only_reads_is_offered_nothing_and_refused_everything(world, role):
    reader, visit = world.browser(role), begun(world.visit)

    answers = [reader.post(at(visit, "step", name)).status_code for name in STEPS]
    answers += [
        reader.post(at(visit, name), {"reason": "mistake"}).status_code for name in ("cancel", "move", "confirm")
    ]
    answers += [reader.get(at(visit, name)).status_code for name in ("cancel", "move", "confirm")]

    visit.refresh_from_db()
    assert offered(reader, visit) == set()
    assert set(answers) == {403}
    assert visit.status == Status.CONFIRMED


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR, Role.SPECIALIST])
def test_another_company_s_visit_cannot_be_touched(world, role):
    visit = begun(book(Salon().slot(10)))
    console = world.browser(role)

    answers = [console.post(at(visit, "step", name)).status_code for name in STEPS]
    answers += [
        console.post(at(visit, name), {"reason": "mistake"}).status_code for name in ("cancel", "move", "confirm")
    ]
    answers += [
        console.get(address).status_code for address in (page_of(visit), at(visit, "move"), at(visit, "history"))
    ]

    visit.refresh_from_db()
    assert set(answers) == {404}
    assert visit.status == Status.CONFIRMED


def test_a_specialist_steps_his_own_visits_and_nobody_else_s(world):
    other = make_specialist(world.location, world.salon.service)
    mine, others = begun(world.visit), begun(book(world.salon.slot(15, specialist=other)), hours=3)
    specialist = world.browser(Role.SPECIALIST)

    step(specialist, mine, "complete")
    refused = specialist.post(at(others, "step", "complete"))

    assert mine.status == Status.COMPLETED
    assert refused.status_code == 404


@pytest.mark.parametrize("garbage", ["x", "0", "9" * 30, "-1", "1e3", "%00"])
def test_an_edited_number_is_not_there(desk, garbage):
    assert desk.get(f"/admin/booking/appointment/{garbage}/change/").status_code == 404


def test_a_no_show_whose_time_was_given_away_stays_one(world, desk):
    visit = begun(world.visit)
    mark_no_show(visit.pk, actor_of(world.user(Role.OPERATOR), Channel.ADMIN))
    Appointment.objects.filter(pk=world.another_visit().pk).update(
        start_time=visit.start_time, end_time=visit.end_time, busy_until=visit.busy_until
    )

    answer = step(desk, visit, "correct")

    assert said(answer) == [f"#{visit.pk}: This time has just been taken."]
    assert visit.status == Status.NO_SHOW
