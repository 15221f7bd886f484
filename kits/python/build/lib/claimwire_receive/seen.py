"""The work of each event once, however often it comes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Callable, Protocol

from .receiver import Received


class Memory(Protocol):
    """Which events were done. For several processes, or across restarts, make one over your database, best in the same
    transaction as the work."""

    def has(self, event_id: str) -> bool: ...

    def add(self, event_id: str) -> None: ...


class Seen:
    """Remembers the newest event ids, in this process."""

    def __init__(self, limit: int = 100_000) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._limit = limit
        self._lock = threading.Lock()

    def has(self, event_id: str) -> bool:
        with self._lock:
            return event_id in self._ids

    def add(self, event_id: str) -> None:
        with self._lock:
            self._ids[event_id] = None
            if len(self._ids) > self._limit:
                self._ids.popitem(last=False)


class _Turn:
    """One event's work, and how many threads want to do it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.wanted = 0


def once(seen: Memory, work: Callable[[Received], object]) -> Callable[[Received], None]:
    """A function that does the work of each event once: what comes again after it was done is let by, what comes again
    while it is being done waits for that, and what failed may be done again."""
    under_way: dict[str, _Turn] = {}
    guard = threading.Lock()

    def do(received: Received) -> None:
        event_id = received.event_id
        if not event_id:
            work(received)
            return
        with guard:
            turn = under_way.setdefault(event_id, _Turn())
            turn.wanted += 1
        try:
            with turn.lock:
                if not seen.has(event_id):
                    work(received)
                    seen.add(event_id)
        finally:
            with guard:
                turn.wanted -= 1
                if turn.wanted == 0:
                    del under_way[event_id]

    return do
