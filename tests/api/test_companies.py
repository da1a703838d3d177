"""Of which company a call is (domain §1)."""

import pytest

from accounts.models import Company
from accounts.values import Role
from tests.api.caller import Caller, client_user, problems
from tests.factories import Salon, make_client, make_user

pytestmark = pytest.mark.django_db


def test_the_only_company_needs_no_name():
    salon = Salon()

    assert Caller().book(salon).status_code == 201


@pytest.mark.parametrize("signed_in", [False, True])
def test_one_of_several_is_named(signed_in):
    salon, other = Salon(), Salon()
    caller = Caller(client_user(make_client(salon.company)) if signed_in else None)

    nameless = caller.book(salon)
    right, wrong, nobodys = (caller.book(salon, company=slug) for slug in (salon.company.slug, other.company.slug, "x"))

    assert (nameless.status_code, problems(nameless)) == (400, {"company": "required"})
    assert (wrong.status_code, problems(wrong)) == (400, {"location": "does_not_exist"})
    assert (nobodys.status_code, problems(nobodys)) == (400, {"company": "does_not_exist"})
    assert right.status_code == 201


def test_a_company_is_named_in_the_address_too():
    salon = Salon()
    Salon()
    query = {
        "location": salon.location.pk,
        "service": salon.service.pk,
        "date_from": salon.day(),
        "date_to": salon.day(),
    }

    nameless, named = (Caller().get("availability/", **query, **name) for name in ({}, {"company": salon.company.slug}))

    assert (nameless.status_code, named.status_code) == (400, 200)


def test_a_company_s_own_host_decides(settings):
    settings.ALLOWED_HOSTS = ["*"]
    salon, other = Salon(), Salon()
    Company.objects.filter(pk=salon.company.pk).update(host="book.example.com")
    caller = Caller(host="book.example.com:8443")

    own, named, elsewhere, contradicting = (
        caller.book(salon, 10),
        caller.book(salon, 12, company=salon.company.slug),
        caller.book(other),
        caller.book(other, company=other.company.slug),
    )

    assert (own.status_code, named.status_code) == (201, 201)
    assert (elsewhere.status_code, problems(elsewhere)) == (400, {"location": "does_not_exist"})
    assert (contradicting.status_code, problems(contradicting)) == (400, {"company": "does_not_exist"})


def test_a_company_that_is_switched_off_is_not_there():
    salon = Salon()
    Salon()
    Company.objects.filter(pk=salon.company.pk).update(is_active=False)

    answer = Caller().book(salon, company=salon.company.slug)

    assert (answer.status_code, problems(answer)) == (400, {"company": "does_not_exist"})


def test_staff_need_no_name_and_have_no_other_company():
    salon, other = Salon(), Salon()
    desk = Caller(make_user(salon.company, Role.OPERATOR))

    nameless, named = desk.book(salon, 10), desk.book(salon, 12, company=salon.company.slug)
    elsewhere, strangers = desk.book(other), desk.book(other, company=other.company.slug)

    assert (nameless.status_code, named.status_code) == (201, 201)
    assert problems(elsewhere) == {"location": "does_not_exist"}
    assert problems(strangers) == {"company": "does_not_exist"}


def test_the_owner_means_the_location_s_company():
    salon, other = Salon(), Salon()
    owner = Caller(make_user(None, Role.ADMIN, is_superuser=True))

    assert [owner.book(salon).status_code, owner.book(other).status_code] == [201, 201]
    assert problems(owner.book(salon, company=other.company.slug)) == {"location": "does_not_exist"}


def test_a_token_needs_no_company():
    salon = Salon()
    Salon()
    caller = Caller()
    hold = caller.book(salon, company=salon.company.slug).json()

    visit = caller.confirm(hold)

    assert visit.status_code == 200


@pytest.mark.parametrize("name", ["", "\0", "a" * 200, "\ud800", "компания", 5, None, [], {"a": 1}, True])
def test_what_is_no_name_is_named(name):
    salon = Salon()
    Salon()

    answer = Caller().book(salon, company=name)

    assert answer.status_code == 400
    assert set(problems(answer)) <= {"company", None}
