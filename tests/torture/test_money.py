"""Money under fire: many connections, repeats, races and kills; at every moment observed everything adds up."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from threading import Event, Thread

import pytest
from django.db import connection, connections

from accounts.errors import Busy, Refusal
from booking.commands import (
    cancel_appointment,
    confirm_appointment,
    hold_slot,
    mark_no_show,
    pay_visit,
    reschedule_appointment,
)
from booking.commands.once import once
from booking.commands.pay import Sums
from booking.models import Appointment, Status
from tests.booking.steps import ANNA, cashier_of
from tests.console import begun
from tests.depth import SECONDS
from tests.factories import Salon
from tests.nursery import Nursery
from tests.torture.rivals import at_once, rounds, say, winners, without
from tests.wallet.purse import moved, new_key, purse, signed_in
from wallet.commands import adjust, charge, deposit, refund
from wallet.errors import TooMuchRefunded
from wallet.models import ClientWallet, WalletTransaction
from wallet.queries import balance_of
from wallet.reconcile import mismatches_of

pytestmark = pytest.mark.usefixtures("crowd")

RIVALS, EACH = 16, 63 if SECONDS else 16
"""A thousand operations and a few in ``make torture``; a quarter of them in ``make test``."""
CASHIERS, MORNING, MERCY = (6, 60, 0.5) if SECONDS else (4, 20, 0.2)
"""Who will be killed, the operations of each, and the seconds after which it has happened, once all are at work."""
BETWEEN_LOOKS = 0 if SECONDS else 0.005


class Observer(Thread):
    """Looks again and again, from a connection of its own, and remembers whatever did not add up."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ended, self.looks, self.seen = Event(), 0, []

    def run(self) -> None:
        try:
            while not self.ended.wait(BETWEEN_LOOKS):
                self.seen += mismatches_of()
                self.seen += ClientWallet.objects.filter(balance__lt=0)
                self.looks += 1
        finally:
            connections.close_all()


@contextmanager
def watched() -> Iterator[Observer]:
    observer = Observer()
    observer.start()
    yield observer
    observer.ended.set()
    observer.join(20)


def deeds_of(seed: int, clients: list, desk) -> None:
    """A cashier's morning: top-ups, charges, refunds, corrections, and every third one sent twice."""
    random = Random(seed)
    for number in range(EACH):
        client, key, amount = random.choice(clients), f"{seed}:{number}", Decimal(random.randint(1, 40_000)) / 100
        deed = random.choice([
            partial(deposit, client.pk, amount, desk, reference=key),
            partial(charge, client.pk, amount, desk, reference=key),
            partial(charge, client.pk, amount, desk, reference=key),
            partial(adjust, client.pk, random.choice((amount, -amount)), desk, reference=key, reason="counted"),
            partial(refund_something, client, desk, key),
        ])  # fmt: skip
        for _ in range(1 + (number % 3 == 0)):
            at_most_refused(deed)


def refund_something(client, desk, key: str) -> None:
    paid = WalletTransaction.objects.filter(client=client, kind="charge").order_by("?").first()
    if paid:
        refund(paid.pk, None, desk, reference=key)


def at_most_refused(deed) -> None:
    with suppress(Refusal, Busy):
        deed()


def test_operations_at_once_leave_every_balance_its_ledgers():
    for _ in rounds(quick=1):
        salon = Salon()
        clients, desk = [purse(salon, 500) for _ in range(4)], cashier_of(salon, may_correct_wallets=True)

        with watched() as observer:
            outcomes = at_once(partial(deeds_of, seed, clients, desk) for seed in range(RIVALS))

        written = WalletTransaction.objects.count()
        assert len(winners(outcomes)) == RIVALS
        assert observer.seen == []
        assert observer.looks > 3
        assert mismatches_of() == []
        references = list(WalletTransaction.objects.values_list("kind", "reference"))
        assert len(references) == len(set(references))
        say(
            f"{written} rows of {RIVALS * EACH} operations and their repeats, looked at {observer.looks} times: 0 wrong"
        )


def test_the_control_without_the_ledgers_trigger_balances_go_wrong():
    salon = Salon()
    client, desk = purse(salon, 500), cashier_of(salon)

    with without(triggers=["wallet.WalletTransaction:moves_the_balance"]), watched() as observer:
        deposit(client.pk, Decimal(100), desk, reference=new_key())
        while not observer.looks:
            pass

    assert mismatches_of() != []


def test_a_wallet_emptied_by_twenty_at_once_is_never_overdrawn():
    for _ in rounds(quick=1):
        salon = Salon()
        client, desk = purse(salon, 1000), cashier_of(salon)

        outcomes = at_once(partial(charge, client.pk, Decimal(300), desk, reference=new_key()) for _ in range(20))

        assert len(winners(outcomes)) == 3
        assert balance_of(client.pk) == 100
        assert mismatches_of() == []


def test_one_payment_refunded_by_ten_at_once_is_refunded_once():
    salon = Salon()
    client, desk = purse(salon, 1000), cashier_of(salon)
    paid = charge(client.pk, Decimal(700), desk, reference=new_key())

    outcomes = at_once(partial(refund, paid.pk, Decimal(700), desk, reference=new_key()) for _ in range(10))

    assert len(winners(outcomes)) == 1
    assert {type(outcome.error) for outcome in outcomes if not outcome.won} == {TooMuchRefunded}
    assert balance_of(client.pk) == 1000


def test_the_same_operation_from_ten_connections_happens_once():
    salon = Salon()
    client, desk = purse(salon, 1000), cashier_of(salon)

    outcomes = at_once([partial(deposit, client.pk, Decimal(50), desk, reference="once")] * 10)

    assert {answer.pk for answer in winners(outcomes)} == {WalletTransaction.objects.get(reference="once").pk}
    assert balance_of(client.pk) == 1050


def paid_visit(salon: Salon, client, days: int = 3) -> Appointment:
    hold = hold_slot(salon.slot(10, days=days), signed_in(client), client_id=client.pk)
    return confirm_appointment(hold.pk, signed_in(client), ANNA, client_id=client.pk, pay_from_wallet=True)


def test_a_paid_visit_cancelled_by_ten_is_returned_once():
    for _ in rounds(quick=1):
        salon = Salon()
        client = purse(salon, 3000)
        visit = paid_visit(salon, client)

        outcomes = at_once(
            partial(cancel_appointment, visit.pk, who) for who in [signed_in(client), cashier_of(salon)] * 5
        )

        assert len(winners(outcomes)) == 10
        assert moved(client) == [("deposit", 3000), ("charge", -1000), ("refund", 1000)]


def test_a_paid_visit_cancelled_moved_and_missed_at_once_adds_up():
    for _ in rounds(quick=3):
        salon = Salon(specialists=2)
        client, desk = purse(salon, 3000), cashier_of(salon)
        visit = begun(paid_visit(salon, client))

        at_once([
            partial(cancel_appointment, visit.pk, desk),
            partial(mark_no_show, visit.pk, desk),
            partial(reschedule_appointment, visit.pk, salon.at(15, days=2), desk),
        ])  # fmt: skip

        visit.refresh_from_db()
        expected = {Status.CANCELLED: 0, Status.NO_SHOW: 1000, Status.CONFIRMED: 1000}
        assert visit.paid == expected[visit.status]
        assert mismatches_of() == []


def test_one_form_sent_by_ten_hands_pays_once():
    salon = Salon()
    client, desk = purse(salon, 3000), cashier_of(salon)
    hold = hold_slot(salon.slot(10), signed_in(client), client_id=client.pk)
    visit = confirm_appointment(hold.pk, signed_in(client), ANNA, client_id=client.pk)
    form = once("desk", "one form", visit=visit.pk)

    outcomes = at_once([partial(pay_visit, visit.pk, Sums(Decimal(400), Decimal(600)), desk, request=form)] * 10)

    assert len(winners(outcomes)) == 10
    visit.refresh_from_db()
    assert (visit.paid, balance_of(client.pk)) == (1000, 2600)


# --- killed between any two statements --------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from django.db import connection
from booking.commands import cancel_appointment, confirm_appointment
from accounts.values import Actor, Channel, Role
from booking.values import Contact

what, visit, client, company = sys.argv[1], *map(int, sys.argv[2:])
actor = Actor(role=Role.CLIENT, channel=Channel.WEB, client_id=client, company_id=company)
anna = Contact("Anna", phone="+79990000001")

def do_and_die(last):
    sent = 0

    def die(execute, sql, params, many, context):
        nonlocal sent
        if sent == last:
            os.kill(os.getpid(), signal.SIGKILL)
        sent += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(die):
        if what == "confirm":
            confirm_appointment(visit, actor, anna, client_id=client, pay_from_wallet=True)
        else:
            cancel_appointment(visit, actor)
    os._exit(0)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        do_and_die(int(line))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


MORNINGS = """
import os, random, signal, sys, time
from contextlib import suppress
from decimal import Decimal
from django.db import connection
from accounts.errors import Busy, Refusal
from accounts.values import Actor, Channel, Role
from wallet.commands import adjust, charge, deposit, refund
from wallet.models import WalletTransaction

mercy = float(sys.argv[1])
company, people, each, *clients = map(int, sys.argv[2:])
desk = Actor(Role.ADMIN, Channel.ADMIN, company_id=company, may_take_money=True, may_correct_wallets=True)

def morning(seed):
    dice = random.Random(seed)
    for number in range(each):
        client, key, what = dice.choice(clients), f"{seed}:{number}", dice.random()
        amount = Decimal(dice.randint(1, 40_000)) / 100
        with suppress(Refusal, Busy):
            if what < 0.3:
                deposit(client, amount, desk, reference=key)
            elif what < 0.7:
                charge(client, amount, desk, reference=key)
            elif what < 0.85:
                adjust(client, -amount, desk, reference=key, reason="counted")
            elif paid := WalletTransaction.objects.filter(client=client, kind="charge").order_by("?").first():
                refund(paid.pk, None, desk, reference=key)
    os._exit(0)

def start(seed):
    if not (pid := os.fork()):
        connection.ensure_connection()
        os.write(ready, b"!")
        morning(seed)
    return pid

killed, (said, ready) = 0, os.pipe()
for round in range(3):
    cashiers = [start(f"{round}:{number}") for number in range(people)]
    for _ in cashiers:
        os.read(said, 1)
    time.sleep(random.uniform(0.05, mercy))
    for pid in cashiers:
        os.kill(pid, signal.SIGKILL)
        killed += os.waitpid(pid, 0)[1] == signal.SIGKILL
    again = [start(f"{round}:{number}") for number in range(people)]
    assert [os.waitpid(pid, 0)[1] for pid in again] == [0] * people
    os.read(said, people)
print(killed)
"""


@pytest.fixture(scope="module")
def home(django_db_setup) -> Iterator[Nursery]:
    """Where the processes come from that are killed."""
    with Nursery(environment()) as one:
        yield one


def environment() -> dict[str, str]:
    """Of a process that works on the test's own database."""
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    url = f"{base}/{connection.settings_dict['NAME']}"
    return os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}


@pytest.mark.trial
def test_operations_of_cashiers_who_are_killed_and_begin_again(home, tmp_path):
    salon = Salon()
    pks = [purse(salon, 500).pk for _ in range(4)]

    with watched() as observer:
        done = said_by(home, tmp_path, MORNINGS, MERCY, salon.company.pk, CASHIERS, MORNING, *pks)

    references = list(WalletTransaction.objects.values_list("kind", "reference"))
    assert int(done) >= 6, "hardly anybody was killed in the middle"
    assert observer.seen == []
    assert observer.looks > 3
    assert mismatches_of() == []
    assert len(references) == len(set(references))
    say(f"{3 * CASHIERS * MORNING} operations and their repeats, {done} kills, {observer.looks} looks: 0 wrong")


def said_by(home: Nursery, folder: Path, script: str, *arguments: object) -> str:
    """What the process wrote, which has to end well."""
    out, err = folder / "out", folder / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        child = home.start(["-c", script, *map(str, arguments)], stdout=stdout.fileno(), stderr=stderr.fileno())
    assert child.wait(120) == 0, err.read_text()
    return out.read_text().strip()


@contextmanager
def mortal(home: Nursery, what: str, visit: Appointment, client) -> Iterator[Callable[[int], bool]]:
    """Do ``what`` in a process that kills itself before its statement number so and so; whether it lived to the end."""
    (its_end, ours), (answers, its_answers) = os.pipe(), os.pipe()
    command = ["-c", KILLED, what, *map(str, (visit.pk, client.pk, client.company_id))]
    child = home.start(command, stdin=its_end, stdout=its_answers, stderr=2)
    os.close(its_end)
    os.close(its_answers)

    def lives(last: int) -> bool:
        orders.write(f"{last}\n")
        orders.flush()
        code = int(codes.readline())
        assert code in (0, -signal.SIGKILL)
        return code == 0

    with open(ours, "w") as orders, open(answers) as codes:
        yield lives
    child.wait(20)


def state_of(visit: Appointment, client) -> tuple[str, int, int]:
    visit.refresh_from_db()
    return visit.status, int(visit.paid), int(balance_of(client.pk))


@pytest.mark.parametrize("what", ["confirm", "cancel"])
def test_killed_between_any_two_statements_both_are_done_or_neither(home, what):
    salon = Salon()
    client = purse(salon, 3000)
    before, done = {
        "confirm": ((Status.HOLD, 0, 3000), (Status.CONFIRMED, 1000, 2000)),
        "cancel": ((Status.CONFIRMED, 1000, 2000), (Status.CANCELLED, 0, 3000)),
    }[what]
    visit = hold_slot(salon.slot(10, days=3), signed_in(client), client_id=client.pk)
    if what == "cancel":
        visit = confirm_appointment(visit.pk, signed_in(client), ANNA, client_id=client.pk, pay_from_wallet=True)

    killed = 0
    with mortal(home, what, visit, client) as lives:
        while not lives(killed):
            assert state_of(visit, client) == before, killed
            assert mismatches_of() == []
            killed += 1

    assert killed > 8
    assert state_of(visit, client) == done
    assert mismatches_of() == []
    say(f"{what}: killed {killed} times, never half done")
