"""What an administrator writes before a broadcast starts: a text, and whom it is for."""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.errors import NotAllowed
from accounts.models import Company
from accounts.values import Actor
from catalog.models import Location, Service
from notifications.commands.broadcast.steer import locked, may_steer
from notifications.errors import BadText
from notifications.models import Broadcast, BroadcastState
from notifications.telegram_html import plain, problem_in

LONGEST_TEXT = 3500
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Filters:
    """Whom a broadcast is for among those who have agreed to offers: who fits every one that is set."""

    not_seen_days: int | None = None
    had_service_id: int | None = None
    at_location_id: int | None = None
    has_balance: bool = False


@transaction.atomic
def write_draft(company_id: int, text: str, filters: Filters, actor: Actor) -> Broadcast:
    """A broadcast that nobody gets before it is started; its first line names it. Raises BadText, NotAllowed."""
    if not may_steer(actor) or not Company.objects.visible_to(actor).filter(pk=company_id).exists():
        raise NotAllowed
    require_own(company_id, filters)
    text = checked(text)
    return Broadcast.objects.create(
        company_id=company_id,
        name=name_of(text),
        content_tg=text,
        created_by=actor.as_initiator(),
        **asdict(filters),
    )


@transaction.atomic
def rewrite_draft(broadcast_id: int, text: str, actor: Actor) -> Broadcast:
    """Another text, and the name that goes with it. Raises BadText, NotAllowed, WrongBroadcastState."""
    draft = locked(broadcast_id, actor, BroadcastState.DRAFT)
    draft.content_tg = checked(text)
    draft.name = name_of(draft.content_tg)
    draft.save(update_fields=["content_tg", "name"])
    return draft


@transaction.atomic
def aim_draft(broadcast_id: int, filters: Filters, actor: Actor) -> Broadcast:
    """Another audience. Raises NotAllowed, WrongBroadcastState."""
    draft = locked(broadcast_id, actor, BroadcastState.DRAFT)
    require_own(draft.company_id, filters)
    for name, value in asdict(filters).items():
        setattr(draft, name, value)
    draft.save(update_fields=list(asdict(filters)))
    return draft


@transaction.atomic
def drop_draft(broadcast_id: int, actor: Actor) -> None:
    """What was sent stays, what was not need not. Raises NotAllowed, WrongBroadcastState."""
    locked(broadcast_id, actor, BroadcastState.DRAFT).delete()


def require_own(company_id: int, filters: Filters) -> None:
    for model, pk in ((Service, filters.had_service_id), (Location, filters.at_location_id)):
        if pk is not None and not model._default_manager.filter(pk=pk, company_id=company_id).exists():
            raise NotAllowed


def checked(text: str) -> str:
    """Raises BadText for what Telegram would not take, in words."""
    text = text.replace("\r\n", "\n").strip()
    if not plain(text).strip():
        raise BadText(_("There is no text in it."))
    if (over := len(text) - LONGEST_TEXT) > 0:
        words = ngettext("It is %(count)d character too long.", "It is %(count)d characters too long.", over)
        raise BadText(words % {"count": over})
    if problem := problem_in(text):
        raise BadText(problem)
    return text


def name_of(text: str) -> str:
    """The first line, in which nothing is marked."""
    line = " ".join(plain(text).strip().partition("\n")[0].split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1].rstrip() + "…"
