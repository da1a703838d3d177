"""What one person wants to hear, pure: which events concern him, and the least that says what he has switched off."""

from collections.abc import Collection, Iterable

from notifications.values import ALL_CHANNELS, TOLD, Channel, Occasion, RecipientRole


def told_to(roles: Collection[RecipientRole]) -> list[Occasion]:
    """What there is a message about for anybody with one of these roles."""
    return [event for event, told in TOLD.items() if set(roles) & set(told)]


def muted_by(hears: Iterable[str], events: Iterable[Occasion], before: Iterable[str]) -> list[str]:
    """The fewest entries that switch off what of ``events`` is not in ``hears`` (``event_type:channel``); whatever else
    was switched off ``before`` stays so."""
    wanted, shown = set(hears), {str(event) for event in events}
    muted = [entry for entry in before if entry.partition(":")[0] not in shown]
    for event in events:
        off = [f"{event}:{way}" for way in Channel if f"{event}:{way}" not in wanted]
        muted += [f"{event}:{ALL_CHANNELS}"] if len(off) == len(Channel) else off
    return muted
