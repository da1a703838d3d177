"""What the bench's processes tell each other; nothing of Django."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.figures import percentile


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A half hour that nobody has, disjoint from every other one."""

    start: str
    specialist_id: int


@dataclass(frozen=True, slots=True)
class Salon:
    """A measured location."""

    specialists: int
    slug: str
    location_id: int
    service_id: int
    """Half an hour, performed by everybody, without a chair."""
    free: Sequence[FreeTime]
    """In a shuffled order."""


@dataclass(frozen=True)
class Timing:
    """Calls one after the other in one process."""

    samples: Sequence[float] = field(repr=False)
    """Seconds of each."""
    cpu: float
    """Seconds that this process computed; the rest it waited."""

    @property
    def rate(self) -> float:
        return len(self.samples) / sum(self.samples)

    @property
    def cpu_ms(self) -> float:
        return self.cpu / len(self.samples) * 1000

    def ms(self, share: float = 0.5) -> float:
        return percentile(self.samples, share) * 1000
