"""Who may do what through the API, and who history says it was: role × company × token, both sides of each."""

from typing import Any

import pytest

from accounts.models import User
from accounts.values import Role
from booking.models import Appointment, AppointmentEvent
from catalog.models import Specialist
from notifications.queries import switches_of
from notifications.recipients import recipients_of
from tests.api.caller import CONTACT, NOBODYS_TOKEN, Caller, client_user, problems, row, wish
from tests.booking.steps import last_event
from tests.factories import Salon, book, make_client, make_location, make_specialist, make_user
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

ACTIONS = ("confirm", "extend", "release", "reschedule", "cancel")
HOLDS = ("confirm", "extend", "release")
OK, FORBIDDEN, MISSING = 200, 403, 404

# Who, and what he hears when he acts without a token; with it everybody is its holder.
BY_RIGHT = {
    "the owner": OK,
    "an administrator": OK,
    "an operator": OK,
    "an operator of this location": OK,
    "an operator of another location": MISSING,
    "the visit's specialist": OK,
    "another specialist": MISSING,
    "an accountant": FORBIDDEN,
    "an administrator of another company": MISSING,
    "the visit's client": OK,
    "another client": MISSING,
    "a client of another company": MISSING,
    "a guest": MISSING,
}
BOOKS = dict.fromkeys(BY_RIGHT, 201) | {
    "an operator of another location": 400,
    "the visit's specialist": FORBIDDEN,
    "another specialist": FORBIDDEN,
    "an accountant": FORBIDDEN,
    "an administrator of another company": 400,
}


class World(Salon):
    """A salon with a client, his hold and his visit, made by somebody who has just left, and everybody who might want
    something of them."""

    def __init__(self) -> None:
        super().__init__()
        self.client = make_client(self.company, phone="+79990000001")
        self.elsewhere = make_location(self.company)
        desk = Caller(make_user(self.company, Role.OPERATOR))
        self.hold = row(desk.book(self, 18, client=self.client.pk).json())
        self.visit = row(desk.confirm(desk.book(self, 19, client=self.client.pk).json()).json())

    def who(self, name: str) -> User | None:
        company, roles = self.company, {"an administrator": Role.ADMIN, "an accountant": Role.ACCOUNTANT}
        if name in roles:
            return make_user(company, roles[name])
        if name == "the owner":
            return make_user(None, Role.ADMIN, is_superuser=True)
        if name == "an administrator of another company":
            return make_user(Salon().company, Role.ADMIN)
        if "operator" in name:
            return self.operator(name)
        if "specialist" in name:
            return self.master(name)
        return self.visitor(name)

    def operator(self, name: str) -> User:
        user = make_user(self.company, Role.OPERATOR)
        if "location" in name:
            user.locations.add(self.location if "this" in name else self.elsewhere)
        return user

    def master(self, name: str) -> User:
        user = make_user(self.company, Role.SPECIALIST)
        mine = self.specialist if "visit" in name else make_specialist(self.elsewhere)
        Specialist.objects.filter(pk=mine.pk).update(user=user)
        return user

    def visitor(self, name: str) -> User | None:
        if name == "a guest":
            return None
        company = Salon().company if "company" in name else self.company
        return client_user(self.client if "visit" in name else make_client(company))

    def subject(self, action: str) -> Appointment:
        return self.hold if action in HOLDS else self.visit

    def body(self, action: str, subject: Appointment, **more: Any) -> dict[str, Any]:
        bodies: dict[str, dict[str, Any]] = {
            "confirm": {"id": subject.pk, **CONTACT},
            "reschedule": {"start": self.at(15, days=3).isoformat()},
        }
        return bodies.get(action, {}) | more

    def act(self, caller: Caller, action: str, subject: Appointment, **more: Any):
        where = "appointments/confirm/" if action == "confirm" else f"appointments/{subject.pk}/{action}/"
        return caller.post(where, self.body(action, subject, **more))


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", BY_RIGHT)
def test_without_a_token_everybody_acts_by_his_right(world, name, action):
    subject = world.subject(action)
    events = AppointmentEvent.objects.count()

    answer = world.act(Caller(world.who(name)), action, subject)

    assert answer.status_code == BY_RIGHT[name]
    assert AppointmentEvent.objects.count() == events + (answer.status_code == OK)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", BY_RIGHT)
def test_with_its_token_everybody_acts(world, name, action):
    subject = world.subject(action)
    token = subject.hold_token if action in HOLDS else subject.visit_token

    answer = world.act(Caller(world.who(name)), action, subject, token=token)

    assert answer.status_code == OK


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", [name for name, status in BY_RIGHT.items() if status != OK])
def test_a_wrong_token_is_no_better_than_none(world, name, action):
    subject = world.subject(action)

    answer = world.act(Caller(world.who(name)), action, subject, token=NOBODYS_TOKEN)

    assert answer.status_code == BY_RIGHT[name]


@pytest.mark.parametrize("name", BY_RIGHT)
def test_who_may_book(world, name):
    caller = Caller(world.who(name))
    named = {"company": world.company.slug} if caller_is_public(name) else {}

    answer = caller.book(world, 12, **named)

    assert answer.status_code == BOOKS[name]


def caller_is_public(name: str) -> bool:
    return "client" in name or name == "a guest"


@pytest.mark.parametrize("name", BY_RIGHT)
def test_for_whom_one_may_book(world, name):
    """Staff book for a client they name; nobody else names one."""
    caller = Caller(world.who(name))
    named = {"company": world.company.slug} if caller_is_public(name) else {}

    answer = caller.book(world, 12, client=world.client.pk, **named)

    assert answer.status_code == (FORBIDDEN if caller_is_public(name) else BOOKS[name])
    if answer.status_code == 201:
        assert row(answer.json()).client == world.client


def test_a_client_of_another_company_is_not_there_for_staff(world):
    stranger = make_client(Salon().company)

    for name in ("an operator", "the owner"):
        answer = Caller(world.who(name)).book(world, 12, client=stranger.pk)

        assert (answer.status_code, problems(answer)) == (400, {"client": "does_not_exist"})


def test_staff_confirm_for_the_client_they_named_whatever_phone_they_type(world):
    desk = Caller(world.who("an operator"))

    visit = desk.confirm(desk.book(world, client=world.client.pk).json(), phone="+79995554433").json()

    assert row(visit).client == world.client


def test_staff_are_bound_by_no_notice(world):
    """A walk-in (domain §4): clients hear that it is too soon."""
    world.company.min_notice_minutes = 24 * 60 * 4
    world.company.save()

    desk = Caller(world.who("an operator")).book(world, 10)
    client = Caller().book(world, 15, company=world.company.slug)

    assert (desk.status_code, client.status_code, client.json()["code"]) == (201, 409, "too_soon")


def initiator(name: str, user: User | None, world: World) -> dict[str, Any]:
    roles = {"the owner": "admin", "an administrator": "admin", "the visit's specialist": "specialist"}
    known = {"user_id": user and user.pk, "role": roles.get(name, "operator"), "channel": "api"}
    if name == "the visit's client":
        return known | {"role": "client", "client_id": world.client.pk}
    return known


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", [name for name, status in BY_RIGHT.items() if status == OK])
@pytest.mark.parametrize("with_token", [False, True])
def test_history_says_who_it_was(world, name, action, with_token):
    subject, user = world.subject(action), world.who(name)
    token = {"token": subject.hold_token if action in HOLDS else subject.visit_token} if with_token else {}

    world.act(Caller(user), action, subject, **token)

    assert last_event(subject).initiated_by == initiator(name, user, world)


def test_nobody_says_himself_who_it_was(world):
    """The headers of source 001 are for keys with the scope ``act-as`` (domain §1)."""
    subject = world.subject("cancel")
    claims = {"x-initiated-by-user-id": "1", "x-initiated-by-role": "admin", "x-initiated-by-channel": "tg_bot"}

    world.act(Caller(**claims), "cancel", subject, token=subject.visit_token)

    assert last_event(subject).initiated_by == STRANGERS["a guest"]


STRANGERS = {
    "a guest": {"user_id": None, "role": "client", "channel": "api"},
    "an accountant": {"user_id": None, "role": "client", "channel": "api"},
    "an administrator of another company": {"user_id": None, "role": "client", "channel": "api"},
    "a client of another company": {"user_id": None, "role": "client", "channel": "api"},
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", STRANGERS)
def test_whoever_has_nothing_but_the_token_is_the_visit_s_guest(world, name, action):
    subject = world.subject(action)
    token = subject.hold_token if action in HOLDS else subject.visit_token

    world.act(Caller(world.who(name)), action, subject, token=token)

    assert last_event(subject).initiated_by == STRANGERS[name]


# Source 001 §5: everybody concerned hears of it but whoever did it; a booking is confirmed to its client always.
TOLD = {
    ("an operator", "cancel"): {"client", "specialist", "admin"},
    ("an administrator", "cancel"): {"client", "specialist", "operator"},
    ("the visit's specialist", "cancel"): {"client", "admin", "operator"},
    ("the visit's client", "cancel"): {"specialist", "admin", "operator"},
    ("a guest", "cancel"): {"specialist", "admin", "operator"},
    ("an operator", "reschedule"): {"client", "specialist", "admin"},
    ("the visit's client", "reschedule"): {"specialist", "admin", "operator"},
    ("an operator", "confirm"): {"client", "specialist", "admin"},
    ("a guest", "confirm"): {"client", "specialist", "admin", "operator"},
}


@pytest.mark.parametrize(("name", "action"), TOLD)
def test_whoever_did_it_is_not_told(world, name, action):
    desk = {"an administrator": Role.ADMIN, "an operator": Role.OPERATOR}
    people = {who: make_user(world.company, role) for who, role in desk.items()}
    people["the visit's specialist"] = world.master("the visit's specialist")
    subject = world.subject(action)
    User.objects.filter(role=Role.OPERATOR).exclude(pk=people["an operator"].pk).update(is_active=False)
    token = subject.hold_token if action in HOLDS else subject.visit_token

    world.act(Caller(people.get(name) or world.who(name)), action, subject, token=token)

    assert told_of(last_event(subject), people, world) == TOLD[name, action]


def told_of(event: AppointmentEvent, people: dict[str, User], world: World) -> set[str]:
    names = {f"user:{user.pk}": who.split()[-1] for who, user in people.items()}
    names = {key: {"administrator": "admin"}.get(name, name) for key, name in names.items()}
    names[f"client:{world.client.pk}"] = "client"
    return {names[person.key] for person in recipients_of(event, switches_of(world.company.pk, event.event_type))}


def test_a_role_that_was_taken_away_is_without_power_at_the_next_call(world):
    user = world.who("an operator")
    caller, subject = Caller(user), world.subject("cancel")
    assert world.act(caller, "reschedule", subject).status_code == OK

    User.objects.filter(pk=user.pk).update(role=Role.ACCOUNTANT)

    assert world.act(caller, "cancel", subject).status_code == FORBIDDEN


def test_whoever_was_switched_off_is_nobody(world):
    user = world.who("an operator")
    caller, subject = Caller(user), world.subject("cancel")

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert world.act(caller, "cancel", subject).status_code == MISSING


def test_a_session_writes_only_with_its_csrf_token(world):
    caller, subject = Caller(world.who("an operator")), world.subject("cancel")
    caller.browser.handler.enforce_csrf_checks = True

    refused = world.act(caller, "cancel", subject)
    stranger = Caller()
    stranger.browser.handler.enforce_csrf_checks = True
    by_token = world.act(stranger, "cancel", subject, token=subject.visit_token)

    assert (refused.status_code, problems(refused)) == (403, {None: "permission_denied"})
    assert by_token.status_code == OK


def test_a_session_with_its_csrf_token_writes(world, settings):
    caller, subject = Caller(world.who("an operator")), world.subject("cancel")
    caller.browser.get("/admin/")
    token = caller.browser.get(f"/{world.location.slug}/").context["csrf_token"]
    caller.browser.handler.enforce_csrf_checks = True

    answer = caller.browser.post(
        f"/api/v1/appointments/{subject.pk}/cancel/", {}, "application/json", headers={"x-csrftoken": str(token)}
    )

    assert answer.status_code == OK


def test_the_desk_s_booking_belongs_to_no_browser(world):
    """Or whoever sits at the desk next would be taken for its client."""
    desk = Caller(world.who("an operator"))
    desk.browser.cookies["device"] = "the desk's browser"

    assert row(desk.book(world).json()).browser_key == ""
    assert row(Caller().post("appointments/book/", wish(world, 15) | {"company": world.company.slug}).json())


def test_a_visit_of_another_company_is_not_found_under_this_one_s_name(world):
    stranger = Salon()
    visit = book(world.slot(10, days=3))

    answers = [
        Caller().act("cancel", visit.pk, {"token": visit.visit_token, "company": company.slug})
        for company in (stranger.company, world.company)
    ]

    assert [answer.status_code for answer in answers] == [404, 200]
