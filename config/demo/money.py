"""Money of the demo: three wallets with something in them, and visits of the past that were paid for."""

from decimal import Decimal
from random import Random

from accounts.models import Client, Company
from accounts.values import Actor, Channel, Role
from booking.models import Appointment, Status
from wallet.ledger import post
from wallet.models import ClientWallet, Payment
from wallet.payments import record_payment
from wallet.values import Kind, Method

# What was put in, and what was bought with it. The first has 3 200 left (contract §7).
PURSES: dict[str, tuple[int, dict[str, int]]] = {
    "Мария Соколова": (5000, {"Сертификат подруге": 1500, "Маска для волос": 300}),
    "Ольга Морозова": (1000, {}),
    "Иван Кузнецов": (2500, {"Шампунь": 850}),
}


def fill_wallets(company: Company) -> None:
    """The wallets that are not there yet, and the payments of completed visits."""
    desk = Actor(Role.OPERATOR, Channel.ADMIN, company_id=company.pk)
    for client in Client.objects.filter(company=company, wallet__isnull=True):
        if client.full_name in PURSES:
            fill_wallet(client, desk)
    completed = Appointment.objects.filter(company=company, status=Status.COMPLETED, paid=0, payments__isnull=True)
    Payment.objects.bulk_create([payment_for(visit, desk) for visit in completed])


def fill_wallet(client: Client, desk: Actor) -> ClientWallet:
    put_in, bought = PURSES[client.full_name]
    reference = f"demo:client:{client.pk}"
    operation = post(client.pk, Kind.DEPOSIT, Decimal(put_in), desk, reference)
    record_payment(client.company_id, Method.CASH, operation.amount, desk, reference, deposit=operation)
    for what, price in bought.items():
        post(client.pk, Kind.CHARGE, -Decimal(price), desk, f"{reference}:{what}", description=what)
    return client.wallet


def payment_for(visit: Appointment, desk: Actor) -> Payment:
    method = Random(visit.pk).choice((Method.CARD, Method.CARD, Method.CASH))  # noqa: S311 - a demo, not a secret
    return Payment(
        company_id=visit.company_id,
        appointment=visit,
        method=method,
        amount=visit.to_pay,
        reference=f"demo:visit:{visit.pk}",
        actor=desk.as_initiator(),
        created_at=visit.end_time,
    )
