"""People: what the schema refuses, what the models say of themselves."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import get_resolver

from accounts.models import Client, Company, Device, User
from accounts.models.company import RESERVED_SLUGS
from accounts.models.device import device_key, new_device_token
from accounts.permissions import TABLE, permissions_of_role
from accounts.queries import actor_of
from accounts.values import Channel, Role
from tests.booking.rows import refused
from tests.factories import make_client, make_company, make_location, make_user

pytestmark = pytest.mark.django_db


# --- companies --------------------------------------------------------------------------------------------------------


def test_a_company_without_rules_of_its_own_follows_the_deployment(settings):
    settings.BOOKING_HOLD_SECONDS = 240
    settings.BOOKING_SLOT_STEP_MINUTES = 20
    settings.BOOKING_MIN_NOTICE_MINUTES = 45
    settings.BOOKING_HORIZON_DAYS = 40

    company = make_company(min_notice_minutes=None)

    assert (company.hold_length, company.slot_step, company.min_notice, company.horizon) == (240, 20, 45, 40)


def test_a_companys_own_rules_win():
    company = make_company(hold_seconds=60, slot_step_minutes=5, min_notice_minutes=0, horizon_days=1)

    assert (company.hold_length, company.slot_step, company.min_notice, company.horizon) == (60, 5, 0, 1)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("company_hold_is_sane", {"hold_seconds": 59}),
        ("company_hold_is_sane", {"hold_seconds": 901}),
        ("company_step_is_sane", {"slot_step_minutes": 4}),
        ("company_step_is_sane", {"slot_step_minutes": 241}),
        ("company_horizon_is_sane", {"horizon_days": 0}),
        ("company_horizon_is_sane", {"horizon_days": 731}),
        ("accounts_company_slug_key", {"slug": "taken"}),
        ("accounts_company_host_key", {"host": "book.example.com"}),
    ],
)
def test_a_company_is_refused(constraint, fields):
    make_company(slug="taken", host="book.example.com")

    with refused(constraint):
        make_company(**fields)


def test_companies_without_a_host_are_many():
    make_company(host=None)
    make_company(host=None)

    assert Company.objects.filter(host=None).count() == 2


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_an_address_of_ours_is_no_short_name(slug):
    with pytest.raises(ValidationError, match=r"an address Okno itself uses|Enter a valid"):
        Company(name="Salon", slug=slug).full_clean()


def test_every_first_segment_of_our_addresses_is_reserved():
    """Or a location with that short name could never be reached."""
    segments = {str(pattern.pattern).split("/")[0].strip("^$") for pattern in get_resolver().url_patterns}
    ours = {segment for segment in segments if segment and not segment.startswith("<")}

    assert ours - RESERVED_SLUGS == set()


@pytest.mark.parametrize("timezone", ["Moscow", "Europe/Nowhere", "", "UTC+3"])
def test_a_time_zone_is_an_iana_name(timezone):
    with pytest.raises(ValidationError) as error:
        Company(name="Salon", slug="salon", timezone=timezone).full_clean()

    assert "timezone" in error.value.message_dict


# --- users ------------------------------------------------------------------------------------------------------------


def test_an_email_is_one_users_in_any_case():
    make_user(None, Role.CLIENT)
    User.objects.create_user("Anna@Example.com", role=Role.CLIENT)

    with refused("user_email_is_unique_in_any_case"):
        User.objects.create_user("aNNa@example.com", role=Role.CLIENT)


def test_users_without_an_email_are_many():
    User.objects.create_user(None, role=Role.CLIENT)
    User.objects.create_user("", role=Role.CLIENT)

    assert User.objects.filter(email=None).count() == 2


@pytest.mark.parametrize("field", ["phone", "tg_id"])
def test_a_phone_and_a_telegram_id_are_one_users(field):
    value = {"phone": "+79990000001", "tg_id": 7}[field]
    User.objects.create_user("first@example.com", **{field: value})

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("second@example.com", **{field: value})


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT])
def test_staff_belong_to_a_company(role):
    with refused("staff_belong_to_a_company"):
        make_user(None, role)


def test_the_owner_of_the_deployment_and_clients_belong_to_none():
    owner = User.objects.create_superuser("owner@example.com", "secret")
    client = make_user(None, Role.CLIENT)

    assert (owner.company, client.company) == (None, None)
    assert (owner.is_staff, client.is_staff) == (True, False)


def test_signing_in_does_not_mind_capitals():
    user = User.objects.create_user("anna@example.com", role=Role.CLIENT)

    assert User.objects.get_by_natural_key("Anna@Example.COM") == user


@pytest.mark.parametrize("role", Role)
def test_permissions_follow_the_role(role):
    user = make_user(make_company(), role)

    assert user.get_all_permissions() == permissions_of_role(role)
    assert user.has_perm("booking.view_appointment") == ("booking.appointment" in TABLE[role])


def test_nobody_may_delete_appointments_or_history():
    rights = set().union(*(permissions_of_role(role) for role in Role))

    assert not rights & {"booking.delete_appointment", "booking.delete_appointmentevent"}
    assert "booking.change_appointmentevent" not in rights


def test_somebody_switched_off_has_no_permissions():
    user = make_user(make_company(), Role.ADMIN, is_active=False)

    assert user.get_all_permissions() == set()


def test_only_an_operator_is_limited_to_locations():
    company = make_company()
    location = make_location(company)
    operator, admin = make_user(company, Role.OPERATOR), make_user(company, Role.ADMIN)
    for user in (operator, admin):
        user.locations.add(location)

    assert actor_of(operator, Channel.ADMIN).location_ids == {location.pk}
    assert actor_of(admin, Channel.ADMIN).location_ids == frozenset()


# --- clients ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("client_phone_is_unique_in_company", {"phone": "+79990001111", "tg_id": None}),
        ("client_telegram_is_unique_in_company", {"phone": None, "tg_id": 7}),
    ],
)
def test_a_client_is_known_once_per_company(constraint, fields):
    company = make_company()
    make_client(company, **fields)

    with refused(constraint):
        make_client(company, **fields)
    make_client(make_company(), **fields)


def test_a_user_is_one_client_of_a_company_and_may_be_one_of_each():
    user, company = make_user(None, Role.CLIENT), make_company()
    make_client(company, user=user)

    with refused("user_is_one_client_of_a_company"):
        make_client(company, user=user)
    make_client(make_company(), user=user)


def test_clients_without_a_phone_are_many():
    company = make_company()
    make_client(company, phone=None)
    make_client(company, phone=None)

    assert company.clients.count() == 2


@pytest.mark.parametrize("typed", ["+7 999 123-45-67", "8 (999) 123-45-67", "+79991234567"])
def test_a_phone_is_kept_in_one_form(typed):
    client = make_client(make_company(), phone=typed)

    client.refresh_from_db()
    assert str(client.phone) == "+79991234567"
    assert Client.objects.filter(phone=typed).get() == client


def test_clients_are_found_by_the_last_digits():
    company = make_company()
    found = make_client(company, phone="+79991234567")
    make_client(company, phone="+79994567123")

    assert list(company.clients.with_phone_ending("4567")) == [found]


@pytest.fixture
def many() -> Company:
    """A company with clients enough for PostgreSQL to care how it finds one."""
    company = make_company()
    Client.objects.bulk_create(
        Client(company=company, first_name="Ivan", phone=f"+7999{number:07}") for number in range(0, 9_000_000, 3_001)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_client; SET LOCAL enable_seqscan = off")
    return company


def test_searching_by_the_last_digits_is_a_scan_of_its_index(many):
    plan = many.clients.with_phone_ending("4567").order_by().explain()

    condition = plan.split("Index Cond:")[1].splitlines()[0]
    assert "client_phone_ending" in plan
    assert "reverse" in condition
    assert "7654" in condition


def test_control_an_ordinary_search_by_the_ending_reads_everybody(many):
    plan = many.clients.filter(phone__endswith="4567").order_by().explain()

    assert "reverse" not in plan


@pytest.mark.parametrize(("names", "full"), [(("Anna", "Petrova"), "Anna Petrova"), (("Anna", ""), "Anna")])
def test_a_client_is_called_by_what_is_known(names, full):
    assert str(Client(first_name=names[0], last_name=names[1])) == full


# --- devices ----------------------------------------------------------------------------------------------------------


def test_a_browser_is_known_once_per_company():
    company, typed = make_company(), {"first_name": "Anna", "phone": "+79990000001"}
    Device.objects.create(company=company, key="key", **typed)

    with refused("device_is_known_once_per_company"):
        Device.objects.create(company=company, key="key", **typed)
    Device.objects.create(company=make_company(), key="key", **typed)


def test_the_table_does_not_know_the_cookie():
    token = new_device_token()

    assert len(token) == 22
    assert token not in device_key(token)
    assert device_key(token) == device_key(token) != device_key(new_device_token())
