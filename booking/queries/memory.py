"""What a process remembers: never stale, because its key names a version; only forgotten, the oldest first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Values by key, as many as weigh ``capacity`` together, but at least the last one."""

    def __init__(self, capacity: int, weight: Callable[[Value], int] = lambda value: 1) -> None:
        self.capacity, self.weight, self.lock = capacity, weight, Lock()
        self.kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self.load = 0

    def recall(self, key: Key) -> Value | None:
        with self.lock:
            if key not in self.kept:
                return None
            self.kept.move_to_end(key)
            return self.kept[key][0]

    def keep(self, key: Key, value: Value) -> None:
        with self.lock:
            self.drop(key)
            self.kept[key] = value, self.weight(value)
            self.load += self.kept[key][1]
            while self.load > self.capacity and len(self.kept) > 1:
                self.drop(next(iter(self.kept)))

    def drop(self, key: Key) -> None:
        _, weight = self.kept.pop(key, (None, 0))
        self.load -= weight

    def forget(self) -> None:
        with self.lock:
            self.kept.clear()
            self.load = 0
