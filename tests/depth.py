"""How long the property tests and the torture look: a short, repeatable look by default, SECONDS for a long one."""

import os

from hypothesis import HealthCheck, settings

SECONDS = int(os.environ.get("SECONDS", 0))
"""For each scenario, as in ``make torture SECONDS=60``; 0 is the short look of ``make test`` and ``make trials``."""


def thorough(*, examples: int, a_second: int = 20, **more) -> settings:
    """The same ``examples`` every time, or with SECONDS as many random ones as take about so long."""
    return settings(
        max_examples=max(examples, SECONDS * a_second),
        derandomize=not SECONDS,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        **more,
    )
