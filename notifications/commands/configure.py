"""What a company tells whom by which channel, written in the fewest rows."""

from collections import Counter
from collections.abc import Iterable, Iterator

import structlog
from django.db import transaction

from accounts.errors import NotAllowed
from accounts.models import Company
from accounts.values import Actor, Role
from notifications.models import AdTemplate, NotificationSetting
from notifications.queries import Switches
from notifications.values import ALL_CHANNELS, TOLD, Cell, Channel

Told = tuple[bool, int | None]
"""Whether a channel is used, and the advertisement that follows."""

log = structlog.get_logger()


@transaction.atomic
def set_matrix(company_id: int, cells: Iterable[Cell], actor: Actor) -> int:
    """Write ``cells`` and leave all others as they are; how many rows these take.

    A cell is the row of all channels, and one for each channel that differs from it. Whoever saves at the same time
    waits, and then writes over what is there. Raises NotAllowed.
    """
    cells = list(cells)
    require_right(company_id, cells, actor)
    Company.objects.select_for_update(no_key=True).get(pk=company_id)
    old = [row for row in NotificationSetting.objects.filter(company_id=company_id) if is_of(row, cells)]
    new = [row for cell in cells for row in rows_of(company_id, cell, old)]
    kept = {key(row) for row in new}
    NotificationSetting.objects.filter(pk__in=[row.pk for row in old if key(row) not in kept]).delete()
    NotificationSetting.objects.bulk_create(
        new,
        update_conflicts=True,
        unique_fields=["event_type", "recipient_role", "channel", "company"],
        update_fields=["enabled", "ad_template"],
    )
    log.info("notification_settings", company_id=company_id, user_id=actor.user_id, cells=len(cells), rows=len(new))
    return len(new)


def require_right(company_id: int, cells: list[Cell], actor: Actor) -> None:
    """An administrator's business, of his own company, with its own advertisements."""
    is_administrator = actor.owns_deployment or actor.role == Role.ADMIN
    if not is_administrator or not Company.objects.visible_to(actor).filter(pk=company_id).exists():
        raise NotAllowed
    ads = {cell.ad_template_id for cell in cells if cell.ad_template_id is not None}
    if AdTemplate.objects.filter(company_id=company_id, pk__in=ads).count() != len(ads):
        raise NotAllowed
    if any(cell.role not in TOLD[cell.event_type] for cell in cells):
        raise NotAllowed


def rows_of(company_id: int, cell: Cell, old: Iterable[NotificationSetting]) -> Iterator[NotificationSetting]:
    wanted = {channel: wanted_of(cell, channel, old) for channel in Channel}
    usual = Counter(wanted.values()).most_common(1)[0][0]
    exceptions = {channel: told for channel, told in wanted.items() if told != usual}
    for channel, (enabled, ad_template_id) in [(ALL_CHANNELS, usual), *exceptions.items()]:
        yield NotificationSetting(
            company_id=company_id,
            event_type=cell.event_type,
            recipient_role=cell.role,
            channel=channel,
            enabled=enabled,
            ad_template_id=ad_template_id,
        )


def wanted_of(cell: Cell, channel: Channel, old: Iterable[NotificationSetting]) -> Told:
    if not cell.has_several_ads:
        return channel in cell.channels, cell.ad_template_id
    rows = {(row.recipient_role, row.channel): row for row in old if row.event_type == cell.event_type}
    row = Switches(rows).row(cell.role, channel)
    return channel in cell.channels, row.ad_template_id if row else None


def is_of(row: NotificationSetting, cells: Iterable[Cell]) -> bool:
    return any((row.event_type, row.recipient_role) == (cell.event_type, cell.role) for cell in cells)


def key(row: NotificationSetting) -> tuple[str, str, str]:
    return row.event_type, row.recipient_role, row.channel
