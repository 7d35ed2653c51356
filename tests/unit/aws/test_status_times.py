"""Polls cost calls and late polls cost places: a simulation of AWS's limits says how much is lost to either."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from remit.aws.status_times import StatusTimes
from remit.aws.throttle import TokenBucket

RATE, PLACES = 20.0, 15
CALL = 0.005  # seconds that a call takes
Life = Callable[[random.Random], float]


@dataclass
class Limits:
    """AWS's limits in simulated time, and a scheduler that keeps every place filled that it knows to be free."""

    life: Life
    now: float = 0.0
    polls: int = 0
    begun: dict[float, float] = field(default_factory=dict)  # when each that runs began, and will end
    dice: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - repeatable, not secret

    def carry_out(self, operations: int) -> float:
        """Seconds until the last of them is known to have ended."""
        bucket = TokenBucket(RATE, clock=lambda: self.now, sleep=self.sleep)
        times = StatusTimes(RATE)
        starting: list[float] = []
        left = operations
        while left or starting or self.begun:
            while left and len(starting) + len(self.begun) < PLACES:
                starting.append(self.now + bucket._reserve() + CALL)
                left -= 1
            for start in [each for each in starting if each <= self.now]:
                starting.remove(start)
                self.begun[start] = start + self.life(self.dice)
            if not self.begun:
                self.now = min(starting)
            elif times.due(self.now, self.begun, 1, bucket):
                bucket.take()
                self.poll(times)
            else:
                self.sleep(times.pause(self.now))
        return self.now

    def poll(self, times: StatusTimes) -> None:
        self.polls += 1
        self.sleep(CALL)
        ended = [start for start, end in self.begun.items() if end <= self.now]
        for start in ended:
            del self.begun[start]
        times.polled(self.now, ended)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("life", [0.2, 0.5, 1.0, 2.0, 4.0])
def test_hardly_anything_is_lost_however_long_operations_take(life: float) -> None:
    least = max((600 - RATE * 3 / 4) / RATE, -(-600 // PLACES) * life)
    assert Limits(lambda _: life).carry_out(600) < 1.1 * least


def test_operations_of_very_different_lives_are_found_soon() -> None:
    assert Limits(lambda dice: dice.uniform(2, 8)).carry_out(600) < 1.08 * 600 * 5 / PLACES


def test_one_that_never_seems_to_end_is_not_asked_for_all_the_time() -> None:
    limits = Limits(lambda _: 300.0)
    limits.carry_out(1)
    assert limits.polls < 200


def test_a_change_of_aws_is_noticed() -> None:
    limits = Limits(lambda _: 4.0 if limits.now < 60 else 1.0)
    assert limits.carry_out(600) < 60 + 1.15 * (600 - 60 / 4 * PLACES) / PLACES
    slower = Limits(lambda _: 1.0 if slower.now < 20 else 4.0)
    assert slower.carry_out(600) < 20 + 1.1 * 4 * (600 - 20 * PLACES) / PLACES
