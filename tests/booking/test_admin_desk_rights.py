"""Whom and where one may book at the desk, and the second step outside the rules."""

import pytest
from django.urls import reverse

from accounts.models import Client
from accounts.values import Role
from booking.commands import hold_slot
from booking.values import Slot
from catalog.models import Location
from tests.booking.desk import ADD, new_visits, typed
from tests.console import OWNER, World, said, signed_in
from tests.factories import WEB, Salon, book, make_client, make_service, make_specialist
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

NEW_NUMBER = "This number is new. Enter the name."
OUTSIDE = "Book outside the rules all the same"


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


@pytest.fixture
def desk(world):
    return world.browser(Role.OPERATOR)


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


# --- who may learn whose number it is --------------------------------------------------------------------------------


def confirm_page(world: World) -> str:
    hold = hold_slot(world.salon.slot(15), WEB)
    return reverse("admin:booking_appointment_confirm", args=[hold.pk])


def test_a_specialist_is_not_told_whether_a_number_is_known(world):
    stranger = make_client(world.company, phone="+79995554433", first_name="Secret")
    console, page = world.browser(Role.SPECIALIST), confirm_page(world)

    answers = [console.post(page, {"phone": phone}) for phone in (str(stranger.phone), "+79995554400")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert [answer.context["form"].errors for answer in answers] == [{"first_name": [NEW_NUMBER]}] * 2


def test_a_known_number_needs_no_name_of_whoever_knows_clients(world, desk):
    make_client(world.company, phone="+79995554433", first_name="Known")

    assert desk.post(confirm_page(world), {"phone": "+79995554433"}).status_code == 302


def test_the_longest_names_are_kept_whole(world, desk):
    first, last = "А" * 100, "Б" * 100

    desk.post(ADD, typed(world, desk, first_name=first, last_name=last, phone="+79995554499"))

    assert new_visits(world)[0].contact_name == f"{first} {last}"


def test_visits_of_places_one_may_not_see_are_counted_and_not_named(world):
    elsewhere = World()
    Location.objects.filter(pk=elsewhere.location.pk).update(company=world.company)
    elsewhere.location.refresh_from_db()
    limited = world.user(Role.OPERATOR)
    limited.locations.add(world.location)
    who = world.salon.specialist
    for row in who.schedules.all():
        row.pk, row.location = None, elsewhere.location
        row.save()
    book(Slot(elsewhere.location.pk, world.salon.service.pk, world.salon.at(14), who.pk), name="Hidden")
    console = signed_in(limited)
    absence = {"specialist": who.pk, "date": str(world.salon.day(1)), "reason": ""}

    page = console.post("/admin/catalog/break/add/", absence, follow=True)

    (warning,) = [message for message in said(page) if "coming visit" in message]
    assert warning.startswith("2 coming visits")
    assert f"#{world.visit.pk}" in warning
    assert "Hidden" not in warning
    assert warning.count("#") == 1
