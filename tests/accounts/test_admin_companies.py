"""Companies in one deployment are strangers: nothing of one is seen, chosen or changed by another (guarantee 21)."""

import pytest
from django.db.models import Model
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Client, Company, User
from accounts.querysets import VisibleQuerySet
from accounts.values import Role
from catalog.models import Break, Holiday, Location, Service, Specialist, SpecialistSchedule, Workplace
from notifications.models import AdTemplate, Broadcast, DeadAddress, Preferences
from tests.console import OWNER, World, address, filled_in, form_at, problems, registered, sent_to, signed_in
from tests.factories import make_location, make_specialist, make_user, make_workplace
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

OF_COMPANIES = [
    model
    for model in registered()
    if isinstance(model._default_manager.all(), VisibleQuerySet) and model is not DeadAddress  # the deployment's
]
FOREIGN = ["This belongs to another company. Choose one from the list."]
NOT_OFFERED = ["Select a valid choice. That choice is not one of the available choices."]


def two_companies() -> tuple[World, World, Browser]:
    """And an administrator of the first at his browser."""
    ours, theirs = World("Ours"), World("Theirs")
    theirs.user(Role.ADMIN, full_name="Theirs user")
    return ours, theirs, ours.browser(Role.ADMIN, full_name="Ours user")


built = lasting(two_companies)


@pytest.fixture
def companies(built) -> tuple[World, World, Browser]:
    return copied(built)


@pytest.fixture
def ours(companies) -> World:
    return companies[0]


@pytest.fixture
def theirs(companies) -> World:
    return companies[1]


@pytest.fixture
def browser(companies) -> Browser:
    return companies[2]


def label(model: type[Model]) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", OF_COMPANIES, ids=label)
def test_lists_and_their_filters_show_nothing_of_another_company(model, theirs, browser):
    theirs.row(model)

    page = browser.get(address(model, "changelist"), {"all": ""})
    text = page.content.decode()

    assert "Theirs" not in text
    assert "Ours" in text or page.context["cl"].result_count > 0


VIEWS = ("change", "delete", "history")


@pytest.mark.parametrize("model", OF_COMPANIES, ids=label)
def test_a_row_of_another_company_is_not_there(model, theirs, browser):
    row = theirs.row(model)

    assert {view: is_closed(browser, row, view) for view in VIEWS} == dict.fromkeys(VIEWS, True)


def is_closed(browser: Browser, row: Model, view: str) -> bool:
    page = address(type(row), view, row.pk)
    answers = [browser.get(page), browser.post(page, {"post": "yes"})]
    return (
        all(answer.status_code in (302, 403, 404, 405) for answer in answers)
        and all("Theirs" not in answer.content.decode() for answer in answers)
        and type(row)._default_manager.filter(pk=row.pk).exists()
    )


@pytest.mark.parametrize(
    ("app", "model", "field"),
    [
        ("booking", "appointment", "client"),
        ("catalog", "break", "specialist"),
        ("catalog", "holiday", "location"),
        ("catalog", "specialist", "user"),
        ("catalog", "workplace", "location"),
        ("accounts", "user", "locations"),
        ("notifications", "preferences", "client"),
        ("notifications", "preferences", "user"),
        ("notifications", "broadcast", "had_service"),
        ("notifications", "broadcast", "at_location"),
    ],
)
def test_search_as_you_type_finds_nothing_foreign(app, model, field, browser):
    where = {"app_label": app, "model_name": model, "field_name": field}

    def found(term: str) -> list[str]:
        answer = browser.get(reverse("admin:autocomplete"), where | {"term": term})
        return [row["text"] for row in answer.json()["results"]]

    assert found("Theirs") == []
    assert len(found("Ours")) >= 1


@pytest.mark.parametrize(
    ("model", "field", "foreign"),
    [
        (Holiday, "location", Location),
        (Break, "specialist", Specialist),
        (Workplace, "location", Location),
        (Specialist, "user", User),
        (Broadcast, "had_service", Service),
        (Broadcast, "at_location", Location),
    ],
    ids=str,
)
def test_a_foreign_row_cannot_be_posted(model, field, foreign, ours, theirs, browser):
    page = address(model, "change", ours.row(model).pk)

    answer = sent_to(browser, page, filled_in(form_at(browser, page)) | {field: theirs.row(foreign).pk})

    assert problems(answer) == {field: NOT_OFFERED}


def test_a_foreign_location_cannot_limit_an_operator(ours, theirs):
    operator = ours.user(Role.OPERATOR)
    browser, page = ours.browser(Role.ADMIN), address(User, "change", operator.pk)

    answer = sent_to(browser, page, filled_in(form_at(browser, page)) | {"locations": [theirs.location.pk]})

    assert list(problems(answer)) == ["locations"]
    assert not operator.locations.exists()


@pytest.mark.parametrize("field", ["client", "user"])
def test_the_wishes_of_a_foreign_person_cannot_be_posted(field, ours, theirs):
    browser, page = ours.browser(Role.ADMIN), address(Preferences, "add")
    foreign = {"client": theirs.client, "user": theirs.row(User)}[field]

    answer = sent_to(browser, page, filled_in(form_at(browser, page)) | {field: foreign.pk})

    assert problems(answer)[field] == NOT_OFFERED


def test_a_foreign_advertisement_cannot_follow_our_messages(ours, theirs):
    browser, page = ours.browser(Role.ADMIN), "/admin/notifications/notificationsetting/"
    foreign = theirs.row(AdTemplate)

    answer = browser.post(page, {"booking_created-client-ad": foreign.pk})

    assert answer.status_code == 422
    assert not foreign.settings.exists()


def test_foreign_services_and_places_cannot_be_posted_in_a_week(ours, theirs):
    browser, page = ours.browser(Role.ADMIN), address(Specialist, "change", ours.salon.specialist.pk)
    sent = filled_in(form_at(browser, page)) | {
        "offers-0-service": theirs.salon.service.pk,
        "schedules-0-location": theirs.location.pk,
        "schedules-1-workplace": theirs.salon.chairs[0].pk,
    }

    answer = sent_to(browser, page, sent)

    assert set(problems(answer)) == {"offers-0-service", "schedules-0-location", "schedules-1-workplace"}


def test_the_owner_cannot_mix_companies_either(ours, theirs):
    browser = ours.browser(OWNER)
    foreign = make_user(theirs.company, Role.SPECIALIST)
    page = address(Specialist, "change", ours.salon.specialist.pk)

    answer = sent_to(browser, page, filled_in(form_at(browser, page)) | {"user": foreign.pk})

    assert problems(answer) == {"user": FOREIGN}


def test_the_owner_cannot_mix_companies_in_a_new_specialist(ours, theirs):
    browser, page = ours.browser(OWNER), address(Specialist, "add")
    sent = filled_in(form_at(browser, page)) | {
        "company": ours.company.pk,
        "name": "Mixed",
        "offers-TOTAL_FORMS": "1",
        "offers-0-service": theirs.salon.service.pk,
    }

    answer = sent_to(browser, page, sent)

    assert FOREIGN in problems(answer).values()
    assert not Specialist.objects.filter(name="Mixed").exists()


def test_staff_make_rows_of_their_own_company_whatever_they_post(ours, theirs):
    browser, page = ours.browser(Role.ADMIN), address(Service, "add")

    empty = browser.get(page)
    browser.post(page, filled_in(empty) | {"name": "New", "price": "10", "company": theirs.company.pk})

    assert "company" not in empty.context["adminform"].form.fields
    assert Service.objects.get(name="New").company == ours.company


def test_the_owner_chooses_the_company_once(ours, theirs):
    browser = ours.browser(OWNER)
    add, change = address(Service, "add"), address(Service, "change", theirs.salon.service.pk)

    browser.post(add, filled_in(form_at(browser, add)) | {"name": "New", "price": "10", "company": theirs.company.pk})
    browser.post(change, filled_in(form_at(browser, change)) | {"company": ours.company.pk})

    assert Service.objects.get(name="New").company == theirs.company
    assert Service.objects.get(pk=theirs.salon.service.pk).company == theirs.company


def test_a_hidden_company_still_guards_its_constraints(ours):
    browser, page = ours.browser(Role.ADMIN), address(Client, "add")

    answer = sent_to(browser, page, filled_in(form_at(browser, page)) | {"first_name": "Twin", "phone": ours.phone})

    assert answer.status_code == 200
    assert Client.objects.filter(phone=ours.phone).count() == 1


def test_an_administrator_keeps_his_company_s_address_and_life_from_himself(ours):
    browser, page = ours.browser(Role.ADMIN), address(Company, "change", ours.company.pk)

    form = browser.get(page)
    browser.post(page, filled_in(form) | {"slug": "stolen", "host": "stolen.example", "horizon_days": "30"})
    ours.company.refresh_from_db()

    assert not {"slug", "host", "is_active"} & set(form.context["adminform"].form.fields)
    assert (ours.company.host, ours.company.horizon_days, ours.company.is_active) == (None, 30, True)


def test_tokens_cannot_be_guessed_through_a_list_s_address(ours):
    page = address(type(ours.visit), "changelist")

    answer = ours.browser(Role.OPERATOR).get(page, {"visit_token__startswith": "a"})

    assert answer.status_code == 400


@pytest.fixture
def elsewhere(ours) -> Specialist:
    """Another location of our company, with people and chairs of its own."""
    location = make_location(ours.company, name="Elsewhere")
    workplace = make_workplace(location, ours.salon.service, name="Elsewhere chair")
    return make_specialist(location, ours.salon.service, workplace=workplace, name="Elsewhere specialist")


@pytest.mark.parametrize("model", [Location, Workplace, Specialist, Break, Holiday], ids=label)
def test_an_operator_of_one_location_does_not_see_the_other(model, ours, elsewhere):
    operator = ours.user(Role.OPERATOR)
    operator.locations.add(ours.location)
    Break.objects.create(specialist=elsewhere, date=ours.salon.day(3), reason="Elsewhere")
    place = elsewhere.schedules.first().location
    Holiday.objects.create(location=place, date=ours.salon.day(3), description="Elsewhere")

    limited = signed_in(operator).get(address(model, "changelist")).content.decode()
    free = ours.browser(Role.OPERATOR).get(address(model, "changelist")).content.decode()

    assert "Elsewhere" not in limited
    assert "Elsewhere" in free


def test_an_operator_of_one_location_sees_no_shifts_in_the_other(ours, elsewhere):
    operator = ours.user(Role.OPERATOR)
    operator.locations.add(ours.location)
    both = ours.salon.specialist
    SpecialistSchedule.objects.create(
        specialist=both,
        location=elsewhere.schedules.first().location,
        day_of_week=0,
        start_time="09:00",
        end_time="10:00",
    )

    page = signed_in(operator).get(address(Specialist, "change", both.pk)).content.decode()

    assert "Elsewhere" not in page
