import pytest

from tests.servers import redis_for_tests


@pytest.mark.parametrize(
    ("url", "worker", "expected"),
    [
        ("redis://:secret@127.0.0.1:21000/0", "", "redis://:secret@127.0.0.1:21000/1"),
        ("redis://cache", "", "redis://cache/1"),
        ("redis://cache/5", "", "redis://cache/6"),
        ("redis://cache/1", "gw0", "redis://cache/2"),
        ("redis://cache/1", "gw3", "redis://cache/5"),
    ],
)
def test_tests_get_a_redis_database_of_their_own(url: str, worker: str, expected: str) -> None:
    assert redis_for_tests(url, worker) == expected
