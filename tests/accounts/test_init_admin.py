"""`manage.py init_admin`: the first administrator, once."""

import re
import threading
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.management.commands import init_admin
from accounts.models import Company, User
from accounts.values import Role
from tests.factories import make_company, make_user

PASSWORD = "flax-and-linen-17"


def run(**options) -> str:
    """What the command prints; it never asks, because a test has no keyboard."""
    out = StringIO()
    call_command("init_admin", **{"email": "anna@example.com", "no_input": True} | options, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestTheFirst:
    """Who becomes administrator, of what, with which password."""

    def test_makes_an_administrator_and_his_company(self):
        printed = run(tg_id="123456789", company="Лён и Соль")

        user = User.objects.get()
        assert (user.email, user.tg_id, user.role, user.is_superuser) == (
            "anna@example.com",
            123456789,
            Role.ADMIN,
            False,
        )
        assert (user.company.name, user.company.slug) == ("Лён и Соль", "len-i-sol")
        assert "anna@example.com is the administrator of «Лён и Соль»." in printed

    def test_prints_a_made_up_password_that_works(self):
        password = re.search(r"Password  (\S+)", run())[1]

        assert authenticate(username="anna@example.com", password=password) == User.objects.get()

    def test_does_without_a_company_name_and_a_telegram_id(self):
        run()

        assert User.objects.get().tg_id is None
        assert Company.objects.get().slug == "my-company"

    def test_joins_the_only_company(self):
        company = make_company()

        run()

        assert User.objects.get().company == company

    @pytest.mark.parametrize("named", ["second", "SALON TWO"])
    def test_joins_the_company_that_is_named(self, named):
        make_company(slug="first")
        second = make_company(slug="second", name="Salon two")

        run(company=named)

        assert User.objects.get().company == second

    def test_the_demos_administrator_does_not_count(self):
        demo = make_company(slug="len")
        User.objects.create_user("admin@demo.local", company=demo, role=Role.ADMIN)

        run()

        assert User.objects.get(email="anna@example.com").company == demo

    def test_takes_the_password_from_a_file(self, tmp_path):
        path = tmp_path / "password"
        path.write_text(f"{PASSWORD}\n")

        printed = run(password_file=str(path))

        assert authenticate(username="anna@example.com", password=PASSWORD)
        assert PASSWORD not in printed

    def test_takes_the_password_from_the_environment(self, monkeypatch):
        monkeypatch.setenv("INIT_ADMIN_PASSWORD", PASSWORD)

        printed = run()

        assert authenticate(username="anna@example.com", password=PASSWORD)
        assert "Password" not in printed

    def test_asks_for_the_password_at_a_keyboard(self, monkeypatch):
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        monkeypatch.setattr(init_admin, "getpass", lambda prompt: PASSWORD)

        run(no_input=False)

        assert authenticate(username="anna@example.com", password=PASSWORD)


@pytest.mark.django_db
class TestRefusals:
    """Each names what is wrong and what to do, and leaves nothing behind."""

    def refused(self, match: str, **options) -> None:
        before = list(User.objects.values()), list(Company.objects.values())
        with pytest.raises(CommandError, match=match) as error:
            run(**options)
        assert error.value.returncode == 1
        assert (list(User.objects.values()), list(Company.objects.values())) == before

    def test_a_second_run(self):
        run()

        self.refused("There is an administrator already: anna@example.com", email="boris@example.com")

    def test_after_an_administrator_was_made_otherwise(self):
        User.objects.create_superuser("owner@example.com", PASSWORD)

        self.refused("There is an administrator already: owner@example.com")

    @pytest.mark.parametrize(
        "email", ["anna", "anna@", "@example.com", "a b@example.com", "", "a" * 250 + "@example.com"]
    )
    def test_what_is_no_email(self, email):
        self.refused("is no e-mail address. Write one like", email=email)

    @pytest.mark.parametrize("tg_id", ["@anna", "-5", "0", "12.5", "１２３", "9" * 30, "+79990000001"])
    def test_what_is_no_telegram_id(self, tg_id):
        self.refused("is no Telegram id: it is a number like", tg_id=tg_id)

    def test_an_email_of_somebody_else_in_any_case(self):
        make_user(make_company(), Role.OPERATOR).__class__.objects.update(email="Anna@Example.com")

        self.refused("--email anna@example.com belongs to somebody else already")

    def test_a_telegram_id_of_somebody_else(self):
        make_user(make_company(), Role.OPERATOR, tg_id=7)

        self.refused("--tg-id 7 belongs to somebody else already", tg_id="7")

    def test_one_of_several_companies_unnamed(self):
        make_company(slug="first", name="One")
        make_company(slug="second", name="Two")

        self.refused(r"There are several companies. Add --company with one of: first \(«One»\), second \(«Two»\)")

    def test_a_company_that_is_not_there(self):
        make_company(slug="first", name="One")

        self.refused(r"There is no company “Three”. Add --company with one of: first", company="Three")

    def test_a_company_name_that_is_too_long(self):
        self.refused("--company: Ensure this value has at most 200 characters", company="x" * 201)

    @pytest.mark.parametrize("password", ["short", "12345678901", "password1", "anna@example.com"])
    def test_a_weak_password(self, monkeypatch, password):
        monkeypatch.setenv("INIT_ADMIN_PASSWORD", password)

        self.refused("Take a better one")

    def test_a_password_file_that_is_not_there(self, tmp_path):
        self.refused("--password-file .* cannot be read: .*No such file", password_file=str(tmp_path / "none"))

    def test_an_empty_password_file(self, tmp_path):
        path = tmp_path / "password"
        path.write_text("\n")

        self.refused("is empty", password_file=str(path))

    def test_two_passwords_that_differ(self, monkeypatch):
        typed = iter([PASSWORD, PASSWORD + "!"])
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        monkeypatch.setattr(init_admin, "getpass", lambda prompt: next(typed))

        self.refused("The two passwords differ", no_input=False)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Щётка & Хвост", "shchetka-khvost"),
        ("Сальвадор", "salvador"),
        ("API", "api-1"),
        ("美容", "company"),
        ("x" * 100, "x" * 40),
    ],
)
def test_a_short_name_is_made_of_the_name(name, slug):
    assert init_admin.short_name(name) == slug


class Runners:
    """Two runs at the same moment, each past the first look before either writes."""

    def __init__(self, monkeypatch) -> None:
        self.ready = threading.Barrier(2, timeout=5)
        self.looked = threading.local()
        self.outcomes: list[str] = []
        look = init_admin.require_first

        def look_together() -> None:
            look()
            if not getattr(self.looked, "once", False):
                self.looked.once = True
                self.ready.wait()

        monkeypatch.setattr(init_admin, "require_first", look_together)

    def run(self) -> list[str]:
        threads = [threading.Thread(target=self.attempt, args=[number]) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=10)
        return sorted(self.outcomes)

    def attempt(self, number: int) -> None:
        try:
            run(email=f"admin{number}@example.com")
            self.outcomes.append("made")
        except CommandError:
            self.outcomes.append("refused")
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_of_two_runs_at_once_one_is_refused(monkeypatch):
    make_company()

    assert Runners(monkeypatch).run() == ["made", "refused"]
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_second_look_both_are_made(monkeypatch):
    make_company()
    runners = Runners(monkeypatch)
    look_once = init_admin.require_first
    monkeypatch.setattr(
        init_admin, "require_first", lambda: None if getattr(runners.looked, "once", False) else look_once()
    )

    assert runners.run() == ["made", "made"]
