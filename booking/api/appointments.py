"""Hold a time, book it, move it, let it go."""

from abc import ABC, abstractmethod
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import Strict
from accounts.api.throttles import StrangersThrottle
from accounts.api.views import checked, not_there
from accounts.commands import visitor_who_books
from accounts.errors import NotAllowed
from accounts.models import Client
from accounts.values import Actor, Channel
from booking.api.answers import hold_said, visit_said
from booking.api.base import BookingView
from booking.api.requests import (
    BookBody,
    CancelBody,
    ConfirmBody,
    KeyOfHold,
    RescheduleBody,
    TokenBody,
    chosen_language,
    contact_of,
)
from booking.api.who import ADD, Link, appointment_and_actor, browser_in, once_of_actor, once_of_stranger
from booking.commands import (
    cancel_appointment,
    confirm_appointment,
    extend_hold,
    hold_slot,
    release_hold,
    reschedule_appointment,
)
from booking.commands.once import Once
from booking.models import Appointment
from booking.values import CancelReason, Slot
from catalog.models import Location

CREATED = 201


class Book(BookingView):
    """Keep a time for a few minutes; whoever has the token of the answer is its holder."""

    throttle_classes = (StrangersThrottle,)

    def post(self, request: Request) -> Response:
        asked = self.body(BookBody)
        location = self.location(asked["location"])
        actor, client_id = self.holder(location, asked.get("client"))
        slot = Slot(location.pk, asked["service"], asked["start"], asked.get("specialist"), asked.get("workplace"))
        hold = hold_slot(
            slot,
            actor,
            client_id=client_id,
            browser_key=browser_in(request) if self.staff is None else "",
            request=once_of_stranger(request, actor, location.company_id, **asked),
        )
        return Response(hold_said(hold), status=CREATED)

    def holder(self, location: Location, named: int | None) -> tuple[Actor, int | None]:
        """Who asks, and for which client: staff for whom they name, a client for himself, a guest for nobody known.

        Raises NotAllowed, ValidationError.
        """
        if self.staff is None:
            if named is not None:
                raise NotAllowed
            booker = visitor_who_books(self.request.user, location.company_id, Channel.API)
            return booker, booker.client_id
        staff = self.require(ADD)
        clients = Client.objects.visible_to(staff).filter(company=location.company_id)
        if named is not None and not clients.filter(pk=named).exists():
            raise not_there("client")
        return staff, named


class Confirm(BookingView):
    """Book what is held."""

    def post(self, request: Request) -> Response:
        key = checked(KeyOfHold(data=request.data))
        held, actor = appointment_and_actor(self, key["id"], key.get("token"), Link.HOLD)
        asked = self.body(ConfirmBody, location=held.location)
        visit = confirm_appointment(
            held.pk,
            actor,
            contact_of(asked, chosen_language(request)),
            client_id=held.client_id if actor.is_staff else actor.client_id,
            comment=asked.get("comment", ""),
            pay_from_wallet=asked.get("pay_from_wallet", False),
            request=once_of_actor(request, actor, held, **asked),
        )
        return Response(visit_said(visit))


class Action(BookingView, ABC):
    """Something that is done with one appointment: ``POST appointments/{id}/…/``."""

    link = Link.VISIT
    shape: type[Strict] = TokenBody

    def post(self, request: Request, pk: int) -> Response:
        asked = self.body(self.shape)
        appointment, actor = appointment_and_actor(self, pk, asked.get("token"), self.link)
        done = self.act(appointment, actor, asked, once_of_actor(request, actor, appointment, **asked))
        return Response(hold_said(done) if self.link is Link.HOLD else visit_said(done))

    @abstractmethod
    def act(self, appointment: Appointment, actor: Actor, asked: dict[str, Any], once: Once | None) -> Appointment: ...


class Extend(Action):
    link = Link.HOLD

    def act(self, appointment: Appointment, actor: Actor, asked: dict[str, Any], once: Once | None) -> Appointment:
        return extend_hold(appointment.pk, actor, request=once)


class Release(Action):
    link = Link.HOLD

    def act(self, appointment: Appointment, actor: Actor, asked: dict[str, Any], once: Once | None) -> Appointment:
        return release_hold(appointment.pk, actor, request=once)


class Reschedule(Action):
    shape = RescheduleBody

    def act(self, appointment: Appointment, actor: Actor, asked: dict[str, Any], once: Once | None) -> Appointment:
        return reschedule_appointment(
            appointment.pk, asked["start"], actor, specialist_id=asked.get("specialist"), request=once
        )


class Cancel(Action):
    shape = CancelBody

    def act(self, appointment: Appointment, actor: Actor, asked: dict[str, Any], once: Once | None) -> Appointment:
        reason = asked.get("reason")
        return cancel_appointment(appointment.pk, actor, CancelReason(reason) if reason else None, request=once)
