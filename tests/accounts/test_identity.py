"""Who a chat is, read at once, kept as JSON, and forgotten when it changes (guarantee 22)."""

import json

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.commands import choose_language, client_of_chat, prove_phone
from accounts.models import Client, User
from accounts.permissions import BOOK_OUTSIDE_RULES, CORRECT_WALLETS, TAKE_MONEY
from accounts.queries import actor_of, chat_identity
from accounts.signals import identity_changed
from accounts.values import Actor, Channel, ChatIdentity, Role
from tests.booking.plans import analyse, plan_of
from tests.factories import make_client, make_company, make_location, make_user

pytestmark = pytest.mark.django_db

CHAT, OTHER_CHAT = 700_000_000_001, 700_000_000_002
STAFF = [Role.SPECIALIST, Role.OPERATOR, Role.ADMIN, Role.ACCOUNTANT]


@pytest.fixture
def company():
    return make_company()


def permission(name: str) -> Permission:
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def through_json(identity: ChatIdentity) -> ChatIdentity:
    return ChatIdentity.from_json(json.loads(json.dumps(identity.as_json())))


def actor_in(identity: ChatIdentity) -> Actor:
    assert identity.staff is not None
    return identity.staff.as_actor()


# --- who it is --------------------------------------------------------------------------------------------------------


def test_a_chat_that_nobody_has_is_nobody(company, django_assert_num_queries):
    make_user(company, tg_id=OTHER_CHAT)
    make_client(company, tg_id=OTHER_CHAT)

    with django_assert_num_queries(2):
        identity = chat_identity(CHAT)

    assert identity == ChatIdentity() == through_json(identity)


@pytest.mark.parametrize("given", [(), (BOOK_OUTSIDE_RULES,), (TAKE_MONEY, CORRECT_WALLETS)], ids=len)
@pytest.mark.parametrize("role", STAFF)
def test_a_chat_of_the_staff_may_what_its_user_may(company, role, given, django_assert_num_queries):
    user = make_user(company, role, tg_id=CHAT, language="en")
    user.locations.add(make_location(company), make_location(company))
    user.user_permissions.add(*map(permission, given))

    with django_assert_num_queries(2):
        identity = chat_identity(CHAT)

    assert actor_in(identity) == actor_of(user, Channel.TELEGRAM) == actor_in(through_json(identity))
    assert (identity.staff.language, identity.clients) == ("en", ())


def test_what_a_group_may_its_members_may(company):
    user = make_user(company, Role.OPERATOR, tg_id=CHAT)
    user.groups.add(group := Group.objects.create(name="seniors"))
    group.permissions.add(permission(CORRECT_WALLETS))

    assert actor_in(chat_identity(CHAT)) == actor_of(user, Channel.TELEGRAM)
    assert actor_in(chat_identity(CHAT)).may_correct_wallets


def test_the_owner_of_the_deployment_may_everything():
    user = User.objects.create_superuser("owner@example.com", "secret", tg_id=CHAT)

    assert actor_in(chat_identity(CHAT)) == actor_of(user, Channel.TELEGRAM)
    assert actor_in(chat_identity(CHAT)).owns_deployment


@pytest.mark.parametrize("fields", [{"is_active": False}, {"role": Role.CLIENT}])
def test_whoever_is_not_of_the_staff_is_none_of_it(company, fields):
    make_user(company, tg_id=CHAT, **fields)

    assert chat_identity(CHAT).staff is None


def test_a_chat_is_a_client_once_in_each_company(company):
    other, closed = make_company(), make_company(is_active=False)
    here = make_client(company, tg_id=CHAT, language="ru")
    there = make_client(other, tg_id=CHAT, phone=None)
    make_client(make_company(), tg_id=CHAT, is_active=False)
    make_client(closed, tg_id=CHAT)

    identity = through_json(chat_identity(CHAT))

    assert [(who.company_id, who.client_id, who.language, who.has_phone) for who in identity.clients] == [
        (company.pk, here.pk, "ru", True),
        (other.pk, there.pk, "", False),
    ]
    assert identity.client_of(other.pk).as_actor() == Actor(
        Role.CLIENT, Channel.TELEGRAM, client_id=there.pk, company_id=other.pk
    )
    assert identity.client_of(closed.pk) is identity.client_of(None) is None


def test_somebody_of_the_staff_may_be_a_client_too(company):
    make_user(company, tg_id=CHAT)
    make_client(company, tg_id=CHAT)

    identity = chat_identity(CHAT)

    assert (identity.staff is not None, len(identity.clients)) == (True, 1)


def test_what_is_remembered_names_nobody(company):
    make_user(company, tg_id=CHAT, full_name="Secret Name", phone="+79991112233")
    make_client(company, tg_id=CHAT, first_name="Secret", phone="+79994445566", email="secret@example.com")

    kept = json.dumps(chat_identity(CHAT).as_json()).lower()

    assert [word for word in ("secret", "7999", str(CHAT)) if word in kept] == []


# --- when it changes --------------------------------------------------------------------------------------------------


@pytest.fixture
def heard(django_capture_on_commit_callbacks):
    """Do something and say which chats are told of, once it is committed."""

    def hear(deed) -> set[int]:
        chats: list[int] = []
        identity_changed.connect(listener := lambda tg_ids, **_: chats.extend(tg_ids), weak=False)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                deed()
                assert chats == [], "not before the commit"
        finally:
            identity_changed.disconnect(listener)
        return set(chats)

    return hear


def saving(row, **fields):
    def save() -> None:
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=list(fields))

    return save


@pytest.mark.parametrize(
    "fields",
    [{"role": Role.OPERATOR}, {"is_active": False}, {"language": "en"}, {"is_superuser": True}, {"company": None}],
    ids=str,
)
def test_a_changed_user_is_told_of(company, heard, fields):
    user = make_user(company, tg_id=CHAT)
    fields = {"company": make_company()} if "company" in fields else fields

    assert heard(saving(user, **fields)) == {CHAT}


@pytest.mark.parametrize("fields", [{"is_active": False}, {"language": "en"}, {"phone": "+79991112233"}], ids=str)
def test_a_changed_client_is_told_of(company, heard, fields):
    client = make_client(company, tg_id=CHAT)

    assert heard(saving(client, **fields)) == {CHAT}


@pytest.mark.parametrize("make", [make_user, make_client])
def test_a_chat_that_comes_goes_or_is_exchanged_is_told_of(company, heard, make):
    row = make(company)

    assert heard(saving(row, tg_id=CHAT)) == {CHAT}
    assert heard(saving(row, tg_id=OTHER_CHAT)) == {CHAT, OTHER_CHAT}
    assert heard(saving(row, tg_id=None)) == {OTHER_CHAT}


@pytest.mark.parametrize(("make", "model"), [(make_user, User), (make_client, Client)])
def test_whoever_is_new_or_gone_is_told_of(company, heard, make, model):
    assert heard(lambda: make(company, tg_id=CHAT)) == {CHAT}
    assert heard(lambda: model.objects.get(tg_id=CHAT).delete()) == {CHAT}


@pytest.mark.parametrize(("make", "name"), [(make_user, "full_name"), (make_client, "first_name")])
def test_of_what_no_identity_holds_nobody_is_told(company, heard, make, name, django_assert_num_queries):
    row = make(company, tg_id=CHAT)

    with django_assert_num_queries(1):
        assert heard(saving(row, **{name: "New"})) == set()
    assert heard(row.save) == set(), "nothing has changed"


def test_of_somebody_without_a_chat_nobody_is_told(company, heard):
    user = make_user(company)

    assert heard(saving(user, role=Role.OPERATOR)) == set()


def test_changed_locations_are_told_of_from_either_side(company, heard):
    user, location = make_user(company, Role.OPERATOR, tg_id=CHAT), make_location(company)

    assert heard(lambda: user.locations.add(location)) == {CHAT}
    assert heard(lambda: user.locations.remove(location)) == {CHAT}
    assert heard(lambda: location.operators.add(user)) == {CHAT}
    assert heard(location.operators.clear) == {CHAT}
    assert heard(lambda: user.locations.set([location])) == {CHAT}
    assert heard(user.locations.clear) == {CHAT}


def test_a_right_that_is_given_or_taken_is_told_of(company, heard):
    user, right = make_user(company, Role.OPERATOR, tg_id=CHAT), permission(BOOK_OUTSIDE_RULES)

    assert heard(lambda: user.user_permissions.add(right)) == {CHAT}
    assert heard(lambda: user.user_permissions.remove(right)) == {CHAT}


def test_a_proved_phone_tells_of_whoever_lost_it_and_of_whoever_has_it(company, heard):
    make_client(company, phone="+79991234567", tg_id=OTHER_CHAT)
    client_of_chat(company.pk, CHAT, first_name="A")

    assert heard(lambda: prove_phone(company.pk, CHAT, "79991234567", first_name="A")) == {CHAT, OTHER_CHAT}


def test_a_language_that_is_chosen_is_told_of_once_for_all_cards(company, heard):
    make_user(company, tg_id=CHAT)
    make_client(company, tg_id=CHAT)

    assert heard(lambda: choose_language(CHAT, "en")) == {CHAT}
    assert {row.language for model in (User, Client) for row in model.objects.filter(tg_id=CHAT)} == {"en"}


def test_a_fixture_that_is_loaded_tells_nobody(company, heard):
    row = make_client(company, tg_id=CHAT)

    assert heard(lambda: Client.save_base(row, raw=True)) == set()


def test_a_chat_is_found_by_an_index_at_whatever_company(company):
    """Before PostgreSQL 18, too, which is the first that finds it where the index begins with the company."""
    Client.objects.bulk_create(Client(company=company, first_name="A", tg_id=number) for number in range(1, 2001))
    analyse(Client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'client_telegram_is_unique_in_company'")
        [(definition,)] = cursor.fetchall()
    with CaptureQueriesContext(connection) as captured:
        chat_identity(CHAT)

    assert "(tg_id, company_id)" in definition
    assert "client_telegram_is_unique_in_company" in plan_of(captured.captured_queries[-1]["sql"])
