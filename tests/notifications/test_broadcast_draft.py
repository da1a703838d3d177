"""What is written before a broadcast starts."""

import pytest

from accounts.errors import NotAllowed
from accounts.values import Actor, Channel, Role
from notifications.commands import start_broadcast
from notifications.commands.broadcast import Filters, aim_draft, drop_draft, rewrite_draft, write_draft
from notifications.commands.broadcast.draft import LONGEST_TEXT
from notifications.errors import BadText, WrongBroadcastState
from notifications.models import Broadcast, BroadcastState
from tests.factories import Salon
from tests.lasting import copied, lasting
from tests.notifications.campaign import Campaign, again

pytestmark = pytest.mark.django_db

TEXT = '<b>Minus 20 %</b> on haircuts\n\nUntil <a href="https://len.example">Sunday</a>'


built = lasting(Campaign)


@pytest.fixture
def salon(built) -> Campaign:
    return copied(built)


def written(salon: Campaign, text: str = TEXT, **filters) -> Broadcast:
    return write_draft(salon.company.pk, text, Filters(**filters), salon.admin)


def test_a_draft_is_named_by_its_first_line_and_nobody_gets_it(salon):
    draft = written(salon, not_seen_days=60)

    draft.refresh_from_db()
    assert (draft.name, draft.content_tg, draft.not_seen_days) == ("Minus 20 % on haircuts", TEXT, 60)
    assert (draft.state, draft.started_at) == (BroadcastState.DRAFT, None)
    assert draft.created_by == salon.admin.as_initiator()
    draft.full_clean()


def test_every_filter_is_written(salon):
    filters = {
        "not_seen_days": 30,
        "had_service_id": salon.service.pk,
        "at_location_id": salon.location.pk,
        "has_balance": True,
    }

    draft = again(written(salon, **filters))

    assert {name: getattr(draft, name) for name in filters} == filters


def test_a_long_first_line_is_cut(salon):
    assert written(salon, "word " * 30).name == ("word " * 12)[:59].rstrip() + "…"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<b>bold", "<b> is not closed."),
        ("<h1>Big</h1>", "<h1> is not a tag that Telegram knows."),
        ("1 < 2", "Write &lt; instead of “<” where it is not a tag."),
        ("", "There is no text in it."),
        ("  \n ", "There is no text in it."),
        ("<b> </b>", "There is no text in it."),
        ("a" * 3501, "It is 1 character too long."),
        ("a" * 3600, "It is 100 characters too long."),
    ],
)
def test_what_telegram_would_not_take_is_refused_in_words(salon, text, why):
    draft = written(salon)

    with pytest.raises(BadText) as new:
        written(salon, text)
    with pytest.raises(BadText) as old:
        rewrite_draft(draft.pk, text, salon.admin)

    assert {str(new.value), str(old.value)} == {why}
    assert list(Broadcast.objects.values_list("content_tg", flat=True)) == [TEXT]


def test_whatever_is_taken_is_valid_in_the_console(salon):
    """One text, two doors: nothing that one takes is refused by the other."""
    for text in ("a" * 3500, "x &lt; y", "<tg-spoiler>s</tg-spoiler>", "☕" * 100):
        written(salon, text).full_clean()
    assert Broadcast._meta.get_field("content_tg").max_length == LONGEST_TEXT


def test_a_draft_gets_another_text_and_another_audience(salon):
    draft = written(salon, not_seen_days=60, has_balance=True)

    rewrite_draft(draft.pk, "Plus\nsomething", salon.admin)
    aim_draft(draft.pk, Filters(at_location_id=salon.location.pk), salon.admin)

    draft = again(draft)
    assert (draft.name, draft.content_tg) == ("Plus", "Plus\nsomething")
    assert (draft.not_seen_days, draft.has_balance, draft.at_location_id) == (None, False, salon.location.pk)


def test_a_draft_is_dropped(salon):
    draft = written(salon)

    drop_draft(draft.pk, salon.admin)

    assert not Broadcast.objects.exists()


def test_what_has_started_stays_as_it_is(salon):
    salon.fan()
    draft = written(salon)
    start_broadcast(draft.pk, salon.admin)

    for change in (
        lambda: rewrite_draft(draft.pk, "Other", salon.admin),
        lambda: aim_draft(draft.pk, Filters(has_balance=True), salon.admin),
        lambda: drop_draft(draft.pk, salon.admin),
    ):
        with pytest.raises(WrongBroadcastState):
            change()
    assert (again(draft).content_tg, again(draft).has_balance) == (TEXT, False)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT, Role.CLIENT])
def test_nobody_but_an_administrator_writes(salon, role):
    somebody = Actor(role, Channel.TELEGRAM, user_id=1, company_id=salon.company.pk)
    require_refused(salon, somebody)


def test_an_administrator_of_another_company_writes_nothing_here(salon):
    require_refused(salon, Actor(Role.ADMIN, Channel.TELEGRAM, user_id=1, company_id=Salon().company.pk))


def require_refused(salon: Campaign, somebody: Actor) -> None:
    draft = written(salon)
    for change in (
        lambda: write_draft(salon.company.pk, TEXT, Filters(), somebody),
        lambda: rewrite_draft(draft.pk, "Other", somebody),
        lambda: aim_draft(draft.pk, Filters(has_balance=True), somebody),
        lambda: drop_draft(draft.pk, somebody),
    ):
        with pytest.raises(NotAllowed):
            change()
    assert [(row.content_tg, row.has_balance) for row in Broadcast.objects.all()] == [(TEXT, False)]


@pytest.mark.parametrize("name", ["had_service_id", "at_location_id"])
def test_filters_are_of_the_own_company(salon, name):
    other = Salon()
    foreign = {"had_service_id": other.service.pk, "at_location_id": other.location.pk}
    draft = written(salon)

    with pytest.raises(NotAllowed):
        written(salon, **{name: foreign[name]})
    with pytest.raises(NotAllowed):
        aim_draft(draft.pk, Filters(**{name: foreign[name]}), salon.admin)
