"""The wallet: what is in it, and how that came about."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from accounts.values import SYSTEM
from booking.commands import cancel_appointment, pay_visit
from booking.commands.once import once
from booking.commands.pay import Sums
from tests.booking.steps import cashier_of
from tests.lasting import lasting
from tests.telegram_bot.talks.world import ANNA, BORIS, Said, World, top_up
from wallet.ledger import post
from wallet.models import ClientWallet
from wallet.queries import operations_of
from wallet.values import Kind

pytestmark = pytest.mark.django_db

built = lasting(World)

TITLE = {"ru": "👛 Кошелёк: {sum}", "en": "👛 Wallet: {sum}"}
EMPTY = {
    "ru": "Кошелёк пуст. Пополнить можно на ресепшене.\n\n"
    "Отправьте номер, чтобы увидеть кошелёк, который ведёт для него салон.",
    "en": "The wallet is empty. It can be topped up at the desk.\n\n"
    "Send your number to see the wallet that the salon keeps for it.",
}
PHONE = {"ru": "📱 Отправить номер", "en": "📱 Send my number"}
HOME = {"ru": "🏠 В меню", "en": "🏠 To the menu"}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_empty_wallet_says_how_to_fill_it(world, talker, language):
    Client.objects.filter(pk=world.boris.pk).update(phone=None)

    boris = talker(BORIS, "Boris", language).says("/wallet")

    assert boris.text == f"{TITLE[language].format(sum='0 ₽')}\n\n{EMPTY[language]}"
    assert boris.labels == [[PHONE[language]], [HOME[language]]]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "ru",
            [
                "👛 Кошелёк: 3 200 ₽", "",
                "{day} · Возврат · Haircut", "+1 000 ₽ → 3 200 ₽", "",
                "{day} · Оплата · Haircut", "−1 000 ₽ → 2 200 ₽", "",
                "{day} · Пополнение", "+3 200 ₽ → 3 200 ₽",
            ],
        ),
        (
            "en",
            [
                "👛 Wallet: 3,200 ₽", "",
                "{day} · Refund · Haircut", "+1,000 ₽ → 3,200 ₽", "",
                "{day} · Payment · Haircut", "−1,000 ₽ → 2,200 ₽", "",
                "{day} · Top-up", "+3,200 ₽ → 3,200 ₽",
            ],
        ),
    ],
)  # fmt: skip
def test_operations_are_shown_newest_first_and_add_up(world, talker, language, lines):
    top_up(world.anna, 3200)
    visit = world.visit(10, pay_from_wallet=True)
    cancel_appointment(visit.pk, world.actor(world.anna))
    day = Said(language, world).short(world.opened).rpartition(" ")[0]
    day = day.removesuffix(" am").removesuffix(" pm").rpartition(" ")[0] if language == "en" else day

    anna = talker(ANNA, "Anna", language).says("/start").taps("w:0")

    shown = anna.text.partition("\n\n" + EMPTY[language].partition("\n\n")[2])[0]
    assert shown.splitlines() == [line.format(day=day) for line in lines]


def test_discount_is_a_line_of_its_operation(world, talker):
    top_up(world.anna, 3000)
    visit = world.visit(10)
    pay_visit(visit.pk, Sums(wallet=Decimal(700)), cashier_of(world), discount=Decimal(300), request=once("desk", "1"))

    anna = talker(ANNA, "Anna", "en").says("/wallet")

    assert "−700 ₽ → 2,300 ₽ · discount 300 ₽" in anna.text


def test_reason_of_a_correction_stays_at_the_desk(world, talker):
    top_up(world.anna, 1000)
    with transaction.atomic():
        post(world.anna.pk, Kind.ADJUSTMENT, Decimal(-100), SYSTEM, "k1", description="he shouted at us")

    anna = talker(ANNA, "Anna", "en").says("/wallet")

    assert "· Correction\n−100 ₽ → 900 ₽" in anna.text
    assert "shouted" not in anna.text


def test_frozen_wallet_says_so(world, talker):
    top_up(world.anna, 1000)
    ClientWallet.objects.filter(pk=world.anna.pk).update(frozen=True)

    anna = talker(ANNA, "Anna", "en").says("/wallet")

    assert "This wallet is being checked." in anna.text


def test_operations_are_shown_five_a_page(world, talker):
    for amount in range(1, 12):
        top_up(world.anna, amount)
    anna = talker(ANNA, "Anna", "en").says("/wallet")
    pages = [(sums_in(anna), anna.labels[0])]
    for _ in range(2):
        anna.taps("More ▶")
        pages.append((sums_in(anna), anna.labels[0]))

    assert pages == [
        ([11, 10, 9, 8, 7], ["More ▶"]),
        ([6, 5, 4, 3, 2], ["◀ Earlier", "More ▶"]),
        ([1], ["◀ Earlier"]),
    ]


def sums_in(person) -> list[int]:
    return [int(line.split(" ₽")[0][1:]) for line in person.text.splitlines() if line.startswith("+")]


def test_page_that_is_not_there_says_so(world, talker):
    anna = talker(ANNA, "Anna", "en").says("/start")

    anna.forges("w:999", message_id=anna.screen.message_id)

    assert "There are no more." in anna.text


def test_wallet_is_ones_own(world, talker):
    top_up(world.anna, 1000)

    Client.objects.filter(pk=world.boris.pk).update(phone=None)

    boris = talker(BORIS, "Boris", "en").says("/wallet")

    assert boris.text.startswith("👛 Wallet: 0 ₽")
    assert list(operations_of(world.anna.pk, world.actor(world.boris))) == []
    assert operations_of(world.anna.pk, world.actor(world.anna)).count() == 1


def test_whoever_is_nobodys_client_has_an_empty_wallet(world, talker):
    stranger = talker(99, "Zoe", "en").says("/wallet")

    assert stranger.text.startswith("👛 Wallet: 0 ₽\n\nThe wallet is empty.")


def test_wallet_costs_the_same_with_one_operation_and_with_thirty(world, talker):
    top_up(world.anna, 1)
    anna = talker(ANNA, "Anna", "en").says("/wallet").taps("🏠")
    with CaptureQueriesContext(connection) as few:
        anna.taps("w:0")
    for amount in range(2, 31):
        top_up(world.anna, amount)
    anna.taps("🏠")

    with CaptureQueriesContext(connection) as many:
        anna.taps("w:0")

    assert len(few) == len(many)
