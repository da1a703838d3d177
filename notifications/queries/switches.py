"""What a company tells whom of what, by which channels, with which advertisement."""

from collections import defaultdict
from dataclasses import dataclass

from booking.queries.visits import database_time
from notifications.models import AdTemplate, NotificationSetting
from notifications.values import ALL_CHANNELS, TOLD, Cell, Channel, Occasion, RecipientRole


@dataclass(frozen=True)
class Switches:
    """What a company tells of one kind of event: to whom, by which channels, with which advertisement."""

    rows: dict[tuple[str, str], NotificationSetting]

    def row(self, role: str, channel: str) -> NotificationSetting | None:
        return self.rows.get((role, channel)) or self.rows.get((role, ALL_CHANNELS))

    def is_on(self, role: str, channel: str) -> bool:
        """A row of one channel beats that of all; no row at all means that nobody is told."""
        row = self.row(role, channel)
        return row is not None and row.enabled

    def may_tell(self, role: str) -> bool:
        return any(self.is_on(role, channel) for channel in Channel)


def switches_of(company_id: int, event_type: str) -> Switches:
    """One statement."""
    found = NotificationSetting.objects.filter(company_id=company_id, event_type=event_type)
    return Switches({(row.recipient_role, row.channel): row for row in found})


def matrix_of(company_id: int) -> list[Cell]:
    """Every cell for which there is a message, in the order of events and roles: one statement."""
    found: dict[str, dict[tuple[str, str], NotificationSetting]] = defaultdict(dict)
    for row in NotificationSetting.objects.filter(company_id=company_id):
        found[row.event_type][row.recipient_role, row.channel] = row
    return [cell_of(Switches(found[occasion]), occasion, role) for occasion, roles in TOLD.items() for role in roles]


def cell_of(switches: Switches, occasion: Occasion, role: RecipientRole) -> Cell:
    """The effective values: an advertisement of a channel that is switched off follows nothing."""
    channels = frozenset(channel for channel in Channel if switches.is_on(role, channel))
    rows = [switches.row(role, channel) for channel in channels or Channel]
    ads = {row.ad_template_id if row else None for row in rows}
    several = len(ads) > 1
    return Cell(occasion, role, channels, None if several else ads.pop(), has_several_ads=several)


BROADCASTS = Switches(
    {(RecipientRole.CLIENT, channel): NotificationSetting(enabled=channel != Channel.SMS) for channel in Channel}
)
"""Broadcasts go by every channel that costs nothing a message."""


def ad_for(company_id: int, event_type: str, role: str, channel: str) -> AdTemplate | None:
    """The advertisement that follows this message now, if there is one: one statement, or two."""
    row = switches_of(company_id, event_type).row(role, channel)
    if row is None or row.ad_template_id is None:
        return None
    now = database_time()
    return AdTemplate.objects.current(now).filter(pk=row.ad_template_id).first()
