"""The rules of a company in the console: reminders typed freely, quiet hours chosen, and errors one understands."""

import pytest
from django.contrib.admin.models import LogEntry

from accounts.models import Company
from accounts.values import Role
from tests.console import World, address, filled_in, form_at, problems, sent_to
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(World)


@pytest.fixture
def world(built) -> World:
    return copied(built)


@pytest.fixture
def chief(world):
    return world.browser(Role.ADMIN)


def save(browser, world: World, **typed):
    page = address(Company, "change", world.company.pk)
    return sent_to(browser, page, filled_in(form_at(browser, page)) | typed)


def reminders(world: World) -> list[int]:
    world.company.refresh_from_db()
    return world.company.reminder_hours


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("24, 2", [24, 2]),
        ("2 24", [24, 2]),
        (" 48;24,2 ,", [48, 24, 2]),
        ("2, 2, 2", [2]),
        ("336", [336]),
        ("1", [1]),
        ("", []),
        (" , ", []),
    ],
)
def test_reminders_are_typed_freely_and_kept_with_the_longest_first(world, chief, typed, hours):
    answer = save(chief, world, reminder_hours=typed)

    assert answer.status_code == 302
    assert reminders(world) == hours


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("24, x", "“x” is no number of hours. Write whole hours separated by commas, like 24, 2."),
        ("-2", "“-2” is no number of hours. Write whole hours separated by commas, like 24, 2."),
        ("1.5", "“1.5” is no number of hours. Write whole hours separated by commas, like 24, 2."),
        ("٢٤", "“٢٤” is no number of hours. Write whole hours separated by commas, like 24, 2."),
        ("0", "A reminder is sent 1 to 336 hours before, and 0 is not among them."),
        ("24, 337", "A reminder is sent 1 to 336 hours before, and 337 is not among them."),
        ("9" * 20, f"A reminder is sent 1 to 336 hours before, and {'9' * 20} is not among them."),
        ("1, 2, 3, 4, 5", "There can be at most 4 reminders."),
    ],
)
def test_what_is_wrong_with_reminders_is_said_and_what_was_typed_stays(world, chief, typed, problem):
    answer = save(chief, world, reminder_hours=typed)

    assert problems(answer) == {"reminder_hours": [problem]}
    assert answer.context["adminform"].form["reminder_hours"].value() == typed
    assert reminders(world) == [24, 2]


def test_a_number_too_long_for_any_reminder_is_no_error_of_the_server(world, chief):
    page = address(Company, "change", world.company.pk)

    answer = chief.post(page, filled_in(form_at(chief, page)) | {"reminder_hours": "9" * 101})

    assert list(problems(answer)) == ["reminder_hours"]


def test_the_form_shows_what_is_set(world, chief):
    form = form_at(chief, address(Company, "change", world.company.pk)).context["adminform"].form

    assert form["reminder_hours"].value() == "24, 2"
    assert form.fields["quiet_from"].widget.choices[22] == (22, "22:00")


def test_a_page_saved_as_it_came_changes_nothing(world, chief):
    save(chief, world)

    assert LogEntry.objects.get().get_change_message() == "No fields changed."
    assert reminders(world) == [24, 2]


def test_quiet_hours_are_chosen(world, chief):
    save(chief, world, reminder_hours="24", quiet_from="23", quiet_until="0")

    world.company.refresh_from_db()
    assert (world.company.quiet_from, world.company.quiet_until) == (23, 0)


@pytest.mark.parametrize("hour", ["24", "-1", "x", ""])
def test_an_hour_that_is_none_is_named(world, chief, hour):
    answer = save(chief, world, reminder_hours="24", quiet_from=hour)

    assert list(problems(answer)) == ["quiet_from"]
