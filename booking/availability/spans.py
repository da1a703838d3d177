"""Arithmetic of half-open spans of whole minutes. Lists are sorted and disjoint unless a name says otherwise."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Minute = int
Span = tuple[Minute, Minute]


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
    for start, end in sorted(spans):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def common(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """What lies in both; touching spans stay apart."""
    result: list[Span] = []
    i = j = 0
    while i < len(first) and j < len(second):
        start = max(first[i][0], second[j][0])
        end = min(first[i][1], second[j][1])
        if start < end:
            result.append((start, end))
        if first[i][1] <= second[j][1]:
            i += 1
        else:
            j += 1
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
    changes = sorted(
        [(end, -1) for start, end in spans if start < end] + [(start, 1) for start, end in spans if start < end]
    )
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
