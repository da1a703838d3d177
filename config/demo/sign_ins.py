"""The three people who sign in, and the password that `make run` prints: the same one every time."""

import secrets
from pathlib import Path

from accounts.models import Company, User
from accounts.values import Role
from catalog.models import Specialist
from config.demo.kept import kept
from config.embedded.place import Place

# email → role, name. A real administrator never has such an address: .local is nobody's on the Internet.
STAFF = {
    "admin@demo.local": (Role.ADMIN, "Елена Льнова"),
    "operator@demo.local": (Role.OPERATOR, "Павел Журавлёв"),
    "anna@demo.local": (Role.SPECIALIST, "Анна"),
}
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another


def password_file() -> Path:
    """In the git-ignored folder of this checkout; whoever wants another password writes it there."""
    return Place().home / "demo-password"


def kept_password() -> str:
    """The demo's password: made once, then read from a file for our eyes only."""
    return kept(password_file(), new_password)


def new_password() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def write_sign_ins(company: Company, password: str) -> None:
    """Make who is missing, and see to it that ``password`` opens the door to each of them."""
    for email, (role, name) in STAFF.items():
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            user = User.objects.create_user(email, password, company=company, role=role, full_name=name)
        elif not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
    specialist = Specialist.objects.filter(company=company, name="Анна", user=None).first()
    if specialist:
        specialist.user = User.objects.filter(email="anna@demo.local", specialist=None).first()
        specialist.save(update_fields=["user"])
