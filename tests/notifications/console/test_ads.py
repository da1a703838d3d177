"""Advertisements in the console: previewed while typed, shown until their last day, and told where they are used."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client as Browser

from accounts.models import Company
from accounts.values import Role
from booking.queries.visits import database_time
from notifications.models import AdTemplate, NotificationSetting
from notifications.values import Channel
from tests.console import OWNER, World, address, filled_in, form_at, problems, said
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

ADD = "/admin/notifications/adtemplate/add/"
LIST = "/admin/notifications/adtemplate/"
PREVIEW = "/admin/notifications/adtemplate/preview/"


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


@pytest.fixture
def chief(world):
    return world.browser(Role.ADMIN)


@pytest.fixture
def ad(world) -> AdTemplate:
    return AdTemplate.objects.create(company=world.company, name="Spring", content_tg="<b>spring</b>")


def save(browser, page: str, **typed):
    """Fill in the form as it came, with ``typed``, and send it; what is None stays empty."""
    sent = filled_in(form_at(browser, page)) | typed
    return browser.post(page, {name: value for name, value in sent.items() if value is not None})


def text(page) -> str:
    return page.content.decode()


# --- the form ---------------------------------------------------------------------------------------------------------


def test_an_advertisement_belongs_to_the_administrator_s_company(world, chief):
    save(chief, ADD, name="Summer", content_tg="<b>Sun</b>", active="on")

    ad = AdTemplate.objects.get()
    assert (ad.company, ad.name, ad.content_tg, ad.active, ad.valid_until) == (
        world.company,
        "Summer",
        "<b>Sun</b>",
        True,
        None,
    )


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("<p>no</p>", "<p> is not a tag that Telegram knows."),
        ("<b>open", "<b> is not closed."),
        ("x" * 1001, "Ensure this value has at most 1000 characters (it has 1001)."),
    ],
)
def test_what_telegram_would_refuse_is_not_saved_and_stays_in_the_form(chief, typed, problem):
    answer = save(chief, ADD, name="Summer", content_tg=typed)

    assert problems(answer) == {"content_tg": [problem]}
    assert answer.context["adminform"].form["content_tg"].value() == typed
    assert not AdTemplate.objects.exists()


def test_the_last_day_is_included_by_the_clock_of_the_company(world, chief, ad):
    """In Moscow, three hours ahead of the server."""
    save(chief, address(AdTemplate, "change", ad.pk), last_day="2030-06-01")

    ad.refresh_from_db()
    assert ad.valid_until == datetime(2030, 6, 1, 21, tzinfo=UTC)
    assert chief.get(address(AdTemplate, "change", ad.pk)).context["adminform"].form["last_day"].value() == date(
        2030, 6, 1
    )


def test_an_end_within_the_day_stays_when_the_day_is_not_touched(chief, ad):
    moment = datetime(2030, 6, 1, 9, 30, tzinfo=UTC)
    AdTemplate.objects.filter(pk=ad.pk).update(valid_until=moment)

    save(chief, address(AdTemplate, "change", ad.pk), name="Renamed")

    ad.refresh_from_db()
    assert (ad.name, ad.valid_until) == ("Renamed", moment)


def test_an_end_is_taken_away_again(chief, ad):
    AdTemplate.objects.filter(pk=ad.pk).update(valid_until=database_time())

    save(chief, address(AdTemplate, "change", ad.pk), last_day="")

    ad.refresh_from_db()
    assert ad.valid_until is None


@pytest.mark.parametrize("day", ["9999-12-31", "x", "2030-02-30"])
def test_a_day_that_is_none_is_named(chief, ad, day):
    answer = save(chief, address(AdTemplate, "change", ad.pk), last_day=day)

    assert list(problems(answer)) == ["last_day"]


def test_the_owner_chooses_the_company_whose_clock_counts(world):
    Company.objects.filter(pk=world.company.pk).update(timezone="Asia/Tbilisi")

    save(world.browser(OWNER), ADD, company=world.company.pk, name="A", content_tg="A", last_day="2030-06-01")

    assert AdTemplate.objects.get().valid_until == datetime(2030, 6, 1, 20, tzinfo=UTC)


def test_two_of_one_company_cannot_share_a_name(world, chief, ad):
    answer = save(chief, ADD, name="Spring", content_tg="x")

    assert answer.status_code == 200
    assert AdTemplate.objects.filter(company=world.company).count() == 1


def test_help_names_tags_and_does_not_apply_them(chief):
    page = text(chief.get(ADD))

    assert "&lt;b&gt;, &lt;i&gt;" in page
    assert "<b>, <i>" not in page


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_says_what_is_shown_now_and_where(world, chief, ad):
    now = database_time()
    fields = {"company": world.company, "content_tg": "x"}
    AdTemplate.objects.create(**fields, name="Winter", valid_until=now - timedelta(days=1))
    AdTemplate.objects.create(**fields, name="Never", active=False)
    NotificationSetting.objects.filter(company=world.company, event_type="booking_created").update(ad_template=ad)

    page = chief.get(LIST)

    admin = page.context["cl"].model_admin
    rows = {row.name: (admin.state(row)[1], admin.used(row)) for row in page.context["cl"].result_list}
    assert rows == {
        "Never": ("Switched off", ""),
        "Spring": ("Shown", "Booked · Client; Booked · Specialist; Booked · Administrators and operators"),
        "Winter": ("Over", ""),
    }


def test_the_page_says_by_which_channels_and_leaves_out_what_is_switched_off(world, chief, ad):
    cell = {"company": world.company, "event_type": "booking_created", "recipient_role": "client", "ad_template": ad}
    NotificationSetting.objects.create(**cell, channel=Channel.EMAIL)
    NotificationSetting.objects.create(**cell, channel=Channel.SMS, enabled=False)

    page = chief.get(address(AdTemplate, "change", ad.pk))

    assert page.context["used_in"] == ["Booked · Client (E-mail)"]
    assert "Booked · Client (E-mail)" in text(page)


def test_deleting_one_says_which_messages_lose_it_and_leaves_them_on(world, chief, ad):
    rows = NotificationSetting.objects.filter(company=world.company, event_type="day_summary")
    rows.update(ad_template=ad)
    where = address(AdTemplate, "delete", ad.pk)

    asked = chief.get(where)
    chief.post(where, {"post": "yes"})

    lead = "It follows these messages, which will then come without an advertisement:"
    assert said(asked) == [f"{lead} The day ahead · Specialist."]
    assert not AdTemplate.objects.exists()
    assert list(rows.values_list("enabled", "ad_template")) == [(True, None)]


def test_deleting_one_that_is_used_nowhere_asks_nothing_more(chief, ad):
    assert said(chief.get(address(AdTemplate, "delete", ad.pk))) == []


# --- the preview ------------------------------------------------------------------------------------------------------


def test_while_somebody_types_a_part_of_the_page_comes(chief):
    typed = {"content_tg": "<b>Sun</b> & <br>", "content_html": "<p>Sun</p><script>alert(1)</script>"}

    answer = chief.post(PREVIEW, typed, headers={"HX-Request": "true"})

    page = text(answer)
    assert "<html" not in page
    assert "<b>Sun</b> &amp;" in page
    assert "&lt;br&gt; is not a tag that Telegram knows." in page
    assert "alert(1)" not in page
    assert "it is left out: &lt;script&gt;" in page


def test_without_javascript_the_preview_is_a_page(chief):
    page = chief.post(PREVIEW, {"content_tg": "<b>Sun</b>"})

    assert page.templates[0].name == "admin/notifications/preview.html"
    assert "<b>Sun</b>" in text(page)
    assert f'formaction="{PREVIEW}"' in text(chief.get(ADD))


def test_the_form_asks_for_its_preview_while_somebody_types(chief, ad):
    page = text(chief.get(address(AdTemplate, "change", ad.pk)))

    assert page.count(f'hx-post="{PREVIEW}"') == 2
    assert "<b>spring</b>" in page


def test_a_preview_saves_nothing_and_is_never_got(chief):
    assert chief.get(PREVIEW).status_code == 405
    assert chief.post(PREVIEW, {"content_tg": "x"}).status_code == 200
    assert not AdTemplate.objects.exists()


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT])
def test_whoever_writes_no_advertisements_has_no_preview(world, role):
    assert world.browser(role).post(PREVIEW, {"content_tg": "x"}).status_code == 403


def test_the_preview_wants_the_token_of_the_form(world):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(world.user(Role.ADMIN))

    assert browser.post(PREVIEW, {"content_tg": "x"}).status_code == 403
