"""How one person is told, as he himself may decide it."""

from dataclasses import dataclass

from accounts.models import Client, User
from accounts.values import Actor, Role
from catalog.models import Specialist
from notifications.channels import open_channels
from notifications.models import Preferences
from notifications.queries.addresses import Person, address_book
from notifications.queries.switches import matrix_of
from notifications.values import Channel, Occasion, RecipientRole
from notifications.wishes import told_to

DESK = (Role.ADMIN, Role.OPERATOR)


@dataclass(frozen=True)
class Wishes:
    """Of which ``events`` the company tells this person, by which ``channels`` he can be reached, what he prefers."""

    person: Person
    preferences: Preferences
    events: tuple[Occasion, ...]
    channels: tuple[Channel, ...]

    def hears(self, event: Occasion, channel: Channel | None = None) -> bool:
        """By this channel, or by any."""
        ways = self.channels if channel is None else (channel,)
        return any(not self.preferences.mutes(event, way) for way in ways)


def wishes_of(actor: Actor) -> Wishes | None:
    """None for whoever is nobody's client and none of a company's staff. Six statements at most."""
    person = person_behind(actor)
    if person is None or actor.company_id is None:
        return None
    roles = roles_of(actor)
    book = address_book([person])
    reached = {address.channel for address in book.addresses(person)}
    told = {cell.event_type for cell in matrix_of(actor.company_id) if cell.role in roles and cell.channels & reached}
    return Wishes(
        person,
        book.preferences_of(person),
        events=tuple(event for event in told_to(roles) if event in told),
        channels=tuple(channel for channel in open_channels() if channel in reached),
    )


def person_behind(actor: Actor) -> Person | None:
    if actor.is_staff:
        user = User.objects.filter(pk=actor.user_id).first()
        role = RecipientRole.SPECIALIST if actor.role == Role.SPECIALIST else RecipientRole.ADMIN
        return Person(role, user.language, user=user) if user else None
    client = Client.objects.visible_to(actor).first()
    return Person(RecipientRole.CLIENT, client.language, client=client) if client else None


def roles_of(actor: Actor) -> set[RecipientRole]:
    """As whom this person is told of something; who works at the desk may be a specialist, too."""
    if not actor.is_staff:
        return {RecipientRole.CLIENT}
    roles = {RecipientRole.ADMIN} if actor.role in DESK else set()
    if Specialist.objects.filter(user=actor.user_id).exists():
        roles.add(RecipientRole.SPECIALIST)
    return roles
