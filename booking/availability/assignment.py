"""Which specialist serves a client who has no preference (domain §4). Deterministic: equals go by their order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from booking.availability.rules import Candidate, Terms
from booking.availability.spans import Minute, Span


@dataclass(frozen=True, slots=True)
class Choice:
    """A specialist and a workplace that can take a start, and why they were chosen."""

    candidate: Candidate
    terms: Terms
    reason: str = ""


def booked_minutes(candidate: Candidate, day: Span) -> int:
    """Minutes of visits that begin on ``day``, breaks not counted."""
    return sum(visit.end - visit.start for visit in candidate.person.visits if day[0] <= visit.start < day[1])


def idle_since(candidate: Candidate, start: Minute, day: Span) -> Minute:
    """When the last visit before ``start`` ended, at the earliest the day's beginning: the smaller, the longer idle."""
    return max([day[0], *(visit.end for visit in candidate.person.visits if visit.start < start)])


def choose(policy: str, choices: Sequence[Choice], start: Minute, day: Span) -> Choice:
    """The one of ``choices`` (never empty, in the salon's order) that ``policy`` prefers for ``start`` of ``day``."""
    keys: dict[str, Callable[[Choice], object]] = {
        "least_busy": lambda choice: booked_minutes(choice.candidate, day),
        "longest_idle": lambda choice: idle_since(choice.candidate, start, day),
        "cheapest": lambda choice: choice.terms.price,
        "first": lambda choice: 0,
    }
    best = min(choices, key=keys[policy])  # type: ignore[arg-type]  # each key's values compare with each other
    return Choice(best.candidate, best.terms, reason=policy)
