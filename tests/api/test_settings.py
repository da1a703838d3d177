"""CRUD of notification settings and advertisements: for staff with the right, of their company alone."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.values import Role
from notifications.commands.settings import delete_ad_template, save_setting
from notifications.errors import JustDeleted
from notifications.models import AdTemplate, NotificationSetting
from tests.api.caller import Caller, client_user, problems
from tests.factories import make_client, make_company, make_user

pytestmark = pytest.mark.django_db

SETTINGS, ADS = "notification-settings/", "ad-templates/"
BOTH = pytest.mark.parametrize("where", [SETTINGS, ADS])
MODELS = {SETTINGS: NotificationSetting, ADS: AdTemplate}
SETTING = {"event_type": "booking_created", "recipient_role": "client", "channel": "sms", "enabled": False}
AD = {
    "name": "Spring",
    "content_tg": "<b>Spring</b> is here",
    "content_html": "<p>Spring is here</p>",
    "active": True,
    "valid_until": "2030-03-01T00:00:00+03:00",
}
BODIES = {SETTINGS: SETTING, ADS: AD}
WHO = ("the owner", "an administrator", "an operator", "a specialist", "an accountant", "a client", "a guest")


class Office:
    """A company with its settings and one advertisement, and everybody who might want to change them."""

    def __init__(self) -> None:
        self.company = make_company()
        self.ad = AdTemplate.objects.create(company=self.company, name="Winter", content_tg="Winter")
        NotificationSetting.objects.filter(company=self.company).delete()
        self.setting = NotificationSetting.objects.create(
            company=self.company, event_type="booking_created", recipient_role="client", ad_template=self.ad
        )

    def who(self, name: str) -> User | None:
        if name == "the owner":
            return make_user(None, Role.ADMIN, is_superuser=True)
        if name == "a client":
            return client_user(make_client(self.company))
        if name == "a guest":
            return None
        role = {"an administrator": Role.ADMIN, "an operator": Role.OPERATOR, "a specialist": Role.SPECIALIST}
        return make_user(self.company, role.get(name, Role.ACCOUNTANT))

    def admin(self) -> Caller:
        return Caller(self.who("an administrator"))

    def pk(self, where: str) -> int:
        return (self.setting if where == SETTINGS else self.ad).pk

    def one(self, where: str) -> str:
        return f"{where}{self.pk(where)}/"


def test_a_setting_is_read_as_it_is_written():
    office = Office()
    caller = office.admin()

    made = caller.post(SETTINGS, SETTING | {"ad_template": office.ad.pk})
    pk = made.json()["id"]

    expected = {"id": pk, "company": office.company.slug, **SETTING, "ad_template": office.ad.pk}
    assert (made.status_code, made.json()) == (201, expected)
    assert caller.get(f"{SETTINGS}{pk}/").json() == expected
    assert expected in caller.get(SETTINGS).json()["results"]


def test_a_setting_needs_no_more_than_what_and_whom():
    office = Office()

    made = office.admin().post(SETTINGS, {"event_type": "booking_reminder", "recipient_role": "specialist"}).json()

    assert (made["channel"], made["enabled"], made["ad_template"]) == ("all", True, None)


def test_an_advertisement_is_read_as_it_is_written():
    office = Office()
    caller = office.admin()

    made = caller.post(ADS, AD)

    expected = {"id": made.json()["id"], "company": office.company.slug, **AD}
    assert (made.status_code, made.json()) == (201, expected)
    assert caller.get(f"{ADS}{expected['id']}/").json() == expected


@BOTH
def test_a_row_can_be_sent_back_as_it_came(where):
    office = Office()
    caller = office.admin()
    said = caller.get(office.one(where)).json()

    put = caller.send("put", office.one(where), said)

    assert (put.status_code, put.json()) == (200, said)


def test_a_part_is_changed_and_the_rest_stays():
    office = Office()
    caller = office.admin()
    said = caller.get(office.one(SETTINGS)).json()

    patched = caller.send("patch", office.one(SETTINGS), {"enabled": False})

    assert (patched.status_code, patched.json()) == (200, said | {"enabled": False})


def test_a_whole_row_that_is_sent_leaves_nothing_of_the_old_one():
    office = Office()

    put = office.admin().send(
        "put", office.one(SETTINGS), {"event_type": "booking_cancelled", "recipient_role": "admin"}
    )

    assert put.json() == {
        "id": office.setting.pk,
        "company": office.company.slug,
        "event_type": "booking_cancelled",
        "recipient_role": "admin",
        "channel": "all",
        "enabled": True,
        "ad_template": None,
    }


@BOTH
def test_a_row_is_deleted(where):
    office = Office()

    gone = office.admin().send("delete", office.one(where))

    assert (gone.status_code, gone.content) == (204, b"")
    assert not MODELS[where].objects.filter(pk=office.pk(where)).exists()


def test_a_setting_outlives_its_advertisement():
    office = Office()

    office.admin().send("delete", office.one(ADS))

    office.setting.refresh_from_db()
    assert office.setting.ad_template is None


@BOTH
def test_the_same_row_again_is_the_same_row(where):
    """A request whose answer was lost is repeated: one effect, one answer."""
    caller = Office().admin()

    first, second = caller.post(where, BODIES[where]), caller.post(where, BODIES[where])

    assert (second.status_code, second.json()) == (201, first.json())


@BOTH
def test_another_row_in_the_place_of_one_is_refused(where):
    office = Office()
    taken = {SETTINGS: {"event_type": "booking_created", "recipient_role": "client", "enabled": False}, ADS: {
        "name": "Winter", "content_tg": "Another"}}[where]  # fmt: skip

    answer = office.admin().post(where, taken)

    assert (answer.status_code, answer.json()["code"]) == (409, "already_there")


@BOTH
def test_a_change_into_another_row_is_refused(where):
    caller = Office().admin()
    pk = caller.post(where, BODIES[where]).json()["id"]
    taken = {SETTINGS: {"channel": "all"}, ADS: {"name": "Winter"}}[where]

    answer = caller.send("patch", f"{where}{pk}/", taken)

    assert (answer.status_code, answer.json()["code"]) == (409, "already_there")


@pytest.mark.parametrize("pair", [("booking_reminder", "admin"), ("day_summary", "client")])
def test_nobody_is_set_to_be_told_what_there_is_no_message_for(pair):
    caller = Office().admin()

    answer = caller.post(SETTINGS, {"event_type": pair[0], "recipient_role": pair[1]})

    assert (answer.status_code, problems(answer)) == (400, {"recipient_role": "invalid"})


def test_nor_by_half_a_change():
    office = Office()
    office.setting.event_type, office.setting.recipient_role = "booking_created", "admin"
    office.setting.save()

    answer = office.admin().send("patch", office.one(SETTINGS), {"event_type": "booking_reminder"})

    assert (answer.status_code, problems(answer)) == (400, {"recipient_role": "invalid"})


@pytest.mark.parametrize("pk", [2**40, 2**62])
def test_an_advertisement_that_is_not_there_is_named(pk):
    answer = Office().admin().post(SETTINGS, SETTING | {"ad_template": pk})

    assert (answer.status_code, problems(answer)) == (400, {"ad_template": "does_not_exist"})


def test_another_company_s_advertisement_is_not_there():
    mine, stranger = Office(), Office()

    answers = [
        mine.admin().post(SETTINGS, SETTING | {"ad_template": stranger.ad.pk}),
        mine.admin().send("patch", mine.one(SETTINGS), {"ad_template": stranger.ad.pk}),
    ]

    assert [problems(answer) for answer in answers] == [{"ad_template": "does_not_exist"}] * 2


# GET list, POST, GET one, PATCH, PUT, DELETE.
EVERYTHING, NOTHING, NOBODY = (200, 201, 200, 200, 200, 204), (403,) * 6, (401,) * 6
RIGHTS = {"the owner": EVERYTHING, "an administrator": EVERYTHING, "a guest": NOBODY}


def verbs(caller: Caller, where: str, one: str, body: dict[str, Any], **company: str) -> tuple[int, ...]:
    answers = [
        caller.get(where),
        caller.post(where, body | company),
        caller.get(one),
        caller.send("patch", one, {}),
        caller.send("put", one, caller.get(one).json() if caller.get(one).status_code == 200 else body),
        caller.send("delete", one),
    ]
    return tuple(answer.status_code for answer in answers)


@BOTH
@pytest.mark.parametrize("name", WHO)
def test_who_may_read_and_write_them(name, where):
    office = Office()
    company = {"company": office.company.slug} if name == "the owner" else {}

    statuses = verbs(Caller(office.who(name)), where, office.one(where), BODIES[where], **company)

    assert statuses == RIGHTS.get(name, NOTHING)


@BOTH
def test_another_company_s_rows_are_not_there(where):
    mine, stranger = Office(), Office()

    statuses = verbs(mine.admin(), where, stranger.one(where), BODIES[where])
    listed = {found["id"] for found in mine.admin().get(where).json()["results"]}

    assert statuses == (200, 201, 404, 404, 404, 404)
    assert mine.pk(where) in listed
    assert stranger.pk(where) not in listed
    assert MODELS[where].objects.filter(pk=stranger.pk(where)).exists()


@BOTH
def test_staff_do_not_write_into_another_company(where):
    mine, stranger = Office(), Office()

    answer = mine.admin().post(where, BODIES[where] | {"company": stranger.company.slug})

    assert (answer.status_code, problems(answer)) == (400, {"company": "does_not_exist"})


@BOTH
def test_the_owner_names_the_company_he_writes_for(where):
    office, other = Office(), Office()
    owner = Caller(office.who("the owner"))

    nameless, named = (
        owner.post(where, BODIES[where]),
        owner.post(where, BODIES[where] | {"company": other.company.slug}),
    )

    assert (nameless.status_code, problems(nameless)) == (400, {"company": "required"})
    assert (named.status_code, named.json()["company"]) == (201, other.company.slug)


@BOTH
def test_the_owner_reads_all_or_one_company_s(where):
    office, other = Office(), Office()
    owner = Caller(office.who("the owner"))

    everything = {found["company"] for found in owner.get(where).json()["results"]}
    named = {found["company"] for found in owner.get(where, company=other.company.slug).json()["results"]}

    assert everything >= {office.company.slug, other.company.slug}
    assert named == {other.company.slug}


def test_a_list_comes_in_pages():
    office = Office()
    AdTemplate.objects.bulk_create(
        AdTemplate(company=office.company, name=f"{number:03}", content_tg="x") for number in range(119)
    )
    caller = office.admin()

    first, second = caller.get(ADS, page_size=100).json(), caller.get(ADS, page_size=100, page=2).json()
    usual, beyond = caller.get(ADS).json(), caller.get(ADS, page=9)

    assert (first["count"], len(first["results"]), len(second["results"]), len(usual["results"])) == (120, 100, 20, 50)
    assert first["next"].endswith("/api/v1/ad-templates/?page=2&page_size=100")
    assert (first["previous"], second["next"]) == (None, None)
    assert len({found["id"] for found in first["results"] + second["results"]}) == 120
    assert beyond.status_code == 404


@BOTH
def test_a_longer_list_costs_no_more_statements(where):
    office = Office()
    caller = office.admin()

    def cost() -> int:
        with CaptureQueriesContext(connection) as context:
            assert caller.get(where).status_code == 200
        return len(context)

    one = cost()
    for number in range(3):
        AdTemplate.objects.create(company=office.company, name=f"{number}", content_tg="x")
    NotificationSetting.objects.bulk_create(
        NotificationSetting(
            company=office.company, event_type="booking_cancelled", recipient_role="client", channel=channel
        )
        for channel in ("all", "sms", "email")
    )

    assert cost() == one


def test_two_who_change_different_columns_both_do():
    office = Office()
    mine, theirs = (NotificationSetting.objects.get(pk=office.setting.pk) for _ in range(2))

    save_setting(mine, {"enabled": False})
    save_setting(theirs, {"ad_template_id": None})

    office.setting.refresh_from_db()
    assert (office.setting.enabled, office.setting.ad_template) == (False, None)


def test_what_was_deleted_meanwhile_is_not_written():
    office = Office()
    NotificationSetting.objects.filter(pk=office.setting.pk).delete()

    with pytest.raises(JustDeleted):
        save_setting(office.setting, {"enabled": False})

    assert not NotificationSetting.objects.filter(company=office.company).exists()


@pytest.mark.django_db(transaction=True)
def test_an_advertisement_that_is_deleted_meanwhile_is_a_refusal():
    """The database's own check comes with the commit."""
    office = Office()
    pk = office.ad.pk
    delete_ad_template(AdTemplate.objects.get(pk=pk))

    with pytest.raises(JustDeleted):
        save_setting(office.setting, {"ad_template_id": pk})
