"""Arithmetic of half-open spans of whole minutes. Lists are sorted and disjoint unless a name says otherwise."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Minute = int
Span = tuple[Minute, Minute]

NEVER: Span = (-(2**63), -(2**63))
"""Empty, and before every moment there is."""


def disjoint(spans: Iterable[Span]) -> list[Span]:
    """Sort ``spans`` and join those that overlap; those that merely touch stay apart, each with its own start."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if result and start < result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def joined(spans: Iterable[Span]) -> list[Span]:
    """Sort ``spans`` and join those that overlap or touch."""
    result: list[Span] = []
    since, until = NEVER
    for start, end in sorted(spans):
        if start >= end:
            continue
        if start > until:
            result.append((since, until))
            since, until = start, end
        elif end > until:
            until = end
    result.append((since, until))
    return result[1:]  # the first is NEVER


def common(first: Iterable[Span], second: Iterable[Span]) -> list[Span]:
    """What lies in both; touching spans stay apart. Showing spends its time here, hence no min() and max()."""
    result: list[Span] = []
    ours, theirs = iter(first), iter(second)
    try:
        (begin, end), (since, until) = next(ours), next(theirs)
        while True:
            start, stop = begin if begin > since else since, end if end < until else until
            if start < stop:
                result.append((start, stop))
            if end <= until:
                begin, end = next(ours)
            else:
                since, until = next(theirs)
    except StopIteration:  # nothing is left of one of them
        return result


def outside(spans: Sequence[Span], window: Span) -> list[Span]:
    """What of ``window`` lies in none of ``spans``."""
    result: list[Span] = []
    position, end_of_window = window
    for start, end in spans:
        if start >= end_of_window:
            break
        if position < start:
            result.append((position, start))
        position = max(position, end)
    if position < end_of_window:
        result.append((position, end_of_window))
    return result


def holds(spans: Sequence[Span], moment: Minute) -> bool:
    """Whether ``moment`` lies in one of ``spans``."""
    position = bisect_right(spans, (moment, float("inf"))) - 1
    return position >= 0 and spans[position][0] <= moment < spans[position][1]


def starts_that_fit(spans: Iterable[Span], length: int) -> list[Span]:
    """Starts at which something ``length`` minutes long lies wholly inside one of the joined ``spans``."""
    return [(start, end - length + 1) for start, end in joined(spans) if end - start >= length]


def starts_that_touch(spans: Iterable[Span], length: int) -> list[Span]:
    """Starts at which something ``length`` minutes long would overlap one of ``spans`` (in any order)."""
    return joined((start - length + 1, end) for start, end in spans if start < end)


def crowded(spans: Iterable[Span], limit: int) -> list[Span]:
    """When at least ``limit`` of ``spans`` (in any order, overlapping) run at once: a peak, not a sum."""
    changes = sorted(change for start, end in spans if start < end for change in ((start, 1), (end, -1)))
    result: list[Span] = []
    present, since = 0, None
    for moment, change in changes:
        present += change
        if present >= limit and since is None:
            since = moment
        elif present < limit and since is not None:
            result.append((since, moment))
            since = None
    return joined(result)
