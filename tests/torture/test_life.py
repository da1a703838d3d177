"""The life of a salon once more, with real commits: what is shown comes from memory and Redis, and is still true."""

import pytest
from hypothesis import Phase
from hypothesis.stateful import run_state_machine_as_test

from tests.booking.remembered import forget
from tests.booking.test_stateful import SalonLife
from tests.depth import thorough
from tests.torture.rivals import sweep_appointments

pytestmark = pytest.mark.usefixtures("crowd")


class LifeInTheOpen(SalonLife):
    """Every command in a transaction of its own, at REPEATABLE READ."""

    def begin(self) -> None:
        forget()

    def teardown(self) -> None:
        sweep_appointments()


def test_a_salon_keeps_its_promises_with_real_commits_and_caches():
    bounds = thorough(examples=3, a_second=1, stateful_step_count=15, phases=[Phase.generate])
    run_state_machine_as_test(LifeInTheOpen, settings=bounds)
