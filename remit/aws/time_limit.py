"""How long the work on one resource may take, as Pulumi's customTimeouts say it."""

from __future__ import annotations

import time
from collections.abc import Callable

GRACE = 60.0  # seconds; most operations of AWS take a few


class TimeLimit:
    """Counts from when it is made. When it is over nothing new begins, and what runs is waited for, for a grace."""

    def __init__(
        self,
        seconds: float = 0.0,
        *,
        grace: float = GRACE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds`: 0, as the engine says it, is without a limit."""
        self._seconds, self._grace, self._clock = seconds, grace, clock
        self._began = clock()

    def reason(self) -> str:
        """Why nothing new may begin; "" while it may."""
        over = self._seconds and self._clock() - self._began >= self._seconds
        return f"the {self._seconds:g} s of customTimeouts are over" if over else ""

    def exhausted(self) -> bool:
        """Whether the grace is over too."""
        return bool(self._seconds) and self._clock() - self._began >= self._seconds + self._grace


NO_LIMIT = TimeLimit()
