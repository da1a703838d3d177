"""Who sees what (guarantee 21): every table of ours, asked by everybody."""

from datetime import date, time

import pytest
from django.apps import apps
from django.db.models import Model

from accounts.models import Client, Company, Device, Invitation, User
from accounts.values import SYSTEM, WEB_GUEST, Actor, Channel, Role
from booking.models import Appointment, AppointmentEvent, EventType, OnceKey
from catalog.models import (
    Break,
    Holiday,
    Location,
    LocationSchedule,
    Service,
    ServiceSpecialist,
    Specialist,
    SpecialistSchedule,
    Workplace,
    WorkplaceService,
)
from notifications.models import (
    AdTemplate,
    AttachedChat,
    Broadcast,
    DeadAddress,
    Delivery,
    NotificationSetting,
    Preferences,
    PushSubscription,
    Reminder,
)
from telegram_bot.models import Chat, IncomingUpdate
from tests.booking.rows import put
from tests.factories import Salon, make_client, make_company, make_location, make_specialist, make_user
from tests.lasting import copied, lasting
from wallet.models import ClientWallet, Payment, Reconciliation, WalletTransaction

pytestmark = pytest.mark.django_db

OUR_APPS = ("accounts", "catalog", "wallet", "booking", "notifications", "telegram_bot")
SHOWN_NOWHERE = {OnceKey}  # one-time keys, which no view, endpoint or admin class reads
OF_THE_DEPLOYMENT = {Reconciliation, DeadAddress, Reminder, AttachedChat, Chat}  # shown to its owner alone

# Whose row: Anna's own; a colleague's in the same location; somebody's elsewhere in the company; a stranger's.
MINE, COLLEAGUES, ELSEWHERE, STRANGERS = "mine", "a colleague's", "elsewhere", "a stranger's"
ALL = frozenset({MINE, COLLEAGUES, ELSEWHERE, STRANGERS})
OURS = ALL - {STRANGERS}
HERE = OURS - {ELSEWHERE}
OWN = frozenset({MINE})
NONE: frozenset[str] = frozenset()

EVERY = {
    *{Company, Location, LocationSchedule, Holiday, Workplace, WorkplaceService, Service, ServiceSpecialist},
    *{Specialist, SpecialistSchedule, Break, User, Invitation, Client, Device, Appointment, AppointmentEvent},
    *{ClientWallet, WalletTransaction, Payment},
    *{NotificationSetting, AdTemplate, Broadcast, Delivery, Preferences, PushSubscription},
    IncomingUpdate,
}
MONEY = {ClientWallet, WalletTransaction, Payment}
PUBLIC = {Company, Location, Service, Specialist}
OF_A_COMPANY = {Company, Service, Client, Device, User, Invitation, ClientWallet, WalletTransaction}
RULES = {NotificationSetting, AdTemplate, Broadcast}
OF_ADMINISTRATORS = {User, Invitation, PushSubscription, IncomingUpdate}
OF_A_LOCATION = EVERY - OF_A_COMPANY - RULES - OF_ADMINISTRATORS - {Preferences}
OF_A_PERSON = {Specialist, ServiceSpecialist, SpecialistSchedule, Break, Client, Appointment, AppointmentEvent, User}
OF_A_CLIENT = {Client, Appointment, Preferences, PushSubscription, *MONEY}
OF_A_USER = {Delivery, PushSubscription}


class Desk(Salon):
    """One specialist, one chair, one client, and a row in every table."""

    def __init__(self, location: Location, number: int, *, with_user: bool = True) -> None:
        super().__init__(company=location.company, hours=None)
        self.location = location
        self.user = make_user(location.company, Role.SPECIALIST)
        self.client = make_client(self.company)
        day, hours = date(2030, 1, number), {"day_of_week": 0, "start_time": time(9), "end_time": time(10)}
        specialist = make_specialist(location, hours=None, user=self.user if with_user else None)
        chair = Workplace.objects.create(location=location, name=f"Chair {number}")
        visit = put(self, specialist=specialist, workplace=chair, client=self.client)
        self.rows: dict[type[Model], Model] = {
            Company: self.company,
            Location: location,
            LocationSchedule: LocationSchedule.objects.create(location=location, **hours),
            Holiday: Holiday.objects.create(location=location, date=day),
            Workplace: chair,
            WorkplaceService: WorkplaceService.objects.create(workplace=chair, service=self.service),
            Service: self.service,
            ServiceSpecialist: ServiceSpecialist.objects.create(service=self.service, specialist=specialist),
            Specialist: specialist,
            SpecialistSchedule: SpecialistSchedule.objects.create(specialist=specialist, location=location, **hours),
            Break: Break.objects.create(specialist=specialist, date=day),
            User: self.user,
            Invitation: Invitation.objects.create(user=self.user, key=f"{number}"),
            Client: self.client,
            Device: Device.objects.create(
                company=self.company, key=f"{number}", first_name="Ann", phone="+79990000001"
            ),
            Appointment: visit,
            AppointmentEvent: visit.events.create(event_type=EventType.BOOKING_CREATED, initiated_by={}),
            ClientWallet: ClientWallet.objects.create(client=self.client),
            WalletTransaction: WalletTransaction.objects.create(
                client=self.client, kind="deposit", amount=5, balance_after=5, reference=f"{number}", actor={}
            ),
            Payment: Payment.objects.create(
                company=self.company, appointment=visit, method="cash", amount=5, reference=f"{number}", actor={}
            ),
            IncomingUpdate: IncomingUpdate.objects.create(update_id=number, tg_id=number, user=self.user),
            **self.notifications(visit),
        }

    def notifications(self, visit: Appointment) -> dict[type[Model], Model]:
        theirs = {"company": self.company, "client": self.client, "user": self.user}
        event = visit.events.create(event_type=EventType.BOOKING_CANCELLED, initiated_by={})
        return {
            NotificationSetting: NotificationSetting.objects.update_or_create(
                company=self.company, event_type="booking_created", recipient_role="client", channel=f"{visit.pk}"
            )[0],
            AdTemplate: AdTemplate.objects.create(company=self.company, name=f"{visit.pk}", content_tg="A"),
            Broadcast: Broadcast.objects.create(company=self.company, name=f"{visit.pk}", content_tg="A"),
            Delivery: Delivery.objects.create(**theirs, event=event, occasion=f"event:{event.pk}"),
            Preferences: Preferences.objects.create(company=self.company, client=self.client),
            PushSubscription: PushSubscription.objects.create(**theirs, endpoint=f"https://push.example/{visit.pk}"),
        }


class World:
    """Two companies, the first with two locations."""

    def __init__(self) -> None:
        first = make_location()
        self.location, self.company = first, first.company
        locations = {
            MINE: first,
            COLLEAGUES: first,
            ELSEWHERE: make_location(first.company),
            STRANGERS: make_location(),
        }
        self.desks = {
            whose: Desk(location, number, with_user=whose != COLLEAGUES)
            for number, (whose, location) in enumerate(locations.items(), start=1)
        }

    def actor(self, role: Role, **fields) -> Actor:
        return Actor(**{"role": role, "channel": Channel.ADMIN, "company_id": self.company.pk, "user_id": 0} | fields)

    def actors(self) -> dict[str, Actor]:
        mine = self.desks[MINE]
        return {
            "the owner": Actor(role=Role.ADMIN, channel=Channel.ADMIN, owns_deployment=True),
            "an administrator": self.actor(Role.ADMIN),
            "an operator": self.actor(Role.OPERATOR),
            "an operator of one location": self.actor(Role.OPERATOR, location_ids=frozenset({self.location.pk})),
            "an accountant": self.actor(Role.ACCOUNTANT),
            "a specialist": self.actor(Role.SPECIALIST, user_id=mine.user.pk),
            "a specialist without a user": self.actor(Role.SPECIALIST, user_id=None),
            "staff of no company": self.actor(Role.OPERATOR, company_id=None),
            "a client": Actor(role=Role.CLIENT, channel=Channel.WEB, client_id=mine.client.pk),
            "a guest": WEB_GUEST,
            "the system": SYSTEM,
        }

    def seen(self, model: type[Model], actor: Actor) -> set[str]:
        """Whose rows of ``model`` the actor sees."""
        keys = set(model.objects.visible_to(actor).values_list("pk", flat=True))
        return {whose for whose, desk in self.desks.items() if desk.rows[model].pk in keys}


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


# For each viewer: what he sees of the tables named, and of all others.
SEEN: dict[str, tuple[dict[type[Model], frozenset[str]], frozenset[str]]] = {
    "the owner": ({}, ALL),
    "an administrator": ({}, OURS),
    "an operator": (dict.fromkeys(OF_ADMINISTRATORS, NONE), OURS),
    "an operator of one location": (
        dict.fromkeys(OF_A_LOCATION, HERE) | dict.fromkeys(OF_ADMINISTRATORS, NONE),
        OURS,
    ),
    "an accountant": (dict.fromkeys(OF_ADMINISTRATORS, NONE), OURS),
    "a specialist": (
        dict.fromkeys(OF_A_PERSON | OF_A_USER, OWN)
        | dict.fromkeys({Invitation, Device, Preferences, IncomingUpdate, *MONEY, *RULES}, NONE),
        OURS,
    ),
    "a specialist without a user": ({}, NONE),
    "staff of no company": ({}, NONE),
    "a client": (dict.fromkeys(PUBLIC, ALL) | dict.fromkeys(OF_A_CLIENT, OWN), NONE),
    "a guest": (dict.fromkeys(PUBLIC, ALL), NONE),
    "the system": (dict.fromkeys(PUBLIC, ALL), NONE),
}


def our_models() -> set[type[Model]]:
    return {model for app in OUR_APPS for model in apps.get_app_config(app).get_models()}


def test_every_table_of_ours_is_classified():
    """A new model has a ``visible_to`` and stands in the table above, or it is shown nowhere on purpose."""
    assert our_models() - SHOWN_NOWHERE - OF_THE_DEPLOYMENT == EVERY


@pytest.mark.parametrize(
    "model", sorted(our_models() - SHOWN_NOWHERE - OF_THE_DEPLOYMENT, key=str), ids=lambda model: model.__name__
)
def test_every_table_of_ours_knows_who_may_see_it(model):
    assert callable(getattr(model._default_manager, "visible_to", None))


@pytest.mark.parametrize("viewer", SEEN)
def test_what_is_seen_by(world, viewer):
    actor = world.actors()[viewer]
    special, usual = SEEN[viewer]

    seen = {model.__name__: world.seen(model, actor) for model in EVERY}

    assert seen == {model.__name__: special.get(model, usual) for model in EVERY}


def test_rows_appear_once_however_many_ways_lead_to_them(world):
    """Joins that find a client through two visits, or a specialist through two shifts, repeat nothing."""
    mine = world.desks[MINE]
    put(mine, 15, specialist=mine.rows[Specialist], client=mine.client)
    mine.rows[SpecialistSchedule].pk = None
    mine.rows[SpecialistSchedule].save()
    actors = world.actors()

    clients = Client.objects.visible_to(actors["a specialist"])
    specialists = Specialist.objects.visible_to(actors["an operator of one location"])

    assert clients.count() == 1
    assert specialists.filter(pk=mine.rows[Specialist].pk).count() == 1


def test_an_operator_of_one_location_sees_a_specialist_who_has_no_shift_yet(world):
    newcomer = make_specialist(make_location(world.company), hours=None)
    actor = world.actors()["an operator of one location"]

    assert newcomer in Specialist.objects.visible_to(actor)


@pytest.mark.parametrize("model", [Company, Location, Service, Specialist], ids=lambda model: model.__name__)
def test_guests_do_not_see_what_is_switched_off(world, model):
    row = world.desks[MINE].rows[model]
    assert row in model.objects.visible_to(WEB_GUEST)

    model.objects.filter(pk=row.pk).update(is_active=False)

    assert row not in model.objects.visible_to(WEB_GUEST)
    assert row in model.objects.visible_to(world.actors()["an administrator"])


def test_guests_see_nothing_of_a_closed_company(world):
    Company.objects.filter(pk=world.company.pk).update(is_active=False)

    for model in PUBLIC:
        assert world.seen(model, WEB_GUEST) == {STRANGERS}


def test_a_specialist_sees_his_own_wishes_and_not_a_client_s(world):
    mine = world.desks[MINE]
    wishes = Preferences.objects.create(company=world.company, user=mine.user)

    seen = Preferences.objects.visible_to(world.actors()["a specialist"])

    assert list(seen) == [wishes]


def test_everybody_sees_himself():
    user = make_user(make_company(), Role.OPERATOR)
    actor = Actor(role=Role.OPERATOR, channel=Channel.ADMIN, user_id=user.pk, company_id=user.company_id)

    assert list(User.objects.visible_to(actor)) == [user]
