"""As whom somebody changes a visit: as staff who may, else as the person whose visit it is (experience §3.3)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import CHANGE_VISITS, permissions_of_role
from accounts.values import Actor, Role
from booking.errors import TooLate
from booking.models import COMING, Appointment, Status
from booking.queries.visits import with_its_place
from notifications.queries import follows
from notifications.values import RecipientRole
from telegram_bot.callbacks import (
    CARD_BACK,
    CLIENT_CARD,
    DESK_DAY,
    MY_CARD,
    MY_DAY,
    OWN_CARD,
    PAST,
    TO_CARD,
    UPCOMING,
    Callback,
    from_base36,
    read_press,
)
from telegram_bot.cards import clients_card, staffs_card
from telegram_bot.own import own_visit
from telegram_bot.refusals import Missing
from telegram_bot.talk import Talk
from telegram_bot.values import Screen

OVER = _("This visit can no longer be changed.")


@dataclass(frozen=True)
class Acting:
    """A visit, with everything shown, its place and the clock, and who is about to change it in which chat."""

    visit: Appointment
    actor: Actor
    tg_id: int

    @property
    def now(self) -> datetime:
        moment: datetime = self.visit.now  # type: ignore[attr-defined]  # see with_its_place()
        return moment

    @property
    def is_staff(self) -> bool:
        return self.actor.is_staff

    @property
    def is_specialist(self) -> bool:
        """He sees his column, and neither money nor the desk's cards."""
        return self.actor.role == Role.SPECIALIST and not self.actor.owns_deployment

    @property
    def may_change(self) -> bool:
        """Move and cancel: domain §3."""
        return not self.why_not

    @property
    def why_not(self) -> str | Promise:
        if self.is_staff:
            return "" if self.visit.status in COMING else OVER
        if self.visit.status != Status.CONFIRMED:
            return OVER
        return TooLate.message if self.visit.start_time <= self.now else ""

    @cached_property
    def only_follows(self) -> bool:
        """Whether the chat hears of the visit as whoever has its link, and not as its client, at whatever company: one
        statement, none in its client's chat."""
        client = self.visit.client
        is_clients = client is not None and client.tg_id == self.tg_id
        return not is_clients and follows(self.tg_id, self.visit.pk)


def acting_on(talk: Talk, pk: int) -> Acting:
    """Raises Missing."""
    return as_staff(talk, pk) or as_client(talk, pk)


def as_client(talk: Talk, pk: int) -> Acting:
    """Raises Missing."""
    return Acting(own_visit(talk, pk), talk.client, talk.person.tg_id)


def as_staff(talk: Talk, pk: int) -> Acting | None:
    """None for whoever is none of the visit's staff, or may only look."""
    staff = talk.person.staff
    if staff is None or not may_change_visits(staff):
        return None
    rows = Appointment.objects.visible_to(staff).filter(company__is_active=True).booked().that_were_wanted()
    if staff.role == Role.SPECIALIST:  # whoever was switched off has no column any more
        rows = rows.filter(specialist__is_active=True)
    visit = rows.with_everything_shown().filter(pk=pk).first()
    return Acting(with_its_place(visit), staff, talk.person.tg_id) if visit else None


def may_change_visits(staff: Actor) -> bool:
    return staff.owns_deployment or CHANGE_VISITS in permissions_of_role(staff.role)


def required_staff(talk: Talk, pk: int) -> Acting:
    """Raises Missing."""
    acting = as_staff(talk, pk)
    if acting is None:
        raise Missing
    return acting


def card_for(talk: Talk, acting: Acting) -> Screen:
    """What this reader is told of the visit as it is now."""
    if not acting.is_staff:
        return clients_card(acting.visit, acting.visit.client, talk.person.language)
    role = RecipientRole.SPECIALIST if acting.is_specialist else RecipientRole.ADMIN
    user = User.objects.filter(pk=acting.actor.user_id).first()
    return staffs_card(acting.visit, role, user, talk.person.language)


def data_of_way_back(acting: Acting, return_to: str) -> str:
    """Of the button that leads where ``return_to`` says, or to the card of the visit for whom that is no place."""
    kind, rest = return_to[0], return_to[1:]
    if kind in "lh" and rest.isdecimal() and len(rest) <= 3:
        return (UPCOMING if kind == "l" else PAST)(page=int(rest))
    if kind == "d" and acting.is_staff and (data := data_of_day(acting, rest)):
        return data
    if kind == "c" and acting.is_staff and not acting.is_specialist and rest.strip("0"):
        return CLIENT_CARD(client=from_base36(rest))
    return own_card_of(acting)(id=acting.visit.pk)


def data_of_day(acting: Acting, rest: str) -> str:
    """Empty when it is no day."""
    press = read_press(f"sp:d:{rest}")
    if press is None:
        return ""
    day = press.parts["day"]
    return MY_DAY(day=day) if acting.is_specialist else DESK_DAY(day=day, specialist=None)


def own_card_of(acting: Acting) -> Callback:
    if not acting.is_staff:
        return OWN_CARD
    return MY_CARD if acting.is_specialist else CARD_BACK


def is_on_a_card(return_to: str) -> bool:
    return return_to == TO_CARD
