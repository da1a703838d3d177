"""Whatever is sent, the answer is a 4xx that names the field, and nothing has changed (guarantee 29)."""

import json
from collections.abc import Iterator
from itertools import zip_longest

import pytest

from accounts.values import Role
from booking.models import Appointment
from notifications.models import AdTemplate, NotificationSetting, PushSubscription
from tests.api.caller import BASE, CONTACT, Caller, problems, row
from tests.factories import Salon, make_user
from tests.lasting import copied, lasting
from tests.notifications.browsers import Browser

pytestmark = pytest.mark.django_db

LONG = "9" * 5000
NO_NUMBERS = (
    '"x"', '""', "1.5", "-1", "0", "true", "[]", "{}", '"1_0"', '" 1"', '"１"', '"1.0"', "NaN", "Infinity", "1e400",
    "-1e400", "9223372036854775808", "1" + "0" * 39, LONG, f'"{LONG}"', r'"\u0000"',
)  # fmt: skip
NO_TEXTS = ("null", "5", "1.5", "true", "[]", "{}", "NaN", "1e400", LONG, r'"a\u0000"', r'["a"]')
NO_MOMENTS = (
    "null", '""', '"tomorrow"', "1790000000", "NaN", "1e400", "[]", '"2026-01-28"', '"2026-01-28T14:00:00"',
    '"9999-12-31T23:59:59+00:00"', '"0001-01-01T00:00:00+00:00"', '"1999-12-31T23:59:59Z"',
    '"2026-02-30T14:00:00+03:00"', '"2026-01-28T25:00:00+03:00"', '"2026-01-28T14:00:00+99:99"', f'"{LONG}"',
    r'"\u0000"',
)  # fmt: skip
NO_SWITCHES = ('"maybe"', "5", "[]", "{}", "NaN", "1e400", r'"\u0000"')
NO_CHOICES = ('"x"', '""', "5", "[]", "{}", "NaN", "1e400", r'"\u0000"', f'"{LONG}"')


def too_long(most: int) -> str:
    return json.dumps("я" * (most + 1))


# Per endpoint: the fields, and what is none of theirs. MISSING: the field is left out.
MISSING = "missing"
BOOK = {
    "location": (*NO_NUMBERS, "null", MISSING),
    "service": (*NO_NUMBERS, "null", MISSING),
    "start": (*NO_MOMENTS, MISSING),
    "specialist": NO_NUMBERS,
    "workplace": NO_NUMBERS,
    "client": NO_NUMBERS,
    "specialst": ("1",),
    "__proto__": ("{}",),
}
CONFIRM = {
    "id": (*NO_NUMBERS, "null", MISSING),
    "first_name": (*NO_TEXTS, '""', '"  "', too_long(100), MISSING),
    "last_name": (*NO_TEXTS, too_long(100)),
    "phone": (
        *NO_TEXTS, MISSING, '""', '"abc"', '"+7 999 CALL-ME"', '"123"', '"+7999"', '"+7 999 123-45-67-89-00-11"', '"+"',
        '"+1 000 000 0000"', json.dumps("9" * 41), '"<b>"',
    ),
    "email": (*NO_TEXTS, '"x"', '"a@b"', '"a@b@c.ru"', '"a b@c.ru"', '"\\n@c.ru"', json.dumps("a" * 250 + "@c.ru")),
    "comment": (*NO_TEXTS, too_long(2000)),
    "pay_from_wallet": (*NO_SWITCHES, "null"),
    "comentary": ('"x"',),
}  # fmt: skip
RESCHEDULE = {"start": (*NO_MOMENTS, MISSING), "specialist": NO_NUMBERS, "workplace": ("1",)}
CANCEL = {"reason": NO_CHOICES, "token": (*NO_TEXTS[1:], too_long(100)), "why": ('"x"',)}
EXTEND = {"token": (*NO_TEXTS[1:], too_long(100)), "minutes": ("5",)}
SETTING = {
    "event_type": (*NO_CHOICES, '"hold_placed"', "null", MISSING),
    "recipient_role": (*NO_CHOICES, '"operator"', "null", MISSING),
    "channel": (*NO_CHOICES, '"pigeon"', "null"),
    "enabled": (*NO_SWITCHES, "null"),
    "ad_template": NO_NUMBERS,
    "enable": ("true",),
}
AD = {
    "name": (*NO_TEXTS, '""', '" "', too_long(100), MISSING),
    "content_tg": (*NO_TEXTS, '""', '"<b>open"', '"<script>x</script>"', '"a < b"', too_long(1000), MISSING),
    "content_html": (*NO_TEXTS, too_long(10_000)),
    "active": (*NO_SWITCHES, "null"),
    "valid_until": NO_MOMENTS[1:],
    "valid_from": ("null",),
}
PUSH = {
    "endpoint": (*NO_TEXTS, '""', too_long(1000), MISSING),
    "keys": ("null", "5", "[]", '"x"', "NaN", MISSING),
    "expirationTime": ('"x"', "[]", "{}", r'"\u0000"'),
    "token": (*NO_TEXTS[1:], too_long(100)),
    "topic": ('"x"',),
}
KEYS = {
    "p256dh": (*NO_TEXTS, '""', too_long(100), MISSING),
    "auth": (*NO_TEXTS, '""', too_long(40), MISSING),
}


class Table:
    """Somebody signed in who may do everything, and a good body for each endpoint."""

    def __init__(self) -> None:
        self.salon = Salon()
        self.caller = Caller(make_user(self.salon.company, Role.ADMIN))
        self.hold = self.caller.book(self.salon, 10).json()
        self.visit = self.caller.visit(self.salon, 14)
        self.before = self.everything()

    def everything(self) -> list:
        models = (Appointment, NotificationSetting, AdTemplate, PushSubscription)
        return [list(model.objects.order_by("pk").values()) for model in models]

    def good(self, what: str) -> tuple[str, dict]:
        start = self.salon.at(16, days=3).isoformat()
        book = {"location": self.salon.location.pk, "service": self.salon.service.pk, "start": start}
        return {
            "book": ("appointments/book/", book),
            "confirm": ("appointments/confirm/", {"id": self.hold["id"], "token": self.hold["token"], **CONTACT}),
            "reschedule": (f"appointments/{self.visit['id']}/reschedule/", {"start": start}),
            "cancel": (f"appointments/{self.visit['id']}/cancel/", {}),
            "extend": (f"appointments/{self.hold['id']}/extend/", {}),
            "release": (f"appointments/{self.hold['id']}/release/", {}),
            "setting": (
                "notification-settings/",
                {"event_type": "booking_created", "recipient_role": "client", "channel": "sms"},
            ),
            "ad": ("ad-templates/", {"name": "Spring", "content_tg": "Spring"}),
            "push": ("push-subscriptions/", Browser().wire),
        }[what]

    def send(self, where: str, body: str):
        return self.caller.raw(where, body.encode("utf-8", "surrogatepass"))


built = lasting(Table)


@pytest.fixture
def table(built) -> Table:
    return copied(built)


TABLES = {
    "book": BOOK, "confirm": CONFIRM, "reschedule": RESCHEDULE, "cancel": CANCEL, "extend": EXTEND, "release": EXTEND,
    "setting": SETTING, "ad": AD, "push": PUSH,
}  # fmt: skip


def with_fields(body: dict, spelled: dict[str, str]) -> str:
    """The body as JSON with those fields as they are spelled."""
    raws = {name: json.dumps(value) for name, value in body.items()} | spelled
    return "{" + ", ".join(f"{json.dumps(name)}: {raw}" for name, raw in raws.items() if raw != MISSING) + "}"


def cases() -> Iterator[tuple[str, str, str]]:
    for what, table in TABLES.items():
        for field, values in table.items():
            for raw in values:
                yield what, field, raw


@pytest.mark.parametrize("what", TABLES)
def test_the_good_body_is_taken(table, what):
    """The control: it is the one field that is refused."""
    where, body = table.good(what)

    assert table.send(where, json.dumps(body)).status_code in (200, 201)


@pytest.mark.parametrize("what", TABLES)
def test_a_bad_field_is_named(table, what):
    """As many as there are in one body: each is named for itself, whatever the others are."""
    where, body = table.good(what)

    for bad in zipped(TABLES[what]):
        answer = table.send(where, with_fields(body, bad))

        assert answer.status_code == 400, (shortened(bad), answer.content)
        named = {name.split(".")[0] for name in problems(answer)}
        assert {field: raw for field, raw in shortened(bad).items() if field not in named} == {}, answer.content
    assert table.everything() == table.before


def zipped(fields: dict[str, tuple[str, ...]]) -> list[dict[str, str]]:
    """The first bad value of every field, the second of every field that has one, and so on; but a bad number of the
    visit alone: without the visit nothing else is looked at."""
    rest = [[(field, raw) for raw in values] for field, values in fields.items() if field != "id"]
    return [{"id": raw} for raw in fields.get("id", ())] + [dict(filter(None, turn)) for turn in zip_longest(*rest)]


def shortened(bad: dict[str, str]) -> dict[str, str]:
    return {field: raw[:60] for field, raw in bad.items()}


@pytest.mark.parametrize("field", KEYS)
def test_a_bad_field_within_a_field_is_named(table, field):
    where, body = table.good("push")

    for raw in KEYS[field]:
        answer = table.send(where, with_fields(body, {"keys": with_fields(body["keys"], {field: raw})}))

        assert (answer.status_code, set(problems(answer))) == (400, {f"keys.{field}"}), raw[:60]


def test_there_are_many_cases():
    assert len(list(cases())) > 400


QUERIES = {
    "location": ("", "x", "1.5", "-1", "0", "9223372036854775808", LONG, "１", "\0", None),
    "service": ("", "x", "-1", "9223372036854775808", "\0", None),
    "specialist": ("", "x", "-1", "9223372036854775808", "\0"),
    "date_from": (
        "", "yesterday", "2026-13-01", "2026-02-30", "0000-01-01", "2026-01-01T10:00", "1e400", "NaN", "\0", LONG, None,
    ),
    "date_to": ("", "tomorrow", "10000-01-01", "2026-02-30", "2000-01-01", "9999-12-31", "\0", None),
    "specialst": ("1",),
    "page": ("1",),
}  # fmt: skip


@pytest.mark.parametrize("field", QUERIES)
def test_a_bad_question_is_named(table, field):
    salon = table.salon
    good = {
        "location": salon.location.pk, "service": salon.service.pk, "date_from": salon.day(), "date_to": salon.day(2),
    }  # fmt: skip
    assert Caller().get("availability/", **good).status_code == 200

    for value in QUERIES[field]:
        query = {name: given for name, given in {**good, field: value}.items() if given is not None}
        answer = Caller().get("availability/", **query)

        assert (answer.status_code, set(problems(answer))) == (400, {field}), value


def test_from_the_first_day_to_the_last_is_too_long(table):
    salon = table.salon

    answer = Caller().get(
        "availability/",
        location=salon.location.pk, service=salon.service.pk, date_from="0001-01-01", date_to="9999-12-31",
    )  # fmt: skip

    assert (answer.status_code, problems(answer)) == (400, {"date_to": "invalid"})


PAGES = {
    "page_size": ("1000000", "101", "0", "-1", "x", "", "1.5", "1e400", "NaN", LONG, "\0"),
    "page": ("0", "-1", "x", "last", "", "1e400", LONG, "\0"),
    "pagesize": ("5",),
    "event_type": ("x",),
}


@pytest.mark.parametrize("where", ["notification-settings/", "ad-templates/"])
@pytest.mark.parametrize("field", PAGES)
def test_a_bad_page_is_named(table, where, field):
    for value in PAGES[field]:
        answer = table.caller.get(where, **{field: value})

        assert (answer.status_code, set(problems(answer))) == (400, {field}), value


NO_OBJECTS = {
    "a list": b"[]", "a text": b'"x"', "a number": b"5", "null": b"null", "true": b"true", "NaN": b"NaN",
    "1e400": b"1e400", "a list of objects": b'[{"location": 1}]', "half of one": b'{"location": ',
    "no JSON": b"location=1", "nothing much": b" ", "two": b"{}{}", "bytes": b"\xff\xfe\x00", "NUL": b"\x00",
    "UTF-16": '{"a": 1}'.encode("utf-16"), "Latin-1": b'{"a": "\xe9"}', "a BOM": b"\xef\xbb\xbf{}",
    "a surrogate": b'{"a": "\\ud800"}', "half a surrogate in a name": b'{"\\ud800": 1}',
    "a deep list": b"[" * 100_000, "a deep object": b'{"a":' * 100_000, "a long number": b"9" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("what", TABLES)
def test_a_body_that_is_no_object_is_refused(table, what):
    where, _ = table.good(what)

    for name, body in NO_OBJECTS.items():
        answer = table.caller.raw(where, body)

        assert answer.status_code == 400, name
        assert set(problems(answer)) <= {None, "non_field_errors", "id"}, name
    assert table.everything() == table.before


FOREIGN_KINDS = (
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/xml", "x", "",
)  # fmt: skip


@pytest.mark.parametrize("what", TABLES)
def test_another_kind_of_body_is_refused(table, what):
    where, body = table.good(what)

    for kind in FOREIGN_KINDS:
        answer = table.caller.raw(where, json.dumps(body | {"lang": "en"}).encode(), kind)

        assert (answer.status_code, problems(answer)) == (415, {None: "unsupported_media_type"}), kind
    assert table.everything() == table.before


@pytest.mark.parametrize("what", TABLES)
def test_a_body_of_ten_megabytes_is_refused(table, what):
    where, body = table.good(what)

    answer = table.send(where, json.dumps(body | {"comment": "x" * 10_000_000}))

    assert (answer.status_code, problems(answer)) == (413, {None: "too_large"})
    assert table.everything() == table.before


def test_many_unknown_fields_are_not_all_repeated(table):
    where, body = table.good("book")

    answer = table.send(where, json.dumps(body | {f"{number}": 1 for number in range(1000)}))

    assert (answer.status_code, len(answer.json()["errors"])) == (400, 10)


@pytest.mark.parametrize(
    "where",
    ["appointments/{}/cancel/", "appointments/{}/extend/", "notification-settings/{}/", "ad-templates/{}/",
     "push-subscriptions/{}/"],
)  # fmt: skip
def test_what_is_no_number_is_not_found(table, where):
    method = "delete" if where.startswith(("push", "ad", "not")) else "post"

    for pk in ("0", "9223372036854775808", LONG[:1000], "-1", "x", "1.5", "%00"):
        answer = table.caller.send(method, where.format(pk))

        assert (answer.status_code, problems(answer)) == (404, {None: "not_found"}), pk


@pytest.mark.parametrize("token", ["\0", "x" * 101])
def test_a_bad_token_of_an_address_is_named(table, token):
    answer = table.caller.send("delete", "push-subscriptions/1/", token=token)

    assert (answer.status_code, set(problems(answer))) == (400, {"token"})


def test_a_number_may_be_written_in_digits(table):
    where, body = table.good("book")

    answer = table.send(where, json.dumps(body | {"location": str(body["location"]), "specialist": None}))

    assert answer.status_code == 201


def test_too_many_fields_of_an_address_are_refused_in_json():
    """By Django itself, before there is a view."""
    answer = Caller().browser.get(f"{BASE}availability/?" + "a=1&" * 2000)

    assert (answer.status_code, problems(answer)) == (400, {None: "bad_request"})


@pytest.mark.parametrize("phone", ["8 (999) 123-45-67", "+7 999 1234567", "007 999 123 45 67", "9991234567"])
def test_a_phone_may_be_written_as_people_do(table, phone):
    caller, salon = Caller(), table.salon

    visit = row(caller.confirm(caller.book(salon, 12).json(), phone=phone).json())

    assert visit.contact_phone.as_e164 == "+79991234567"
