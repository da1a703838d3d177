"""Whoever signs in: staff of one company, the deployment's owner, or a client across companies."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.querysets import VisibleQuerySet
from accounts.values import STAFF_ROLES, Actor, Role


class UserQuerySet(VisibleQuerySet["User"]):
    def visible_to_staff(self, actor: Actor) -> Self:
        """An administrator sees the staff of his company; everybody else sees himself."""
        mine = Q(pk=actor.user_id)
        return self.filter(mine | Q(company_id=actor.company_id) if actor.role == Role.ADMIN else mine)

    def visible_to_client(self, actor: Actor) -> Self:
        return self.filter(pk=actor.user_id) if actor.user_id else self.none()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # a class made at run time
    use_in_migrations = True

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """A user who can sign in with ``password``, or who cannot when it is None."""
        user: User = self.model(email=self.normalize_email(email) or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, role=Role.ADMIN, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(email__iexact=username)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Staff belong to one company; a client's user is deployment-wide, with one proved phone."""

    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    phone = PhoneNumberField(_("proved phone"), unique=True, null=True, blank=True)
    full_name = models.CharField(_("full name"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.CLIENT)
    company = models.ForeignKey(
        "accounts.Company", on_delete=models.PROTECT, related_name="staff", null=True, blank=True,
        verbose_name=_("company"), help_text=_("Staff belong to one company; the owner of the deployment to none"),
    )  # fmt: skip
    locations = models.ManyToManyField(
        "catalog.Location", related_name="operators", blank=True, verbose_name=_("limited to locations"),
        help_text=_("Leave empty to give access to every location of the company"),
    )  # fmt: skip
    tg_id = models.BigIntegerField(_("Telegram id"), unique=True, null=True, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(models.functions.Lower("email"), name="user_email_is_unique_in_any_case"),
            models.CheckConstraint(
                name="staff_belong_to_a_company",
                condition=Q(role=Role.CLIENT) | Q(is_superuser=True) | Q(company__isnull=False),
                violation_error_message=_("Staff belong to a company: choose one."),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or str(self.phone or "") or f"#{self.pk}"

    def get_full_name(self) -> str:
        """The name Django and the console ask for."""
        return str(self)

    @property
    def is_staff(self) -> bool:
        """May sign in to the console."""
        return self.is_superuser or self.role in STAFF_ROLES
