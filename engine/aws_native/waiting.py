"""How long to wait before looking again, as pulumi-aws-native does."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Waiting:
    """`sleep` takes seconds; `chance` gives a number from 0 to 1."""

    sleep: Callable[[float], None]
    now: Callable[[], datetime] = _now
    chance: Callable[[], float] = random.random

    def pause(self, attempt: int, longest: float, *, until: datetime | None = None) -> None:
        """Waits until the time that AWS gave, else a random share of a delay that doubles with each attempt."""
        given = (until - self.now()).total_seconds() if until else 0.0
        self.sleep(given if given > 0 else min(self.chance() * 2.0**attempt, longest))
