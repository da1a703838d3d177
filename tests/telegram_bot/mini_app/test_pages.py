"""A client books, sees and pays in the Mini App as himself."""

import re
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Client, Device
from accounts.models.device import device_key, device_key_of
from accounts.values import Actor, Channel, Role
from booking.models import Appointment, Status
from tests.booking.steps import last_event
from tests.factories import Salon, book, make_client
from tests.telegram_bot.mini_app.opening import ANNA, BORIS, Window
from wallet.commands import deposit

pytestmark = pytest.mark.django_db

NAME, PHONE = "Анна К", "8 (999) 123-45-67"


def services(salon) -> str:
    return f"/{salon.location.slug}/"


def take(window: Window, salon: Salon, hour: int = 10) -> str:
    """Hold a time; the address of its details."""
    return window.post(f"/{salon.location.slug}/{salon.service.pk}/", {"slot": salon.at(hour).isoformat()}).url


def confirm(window: Window, details: str, **typed: str):
    return window.post(details, {"name": NAME, "phone": "", **typed})


def book_in(window: Window, salon: Salon, hour: int = 10, **typed: str) -> Appointment:
    answer = confirm(window, take(window, salon, hour), **typed)
    return Appointment.objects.get(visit_token=answer.url.split("/")[2])


def text(response) -> str:
    return response.content.decode()


def times_on(salon: Salon, window: Window) -> set[datetime]:
    page = window.get(f"/{salon.location.slug}/{salon.service.pk}/?date={salon.day()}")
    return {datetime.fromisoformat(value) for value in re.findall(r'name="slot" value="([^"]+)"', text(page))}


def typed_in(page) -> dict[str, str]:
    """What the form has already, in fields to see or hidden."""
    found = (re.search(rf'name="{name}"[^>]*? value="([^"]*)"', text(page)) for name in ("name", "phone"))
    return {name: match[1] if match else "" for name, match in zip(("name", "phone"), found, strict=True)}


def put_in_wallet(client: Client, amount: int) -> None:
    desk = Actor(Role.ADMIN, Channel.ADMIN, company_id=client.company_id, may_take_money=True)
    deposit(client.pk, Decimal(amount), desk, reference=f"{client.pk}")


def test_looking_around_makes_nobody_a_client(salon):
    window = Window(ANNA)

    window.get(services(salon))
    window.get(f"/{salon.location.slug}/{salon.service.pk}/")

    assert Client.objects.count() == 0


def test_holding_a_time_makes_him_a_client_by_his_telegram(salon):
    window = Window(ANNA)

    take(window, salon)

    [made] = Client.objects.all()
    hold = Appointment.objects.get()
    assert (made.company, made.tg_id, made.full_name, made.phone, made.language) == (
        salon.company, ANNA["id"], NAME, None, "en",
    )  # fmt: skip
    assert (hold.client, hold.status, hold.source) == (made, Status.HOLD, Channel.TELEGRAM)
    assert hold.browser_key == device_key_of(ANNA["id"])


def test_two_taps_and_nothing_typed_book_a_visit(salon):
    window = Window(ANNA)
    details = take(window, salon)
    fields = typed_in(window.get(details))

    done = confirm(window, details, **fields)

    visit = Appointment.objects.get()
    assert fields == {"name": NAME, "phone": ""}
    assert done.url == f"/v/{visit.visit_token}/"
    assert (visit.status, visit.client.tg_id, visit.contact_name, visit.contact_phone) == (
        Status.CONFIRMED, ANNA["id"], NAME, "",
    )  # fmt: skip
    assert last_event(visit).initiated_by == {
        "user_id": None, "role": "client", "channel": "tg_bot", "client_id": visit.client_id,
    }  # fmt: skip


def test_the_phone_is_asked_for_and_may_be_left_out(salon):
    window = Window(ANNA)

    page = text(window.get(take(window, salon)))

    assert "You may leave it empty." in page
    assert "required" not in re.search(r'<input[^>]*name="phone"[^>]*>', page)[0]


def test_elsewhere_the_phone_is_still_needed(salon, client):
    details = client.post(f"/{salon.location.slug}/{salon.service.pk}/", {"slot": salon.at(10).isoformat()}).url

    answer = client.post(details, {"name": NAME, "phone": ""})

    assert answer.status_code == 422


def test_a_wrong_phone_is_named_all_the_same(salon):
    window = Window(ANNA)

    answer = confirm(window, take(window, salon), phone="12")

    assert answer.status_code == 422
    assert "too few digits" in text(answer)


def test_a_phone_that_is_another_client_s_proves_nothing(salon):
    """Domain §5: the visit stays his, and neither card learns anything of the other."""
    other = make_client(salon.company, phone="+79991234567", first_name="Other")
    window = Window(ANNA)

    visit = book_in(window, salon, phone=PHONE)

    other.refresh_from_db()
    assert (visit.client.tg_id, visit.contact_phone.as_e164) == (ANNA["id"], "+79991234567")
    assert (visit.client.phone, other.tg_id, other.first_name) == (None, None, "Other")
    assert other.appointments.count() == 0


def test_what_he_typed_once_is_there_the_next_time(salon):
    window = Window(ANNA)
    book_in(window, salon, phone=PHONE)

    page = window.get(take(window, salon, 15))

    assert typed_in(page) == {"name": NAME, "phone": "+7 999 123-45-67"}
    assert "Not you?" in text(page)


def test_what_his_card_says_comes_before_telegram_and_before_what_was_typed(salon):
    window = Window(ANNA)
    book_in(window, salon, phone=PHONE)
    Client.objects.update(first_name="Anna", last_name="Karenina", phone="+79997654321")

    page = window.get(take(window, salon, 15))

    assert typed_in(page) == {"name": "Anna Karenina", "phone": "+7 999 765-43-21"}


def test_nothing_is_remembered_without_a_phone(salon):
    book_in(Window(ANNA), salon)

    assert Device.objects.count() == 0


def test_a_visit_booked_at_the_desk_is_his_next_one(salon):
    """And what the bot booked, in any window: he is known by himself."""
    mine = make_client(salon.company, tg_id=ANNA["id"])
    visit = book(salon.slot(), Actor(Role.ADMIN, Channel.ADMIN, company_id=salon.company.pk), phone=mine.phone.as_e164)

    page = text(Window(ANNA).get(services(salon)))

    assert visit.client == mine
    assert f"/v/{visit.visit_token}/" in page
    assert f"Again: {salon.service.name} with {salon.specialist.name}" in page


def test_who_shares_a_window_sees_nothing_of_the_other(salon):
    window = Window(ANNA)
    visit = book_in(window, salon, phone=PHONE)
    assert f"/v/{visit.visit_token}/" in text(window.get(services(salon)))

    window.open(BORIS)
    page, details = window.get(services(salon)), window.get(take(window, salon, 15))

    assert f"/v/{visit.visit_token}/" not in text(page)
    assert "Again:" not in text(page)
    assert typed_in(details) == {"name": "Boris", "phone": ""}


def test_a_browser_known_before_is_not_taken_for_him(salon):
    """The device cookie of a guest who typed something in the same browser says nothing here, and the other way."""
    window = Window(user=None)
    guests = book_in(window, salon, phone=PHONE)

    window.open(ANNA)
    mine = book_in(window, salon, 15)
    page = text(window.get(services(salon)))
    del window.browser.cookies[window.cookie]
    as_guest = text(window.get(services(salon)))

    links = [f"/v/{visit.visit_token}/" for visit in (guests, mine)]
    assert [link in page for link in links] == [False, True]
    assert [link in as_guest for link in links] == [True, False]


@pytest.mark.parametrize("cookie", ["7", "telegram:7", "accounts.device.telegram7"])
def test_no_cookie_says_i_am_he(cookie):
    assert device_key(cookie) != device_key_of(7)
    assert len(device_key_of(7)) == 64
    assert device_key_of(7) != device_key_of(8)


def test_choosing_another_time_lets_the_first_one_go(salon):
    window = Window(ANNA)
    take(window, salon, 10)

    take(window, salon, 15)

    assert sorted(Appointment.objects.values_list("status", flat=True)) == ["CANCELLED", "HOLD"]


def test_one_s_own_hold_is_offered_to_oneself_alone(salon):
    window = Window(ANNA)
    take(window, salon)

    everybody = {"me": window, "another": Window(BORIS), "a guest": Window(user=None)}
    offered = {name: salon.at(10) in times_on(salon, who) for name, who in everybody.items()}

    assert offered == {"me": True, "another": False, "a guest": False}


def test_a_client_pays_from_his_wallet(salon):
    mine = make_client(salon.company, tg_id=ANNA["id"], phone=None)
    put_in_wallet(mine, 3200)
    window = Window(ANNA)
    details = take(window, salon)
    page = text(window.get(details))

    confirm(window, details, pay_from_wallet="1")

    visit = Appointment.objects.get()
    assert "it has 3,200" in page.replace("\u00a0", " ")
    assert (visit.status, visit.paid, visit.client) == (Status.CONFIRMED, Decimal(1000), mine)


def test_a_wallet_is_shown_to_nobody_else(salon):
    mine = make_client(salon.company, tg_id=ANNA["id"])
    put_in_wallet(mine, 3200)

    window = Window(BORIS)

    page = text(window.get(take(window, salon)))

    assert "3,200" not in page


def test_a_client_reads_the_statement_of_his_own_wallet(salon):
    put_in_wallet(make_client(salon.company, tg_id=ANNA["id"]), 3200)
    put_in_wallet(make_client(salon.company, tg_id=BORIS["id"]), 77)

    shown = {
        name: [sum_ for sum_ in ("3,200", "77\u00a0₽") if sum_ in text(Window(user).get("/me/wallet/"))]
        for name, user in {"Anna": ANNA, "Boris": BORIS, "a newcomer": {"id": 9, "first_name": "A"}}.items()
    }

    assert shown == {"Anna": ["3,200"], "Boris": ["77\u00a0₽"], "a newcomer": []}
    assert Window(user=None).get("/me/wallet/").status_code == 403


def test_he_moves_and_cancels_as_himself(salon):
    window = Window(ANNA)
    visit = book_in(window, salon)

    window.post(f"/v/{visit.visit_token}/move/", {"slot": salon.at(15).isoformat(), "specialist": ""})
    moved = last_event(visit).initiated_by
    window.post(f"/v/{visit.visit_token}/cancel/")

    visit.refresh_from_db()
    himself = {"user_id": None, "role": "client", "channel": "tg_bot", "client_id": visit.client_id}
    assert (visit.status, visit.start_time) == (Status.CANCELLED, salon.at(15))
    assert [moved, last_event(visit).initiated_by] == [himself, himself]


def test_he_is_another_client_of_another_company(salon):
    other = Salon()
    window = Window(ANNA)

    here, there = book_in(window, salon), book_in(window, other)

    assert here.client.company == salon.company
    assert there.client.company == other.company
    assert f"/v/{here.visit_token}/" not in text(window.get(services(other)))


def test_a_hold_made_before_he_was_known_becomes_his_visit(salon):
    window = Window(user=None)
    details = take(window, salon)

    window.open(ANNA)
    confirm(window, details)

    assert Appointment.objects.get().client.tg_id == ANNA["id"]


def test_his_page_costs_one_statement_more_than_a_known_browser_s(salon):
    guest, window = Window(user=None), Window(ANNA)
    book_in(guest, salon, phone=PHONE)
    book_in(window, salon, 15)
    guest.get(services(salon))  # now everything is remembered that can be

    with CaptureQueriesContext(connection) as guests:
        guest.get(services(salon))
    with CaptureQueriesContext(connection) as his:
        window.get(services(salon))

    assert len(his) == len(guests) + 1


def test_the_page_says_where_it_is_shown(salon, client):
    outside = text(client.get(services(salon)))
    inside = text(Window(ANNA).get(services(salon)))

    for mark in ("telegram/app.js", "telegram/app.css", "data-not-signed-in", "data-telegram"):
        assert mark not in outside
        assert mark in inside


def test_a_card_that_the_salon_closed_says_so_and_holds_nothing(salon):
    make_client(salon.company, tg_id=ANNA["id"], is_active=False)
    window = Window(ANNA)

    answer = window.post(f"/{salon.location.slug}/{salon.service.pk}/", {"slot": salon.at(10).isoformat()})

    assert answer.status_code == 409
    assert "Your card here is closed." in text(answer)
    assert Appointment.objects.count() == 0


def test_a_card_closed_meanwhile_books_nothing(salon):
    window = Window(ANNA)
    details = take(window, salon)
    Client.objects.update(is_active=False)

    answer = confirm(window, details)

    assert answer.status_code == 409
    assert "Your card here is closed." in text(answer)
    assert Appointment.objects.get().status == Status.HOLD
