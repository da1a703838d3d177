"""The console as a person meets it: somebody signed in, and a company with one row of everything."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from unittest.mock import patch

from django.contrib import admin
from django.contrib.messages import get_messages
from django.db.models import Model
from django.forms import CheckboxInput
from django.template.response import TemplateResponse
from django.test import Client as Browser
from django.urls import reverse
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from accounts.models import Client, Company, Device, User
from accounts.values import Actor, Channel, Role
from booking.models import Appointment, AppointmentEvent
from booking.queries.visits import database_time
from catalog.models import Break, Holiday, Location, Service, Specialist, Workplace
from notifications.models import (
    AdTemplate,
    Broadcast,
    DeadAddress,
    Delivery,
    NotificationSetting,
    Preferences,
    PushSubscription,
)
from notifications.values import Channel as Told
from notifications.values import Occasion, RecipientRole
from telegram_bot.models import IncomingUpdate
from tests.factories import Salon, book, make_client, make_user, numbers
from tests.signing import sign_in
from wallet.commands import deposit
from wallet.models import ClientWallet, Payment, Reconciliation, WalletTransaction
from wallet.reconcile import reconcile
from wallet.values import Method

OWNER = "OWNER"
ROLES = (OWNER, Role.ADMIN, Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT)


class World:
    """A company that has everything once, each row carrying ``mark`` where people see it."""

    def __init__(self, mark: str = "") -> None:
        self.mark = mark or f"Mark{next(numbers)}"
        self.salon = Salon(chairs=1, service={"name": f"{self.mark} service"}, name=f"{self.mark} location")
        self.company, self.location = self.salon.company, self.salon.location
        Company.objects.filter(pk=self.company.pk).update(name=f"{self.mark} company")
        Specialist.objects.filter(pk=self.salon.specialist.pk).update(name=f"{self.mark} specialist")
        Workplace.objects.filter(pk=self.salon.chairs[0].pk).update(name=f"{self.mark} chair")
        self.phone = f"+7999{next(numbers):07}"
        self.client = make_client(self.company, first_name=f"{self.mark} client", phone=self.phone)
        self.visit = book(self.salon.slot(10), name=f"{self.mark} visitor", phone=self.phone)
        self.holiday = Holiday.objects.create(location=self.location, date=self.salon.day(40), description=self.mark)
        self.absence = Break.objects.create(
            specialist=self.salon.specialist, date=self.salon.day(41), reason=f"{self.mark} reason"
        )
        self.device = Device.objects.create(
            company=self.company, key=self.mark, first_name=f"{self.mark} device", phone=self.phone
        )

    def row(self, model: type[Model]) -> Model:
        """The company's own row of ``model``; what it takes is made when it is first asked for."""
        rows = {
            "wallet": self.money,
            "notifications": self.notifications,
            "telegram_bot": self.deeds,
            "django_celery_beat": background_rows,
        }.get(model._meta.app_label, self.business)
        return rows()[model]

    def business(self) -> dict[type[Model], Model]:
        """The company, its people, what it offers, and a visit."""
        return {
            Company: self.company,
            User: User.objects.filter(company=self.company).last(),
            Client: self.client,
            Device: self.device,
            Location: self.location,
            Workplace: self.salon.chairs[0],
            Service: self.salon.service,
            Specialist: self.salon.specialist,
            Holiday: self.holiday,
            Break: self.absence,
            Appointment: self.visit,
            AppointmentEvent: AppointmentEvent.objects.filter(appointment=self.visit).first(),
        }

    def money(self) -> dict[type[Model], Model]:
        """A wallet with something in it, paid in cash."""
        operation = WalletTransaction.objects.filter(client=self.client).first()
        if operation is None:
            desk = Actor(Role.ADMIN, Channel.ADMIN, company_id=self.company.pk, may_take_money=True)
            operation = deposit(
                self.client.pk, Decimal(3000), desk, reference=self.mark, method=Method.CASH, description=self.mark
            )
        check = Reconciliation.objects.first() or reconcile()
        return {
            ClientWallet: self.client.wallet,
            WalletTransaction: operation,
            Payment: operation.payment,
            Reconciliation: check,
        }

    def notifications(self) -> dict[type[Model], Model]:
        """A client who was told of the visit, what follows the message, and how he wants to be told."""
        event = AppointmentEvent.objects.get(appointment=self.visit, event_type=Occasion.BOOKING_CREATED)
        text, mine = f"{self.mark} text", {"company": self.company, "client": self.client}
        told = {"role": RecipientRole.CLIENT, "channel": Told.EMAIL, "language": "en", "event_type": event.event_type}
        occasion, whom = f"event:{event.pk}", f"client:{self.client.pk}"
        return {
            NotificationSetting: NotificationSetting.objects.filter(company=self.company).first(),
            AdTemplate: once(AdTemplate, company=self.company, name=f"{self.mark} ad", content_tg=text),
            Broadcast: once(Broadcast, company=self.company, name=f"{self.mark} broadcast", content_tg=text),
            Delivery: once(Delivery, **mine, event=event, occasion=occasion, recipient=whom, **told),
            Preferences: once(Preferences, **mine),
            PushSubscription: once(PushSubscription, **mine, endpoint=f"https://push.example/{self.mark}"),
            DeadAddress: once(DeadAddress, channel=Told.EMAIL, address=f"{self.mark}@example.com", reason=text),
        }

    def deeds(self) -> dict[type[Model], Model]:
        """In the bot: an administrator has marked the visit as over."""
        deed = IncomingUpdate.objects.filter(user__company=self.company).first()
        deed = deed or IncomingUpdate.objects.create(
            update_id=next(numbers), tg_id=1, what=f"ad:v:{self.visit.pk}:done", outcome="ok",
            user=make_user(self.company, Role.ADMIN, full_name=f"{self.mark} chief"),
        )  # fmt: skip
        return {IncomingUpdate: deed}

    def user(self, role: str, **fields) -> User:
        """Somebody of this company; the specialist is the one whose visits these are."""
        if role == OWNER:
            return make_user(None, Role.ADMIN, is_superuser=True, **fields)
        user = make_user(self.company, Role(role), **fields)
        if role == Role.SPECIALIST:
            Specialist.objects.filter(pk=self.salon.specialist.pk).update(user=user)
        return user

    def browser(self, role: str, **fields) -> Browser:
        return signed_in(self.user(role, **fields))

    def another_visit(self, days: int = 2, hour: int = 12, **kwargs) -> Appointment:
        return book(self.salon.slot(hour, days=days), name=f"{self.mark} visitor", phone=self.phone, **kwargs)


def once(model: type[Model], **fields: object) -> Model:
    return model._default_manager.get_or_create(**fields)[0]


def background_rows() -> dict[type[Model], Model]:
    task = PeriodicTask.objects.select_related("interval").first()
    if task is None:
        interval = IntervalSchedule.objects.create(every=1, period="hours")
        task = PeriodicTask.objects.create(name="tidy", task="booking.tasks.tidy_overdue_holds", interval=interval)
    return {
        PeriodicTask: task,
        IntervalSchedule: task.interval,
        CrontabSchedule: CrontabSchedule.objects.get_or_create(minute="5")[0],
        SolarSchedule: SolarSchedule.objects.get_or_create(event="sunrise", latitude=1, longitude=1)[0],
        ClockedSchedule: ClockedSchedule.objects.get_or_create(clocked_time="2030-01-01T00:00Z")[0],
    }


def signed_in(user: User) -> Browser:
    browser = Browser(headers={"accept-language": "en"})
    sign_in(browser, user)
    return browser


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def registered() -> list[type[Model]]:
    return sorted(admin.site._registry, key=lambda model: model._meta.label)


def begun(visit: Appointment, hours: int = 1) -> Appointment:
    """The same visit as if it had started some hours ago, past every command."""
    length, rest = visit.end_time - visit.start_time, visit.busy_until - visit.end_time
    start = (database_time() - timedelta(hours=hours)).replace(second=0, microsecond=0)
    Appointment.objects.filter(pk=visit.pk).update(
        start_time=start, end_time=start + length, busy_until=start + length + rest
    )
    visit.refresh_from_db()
    return visit


def said(response) -> list[str]:
    """The messages a page was left with, or takes to the next one."""
    return [str(message) for message in get_messages(response.wsgi_request)]


undrawn = partial(patch.object, TemplateResponse, "rendered_content", "")
"""Pages that are asked for meanwhile are not drawn, which would be most of the work."""


def form_at(browser: Browser, where: str):
    """A page for the sake of its form alone."""
    with undrawn():
        return with_what_it_was_given(browser.get(where))


def sent_to(browser: Browser, where: str, form: dict[str, object]):
    """Post for the sake of what it does and what it says, be it errors or messages."""
    with undrawn():
        return with_what_it_was_given(browser.post(where, form))


def with_what_it_was_given(response):
    """A page that is drawn tells its context by itself."""
    response.context = getattr(response, "context_data", None)
    return response


def filled_in(response) -> dict[str, object]:
    """What a browser would send if the form of an admin page were submitted as it came."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    return {bound.html_name: sent for form in forms for bound in form if (sent := value_sent(bound)) is not None}


def value_sent(bound) -> object:
    widget, value = getattr(bound.field.widget, "widget", bound.field.widget), bound.value()
    if isinstance(widget, CheckboxInput):
        return "on" if value else None
    if getattr(widget, "allow_multiple_selected", False):
        return list(value or [])
    return widget.format_value(value) if value is not None else ""


def problems(response) -> dict[str, list[str]]:
    """The errors of an admin form and of its inlines, by field."""
    found = dict(response.context["adminform"].form.errors)
    for inline in response.context["inline_admin_formsets"]:
        for form in inline.formset.forms:
            found |= {form.add_prefix(name): errors for name, errors in form.errors.items()}
    return {name: list(errors) for name, errors in found.items()}
