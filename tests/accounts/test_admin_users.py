"""Staff in the console: an administrator hires, limits and switches off, and nobody rises above himself."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.permissions import BOOK_OUTSIDE_RULES
from accounts.values import Role
from tests.console import OWNER, World, address, filled_in, form_at, problems, sent_to, signed_in
from tests.factories import make_location, make_user
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

ADD = "/admin/accounts/user/add/"
PASSWORD = "long enough 7"
OPERATORS_ONLY = ["This is for operators. Choose that role or leave it empty."]


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


def fresh(user: User) -> User:
    """As the next request sees him: permissions are kept on the object."""
    return User.objects.get(pk=user.pk)


def hire(browser, **typed):
    person = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    return browser.post(ADD, filled_in(form_at(browser, ADD)) | person | typed)


def change(browser, user: User, **typed):
    page = address(User, "change", user.pk)
    sent = filled_in(form_at(browser, page)) | typed
    return sent_to(browser, page, {name: value for name, value in sent.items() if value is not None})


def test_an_administrator_hires_an_operator_for_his_company(world):
    hire(world.browser(Role.ADMIN), email="New@Example.com", role=Role.OPERATOR)

    user = User.objects.get(email="new@example.com")
    assert (user.company, user.role, user.is_superuser) == (world.company, Role.OPERATOR, False)
    assert user.check_password(PASSWORD)


def test_the_owner_hires_for_the_company_he_chooses(world):
    hire(world.browser(OWNER), company=world.company.pk)

    assert User.objects.get(email="new@example.com").company == world.company


def test_the_owner_is_told_that_staff_need_a_company(world):
    answer = hire(world.browser(OWNER), company="")

    assert problems(answer) == {"__all__": ["Staff belong to a company: choose one."]}


def test_one_e_mail_is_one_person_whatever_its_case(world):
    User.objects.create_user("taken@example.com", company=world.company, role=Role.ADMIN)

    answer = hire(world.browser(Role.ADMIN), email="TAKEN@example.com")

    assert problems(answer) == {"email": ["Somebody signs in with this e-mail already. Enter another."]}


def test_nobody_is_made_a_superuser_by_an_administrator(world):
    operator = world.user(Role.OPERATOR)
    browser = world.browser(Role.ADMIN)

    hire(browser, is_superuser="on")
    change(browser, operator, is_superuser="on", user_permissions=["1"], groups=["1"])

    assert not User.objects.filter(is_superuser=True).exists()
    assert not operator.user_permissions.exists()


def test_a_superuser_is_out_of_an_administrator_s_reach(world):
    superuser = make_user(world.company, Role.ADMIN, is_superuser=True)
    browser = world.browser(Role.ADMIN)

    answers = [
        browser.post(address(User, "change", superuser.pk), {"email": "stolen@example.com"}),
        browser.post(
            reverse("admin:auth_user_password_change", args=[superuser.pk]),
            {"password1": PASSWORD, "password2": PASSWORD},
        ),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert fresh(superuser).check_password("secret")


def test_an_administrator_cannot_take_his_own_rights_away(world):
    me = world.user(Role.ADMIN)

    change(signed_in(me), me, role=Role.OPERATOR, is_active=None)

    assert (fresh(me).role, fresh(me).is_active) == (Role.ADMIN, True)


def test_an_operator_is_given_the_right_to_book_outside_the_rules_and_loses_it_again(world):
    operator, browser = world.user(Role.OPERATOR), world.browser(Role.ADMIN)

    change(browser, operator, may_book_outside_rules="on")
    given = fresh(operator).has_perm(BOOK_OUTSIDE_RULES)
    change(browser, operator, may_book_outside_rules=None)

    assert given
    assert not fresh(operator).has_perm(BOOK_OUTSIDE_RULES)


def test_the_checkbox_shows_what_was_given(world):
    operator, browser = world.user(Role.OPERATOR), world.browser(Role.ADMIN)
    change(browser, operator, may_book_outside_rules="on")

    form = form_at(browser, address(User, "change", operator.pk)).context["adminform"].form

    assert form["may_book_outside_rules"].value() is True


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.ACCOUNTANT])
def test_only_operators_are_limited_or_given_more(world, role):
    user = world.user(role)

    answer = change(world.browser(Role.ADMIN), user, locations=[world.location.pk], may_book_outside_rules="on")

    assert problems(answer) == {"locations": OPERATORS_ONLY, "may_book_outside_rules": OPERATORS_ONLY}


def test_a_changed_role_takes_the_extra_right_away(world):
    operator, browser = world.user(Role.OPERATOR), world.browser(Role.ADMIN)
    change(browser, operator, may_book_outside_rules="on")

    change(browser, operator, role=Role.ACCOUNTANT, may_book_outside_rules=None)

    assert not fresh(operator).has_perm(BOOK_OUTSIDE_RULES)


def test_an_operator_is_limited_to_a_location(world):
    other = make_location(world.company)
    operator = world.user(Role.OPERATOR)

    change(world.browser(Role.ADMIN), operator, locations=[other.pk])

    assert list(operator.locations.all()) == [other]


def test_an_administrator_sets_a_password(world):
    operator = world.user(Role.OPERATOR)
    page = reverse("admin:auth_user_password_change", args=[operator.pk])

    world.browser(Role.ADMIN).post(page, {"password1": PASSWORD, "password2": PASSWORD})

    assert fresh(operator).check_password(PASSWORD)


def test_everybody_changes_his_own_password(world):
    operator = world.user(Role.OPERATOR)
    typed = {"old_password": "secret", "new_password1": PASSWORD, "new_password2": PASSWORD}

    signed_in(operator).post(reverse("admin:password_change"), typed)

    assert fresh(operator).check_password(PASSWORD)


@pytest.mark.parametrize("garbage", ["abc", "-1", "9" * 30, "1e3", "\u0661"])
def test_an_edited_id_is_a_wrong_choice_and_no_error(world, garbage):
    answer = change(world.browser(Role.ADMIN), world.user(Role.OPERATOR), locations=[garbage])

    assert answer.status_code == 200
    assert list(problems(answer)) == ["locations"]
