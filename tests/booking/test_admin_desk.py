"""The desk's booking form: one visit for one form, refusals with a way out, and nothing typed is lost."""

import pytest
from django.urls import reverse

from accounts.models import Client
from accounts.values import Channel, Role
from booking.models import Appointment
from tests.console import OWNER, World, said, signed_in
from tests.factories import Salon, make_client, make_service, make_specialist

pytestmark = pytest.mark.django_db

ADD = "/admin/booking/appointment/add/"
OUTSIDE = "Book outside the rules all the same"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(world):
    return world.browser(Role.OPERATOR)


def typed(world: World, console, hour: int = 12, days: int = 2, **changes) -> dict[str, object]:
    """The form as it came, with a service, a day and a time typed in."""
    form = console.get(ADD).context["form"]
    return {
        "key": form["key"].value(),
        "location_choice": world.location.pk,
        "service": world.salon.service.pk,
        "date": str(world.salon.day(days)),
        "time": f"{hour}:00",
        **changes,
    }


def new_visits(world: World) -> list[Appointment]:
    return list(Appointment.objects.exclude(pk=world.visit.pk).order_by("pk"))


def test_a_visit_is_booked_for_a_client_found_by_search(world, desk):
    answer = desk.post(ADD, typed(world, desk, client=world.client.pk, comment="у окна"))

    (visit,) = new_visits(world)
    assert answer.url == reverse("admin:booking_appointment_change", args=[visit.pk])
    assert (visit.client, visit.person, visit.notes) == (world.client, f"{world.mark} client", "у окна")
    assert (visit.start_time, visit.specialist) == (world.salon.at(12, days=2), world.salon.specialist)
    assert (visit.source, visit.events.get().initiated_by["role"]) == (Channel.ADMIN, "operator")


def test_a_visit_is_booked_for_somebody_new(world, desk):
    desk.post(ADD, typed(world, desk, first_name="Пётр", last_name="Новый", phone="8 916 123-45-67"))

    (visit,) = new_visits(world)
    assert (str(visit.client.phone), visit.person) == ("+79161234567", "Пётр Новый")


def test_a_known_number_needs_no_name(world, desk):
    desk.post(ADD, typed(world, desk, phone=world.phone))

    (visit,) = new_visits(world)
    assert (visit.client, visit.person) == (world.client, world.client.full_name)


def test_a_new_number_needs_one(world, desk):
    answer = desk.post(ADD, typed(world, desk, phone="+79161234567"))

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"first_name": ["This number is new. Enter the name."]}


def test_a_guest_leaves_nothing(world, desk):
    answer = desk.post(ADD, typed(world, desk), follow=True)

    (visit,) = new_visits(world)
    assert (visit.client, visit.person) == (None, "")
    assert "Guest" in answer.content.decode()


def test_a_client_without_a_phone_is_booked_too(world, desk):
    client = make_client(world.company, first_name="Без телефона", phone=None)

    desk.post(ADD, typed(world, desk, client=client.pk))

    assert [visit.client for visit in new_visits(world)] == [client]


def test_the_same_form_twice_is_one_visit(world, desk):
    form = typed(world, desk, first_name="Пётр", phone="+79161234567")

    answers = [desk.post(ADD, form), desk.post(ADD, form)]

    (visit,) = new_visits(world)
    assert {answer.url for answer in answers} == {reverse("admin:booking_appointment_change", args=[visit.pk])}


def test_a_sent_form_with_other_details_is_refused(world, desk):
    form = typed(world, desk)
    desk.post(ADD, form)

    answer = desk.post(ADD, form | {"time": "15:00"})

    assert answer.status_code == 409
    assert "This form has already been sent with other details." in answer.content.decode()
    assert len(new_visits(world)) == 1


def test_a_taken_time_is_refused_with_others_and_nothing_is_lost(world, desk):
    form = typed(world, desk, hour=10, days=1, first_name="Пётр", phone="+79161234567", comment="у окна")

    refused = desk.post(ADD, form)
    offer = refused.context["offers"][0]["value"]
    again = refused.context["form"]
    desk.post(ADD, form | {"_slot": offer})

    assert refused.status_code == 409
    assert "This time has just been taken." in refused.content.decode()
    assert 1 <= len(refused.context["offers"]) <= 6
    assert [again[name].value() for name in ("first_name", "phone", "comment", "time")] == [
        "Пётр", "+79161234567", "у окна", "10:00",
    ]  # fmt: skip
    (visit,) = new_visits(world)
    assert (visit.person, visit.notes, visit.start_time.isoformat()) == ("Пётр", "у окна", offer.partition("/")[0])


def test_free_times_of_a_day_are_shown_and_one_click_books(world, desk):
    form = typed(world, desk, days=1, time="", first_name="Пётр")

    looked = desk.post(ADD, form | {"_look": "1"})
    texts = [offer["text"] for offer in looked.context["offers"]]
    desk.post(ADD, form | {"_slot": looked.context["offers"][0]["value"]})

    assert texts[0] == f"9:00\u00a0am · {world.mark} specialist · 1,000\u00a0₽"
    assert not any(text.startswith("10:") for text in texts)
    assert not looked.context["form"].errors
    assert [visit.start_time for visit in new_visits(world)] == [world.salon.at(9, days=1)]


def test_any_specialist_is_the_first_choice(world, desk):
    make_specialist(world.location, world.salon.service)
    world.salon.chairs[0].offers.all().delete()
    form = typed(world, desk, hour=10, days=1)

    desk.post(ADD, form)

    (visit,) = new_visits(world)
    assert visit.specialist != world.salon.specialist


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service": ""}, "service"),
        ({"service": "x"}, "service"),
        ({"date": "31.02.2027"}, "date"),
        ({"date": "0001-01-01"}, "date"),
        ({"date": ""}, "date"),
        ({"time": "25:00"}, "time"),
        ({"time": ""}, "time"),
        ({"phone": "12"}, "phone"),
        ({"phone": "позвоню"}, "phone"),
        ({"first_name": "я" * 101}, "first_name"),
        ({"comment": "я" * 2001}, "comment"),
        ({"client": "9" * 30}, "client"),
        ({"client": "x"}, "client"),
        ({"specialist": "-1"}, "specialist"),
        ({"location_choice": "\x00"}, "location_choice"),
        ({"key": ""}, "key"),
    ],
)
def test_every_wrong_field_is_named_and_nothing_is_booked(world, desk, changes, field):
    answer = desk.post(ADD, typed(world, desk, **changes))

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert new_visits(world) == []


@pytest.mark.parametrize(
    "pick", ["", "x", "2027-01-01T10:00", "9999-12-31T23:59:59+00:00/1", "2027-01-01T10:00:00+00:00/" + "9" * 40]
)
def test_an_edited_button_books_nothing_by_itself(world, desk, pick):
    answer = desk.post(ADD, typed(world, desk, time="", _slot=pick))

    assert answer.status_code == 422
    assert new_visits(world) == []


def test_a_time_that_the_clock_skips_is_named():
    world = World()
    type(world.location).objects.filter(pk=world.location.pk).update(timezone="Europe/Berlin")
    desk = world.browser(Role.OPERATOR)

    answer = desk.post(ADD, typed(world, desk, date="2027-03-28", time="2:30"))

    assert answer.context["form"].errors == {"time": ["The clock skips this time on that day. Choose another."]}


# --- outside the rules ----------------------------------------------------------------


def test_the_second_step_is_offered_after_a_refusal_and_only_with_the_right(world):
    administrator, operator = world.browser(Role.ADMIN), world.browser(Role.OPERATOR)

    before = administrator.get(ADD).content.decode()
    with_right = administrator.post(ADD, typed(world, administrator, hour=21)).content.decode()
    without = operator.post(ADD, typed(world, operator, hour=21)).content.decode()
    taken = administrator.post(ADD, typed(world, administrator, hour=10, days=1)).content.decode()

    assert [OUTSIDE in page for page in (before, with_right, without, taken)] == [False, True, False, False]


def test_the_second_step_books_and_is_kept(world):
    console = world.browser(Role.ADMIN)
    form = typed(world, console, hour=21)

    refused = console.post(ADD, form)
    console.post(ADD, form | {"_outside": refused.context["outside"]})
    twice = console.post(ADD, form | {"_outside": refused.context["outside"]})

    (visit,) = new_visits(world)
    assert (visit.start_time, visit.outside_rules) == (world.salon.at(21, days=2), True)
    assert twice.status_code == 302


def test_the_second_step_is_refused_without_the_right(world, desk):
    form = typed(world, desk, hour=21)

    answer = desk.post(ADD, form | {"_outside": f"{world.salon.at(21, days=2).isoformat()}/"})

    assert answer.status_code == 409
    assert "You may not do that." in answer.content.decode()
    assert new_visits(world) == []


def test_what_fits_the_rules_is_not_marked_as_outside_them(world):
    console = world.browser(Role.ADMIN)

    console.post(ADD, typed(world, console) | {"_outside": f"{world.salon.at(12, days=2).isoformat()}/"})

    assert [visit.outside_rules for visit in new_visits(world)] == [False]


def test_nobody_overlaps_even_outside_the_rules(world):
    console = world.browser(Role.ADMIN)
    start = world.salon.at(10, days=1).isoformat()

    answer = console.post(ADD, typed(world, console, hour=10, days=1, _outside=f"{start}/{world.salon.specialist.pk}"))

    assert answer.status_code == 409
    assert new_visits(world) == []


# --- whose ----------------------------------------------------------------


def test_a_client_who_is_elsewhere_then_is_a_warning(world, desk):
    other = make_specialist(world.location, make_service(world.company))
    form = typed(world, desk, hour=10, days=1, client=world.client.pk, service=other.offers.get().service_id)
    world.salon.chairs[0].offers.all().delete()

    answer = desk.post(ADD, form, follow=True)

    assert any("The client has another visit then: <a" in message for message in said(answer))
    assert len(new_visits(world)) == 1


@pytest.mark.parametrize("field", ["location_choice", "service", "specialist", "client"])
def test_another_company_s_rows_are_refused(world, desk, field):
    stranger = World()
    foreign = {
        "location_choice": stranger.location,
        "service": stranger.salon.service,
        "specialist": stranger.salon.specialist,
        "client": stranger.client,
    }[field]

    answer = desk.post(ADD, typed(world, desk, **{field: foreign.pk}))

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert new_visits(world)[1:] == []


def test_the_form_offers_nothing_of_another_company(world, desk):
    World("Stranger")

    assert "Stranger" not in desk.get(ADD).content.decode()


def test_the_owner_cannot_book_one_company_s_client_into_another(world):
    owner, stranger = world.browser(OWNER), World()

    answer = owner.post(ADD, typed(world, owner, client=stranger.client.pk))

    assert answer.context["form"].errors == {"client": ["This client belongs to another company."]}


def test_the_owner_is_refused_a_mixed_slot(world):
    owner, stranger = world.browser(OWNER), Salon()

    answer = owner.post(ADD, typed(world, owner, service=stranger.service.pk))

    assert answer.status_code == 409
    assert "This service cannot be booked like this." in answer.content.decode()


def test_an_operator_books_only_where_he_works(world):
    operator = world.user(Role.OPERATOR)
    operator.locations.add(Salon().location)

    answer = signed_in(operator).post(ADD, typed(world, world.browser(Role.OPERATOR)))

    assert answer.status_code == 422
    assert new_visits(world) == []


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.ACCOUNTANT])
def test_the_form_is_refused_to_whoever_does_not_book(world, role):
    console = world.browser(role)

    answer = console.post(ADD, typed(world, world.browser(Role.OPERATOR)))

    assert answer.status_code == 403
    assert new_visits(world) == []


def test_links_fill_the_form_in_and_edited_ones_do_no_harm(world, desk):
    good = desk.get(ADD, {"client": world.client.pk, "service": world.salon.service.pk})
    bad = desk.get(ADD, {"client": "x", "service": "9" * 40})

    assert good.context["form"]["client"].value() == world.client.pk
    assert world.client.full_name in good.content.decode()
    assert bad.status_code == 200


def test_the_search_for_a_client_tells_his_phone(world, desk):
    where = {"app_label": "booking", "model_name": "appointment", "field_name": "client"}

    answer = desk.get(reverse("admin:autocomplete"), where | {"term": world.phone[-4:]})

    (row,) = answer.json()["results"]
    assert row["text"] == f"{world.client.full_name} · {Client.objects.get(pk=world.client.pk).phone.as_international}"


def test_the_console_has_a_policy_of_its_own(desk):
    policy = desk.get(ADD)["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
