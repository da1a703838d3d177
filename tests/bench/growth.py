"""How cost grows: with the number of appointments, and with the number of specialists in a location."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.figures import Row, better, rounded

NAME = "growth"
TITLE = "Growth: how many times as much the same work costs"
GOAL = 1.2
BY_SIZE, BY_STAFF = "appointments", "specialists"


@dataclass(frozen=True)
class Growth:
    by: str
    what: str
    small: Row
    large: Row

    @property
    def factor(self) -> float:
        """2: twice as expensive."""
        return better(self.small.ours, self.large.ours)

    def as_json(self) -> dict[str, Any]:
        return {
            "by": self.by,
            "what": self.what,
            "from": {"size": self.small.size, "label": self.small.label},
            "to": {"size": self.large.size, "label": self.large.label},
            "factor": rounded(self.factor),
            "goal": GOAL if self.by == BY_SIZE else None,
        }


def growths(rows: Sequence[Row]) -> list[Growth]:
    measured = [row for row in rows if row.ours.samples]
    return [*with_size(measured), *with_staff(measured)]


def with_size(rows: Sequence[Row]) -> Iterator[Growth]:
    """Each row of the smallest size beside its like of the largest."""
    sizes = sorted({row.size for row in rows})
    if len(sizes) > 1:
        largest = {(row.benchmark, row.label): row for row in rows if row.size == sizes[-1]}
        for row in rows:
            if row.size == sizes[0] and (row.benchmark, row.label) in largest:
                yield Growth(BY_SIZE, row.label, row, largest[row.benchmark, row.label])


def with_staff(rows: Sequence[Row]) -> Iterator[Growth]:
    """Each row of the large salon beside the same work in the usual one, in the same database."""
    known = {(row.benchmark, row.size, row.label): row for row in rows}
    for row in rows:
        usual = known.get((row.benchmark, row.size, row.grows_from))
        if usual and usual is not row:
            yield Growth(BY_STAFF, row.label, usual, row)
