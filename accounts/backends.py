"""Permissions follow the role."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import User
from accounts.permissions import permissions_of_role


class RoleBackend(ModelBackend):
    """Django's own backend, plus what the role brings; a single extra permission can still be given to one user."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        permissions = super().get_all_permissions(user_obj, obj)
        if isinstance(user_obj, User) and user_obj.is_active and obj is None:
            permissions |= permissions_of_role(user_obj.role)
        return permissions
