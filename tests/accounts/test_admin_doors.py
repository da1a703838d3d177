"""Every page of every registered admin class opens for whoever may and is refused to everybody else (guarantee 21)."""

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client as Browser

from accounts.values import Role
from tests.console import OWNER, ROLES, World, address, registered, undrawn
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

EVERYBODY = frozenset(ROLES)
DESK = frozenset({OWNER, Role.ADMIN, Role.OPERATOR})
CHIEFS = frozenset({OWNER, Role.ADMIN})
READERS = EVERYBODY - {Role.SPECIALIST}
OWNERS = frozenset({OWNER})
NOBODY: frozenset[str] = frozenset()

# model → who may look, add, change, delete an unused row. A model that is not here fails below.
DOORS: dict[str, tuple[frozenset[str], ...]] = {
    "accounts.Client": (READERS, DESK, DESK, NOBODY),
    "accounts.Company": (CHIEFS, OWNERS, CHIEFS, NOBODY),
    "accounts.Device": (CHIEFS, NOBODY, NOBODY, NOBODY),
    "accounts.User": (CHIEFS, CHIEFS, CHIEFS, NOBODY),
    "booking.Appointment": (EVERYBODY, DESK, EVERYBODY - {Role.ACCOUNTANT}, NOBODY),
    "booking.AppointmentEvent": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "catalog.Break": (EVERYBODY, EVERYBODY - {Role.ACCOUNTANT}, EVERYBODY - {Role.ACCOUNTANT}, DESK),
    "catalog.Holiday": (READERS, CHIEFS, CHIEFS, CHIEFS),
    "catalog.Location": (READERS, CHIEFS, CHIEFS, NOBODY),
    "catalog.Service": (READERS, CHIEFS, CHIEFS, NOBODY),
    "catalog.Specialist": (EVERYBODY, CHIEFS, CHIEFS, NOBODY),
    "catalog.Workplace": (READERS, CHIEFS, CHIEFS, NOBODY),
    "notifications.AdTemplate": (CHIEFS, CHIEFS, CHIEFS, CHIEFS),
    "notifications.Broadcast": (CHIEFS, CHIEFS, CHIEFS, CHIEFS),
    "notifications.DeadAddress": (OWNERS, NOBODY, NOBODY, NOBODY),
    "notifications.Delivery": (DESK, NOBODY, NOBODY, NOBODY),
    "notifications.NotificationSetting": (CHIEFS, CHIEFS, CHIEFS, NOBODY),
    "notifications.Preferences": (DESK, DESK, DESK, NOBODY),
    "notifications.PushSubscription": (CHIEFS, NOBODY, NOBODY, CHIEFS),
    "telegram_bot.IncomingUpdate": (CHIEFS, NOBODY, NOBODY, NOBODY),
    "wallet.ClientWallet": (READERS, NOBODY, NOBODY, NOBODY),
    "wallet.Payment": (READERS, NOBODY, NOBODY, NOBODY),
    "wallet.Reconciliation": (OWNERS, NOBODY, NOBODY, NOBODY),
    "wallet.WalletTransaction": (READERS, NOBODY, NOBODY, NOBODY),
    "django_celery_beat.ClockedSchedule": (OWNERS,) * 4,
    "django_celery_beat.CrontabSchedule": (OWNERS,) * 4,
    "django_celery_beat.IntervalSchedule": (OWNERS,) * 4,
    "django_celery_beat.PeriodicTask": (OWNERS,) * 4,
    "django_celery_beat.SolarSchedule": (OWNERS,) * 4,
}
OPENS, REFUSES = 200, 403


class Staffed(World):
    """A company with one row of everything, and somebody of each role at his browser."""

    def __init__(self) -> None:
        super().__init__()
        self.browsers = {role: self.browser(role) for role in ROLES}
        self.rows = {model: self.row(model) for model in registered()}


built = lasting(Staffed)


@pytest.fixture
def world(built) -> Staffed:
    return copied(built)


def who(allowed: frozenset[str]) -> dict[str, int]:
    return {role: OPENS if role in allowed else REFUSES for role in ROLES}


def answers(pages: dict[str, str], browsers: dict[str, Browser]) -> dict[str, int]:
    """What each role hears at its own address; single settings lead to the page of all of them."""
    return {role: browser.get(pages[role], follow=True).status_code for role, browser in browsers.items()}


def same(page: str) -> dict[str, str]:
    return dict.fromkeys(ROLES, page)


def test_every_admin_class_is_classified():
    assert {model._meta.label for model in registered()} == set(DOORS)


@pytest.mark.parametrize("model", registered(), ids=lambda model: model._meta.label)
def test_lists_forms_and_rows_open_for_whoever_may_look_and_add(model: type[Model], world):
    may_look, may_add, *_ = DOORS[model._meta.label]
    browsers, row = world.browsers, world.rows[model]

    assert answers(same(address(model, "changelist")), browsers) == who(may_look)
    assert answers(same(address(model, "change", row.pk)), browsers) == who(may_look)
    assert answers(same(address(model, "add")), browsers) == who(may_add)


@pytest.mark.parametrize("model", registered(), ids=lambda model: model._meta.label)
def test_nothing_is_changed_or_deleted_by_whoever_may_not(model: type[Model], world):
    *_, may_change, may_delete = DOORS[model._meta.label]
    browsers, row = world.browsers, world.rows[model]

    for role, browser in browsers.items():
        if role not in may_change:
            answer = browser.post(address(model, "change", row.pk), {"name": "hacked"})
            assert answer.status_code in (REFUSES, 405), role
        if role not in may_delete:
            browser.post(address(model, "delete", row.pk), {"post": "yes"})
            assert type(row)._default_manager.filter(pk=row.pk).exists(), role


def test_the_console_is_closed_to_clients_and_strangers(world):
    client = world.browser(Role.CLIENT)

    answers = [client.get(address(model, "changelist")) for model in registered()]

    assert {answer.status_code for answer in answers} == {302}
    assert all("/admin/login/" in answer.url for answer in answers)


def test_groups_are_not_offered_because_roles_say_what_somebody_may_do():
    assert "auth.Group" not in {model._meta.label for model in admin.site._registry}


def test_whoever_signs_in_lands_in_the_console(world, client):
    user = world.user(Role.OPERATOR)
    door = client.get("/admin/login/?lang=en").context["app_path"]

    answer = client.post(door, {"username": user.email, "password": "secret"})

    assert answer.url == "/admin/"


@pytest.mark.parametrize(
    ("where", "status"),
    [
        ("/admin/search/?s=a", 404),
        ("/admin/autocomplete/?term=a", 403),
        ("/admin/autocomplete/?app_label=x&model_name=y&field_name=z", 403),
        ("/admin/autocomplete/?app_label=catalog&model_name=break&field_name=specialist&page=x", 404),
        ("/admin/catalog/location/add/?_to_field=password", 400),
        ("/admin/nowhere/", 404),
    ],
)
def test_an_edited_address_is_refused_and_no_error(where, status, world):
    assert world.browsers[Role.ADMIN].get(where).status_code == status


GUESSES = [
    "price__gte=2500",
    "visit_token__startswith=a",
    "contact_phone=%00",
    "contact_name__regex=(",
    "start_time__year=99999999999999999999999",
    "id__range=99999999999999999999",
    "status__in=CONFIRMED",
    "company__name__startswith=a",
    "client__phone__endswith=5",
    "pk__gte=1",
]


@pytest.mark.parametrize("guess", GUESSES)
@pytest.mark.parametrize("role", [Role.ADMIN, Role.SPECIALIST])
def test_a_list_answers_nothing_but_its_own_filters(guess, role, world):
    console = world.browsers[role]

    assert console.get(f"/admin/booking/appointment/?{guess}").status_code == 400
    assert console.get("/admin/booking/appointmentevent/?payload__price=1").status_code == 400


def test_nonsense_in_an_action_or_a_search_is_no_error(world):
    desk = world.browsers[Role.OPERATOR]
    looking_for = {"app_label": "booking", "model_name": "appointment", "field_name": "client", "term": "\0"}

    action = desk.post("/admin/booking/appointment/", {"action": "arrive", "_selected_action": ["x\0"]})
    search = desk.get("/admin/autocomplete/", looking_for)

    assert (action.status_code, search.status_code) == (400, 200)


def asked_by_filters(model: type[Model], world: Staffed) -> list[str]:
    """What a list's own filters put into its address, each with a real value."""
    row, asked = world.rows[model], []
    for each in admin.site.get_model_admin(model).list_filter:
        path = each[0] if isinstance(each, tuple) else each
        if not isinstance(path, str):
            asked.append(f"{each.parameter_name}=today")
            continue
        value = row
        for name in path.split("__"):
            value = getattr(value, name)
        asked.append(
            f"{path}__id__exact={value.pk}"
            if isinstance(value, Model)
            else f"{path}__exact={value:d}"
            if isinstance(value, bool)
            else f"{path}__exact={value}"
        )
    return asked


@pytest.mark.parametrize("model", registered(), ids=lambda model: model._meta.label)
def test_a_list_answers_all_of_its_own_filters(model, world):
    """Each by itself, and a page with all of them chosen."""
    owner, page = world.browsers[OWNER], address(model, "changelist")
    asked = asked_by_filters(model, world)

    with undrawn():
        answers = {query: owner.get(f"{page}?{query}").status_code for query in asked}
    all_chosen = owner.get(f"{page}?{'&'.join(asked)}")

    assert answers == dict.fromkeys(asked, 200)
    assert all_chosen.status_code == 200
