"""The client pages over HTTP: every step a plain request, every slip answered in words."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import Client, Device
from booking.commands import cancel_appointment, release_hold
from booking.forms import DateForm
from booking.models import Appointment, Status
from booking.queries.visits import database_time
from tests.factories import WEB, Salon, book, make_company, make_location, make_service, make_specialist
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

ANNA = {"name": "Anna Petrova", "phone": "8 (999) 123-45-67"}


def take(client, salon, hour=10, minute=0, **data):
    """Press the button of a time."""
    address = reverse("booking:times", args=[salon.location.slug, salon.service.pk])
    return client.post(address, {"slot": salon.at(hour, minute).isoformat(), **data})


def details_of(client, salon, hour=10, minute=0):
    return take(client, salon, hour, minute).url


def text(response) -> str:
    return response.content.decode()


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


@pytest.fixture
def visit_page(client, salon) -> str:
    return client.post(details_of(client, salon), ANNA).url


def test_home_of_one_location_shows_its_services(client, salon):
    page = client.get("/")

    assert salon.service.name in text(page)


def test_home_of_several_locations_lists_them(client, salon):
    other = make_location(salon.company)

    page = client.get("/")

    assert f"/{salon.location.slug}/" in text(page)
    assert f"/{other.slug}/" in text(page)


def test_a_company_on_its_own_host_shows_no_other_company(client, salon, settings):
    settings.ALLOWED_HOSTS = ["*"]
    other = Salon()
    other.company.host = "other.example.com"
    other.company.save()

    home = client.get("/", headers={"host": "other.example.com"})
    stranger = client.get(f"/{salon.location.slug}/", headers={"host": "other.example.com"})

    assert other.service.name in text(home)
    assert stranger.status_code == 404


def test_two_taps_and_two_fields_book_a_visit(client, salon):
    details = take(client, salon)

    done = client.post(details.url, ANNA, follow=True)

    visit = Appointment.objects.get()
    assert (visit.status, visit.contact_name, visit.contact_phone.as_e164) == (
        "CONFIRMED",
        "Anna Petrova",
        "+79991234567",
    )
    assert done.redirect_chain == [(reverse("booking:visit", args=[visit.visit_token]), 302)]
    assert "You are booked" in text(done)


def test_a_second_press_of_book_shows_the_same_visit(client, salon):
    details = details_of(client, salon)

    first = client.post(details, ANNA)
    second = client.post(details, ANNA | {"name": "Somebody Else"})

    assert second.url == first.url
    assert Appointment.objects.get().contact_name == "Anna Petrova"


def test_a_double_tap_on_a_time_holds_it_once(client, salon):
    client.get("/")

    first, second = take(client, salon), take(client, salon)

    assert first.url == second.url
    assert Appointment.objects.count() == 1


def test_choosing_another_time_lets_the_first_one_go(client, salon):
    take(client, salon, 10)

    take(client, salon, 15)

    assert sorted(Appointment.objects.values_list("status", flat=True)) == ["CANCELLED", "HOLD"]


def test_a_taken_time_offers_others_and_one_tap_takes_one(client, salon):
    book(salon.slot(10))

    page = take(client, salon, 10)
    [first, *_] = re.findall(r'name="slot" value="([^"]+)"', text(page))
    again = client.post(reverse("booking:times", args=[salon.location.slug, salon.service.pk]), {"slot": first})

    assert page.status_code == 409
    assert again.status_code == 302


def test_a_time_lost_while_typing_keeps_what_was_typed(client, salon):
    details = details_of(client, salon)
    Appointment.objects.update(expires_at=database_time() - timedelta(seconds=1))
    book(salon.slot(10))

    page = client.post(details, ANNA | {"comment": "short, please"})
    fields = dict(re.findall(r'type="hidden" name="(name|phone|comment|specialist)" value="([^"]*)"', text(page)))
    slot = re.search(r'name="slot" value="([^"]+)"', text(page))[1]
    address = reverse("booking:times", args=[salon.location.slug, salon.service.pk])
    again = client.get(client.post(address, fields | {"slot": slot}).url)

    assert page.status_code == 409
    assert (fields["name"], fields["comment"]) == ("Anna Petrova", "short, please")
    assert "Anna Petrova" in text(again)
    assert "short, please" in text(again)


def test_an_overdue_hold_is_booked_silently_while_its_time_is_free(client, salon):
    details = details_of(client, salon)
    Appointment.objects.update(expires_at=database_time() - timedelta(seconds=1))

    done = client.post(details, ANNA)

    assert done.url.startswith("/v/")
    assert Appointment.objects.get().status == Status.CONFIRMED


def test_a_released_hold_says_so_and_offers_its_time_again(client, salon):
    details = details_of(client, salon)
    release_hold(Appointment.objects.get().pk, WEB)

    page = client.get(details)

    assert page.status_code == 409
    assert salon.at(10).astimezone().utcoffset() is not None
    assert "You let this time go" in text(page)


def test_another_time_releases_the_hold_and_shows_the_day(client, salon):
    details = details_of(client, salon)

    back = client.post(f"{details}release/")

    assert back.url.endswith(f"?date={salon.day().isoformat()}")
    assert Appointment.objects.get().status == Status.CANCELLED


def test_more_time_is_given_once(client, salon):
    details = details_of(client, salon)
    before = Appointment.objects.get().expires_at

    client.post(f"{details}extend/")
    refused = client.post(f"{details}extend/", follow=True)

    assert Appointment.objects.get().expires_at == before + timedelta(seconds=300)
    assert "only once" in text(refused)


@pytest.mark.parametrize(
    ("phone", "error"),
    [
        ("", "Enter a phone"),
        ("12", "too few digits"),
        ("+7 999 123-45-67-89-00-11", "too many digits"),
        ("8 800 FLOWERS", "in digits"),
        ("+7 000 000-00-00", "no such number"),
        ("()", "Enter a phone"),
    ],
)
def test_a_wrong_phone_is_named_and_nothing_typed_is_lost(client, salon, phone, error):
    page = client.post(details_of(client, salon), {"name": "Anna", "phone": phone, "comment": "quietly"})

    body = text(page)
    assert page.status_code == 422
    assert body.count(error) >= 2  # beside the field and in the summary
    assert 'value="Anna"' in body
    assert "quietly" in body
    assert Appointment.objects.get().status == Status.HOLD


@pytest.mark.parametrize(
    "phone", ["+7 999 123-45-67", "89991234567", "00 7 999 1234567", "8(999)123 45 67", "+7–999–123–45–67"]
)
def test_a_phone_is_understood_however_it_is_written(client, salon, phone):
    client.post(details_of(client, salon), ANNA | {"phone": phone})

    assert Client.objects.get().phone.as_e164 == "+79991234567"


def test_the_name_typed_never_changes_the_card_of_a_known_client(client, salon):
    known = Client.objects.create(company=salon.company, phone="+79991234567", first_name="Maria")

    done = client.post(details_of(client, salon), ANNA, follow=True)

    known.refresh_from_db()
    assert known.first_name == "Maria"
    assert Appointment.objects.get().client == known
    assert "Maria" not in text(done)


def test_a_known_device_books_with_no_fields(client, salon, visit_page):
    page = client.get(details_of(client, salon, 15))

    assert Device.objects.get().first_name == "Anna"
    assert 'type="hidden" name="phone" value="+7 999 123-45-67"' in text(page)


def test_not_you_shows_empty_fields(client, salon, visit_page):
    page = client.get(details_of(client, salon, 15) + "?other=1")

    assert "Petrova" not in text(page)


def test_a_visit_moves_and_is_put_back(client, salon, visit_page):
    client.post(f"{visit_page}move/", {"slot": salon.at(15).isoformat(), "specialist": salon.specialist.pk})
    moved = client.get(visit_page)

    client.post(f"{visit_page}undo/")

    assert "Put it back" in text(moved)
    assert Appointment.objects.get().start_time == salon.at(10)


def test_undo_is_not_offered_once_somebody_has_the_old_time(client, salon, visit_page):
    client.post(f"{visit_page}move/", {"slot": salon.at(15).isoformat()})
    book(salon.slot(10), phone="+79990000009")

    page = client.get(visit_page)

    assert "Put it back" not in text(page)


def test_moving_to_a_taken_time_leaves_the_visit_and_offers_others(client, salon, visit_page):
    book(salon.slot(15), phone="+79990000009")

    page = client.post(f"{visit_page}move/", {"slot": salon.at(15).isoformat()})

    assert page.status_code == 409
    assert f"{visit_page}move/" in text(page)
    assert Appointment.objects.earliest("pk").start_time == salon.at(10)


def test_cancel_asks_first_and_then_offers_to_book_again(client, salon, visit_page):
    question = client.get(f"{visit_page}cancel/")

    done = client.post(f"{visit_page}cancel/", follow=True)

    assert "free of charge" in text(question)
    assert "cancelled" in text(done)
    assert "Book again" in text(done)
    assert Appointment.objects.get().status == Status.CANCELLED


def test_cancelling_twice_shows_the_cancelled_visit(client, salon, visit_page):
    client.post(f"{visit_page}cancel/")

    again = client.post(f"{visit_page}cancel/", follow=True)

    assert again.status_code == 200
    assert Appointment.objects.get().events.filter(event_type="booking_cancelled").count() == 1


def test_a_visit_that_has_begun_has_no_dead_buttons(client, salon, visit_page):
    now = database_time()
    Appointment.objects.update(
        start_time=now - timedelta(minutes=5),
        end_time=now + timedelta(minutes=55),
        busy_until=now + timedelta(minutes=55),
    )

    page = client.get(visit_page)

    assert f"{visit_page}move/" not in text(page)
    assert f"{visit_page}cancel/" not in text(page)
    assert "has begun" in text(page)


def test_a_calendar_file_keeps_its_uid_and_counts_moves(client, salon, visit_page):
    first = text(client.get(f"{visit_page}visit.ics"))
    client.post(f"{visit_page}move/", {"slot": salon.at(15).isoformat()})
    second = text(client.get(f"{visit_page}visit.ics"))
    cancel_appointment(Appointment.objects.get().pk, WEB)
    third = text(client.get(f"{visit_page}visit.ics"))

    uids = {re.search(r"UID:(.+)\r\n", ics)[1] for ics in (first, second, third)}
    assert len(uids) == 1
    assert [re.search(r"SEQUENCE:(\d+)", ics)[1] for ics in (first, second, third)] == ["0", "1", "2"]
    assert "STATUS:CANCELLED" in third
    assert "METHOD:CANCEL" in third


def test_a_calendar_file_folds_cyrillic_by_octets(client):
    salon = Salon(service={"name": "Сложное окрашивание с уходом и укладкой " * 3})
    visit = book(salon.slot(10))

    ics = client.get(reverse("booking:ics", args=[visit.visit_token])).content

    assert all(len(line) <= 75 for line in ics.split(b"\r\n"))
    assert (
        ics.decode().replace("\r\n ", "").count("Сложное окрашивание") == 6
    )  # thrice in the summary, thrice in the alarm


@pytest.mark.parametrize(
    "address",
    [
        "/v/AAAAAAAAAAAAAAAAAAAAAA/",
        "/hold/AAAAAAAAAAAAAAAAAAAAAA/",
        "/v/AAAAAAAAAAAAAAAAAAAAAA/visit.ics",
        "/v/short/",
        "/nowhere/",
    ],
)
def test_a_forged_link_is_not_found(client, salon, address):
    assert client.get(address).status_code == 404


def test_the_link_of_a_hold_opens_no_visit_page(client, salon):
    take(client, salon)

    page = client.get(reverse("booking:visit", args=[Appointment.objects.get().visit_token]))

    assert page.status_code == 404


def other_service(salon):
    return make_service(salon.company)


def foreign_service(salon):
    company = make_company()
    service = make_service(company)
    make_specialist(make_location(company), service)
    return service


@pytest.mark.parametrize("service_of", [other_service, foreign_service])
def test_a_service_nobody_performs_here_is_refused(client, salon, service_of):
    service = service_of(salon)
    address = reverse("booking:times", args=[salon.location.slug, service.pk])

    page = client.post(address, {"slot": salon.at(10).isoformat()})

    assert client.get(address).status_code == 404
    assert page.status_code == 409
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("hour", "minute", "days", "words"),
    [
        (10, 7, 1, "do not begin at this minute"),
        (8, 0, 1, "is closed then"),
        (10, 0, 90, "cannot be booked yet"),
        (10, 0, -1, "too late"),
    ],
)
def test_an_impossible_time_is_refused_in_words(client, salon, hour, minute, days, words):
    address = reverse("booking:times", args=[salon.location.slug, salon.service.pk])

    page = client.post(address, {"slot": salon.at(hour, minute, days).isoformat()})

    assert page.status_code == 409
    assert words in text(page)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    "slot",
    ["", "now", "2026-13-01", "2026-11-20T10:00:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00", "１０"],
)
def test_a_garbled_time_is_refused_in_words(client, salon, slot):
    page = client.post(reverse("booking:times", args=[salon.location.slug, salon.service.pk]), {"slot": slot})

    assert page.status_code == 409
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "date=x",
        "date=0001-01-01",
        "date=9999-12-31",
        "specialist=x",
        "day=31&month=feb&year=2027",
        "day=1&month=янв&year=2999",
        "day=&month=&year=",
    ],
)
def test_a_garbled_address_still_shows_the_page(client, salon, query):
    page = client.get(reverse("booking:times", args=[salon.location.slug, salon.service.pk]) + f"?{query}")

    assert page.status_code == 200


def test_a_date_in_words_shows_that_day(client, salon):
    day = salon.day(20)
    months = ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]

    address = reverse("booking:times", args=[salon.location.slug, salon.service.pk])
    page = client.get(address, {"day": day.day, "month": months[day.month - 1], "year": day.year})

    assert page.context["strip"].chosen == day


@pytest.mark.parametrize("name", ['<b>&"Ко"', "{{7*7}}", "=HYPERLINK(1)", "'; DROP TABLE", "\u202etxt"])
def test_a_name_is_never_markup(client, salon, name):
    done = client.post(details_of(client, salon), ANNA | {"name": name}, follow=True)

    assert done.status_code == 200
    assert "<b>&" not in text(done)
    assert "49" not in Appointment.objects.get().contact_name


def test_too_long_a_wish_is_named_and_kept(client, salon):
    page = client.post(details_of(client, salon), ANNA | {"comment": "x" * 5000})

    assert page.status_code == 422
    assert "Shorten the comment" in text(page)
    assert "x" * 5000 in text(page)


def test_pages_behind_a_link_are_kept_by_nobody(client, salon, visit_page):
    page = client.get(visit_page)

    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"
    assert 'content="noindex"' in text(page)


def test_a_page_with_a_cookie_is_kept_by_no_shared_cache(client, salon):
    page = client.get(f"/{salon.location.slug}/")

    assert "device" in page.cookies
    assert "private" in page["Cache-Control"]


def test_an_empty_cookie_is_replaced(client, salon):
    client.cookies["device"] = ""

    page = client.get(f"/{salon.location.slug}/")

    assert page.cookies["device"].value


def test_a_host_with_a_dot_at_its_end_is_the_same_host(client, salon, settings):
    settings.ALLOWED_HOSTS = ["*"]
    own = Salon(company=make_company(host="book.example.com"))

    pages = [client.get("/", headers={"host": host}) for host in ("book.example.com", "book.example.com.")]

    assert [salon.location.name in text(page) for page in pages] == [False, False]
    assert [own.location.name in text(page) for page in pages] == [True, True]


def test_a_day_beyond_the_horizon_is_said_and_the_last_one_shown(client, salon):
    address = reverse("booking:times", args=[salon.location.slug, salon.service.pk])

    near, far = (client.get(address, {"date": str(salon.day(days))}) for days in (5, 500))

    assert "Booking is open until" not in text(near)
    assert "Booking is open until" in text(far)


@pytest.mark.parametrize(("typed", "said"), [("0", "The day is a number"), ("40", "The day is a number")])
def test_an_impossible_day_is_named(client, salon, typed, said):
    address = reverse("booking:times", args=[salon.location.slug, salon.service.pk])

    assert said in text(client.get(address, {"day": typed, "month": "2", "year": "27"}))


def test_a_year_of_two_digits_is_understood():
    form = DateForm({"day": "2", "month": "фев", "year": "27"})

    assert form.is_valid()
    assert form.cleaned_data["date"] == date(2027, 2, 2)
    assert not DateForm({"day": "2", "month": "2", "year": "1999"}).is_valid()


def test_the_move_page_opens_on_the_visits_day_and_its_own_time_is_no_choice(client, salon):
    visit = client.post(take(client, salon, 10).url, ANNA).url

    page = client.get(f"{visit}move/")

    assert page.context["strip"].chosen == salon.day(1)
    assert text(page).count('disabled aria-current="true">10:00') == 1


def test_putting_back_is_confirmed(client, salon, visit_page):
    client.post(f"{visit_page}move/", {"slot": salon.at(12).isoformat(), "specialist": salon.specialist.pk})

    assert "Put back:" in text(client.post(f"{visit_page}undo/", follow=True))


def test_the_language_chosen_is_remembered(client, salon):
    client.get("/?lang=ru")

    page = client.get("/")

    assert '<html lang="ru">' in text(page)
    assert page["Content-Language"] == "ru"


@pytest.mark.parametrize(
    ("accepted", "spoken"), [("ru-RU,ru;q=0.9", "ru"), ("de,en;q=0.5", "en"), ("ka", "en"), ("", "en")]
)
def test_the_language_follows_the_browser(client, salon, accepted, spoken):
    page = client.get("/", headers={"accept-language": accepted})

    assert f'<html lang="{spoken}">' in text(page)


@pytest.mark.parametrize("page", ["services", "times", "details", "visit", "move", "cancel"])
def test_a_page_takes_at_most_twelve_statements(client, salon, visit_page, page, django_assert_max_num_queries):
    client.post(f"{visit_page}move/", {"slot": salon.at(17).isoformat()})
    hold = take(client, salon, 12).url
    addresses = {
        "services": f"/{salon.location.slug}/",
        "times": reverse("booking:times", args=[salon.location.slug, salon.service.pk]),
        "details": hold,
        "visit": visit_page,
        "move": f"{visit_page}move/",
        "cancel": f"{visit_page}cancel/",
    }

    with django_assert_max_num_queries(12):
        response = client.get(addresses[page])

    assert response.status_code == 200
