"""A visit is booked in four taps, with nothing typed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django_redis import get_redis_connection

from accounts.models import Client
from booking.commands import hold_slot
from booking.models import Appointment, Status
from catalog.models import Location, ServiceSpecialist
from telegram_bot.tasks import tell_of_holds_that_ran_out
from tests.booking.steps import cashier_of
from tests.factories import WEB, Salon, book, make_company, make_location, make_service, make_specialist
from tests.lasting import copied, lasting
from wallet.commands import deposit
from wallet.models import ClientWallet
from wallet.values import Method

pytestmark = pytest.mark.django_db


def haircuts() -> Salon:
    """One specialist called Anna, one service."""
    salon = Salon(service={"name": "Haircut"}, address="Lenin St 5", name="Centre")
    salon.specialist.name = "Anna"
    salon.specialist.save(update_fields=["name"])
    return salon


built = lasting(haircuts)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


def at_the_times(talker, language="en", tg_id=7):
    olga = talker(tg_id, "Ольга", language).says("/start")
    words = {"en": "📅 Book", "ru": "📅 Записаться"}
    return olga.taps(words[language]).taps("Haircut")


def test_new_client_books_in_four_taps_and_nothing_typed(salon, talker):
    olga = talker(language="en").says("/start")

    for tap in ("📅 Book", "Haircut", "tomorrow", "✅ Book it"):
        olga.taps(tap)

    [visit] = Appointment.objects.all()
    assert (visit.status, visit.source, visit.contact_name) == (Status.CONFIRMED, "tg_bot", "Аня")
    assert (visit.client.tg_id, visit.client.phone, visit.client.language) == (7, None, "en")


def test_screens_on_the_way_in_russian(salon, talker):
    olga = talker(language="ru").says("/start")
    assert olga.text == f"{salon.company.name}\n\nЗапись за 20 секунд: выберите услугу и время."

    olga.taps("📅 Записаться")
    assert (olga.text, olga.labels) == (
        "Centre\nLenin St 5\n\nНа что записать?", [["Haircut · 60 мин · 1 000 ₽"], ["🏠"]],
    )  # fmt: skip

    olga.taps("Haircut")
    assert olga.text == "Haircut · 60 мин · 1 000 ₽\n\nБлижайшее время (Centre):"
    assert olga.labels[-2:] == [["📆 Другой день", "👤 Мастер: любой"], ["⬅️ Услуги", "🏠"]]
    assert {len(row) for row in olga.labels[:-2]} == {2}
    assert all(label.endswith(" · Anna") for row in olga.labels[:-2] for label in row)

    olga.taps("завтра")
    assert olga.text.startswith("Проверьте запись\n\n💇 Haircut · 60 мин\n👤 Anna\n📍 Centre, Lenin St 5\n🕐 ")
    assert olga.labels == [
        ["✅ Записаться"], ["💬 Пожелание"], ["⬅️ Другое время", "✖️ Не надо"],
    ]  # fmt: skip

    olga.taps("✅ Записаться")
    [receipt, question] = olga.telegram.live_messages(7)
    assert receipt.text.startswith("✅ Вы записаны · № ")
    assert question.text.startswith("📱 ")


@pytest.mark.parametrize(
    ("language", "terms"), [("ru", "от 60 мин · от 1 000 ₽"), ("en", "from 60 min · from 1,000 ₽")]
)
def test_price_and_length_that_vary_are_said_alike_from_screen_to_screen(salon, talker, language, terms):
    boris = make_specialist(salon.location, salon.service, name="Boris")
    offer = ServiceSpecialist.objects.filter(specialist=boris, service=salon.service)
    offer.update(custom_price=1500, custom_duration=90)

    olga = talker(language=language).says("/start").taps("📅")
    assert olga.labels[0] == [f"Haircut · {terms}"]

    olga.taps("Haircut")
    assert olga.text.splitlines()[0] == f"Haircut · {terms}"


def test_receipt_stays_and_the_menu_comes_below(salon, talker):
    olga = at_the_times(talker).taps("tomorrow").taps("✅ Book it")
    receipt = olga.telegram.live_messages(7)[0].message_id

    olga.taps("🏠 To the menu")

    [stayed, _question, menu] = olga.telegram.live_messages(7)
    assert (stayed.message_id, stayed.text[:16]) == (receipt, "✅ You are booked")
    assert menu.text.startswith(salon.company.name)
    assert "Next visit:" in menu.text


def test_phone_is_asked_for_once(salon, talker):
    olga = at_the_times(talker).taps("tomorrow").taps("✅ Book it").says("Skip")
    assert olga.text == "All right. You can do it later in the settings."

    olga.taps("🏠 To the menu").taps("📅 Book").taps("Haircut").taps("tomorrow").taps("✅ Book it")

    assert len([call for call in olga.telegram.calls if "Share your number" in str(call.params)]) == 1
    assert Appointment.objects.count() == 2


def test_slot_of_any_specialist_is_the_one_that_is_named(salon, talker):
    boris = make_specialist(salon.location, salon.service, name="Boris")

    olga = at_the_times(talker)
    olga.taps("👤 Specialist: any")
    assert olga.labels[:2] == [["Any", "Anna"], ["Boris"]]
    olga.taps("Boris").taps("tomorrow").taps("✅ Book it")

    assert Appointment.objects.get().specialist == boris


def test_another_day_and_its_times(salon, talker):
    olga = at_the_times(talker)

    olga.taps("📆 Another day")
    days = [label for row in olga.labels[:-2] for label in row]
    assert len(days) in (13, 14)
    assert {len(row) for row in olga.labels[:-3]} == {3}
    olga.taps(days[-1])
    assert {tuple(row) for row in olga.labels[:1]} == {("• Morning", "Afternoon", "Evening")}
    olga.taps("Evening").taps("6:00 pm")

    held = Appointment.objects.get()
    assert held.start_time.astimezone(salon.location.zone).hour == 18


def test_days_go_on_for_as_long_as_can_be_booked(salon, talker):
    olga = at_the_times(talker).taps("📆 Another day")

    for _ in range(4):
        olga.taps("More ▶")

    assert "More ▶" not in str(olga.labels)
    olga.taps("◀ Earlier")
    assert "More ▶" in str(olga.labels)


def test_choosing_another_time_lets_the_first_go(salon, talker):
    olga = at_the_times(talker).taps("tomorrow").taps("⬅️ Another time").taps("tomorrow")

    assert sorted(Appointment.objects.values_list("status", flat=True)) == [Status.CANCELLED, Status.HOLD]
    assert olga.text.startswith("Check your booking")


def test_no_thanks_lets_it_go_and_leads_home(salon, talker):
    olga = at_the_times(talker).taps("tomorrow").taps("✖️ No, thanks")

    assert Appointment.objects.get().status == Status.CANCELLED
    assert (olga.toast, olga.labels[0]) == ("The time is free again.", ["📅 Book", "🗓 My visits"])


def test_time_that_was_taken_meanwhile_is_replaced_in_one_tap(salon, talker):
    olga = at_the_times(talker)
    hold_slot(salon.slot(9), WEB, browser_key="rival")

    olga.taps("tomorrow")

    assert olga.toast == "This time has just been taken."
    assert olga.text.startswith("😔 This time has just been taken.\n\nHaircut")
    olga.taps("tomorrow").taps("✅ Book it")
    assert Appointment.objects.filter(status=Status.CONFIRMED).count() == 1


def test_hold_that_ran_out_is_taken_again_silently(salon, talker):
    olga = at_the_times(talker).taps("tomorrow")
    Appointment.objects.update(expires_at=F("expires_at") - timedelta(hours=1))

    olga.taps("✅ Book it")

    assert Appointment.objects.get().status == Status.CONFIRMED


def test_hold_that_ran_out_changes_the_screen_by_itself(salon, talker):
    olga = at_the_times(talker).taps("tomorrow")
    Appointment.objects.update(expires_at=F("expires_at") - timedelta(hours=1))
    forget_the_wait(olga)

    assert (tell_of_holds_that_ran_out(), tell_of_holds_that_ran_out()) == (1, 0)

    assert olga.text.startswith("😔 We could not keep the time any longer.\n\nHaircut")
    olga.taps("tomorrow").taps("✅ Book it")
    assert Appointment.objects.filter(status=Status.CONFIRMED).count() == 1


def forget_the_wait(talker):
    """As if five minutes had passed."""
    redis = get_redis_connection()
    redis.delete(f"cb:{talker.tg_id}")
    for member in redis.zrange("last_menu:holds", 0, -1):
        redis.zadd("last_menu:holds", {member: 0})


def test_screen_of_a_hold_that_was_left_is_not_touched(salon, talker):
    olga = at_the_times(talker).taps("tomorrow").taps("⬅️ Another time")
    forget_the_wait(olga)
    shown = olga.text

    assert tell_of_holds_that_ran_out() == 0
    assert olga.text == shown


def test_confirming_twice_shows_the_same_receipt(salon, talker):
    olga = at_the_times(talker).taps("tomorrow").taps("✅ Book it")
    receipt = olga.telegram.live_messages(7)[0]
    hold = Appointment.objects.get().pk

    olga.telegram.let_pass(10)
    olga.forges(f"b:c:{hold}", message_id=receipt.message_id)

    assert olga.telegram.live_messages(7)[0].text == receipt.text
    assert Appointment.objects.count() == 1


def test_comment_is_typed_and_kept(salon, talker):
    olga = at_the_times(talker).taps("tomorrow").taps("💬 Comment")
    assert olga.text.startswith("💬 Write what we should know")

    olga.says("No <b>perfume</b> & no talk")
    assert "💬 No <b>perfume</b> & no talk" in olga.text
    olga.taps("✅ Book it")

    assert Appointment.objects.get().notes == "No <b>perfume</b> & no talk"


def test_comment_that_is_too_long_is_asked_for_again(salon, talker):
    olga = at_the_times(talker).taps("tomorrow").taps("💬 Comment").says("x" * 501)
    assert olga.text == "At most 500 characters, please."

    olga.taps("✖️ Without a comment").taps("✅ Book it")

    assert (Appointment.objects.get().notes, Appointment.objects.get().status) == ("", Status.CONFIRMED)


def with_money(talker, salon, amount):
    """Olga is the salon's client, with money in her wallet."""
    client = Client.objects.create(company=salon.company, tg_id=7, first_name="Olga", phone="+79990000007")
    deposit(client.pk, Decimal(amount), cashier_of(salon), method=Method.CASH, reference="test")
    return at_the_times(talker).taps("tomorrow")


def test_whoever_has_enough_pays_from_the_wallet(salon, talker):
    olga = with_money(talker, salon, 1500)
    assert "in the wallet 1,500 ₽" in olga.text

    olga.taps("👛 Pay from the wallet")

    visit = Appointment.objects.get()
    assert (visit.status, visit.paid, ClientWallet.objects.get().balance) == (Status.CONFIRMED, 1000, 500)


def test_whoever_has_too_little_is_not_offered_it_and_a_forged_tap_is_refused(salon, talker):
    olga = with_money(talker, salon, 500)
    assert "👛" not in str(olga.labels)

    olga.forges(f"b:p:{Appointment.objects.get().pk}", message_id=olga.screen.message_id)

    assert (Appointment.objects.get().status, ClientWallet.objects.get().balance) == (Status.HOLD, 500)
    assert olga.toast != ""


def test_repeat_takes_two_taps_and_the_usual_hour(salon, talker):
    client = Client.objects.create(company=salon.company, tg_id=7, first_name="Olga")
    visit = book(salon.slot(15, days=3), client_id=client.pk)
    visit = Appointment.objects.get(pk=visit.pk)
    Appointment.objects.filter(pk=visit.pk).update(client=client)
    olga = talker(language="en").says("/start")

    olga.taps("🔁 Repeat: Haircut · Anna").taps("✅ Book it")

    again = Appointment.objects.exclude(pk=visit.pk).get()
    assert (again.status, again.specialist) == (Status.CONFIRMED, visit.specialist)
    assert (
        again.start_time.astimezone(salon.location.zone).weekday()
        == visit.start_time.astimezone(salon.location.zone).weekday()
    )


def test_several_locations_are_chosen_from(salon, talker):
    other = make_location(salon.company, name="North")
    make_specialist(other, salon.service)

    olga = talker(language="en").says("/start").taps("📅 Book")

    assert olga.text == f"{salon.company.name}\nWhere would you like to come?"
    assert olga.labels == [["Centre · Lenin St 5"], ["North"], ["🏠 To the menu"]]
    olga.taps("North")
    assert olga.labels[-1] == ["⬅️ Locations", "🏠"]


def test_twenty_services_are_paged(salon, talker):
    for number in range(19):
        service = make_service(salon.company, name=f"Service {number:02} {'long ' * 20}", position=number + 1)
        ServiceSpecialist.objects.create(service=service, specialist=salon.specialist)

    olga = talker(language="en").says("/start").taps("📅 Book").taps("More ▶").taps("More ▶")

    assert len(olga.labels) == 4 + 2
    assert all(len(label) <= 64 for row in olga.labels for label in row)
    assert "60 min · 1,000 ₽" in olga.labels[0][0]


def test_several_companies_are_chosen_from_and_remembered(salon, talker):
    second = Salon(service={"name": "Massage"})

    olga = talker(language="en").says("/start")
    assert olga.text == "Where would you like to book?"
    olga.taps(second.company.name).taps("📅 Book")
    assert "Massage" in str(olga.labels)

    assert olga.says("/start").text.startswith(second.company.name)


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        ("b", "Centre\nLenin St 5\n\nWhat would you like?"),
        ("b_{service}", "Haircut · 60 min"),
        ("b_{service}_{specialist}", "Haircut · 60 min"),
        ("c_{company}", "{name}\n"),
        ("l_{location}", "Centre\nLenin St 5\n\nWhat would you like?"),
        ("b_999999", "This link no longer works."),
        ("c_nobody", "This link no longer works."),
        ("v_nothing", "This link no longer works."),
        ("xyz", "This link no longer works."),
    ],
)
def test_deep_link(salon, talker, payload, shown):
    parts = {
        "service": salon.service.pk, "specialist": salon.specialist.pk, "company": salon.company.slug,
        "location": salon.location.slug, "name": salon.company.name,
    }  # fmt: skip

    olga = talker(language="en").says(f"/start {payload.format(**parts)}")

    assert olga.text.startswith(shown.format(**parts))


def test_deep_link_to_a_specialist_keeps_him_wherever_he_works(salon, talker):
    boris = make_specialist(salon.location, salon.service, name="Boris")
    for name in ("North", "South"):
        make_specialist(make_location(salon.company, name=name), salon.service)
    olga = talker(language="en")

    olga.says(f"/start b_{salon.service.pk}")
    assert [row[0] for row in olga.labels[:-1]] == ["Centre · Lenin St 5", "North", "South"]

    olga.says(f"/start b_{salon.service.pk}_{boris.pk}")
    assert "👤 Specialist: Boris" in [label for row in olga.labels for label in row]

    ServiceSpecialist.objects.filter(specialist=boris).update(is_active=False)
    olga.says(f"/start b_{salon.service.pk}_{boris.pk}")
    assert [row[0] for row in olga.labels[:-1]] == ["Centre · Lenin St 5", "North", "South"]


def test_service_that_nobody_performs_in_a_place_is_not_offered_there(salon, talker):
    idle = make_specialist(make_location(salon.company, name="North"), salon.service)
    idle.is_active = False
    idle.save(update_fields=["is_active"])

    olga = talker(language="en").says(f"/start b_{salon.service.pk}")

    assert olga.text.startswith("Haircut · 60 min")


def test_name_of_a_service_leads_to_its_times(salon, talker):
    assert talker(language="en").says("haircut").text.startswith("Haircut · 60 min")


def test_any_other_text_leads_to_the_menu(salon, talker):
    assert talker(language="en").says("hello there").text.startswith(salon.company.name)


def test_closed_location_and_foreign_hold_are_out_of_date(salon, talker):
    olga = at_the_times(talker)
    stranger = make_company()
    other = Client.objects.create(company=salon.company, tg_id=8, first_name="Other")
    hold = hold_slot(salon.slot(12), WEB, client_id=other.pk)
    Location.objects.filter(pk=salon.location.pk).update(is_active=False)

    for data in (f"b:s:{salon.location.pk}:0", f"b:c:{hold.pk}", f"b:x:{hold.pk}", f"n:company:{stranger.pk + 100}"):
        olga.forges(data, message_id=olga.screen.message_id)
        assert olga.toast == "This button is out of date. I have opened the menu."

    assert Appointment.objects.get().status == Status.HOLD
