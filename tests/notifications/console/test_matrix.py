"""Who is told what, on one page: the boxes show what happens, and saving writes what was changed in the fewest rows."""

from threading import Event, Thread, current_thread

import pytest
from django.db import connection, transaction

from accounts.errors import NotAllowed
from accounts.models import Company
from accounts.queries import actor_of
from accounts.values import Actor, Channel, Role
from notifications.commands import configure, set_matrix
from notifications.models import AdTemplate, NotificationSetting
from notifications.queries import matrix_of
from notifications.values import TOLD, Cell, Occasion, RecipientRole
from notifications.values import Channel as By
from tests.console import OWNER, World, said
from tests.factories import make_company
from tests.notifications.carriers import RECORDERS

PAGE = "/admin/notifications/notificationsetting/"
CREATED, CLIENT = Occasion.BOOKING_CREATED, RecipientRole.CLIENT
EVERY = frozenset(By)
OWNS = Actor(Role.ADMIN, Channel.ADMIN, owns_deployment=True)


@pytest.fixture
def world(db) -> World:
    return World()


@pytest.fixture
def chief(world):
    return world.browser(Role.ADMIN)


@pytest.fixture
def ad(world) -> AdTemplate:
    return AdTemplate.objects.create(company=world.company, name="Spring", content_tg="spring")


def rows(company: Company, occasion=CREATED, role=CLIENT) -> dict[str, tuple[bool, int | None]]:
    """The rows of one cell as they stand in the table."""
    found = NotificationSetting.objects.filter(company=company, event_type=occasion, recipient_role=role)
    return {row.channel: (row.enabled, row.ad_template_id) for row in found}


def cell(company: Company) -> Cell:
    return next(each for each in matrix_of(company.pk) if (each.event_type, each.role) == (CREATED, CLIENT))


def sent(page, **changes) -> dict[str, object]:
    """What a browser sends of the page as it came, and then with ``changes``; None leaves a box unchecked."""
    data = {}
    for box in page.context["form"]:
        value = box.value()
        data[box.html_initial_name] = value
        data[box.html_name] = value if value is not True else "on"
        if value is False:
            del data[box.html_name]
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


# --- what is written --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channels", "written"),
    [
        (EVERY, {"all": True}),
        (frozenset(), {"all": False}),
        ({By.TELEGRAM}, {"all": False, "telegram": True}),
        (EVERY - {By.SMS}, {"all": True, "sms": False}),
        ({By.TELEGRAM, By.EMAIL}, {"all": True, "web_push": False, "sms": False}),
    ],
    ids=["every channel", "none", "one", "all but one", "two"],
)
def test_a_cell_takes_the_fewest_rows(world, channels, written):
    before = [each for each in matrix_of(world.company.pk) if each.event_type != CREATED]

    number = set_matrix(world.company.pk, [Cell(CREATED, CLIENT, frozenset(channels))], OWNS)

    assert rows(world.company) == {channel: (enabled, None) for channel, enabled in written.items()}
    assert number == len(written)
    assert cell(world.company).channels == channels
    assert [each for each in matrix_of(world.company.pk) if each.event_type != CREATED] == before


def test_rows_that_are_no_longer_needed_are_taken_away(world):
    set_matrix(world.company.pk, [Cell(CREATED, CLIENT, frozenset({By.TELEGRAM}))], OWNS)

    set_matrix(world.company.pk, [Cell(CREATED, CLIENT, EVERY)], OWNS)

    assert rows(world.company) == {"all": (True, None)}


def test_a_cell_without_rows_tells_nobody(world):
    NotificationSetting.objects.filter(company=world.company).delete()

    assert {each.channels for each in matrix_of(world.company.pk)} == {frozenset()}


def test_an_advertisement_stays_with_a_cell_that_is_switched_off(world, ad):
    set_matrix(world.company.pk, [Cell(CREATED, CLIENT, frozenset(), ad.pk)], OWNS)

    assert cell(world.company) == Cell(CREATED, CLIENT, frozenset(), ad.pk)


def test_different_advertisements_stay_until_one_is_chosen_for_all(world, ad):
    other = AdTemplate.objects.create(company=world.company, name="Other", content_tg="other")
    NotificationSetting.objects.filter(company=world.company).update(ad_template=ad)
    NotificationSetting.objects.create(
        company=world.company, event_type=CREATED, recipient_role=CLIENT, channel=By.EMAIL, ad_template=other
    )
    several = Cell(CREATED, CLIENT, EVERY, has_several_ads=True)
    assert cell(world.company) == several

    set_matrix(world.company.pk, [Cell(CREATED, CLIENT, EVERY - {By.SMS}, has_several_ads=True)], OWNS)
    kept = rows(world.company)
    set_matrix(world.company.pk, [Cell(CREATED, CLIENT, EVERY, ad.pk)], OWNS)

    assert kept == {"all": (True, ad.pk), "email": (True, other.pk), "sms": (False, ad.pk)}
    assert rows(world.company) == {"all": (True, ad.pk)}


@pytest.mark.parametrize(
    "wrong",
    [
        Cell(Occasion.DAY_SUMMARY, CLIENT, EVERY),
        Cell(Occasion.BOOKING_REMINDER, RecipientRole.ADMIN, EVERY),
        Cell(CREATED, CLIENT, EVERY, ad_template_id=0),
    ],
    ids=["no such message", "no reminder for the desk", "a foreign advertisement"],
)
def test_impossible_cells_and_foreign_advertisements_are_refused(world, wrong):
    before = matrix_of(world.company.pk)

    with pytest.raises(NotAllowed):
        set_matrix(world.company.pk, [Cell(CREATED, CLIENT, frozenset()), wrong], OWNS)

    assert matrix_of(world.company.pk) == before


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT, Role.CLIENT])
def test_only_an_administrator_sets_the_matrix(world, role):
    with pytest.raises(NotAllowed):
        set_matrix(world.company.pk, [], actor_of(world.user(role), Channel.ADMIN))


def test_an_administrator_sets_no_other_company_s_matrix(world):
    with pytest.raises(NotAllowed):
        set_matrix(make_company().pk, [], actor_of(world.user(Role.ADMIN), Channel.ADMIN))


# --- two at once ------------------------------------------------------------------------------------------------------


@pytest.fixture
def company(transactional_db) -> Company:
    return make_company()


@pytest.fixture
def has_read(monkeypatch) -> Event:
    """Set when the rival of ``race`` has seen what is in the table."""
    read, is_of = Event(), configure.is_of

    def looked(*args) -> bool:
        if current_thread().name == "rival":
            read.set()
        return is_of(*args)

    monkeypatch.setattr(configure, "is_of", looked)
    return read


def race(company: Company, has_read: Event, patience: float) -> bool:
    """Somebody saves «nothing» while «Telegram alone» is being written, and comes second; whether he could look
    before the first was done."""

    def save_nothing() -> None:
        try:
            set_matrix(company.pk, [Cell(CREATED, CLIENT, frozenset())], OWNS)
        finally:
            connection.close()

    rival = Thread(target=save_nothing, name="rival", daemon=True)
    with transaction.atomic():
        set_matrix(company.pk, [Cell(CREATED, CLIENT, frozenset({By.TELEGRAM}))], OWNS)
        rival.start()
        looked = has_read.wait(patience)
    rival.join(10)
    assert not rival.is_alive()
    return looked


def test_of_two_who_save_at_once_the_second_waits_and_wins_whole(company, has_read):
    looked = race(company, has_read, patience=0.5)

    assert not looked
    assert rows(company) == {"all": (False, None)}


def test_without_the_lock_a_row_of_the_first_stays_behind(company, has_read, monkeypatch):
    """The control: the second reads before the first has written."""
    monkeypatch.setattr(Company.objects, "select_for_update", lambda **kwargs: Company.objects.all())

    looked = race(company, has_read, patience=10)

    assert looked
    assert rows(company) == {"all": (False, None), "telegram": (True, None)}


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_happens_and_a_dash_where_there_is_no_message(world, chief):
    set_matrix(world.company.pk, [Cell(CREATED, CLIENT, EVERY - {By.EMAIL})], OWNS)

    page = chief.get(PAGE)

    form = page.context["form"]
    assert [form[f"booking_created-client-{way}"].value() for way in By] == [True, True, False, True]
    assert set(form.fields) == {
        f"{occasion}-{role}-{what}" for occasion, roles in TOLD.items() for role in roles for what in (*By, "ad")
    }
    assert page.content.decode().count("okno-impossible") == 3


def test_saving_changes_what_was_changed_and_nothing_else(world, chief, ad):
    before = matrix_of(world.company.pk)

    answer = chief.post(
        PAGE,
        sent(chief.get(PAGE), **{"booking_created-client-sms": None, "booking_created-client-ad": str(ad.pk)}),
        follow=True,
    )

    assert cell(world.company) == Cell(CREATED, CLIENT, EVERY - {By.SMS}, ad.pk)
    assert [each for each in matrix_of(world.company.pk) if each != cell(world.company)] == before[1:]
    assert said(answer) == ["Saved: 1 cell has changed."]


def test_a_page_saved_as_it_came_writes_nothing(world, chief):
    before = list(NotificationSetting.objects.values_list("pk", flat=True))

    answer = chief.post(PAGE, sent(chief.get(PAGE)), follow=True)

    assert said(answer) == ["Nothing has changed."]
    assert list(NotificationSetting.objects.values_list("pk", flat=True)) == before


def test_an_old_page_does_not_take_back_what_somebody_else_has_changed_meanwhile(world, chief):
    old = chief.get(PAGE)
    chief.post(PAGE, sent(old, **{"booking_created-client-sms": None, "booking_cancelled-admin-email": None}))

    chief.post(PAGE, sent(old, **{"booking_created-client-email": None}))

    assert cell(world.company).channels == EVERY - {By.SMS, By.EMAIL}
    assert rows(world.company, Occasion.BOOKING_CANCELLED, RecipientRole.ADMIN) == {
        "all": (True, None),
        "email": (False, None),
    }


def test_the_advertisement_is_taken_away_again(world, chief, ad):
    set_matrix(world.company.pk, [Cell(CREATED, CLIENT, EVERY, ad.pk)], OWNS)

    chief.post(PAGE, sent(chief.get(PAGE), **{"booking_created-client-ad": ""}))

    assert cell(world.company) == Cell(CREATED, CLIENT, EVERY)


def test_several_advertisements_are_named_and_kept(world, chief, ad):
    NotificationSetting.objects.create(
        company=world.company, event_type=CREATED, recipient_role=CLIENT, channel=By.EMAIL, ad_template=ad
    )
    page = chief.get(PAGE)

    chief.post(PAGE, sent(page, **{"booking_created-client-sms": None}))

    assert page.context["form"]["booking_created-client-ad"].value() == "several"
    assert rows(world.company) == {"all": (True, None), "email": (True, ad.pk), "sms": (False, None)}


@pytest.mark.parametrize("nonsense", ["x", "0", "99999999999999999999", "\0"])
def test_an_edited_choice_is_named_and_nothing_is_saved(world, chief, nonsense):
    answer = chief.post(PAGE, sent(chief.get(PAGE), **{"booking_created-client-ad": nonsense}))

    assert answer.status_code == 422
    assert "is not one of the available choices" in answer.content.decode()
    assert rows(world.company) == {"all": (True, None)}


def test_what_is_not_configured_is_marked_with_what_to_set_and_can_be_chosen(world, chief):
    RECORDERS[By.SMS].configured = False
    set_matrix(world.company.pk, [Cell(CREATED, CLIENT, EVERY - {By.SMS})], OWNS)

    page = chief.get(PAGE)
    chief.post(PAGE, sent(page, **{"booking_created-client-sms": "on"}))

    text = page.content.decode()
    assert "Set SMS_GATEWAY to the class of a gateway." in text
    assert "EMAIL_URL" not in text
    assert text.count("okno-unset-mark") == len(matrix_of(world.company.pk))
    assert cell(world.company).channels == EVERY


def test_the_owner_chooses_the_company(world):
    other, owner = World(), world.browser(OWNER)
    address = f"{PAGE}?company={other.company.pk}"

    page = owner.get(address)
    answer = owner.post(address, sent(page, **{"booking_created-client-sms": None}))

    assert page.context["company"] == other.company
    assert answer.url == address
    assert cell(other.company).channels == EVERY - {By.SMS}
    assert cell(world.company).channels == EVERY


@pytest.mark.parametrize("number", ["x", "0", "", "9" * 30])
def test_a_company_that_is_not_there_is_not_found(world, chief, number):
    assert chief.get(PAGE, {"company": number}).status_code == 404


def test_another_company_s_matrix_is_not_there(world, chief):
    other = World()
    address = f"{PAGE}?company={other.company.pk}"

    assert chief.get(address).status_code == 404
    assert chief.post(address, {"initial-booking_created-client-sms": "True"}).status_code == 404
    assert cell(other.company).channels == EVERY


def test_the_owner_of_an_empty_deployment_is_told_so(db):
    owner = World().browser(OWNER)
    NotificationSetting.objects.all().delete()

    assert owner.get(PAGE).status_code == 200


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SPECIALIST, Role.ACCOUNTANT])
def test_nobody_else_sees_or_saves_it(world, role):
    browser = world.browser(role)

    assert browser.get(PAGE).status_code == 403
    assert browser.post(PAGE, {"initial-booking_created-client-sms": "True"}).status_code == 403
    assert cell(world.company).channels == EVERY


def test_a_change_stands_in_the_company_s_history(world, chief):
    chief.post(PAGE, sent(chief.get(PAGE), **{"booking_created-client-sms": None}))

    history = chief.get(f"/admin/accounts/company/{world.company.pk}/history/").content.decode()

    assert "Notifications: Booked · Client" in history


def test_an_advertisement_that_is_over_says_so_in_the_list(world, chief, ad):
    AdTemplate.objects.filter(pk=ad.pk).update(active=False)

    choices = chief.get(PAGE).context["form"].fields["booking_created-client-ad"].choices

    assert choices == [("", "No advertisement"), (str(ad.pk), "Spring (not shown now)")]
