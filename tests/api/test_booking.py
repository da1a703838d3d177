"""From a free time to a visit: book and confirm."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client
from accounts.values import Actor, Channel, Role
from booking.models import Appointment
from booking.queries.catalogue import CATALOGUES
from booking.queries.visits import database_time
from tests.api.caller import Caller, client_user, problems, row, wish
from tests.booking.steps import history, make_overdue
from tests.factories import Salon, book, make_client
from tests.lasting import copied, lasting
from wallet.commands import deposit

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


@pytest.fixture
def caller() -> Caller:
    return Caller()


def test_book_holds_a_time_for_whoever_has_the_token(salon, caller):
    answer = caller.book(salon, 10)

    hold = Appointment.objects.get()
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "id": hold.pk,
            "token": hold.hold_token,
            "status": "HOLD",
            "location": salon.location.pk,
            "service": salon.service.pk,
            "specialist": salon.specialist.pk,
            "workplace": None,
            "start": salon.at(10, days=3).isoformat(),
            "end": salon.at(11, days=3).isoformat(),
            "price": "1000.00",
            "discount": "0.00",
            "paid": "0.00",
            "currency": "RUB",
            "expires_at": hold.expires_at.astimezone(salon.location.zone).isoformat(),
        },
    )
    assert (hold.source, hold.status) == ("api", "HOLD")


def test_book_takes_the_specialist_and_the_workplace_that_are_named(salon, caller):
    salon = Salon(company=salon.company, specialists=2, chairs=2)
    specialist, chair = salon.specialists[1].pk, salon.chairs[1].pk

    answer = caller.book(salon, specialist=specialist, workplace=chair).json()

    assert (answer["specialist"], answer["workplace"]) == (specialist, chair)


def test_a_taken_time_is_refused_with_others_that_can_be_had(salon, caller):
    book(salon.slot(10, days=3))

    answer = caller.book(salon, 10)

    said = answer.json()
    assert (answer.status_code, said["code"], said["message"]) == (409, "slot_taken", "This time has just been taken.")
    assert said["alternatives"][0] == {
        "start": salon.at(9, days=3).isoformat(),
        "end": salon.at(10, days=3).isoformat(),
        "specialist": salon.specialist.pk,
        "workplace": None,
        "price": "1000.00",
    }
    for slot in said["alternatives"][:2]:
        taken = caller.post(
            "appointments/book/", wish(salon) | {"start": slot["start"], "specialist": slot["specialist"]}
        )
        assert taken.status_code == 201


@pytest.mark.parametrize(("hour", "code"), [(8, "closed"), (21, "closed")], ids=["before opening", "after closing"])
def test_a_time_that_the_rules_forbid_is_refused_with_its_reason(salon, caller, hour, code):
    answer = caller.book(salon, hour)

    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_what_somebody_else_s_company_has_cannot_be_combined(salon, caller):
    """The engine's answer, which does not say whether there is such a row."""
    other = Salon()

    answers = [
        caller.book(salon, company=salon.company.slug, **{field: pk})
        for field, pk in (("service", other.service.pk), ("specialist", other.specialist.pk), ("specialist", 2**40))
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "inactive")] * 3


def test_a_refusal_speaks_the_reader_s_language(salon):
    book(salon.slot(10, days=3))

    answer = Caller(**{"accept-language": "ru"}).book(salon, 10)

    assert answer.json()["message"] == "Это время только что заняли."


def test_confirm_makes_a_visit_of_a_hold(salon, caller):
    hold = caller.book(salon).json()

    answer = caller.confirm(hold, comment="Short, please")

    visit = Appointment.objects.get()
    said = answer.json()
    assert (answer.status_code, said["id"], said["status"], said["token"]) == (
        200, hold["id"], "CONFIRMED", visit.visit_token,
    )  # fmt: skip
    assert said["manage_url"] == f"http://localhost:8000/v/{visit.visit_token}/"
    assert said["expires_at"] is None
    assert (visit.contact_name, visit.contact_phone.as_e164, visit.notes) == (
        "Anna Petrova", "+79990000001", "Short, please",
    )  # fmt: skip
    assert (visit.client.email, visit.client.language) == ("", "en")  # nobody has proved the mailbox yet
    assert history(visit) == ["hold_placed", "booking_created"]
    assert "Anna" not in answer.content.decode()


@pytest.mark.parametrize(("headers", "language"), [({"accept-language": "ru"}, "ru"), ({"accept-language": ""}, "")])
def test_a_client_is_spoken_to_in_the_language_that_was_asked_for(salon, headers, language):
    """A program that names none leaves it to the company."""
    caller = Caller(**headers)

    visit = row(caller.confirm(caller.book(salon).json()).json())

    assert visit.client.language == language


def test_a_local_number_is_one_of_the_location_s_country(salon, caller):
    salon = Salon(company=salon.company, phone="+995 555 12 34 56")

    visit = row(caller.confirm(caller.book(salon).json(), phone="555 98 76 54").json())

    assert visit.contact_phone.as_e164 == "+995555987654"


def test_confirm_again_says_the_same_and_changes_nothing(salon, caller):
    hold = caller.book(salon).json()
    first = caller.confirm(hold).json()

    second = caller.confirm(hold, first_name="Somebody")

    assert (second.status_code, second.json()) == (200, first)
    assert Appointment.objects.get().contact_name == "Anna Petrova"


def test_a_hold_that_ran_out_is_taken_again_while_its_time_is_free(salon, caller):
    hold = caller.book(salon).json()
    make_overdue(row(hold))

    answer = caller.confirm(hold)

    assert (answer.status_code, answer.json()["status"]) == (200, "CONFIRMED")


def test_a_hold_whose_time_was_given_away_is_refused_with_alternatives(salon, caller):
    hold = caller.book(salon).json()
    make_overdue(row(hold))
    book(salon.slot(10, days=3))

    answer = caller.confirm(hold)

    said = answer.json()
    assert (answer.status_code, said["code"], len(said["alternatives"])) == (409, "slot_taken", 6)


def test_a_known_phone_attaches_the_visit_and_tells_nothing(salon, caller):
    known = make_client(salon.company, phone="+79990000001", first_name="Antonina")

    answer = caller.confirm(caller.book(salon).json())

    assert row(answer.json()).client == known
    assert Client.objects.get(pk=known.pk).first_name == "Antonina"
    assert str(known.pk) not in {str(value) for value in answer.json().values()} - {str(answer.json()["id"])}


def with_money(salon: Salon, sum_: int) -> Client:
    client = make_client(salon.company, phone="+79990000001")
    desk = Actor(Role.ADMIN, Channel.ADMIN, company_id=salon.company.pk, may_take_money=True)
    deposit(client.pk, Decimal(sum_), desk, reference="first")
    return client


def test_a_client_who_has_signed_in_pays_from_the_wallet(salon):
    client = with_money(salon, 3000)
    caller = Caller(client_user(client))

    answer = caller.confirm(caller.book(salon).json(), pay_from_wallet=True)

    client.wallet.refresh_from_db()
    assert (answer.status_code, answer.json()["paid"], client.wallet.balance) == (200, "1000.00", Decimal(2000))


def test_a_stranger_who_typed_the_phone_pays_nothing(salon, caller):
    client = with_money(salon, 3000)
    hold = caller.book(salon).json()

    answer = caller.confirm(hold, pay_from_wallet=True)

    client.wallet.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (409, "sign_in_to_pay")
    assert (row(hold).status, client.wallet.balance) == ("HOLD", Decimal(3000))


def test_an_empty_wallet_is_said_and_the_hold_stays(salon):
    client = make_client(salon.company, phone="+79990000001")
    caller = Caller(client_user(client))
    hold = caller.book(salon).json()

    answer = caller.confirm(hold, pay_from_wallet=True)

    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_funds")
    assert row(hold).status == "HOLD"


def test_a_client_cannot_be_in_two_places(salon):
    other = Salon(company=salon.company)
    caller = Caller(client_user(make_client(salon.company)))
    caller.visit(salon, 10)

    answer = caller.book(other, 10)

    assert (answer.status_code, answer.json()["code"]) == (409, "client_busy")


def test_a_browser_holds_three_times_at_most(salon, caller):
    caller.browser.cookies["device"] = "a browser"

    statuses = [caller.book(salon, hour).status_code for hour in (10, 12, 14, 16)]

    assert statuses == [201, 201, 201, 409]


def test_asking_again_from_the_same_browser_gives_the_same_hold(salon, caller):
    caller.browser.cookies["device"] = "a browser"

    first, second = caller.book(salon, 10), caller.book(salon, 10)

    assert (second.status_code, second.json()) == (201, first.json())


def test_a_hold_of_the_past_is_refused(salon, caller):
    answer = caller.book(salon, 10, days=-1)

    assert (answer.status_code, answer.json()["code"]) == (409, "too_soon")
    assert database_time() > salon.at(10, days=-1)


def test_a_comment_s_markup_is_kept_as_it_was_typed(salon, caller):
    wishes = '<b>&"Ко"</b> {{7*7}} =HYPERLINK(…)'

    visit = row(caller.confirm(caller.book(salon).json(), comment=wishes).json())

    assert visit.notes == wishes


def test_the_number_of_statements_is_the_same_for_one_and_for_three():
    one, three = Salon(), Salon(specialists=3)
    book(one.slot(9, days=3))
    for hour in (9, 11, 17):
        book(three.slot(hour, days=3, specialist=three.specialists[0]))

    costs = [costs_of_a_visit(salon) for salon in (one, three)]

    assert costs[0] == costs[1]


def costs_of_a_visit(salon: Salon) -> dict[str, int]:
    """Statements of each step, by somebody who remembers nothing."""
    caller = Caller()
    slot = wish(salon) | {"company": salon.company.slug}
    hold = cost(lambda: caller.post("appointments/book/", slot))
    visit = cost(lambda: caller.confirm(hold[1]))
    start = {"start": salon.at(14, days=3).isoformat(), "token": visit[1]["token"]}
    moved = cost(lambda: caller.act("reschedule", visit[1]["id"], start))
    cancelled = cost(lambda: caller.act("cancel", visit[1]["id"], {"token": visit[1]["token"]}))
    steps = {"book": hold, "confirm": visit, "reschedule": moved, "cancel": cancelled}
    return {step: count for step, (count, _) in steps.items()}


def cost(call) -> tuple[int, dict]:
    CATALOGUES.forget()
    with CaptureQueriesContext(connection) as context:
        answer = call()
    assert answer.status_code in (200, 201), answer.content
    return len(context), answer.json()


def test_nothing_of_the_api_is_kept_by_anybody_between(salon, caller):
    answers = [caller.book(salon), caller.get("availability/"), caller.get("nowhere/")]

    assert {answer["Cache-Control"] for answer in answers} == {"private, no-store"}
    assert problems(answers[2]) == {None: "not_found"}
