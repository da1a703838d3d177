"""Numbers from numbers: medians, percentiles, spreads."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median
from typing import Any


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of ``values`` that at least ``share`` of them do not exceed; nan when there are none."""
    if not values:
        return float("nan")
    return sorted(values)[max(0, ceil(len(values) * share) - 1)]


@dataclass
class Figure:
    """One quantity, measured once in each round."""

    unit: str
    """“/s”: more is better; “ms”, “bytes”: less is."""
    samples: list[float] = field(default_factory=list)

    def add(self, sample: float) -> None:
        self.samples.append(sample)

    @property
    def value(self) -> float:
        return median(self.samples) if self.samples else float("nan")

    @property
    def spread(self) -> float:
        """From the smallest to the largest sample, as a share of the median."""
        return (max(self.samples) - min(self.samples)) / self.value if self.samples and self.value else float("nan")

    @property
    def more_is_better(self) -> bool:
        return self.unit == "/s"


@dataclass
class Row:
    """A line of a table: our figure at one size, its limit, and what else was seen."""

    benchmark: str
    label: str
    size: int
    ours: Figure
    limit: Figure | None = None
    """What PostgreSQL alone does with the same SQL, or the server with nothing to do."""
    bare: Figure | None = None
    """A Django view without our middleware and checks."""
    goal: str = ""
    statements: int | None = None
    details: dict[str, Figure] = field(default_factory=dict)
    grows_from: str = ""
    """The label of the row of a smaller location whose work this one repeats."""

    @property
    def ratio(self) -> float:
        """Ours to the limit: 1 is as good as the limit, less is worse."""
        return better(self.ours, self.limit) if self.limit else float("nan")

    @property
    def ratio_to_bare(self) -> float:
        return better(self.ours, self.bare) if self.bare else float("nan")

    def detail(self, name: str, unit: str, sample: float) -> None:
        self.details.setdefault(name, Figure(unit)).add(sample)

    def as_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "size": self.size,
            "ours": as_json(self.ours),
            "limit": as_json(self.limit),
            "bare": as_json(self.bare),
            "ratio": rounded(self.ratio),
            "ratio_to_bare": rounded(self.ratio_to_bare),
            "goal": self.goal,
            "statements": self.statements,
            "details": {name: as_json(figure) for name, figure in self.details.items()},
        }


def better(ours: Figure, other: Figure) -> float:
    if not (ours.samples and other.samples and ours.value and other.value):
        return float("nan")
    mine, theirs = in_one_unit(ours), in_one_unit(other)
    return mine / theirs


def in_one_unit(figure: Figure) -> float:
    """As a rate, whichever way it was taken: milliseconds of one after the other are so many a second."""
    return figure.value if figure.more_is_better else 1000 / figure.value


def as_json(figure: Figure | None) -> dict[str, Any] | None:
    if figure is None or not figure.samples:
        return None
    return {
        "unit": figure.unit,
        "median": rounded(figure.value),
        "spread": rounded(figure.spread),
        "samples": [rounded(sample) for sample in figure.samples],
    }


def rounded(number: float) -> float | None:
    """For JSON, which has no nan."""
    return None if number != number else float(f"{number:.5g}")
