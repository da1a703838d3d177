"""Connect the Telegram of a member of the staff, or take it away."""

import structlog
from django.db.models.functions import Now

from accounts.errors import InvitationGone, NotAllowed, TelegramTaken
from accounts.models import Invitation, User
from accounts.models.invitation import invitation_key, new_invitation_code
from accounts.transactions import locking_transaction
from accounts.values import Actor, Role

log = structlog.get_logger()


@locking_transaction
def invite(user_id: int, actor: Actor) -> str:
    """A code with which somebody of the staff connects his Telegram within seven days; earlier ones end here.

    Raises NotAllowed: administrators invite whom they see, nobody else does.
    """
    user = member_for(user_id, actor)
    if not user.is_active:
        raise NotAllowed
    code = new_invitation_code()
    Invitation.objects.update_or_create(user=user, defaults={"key": invitation_key(code), "created_at": Now()})
    log.info("staff_invited", user_id=user.pk, by=actor.user_id)
    return code


@locking_transaction
def accept_invitation(code: str, tg_id: int) -> User:
    """Whoever has the code is its user in Telegram from now on, and whoever was before is it no longer.

    Raises InvitationGone, whatever is wrong with the code, and TelegramTaken.
    """
    found = Invitation.objects.open().filter(key=invitation_key(code), user__is_active=True)
    invitation = found.select_related("user").select_for_update(of=("self",)).first()
    if invitation is None or not invitation.user.is_staff:
        raise InvitationGone
    user = invitation.user
    if User.objects.filter(tg_id=tg_id).exclude(pk=user.pk).exists():
        raise TelegramTaken
    user.tg_id = tg_id
    user.save(update_fields=["tg_id"])
    invitation.delete()
    log.info("staff_connected", user_id=user.pk)
    return user


@locking_transaction
def disconnect_telegram(user_id: int, actor: Actor) -> None:
    """The user is nobody in Telegram any more. Raises NotAllowed like ``invite``."""
    user = member_for(user_id, actor)
    user.tg_id = None
    user.save(update_fields=["tg_id"])
    log.info("staff_disconnected", user_id=user.pk, by=actor.user_id)


def member_for(user_id: int, actor: Actor) -> User:
    """Somebody of the staff who stands no higher than the actor. Raises NotAllowed."""
    may = actor.owns_deployment or actor.role == Role.ADMIN
    user: User | None = User.objects.visible_to(actor).filter(pk=user_id).first() if may else None
    if user is None or not user.is_staff or (user.is_superuser and not actor.owns_deployment):
        raise NotAllowed
    return user
