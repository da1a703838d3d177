"""One update of one person, as its handler gets it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import transaction

from accounts.commands import client_of_chat
from accounts.errors import NotAllowed
from accounts.models import Company
from accounts.transactions import set_time_outs
from accounts.values import Actor, Channel, Role
from booking.commands.once import Once, once
from booking.models.appointment import ClockTimestamp
from telegram_bot import memory
from telegram_bot.models import Chat, IncomingUpdate
from telegram_bot.people import Person, forget_person, person_of
from telegram_bot.refusals import NotRemembered

CLIENT_ROLE = Role.CLIENT


class AlreadyDone(Exception):
    """This update has had its effect: it came twice, or its first handling was cut short afterwards."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact that was shared, or the person of a forwarded message; ``phone`` as Telegram writes it, or empty. What
    ``is_passed_on`` says who somebody was, and proves nothing."""

    phone: str
    tg_id: int | None
    first_name: str
    last_name: str = ""
    is_passed_on: bool = False


@dataclass
class Talk:
    """``message_id`` is the message under the finger, or in which something was asked; None when there is none.
    ``formatted`` is what was written, in Telegram's HTML, when its writer has formatted it. ``typed`` is for the audit:
    the question that was answered by typing, or more exactly what came of it; empty when none was."""

    person: Person
    update_id: int
    message_id: int | None = None
    contact: Contact | None = None
    formatted: str = ""
    typed: str = ""
    is_in_effect: bool = field(default=False, init=False)
    has_changed: bool = field(default=False, init=False)

    @cached_property
    def company(self) -> Company:
        """The company he deals with: one statement. Raises Company.DoesNotExist when it is closed or none is chosen."""
        return Company.objects.filter(is_active=True).get(pk=self.person.company_id or 0)

    @property
    def staff(self) -> Actor:
        """Raises NotAllowed."""
        if self.person.staff is None:
            raise NotAllowed
        return self.person.staff

    @property
    def client(self) -> Actor:
        """Himself as a client, known or not yet."""
        return self.person.client

    @cached_property
    def known_client(self) -> Actor:
        """Himself as a client of the company, who is written down now if he was not."""
        if self.person.client_id:
            return self.person.client
        sender = self.person.sender
        client = client_of_chat(
            self.company.pk,
            sender.tg_id,
            first_name=sender.first_name,
            last_name=sender.last_name,
            language=self.person.language,
        )
        self.look_again()
        return Actor(CLIENT_ROLE, Channel.TELEGRAM, client_id=client.pk, company_id=client.company_id)

    @property
    def once(self) -> Once:
        """For a booking command: this update has its effect once. It is this chat's: the number may come again some
        day, from another bot's Telegram, and must not be answered with somebody else's visit."""
        return once(f"telegram:{self.person.tg_id}", str(self.update_id))

    @contextmanager
    def effect(self) -> Iterator[None]:
        """A transaction for any other write, that only the first of this update's handlings has. Like a command it
        waits for no lock longer than a few seconds: behind this chat others wait for the same worker.

        Raises AlreadyDone.
        """
        self.is_in_effect, self.has_changed = True, False
        try:
            with transaction.atomic():
                set_time_outs()
                fresh = IncomingUpdate.objects.filter(pk=self.update_id, effect_at__isnull=True)
                if not fresh.update(effect_at=ClockTimestamp()):
                    raise AlreadyDone
                yield
        finally:
            self.is_in_effect = False
        if self.has_changed:
            self.look_again()

    def ask(self, question: str, **about: Any) -> None:
        """Wait for what is typed next. Raises NotRemembered."""
        if not memory.ask(self.person.tg_id, memory.Question(question, about, self.message_id)):
            raise NotRemembered

    def enter(self, company_id: int) -> None:
        """From now on this chat deals with another company, if it is another."""
        if company_id != self.person.company_id:
            self.change_chat(company_id=company_id)
            self.__dict__.pop("company", None)
            self.__dict__.pop("known_client", None)

    def change_chat(self, **columns: Any) -> None:
        """Write down something about the chat."""
        Chat.objects.update_or_create(pk=self.person.tg_id, defaults=columns)
        self.look_again()

    def look_again(self) -> None:
        """Something about the person has changed. Within an effect this waits for its commit: what is read before may
        never become so, and would be remembered all the same."""
        if self.is_in_effect:
            self.has_changed = True
            return
        forget_person(self.person.tg_id)
        self.person = person_of(self.person.sender)
