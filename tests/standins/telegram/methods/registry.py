"""Where the methods are found: by their names, in whatever case."""

from collections.abc import Callable
from typing import Any, TypeVar

from tests.standins.telegram.cloud import Cloud
from tests.standins.telegram.wire import Params

Function = Callable[[Cloud, Params], Any]
F = TypeVar("F", bound=Function)
METHODS: dict[str, tuple[str, Function]] = {}


def method(name: str) -> Callable[[F], F]:
    """Let the function answer calls of ``name``; what it returns is the result, what it raises the refusal."""

    def register(function: F) -> F:
        METHODS[name.lower()] = (name, function)
        return function

    return register
