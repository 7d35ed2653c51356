"""When to ask AWS how operations are doing: often enough to free their places soon, seldom enough to leave calls.

Every poll costs a call of the same request rate that submitting needs. So a poll comes when an operation has
probably ended, and then only with as many calls to spare as the places that it frees will want, or when probably
all have ended. Operations that end together are then found by one poll, their places are filled together, and the
next ones end together again. How long operations take is learned from the last ones.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right, insort
from collections import deque
from collections.abc import Collection
from typing import Protocol

_SHORTEST, _LONGEST = 0.005, 2.0  # seconds
_REMEMBERED = 60  # lives


class Bucket(Protocol):
    """What is left of the request rate; `tokens`, at most `burst`, is below zero while callers wait."""

    @property
    def burst(self) -> float: ...

    @property
    def tokens(self) -> float: ...


class StatusTimes:
    """All times in seconds of one clock."""

    def __init__(self, rate: float) -> None:
        """`rate`: calls a second."""
        self._tick = max(1 / rate, _SHORTEST)
        self._lives: deque[float] = deque()
        self._sorted: list[float] = []
        self._last = float("-inf")
        self._dice = random.Random(0)  # noqa: S311 - a guess, not a secret

    def due(self, now: float, begun: Collection[float], cost: int, bucket: Bucket) -> bool:
        """Whether to poll now. `begun`: when each operation that runs began; `cost`: calls of one poll."""
        if now - self._last < self._tick * cost:
            return False
        if bucket.tokens >= bucket.burst - 1 and self._lives and now - self._last >= self._mean_life / 20:
            return True  # a call that nobody else wants: AWS may have become faster
        ended = sum(self._ended(now, each) for each in begun)
        enough = self._worthwhile(len(begun))
        return ended >= len(begun) - 0.5 or (ended >= enough and bucket.tokens >= cost + ended)

    @property
    def _mean_life(self) -> float:
        return sum(self._lives) / len(self._lives) if self._lives else 0.0

    def _worthwhile(self, places: int) -> float:
        """How many should have ended, so that polls take as many starts as late ones do.

        With p polls a second, rate - p starts are left, each of which holds a place for its life and 1/2p more:
        (rate - p) (life + 1/2p) = places.
        """
        rate = 1 / self._tick
        life = self._mean_life
        if not life:
            return 1.0
        b = 1 + 2 * places - 2 * rate * life
        p = (math.sqrt(b * b + 8 * life * rate) - b) / (4 * life)
        return max(1.0, (rate - p) / p)

    def pause(self, now: float) -> float:
        """Until it makes sense to ask for `due` again: the longer we wait already, the less a moment counts."""
        waited = now - self._last
        return max(_SHORTEST, self._tick / 4, waited / 100 if math.isfinite(waited) else 0.0)

    def polled(self, now: float, ended: Collection[float]) -> None:
        """A poll is over; `ended`: when each operation that it found ended began."""
        for each in ended:
            self._remember(self._guess(max(self._last - each, 0.0), now - each))
        self._last = now

    def _ended(self, now: float, began: float) -> float:
        """The probability that an operation has ended that the last poll saw running, or that began since."""
        seen, age = max(self._last - began, 0.0), now - began
        longer = len(self._lives) - bisect_right(self._sorted, seen)
        if longer:
            return 1 - (len(self._lives) - bisect_right(self._sorted, age)) / longer
        longest = self._sorted[-1] if self._sorted else 0.0
        return float(age - seen >= min(_LONGEST, max(self._tick, longest / 20, 0.15 * (age - longest))))

    def _guess(self, longer_than: float, at_most: float) -> float:
        """A life between the two: as others were, and a little shorter, so that nobody waits longer than need be."""
        first, end = (bisect_right(self._sorted, bound) for bound in (longer_than, at_most))
        if first == end:
            return (longer_than + at_most) / 2
        return max(longer_than, 0.998 * self._sorted[self._dice.randrange(first, end)])

    def _remember(self, life: float) -> None:
        self._lives.append(life)
        insort(self._sorted, life)
        if len(self._lives) > _REMEMBERED:
            self._sorted.remove(self._lives.popleft())
