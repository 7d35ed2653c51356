"""Creates and deletes assignments as fast as AWS allows: one scheduler for all resources of a run.

AWS allows 15 operations outstanding, so 15 workers take an operation each and see it through: submit, wait,
try again what is worth it. Whoever waits out a back-off keeps its place, so pressure falls by itself when AWS
complains. Workers serve the batches in turn: a small permission set does not queue behind a large one.

    run(operations) ─► Batches (in turn) ─► 15 workers ─► SsoAdmin.start ─► Statuses.wait ─► Outcome

Nothing is submitted after `cancel`, nor for a batch whose time is over; what runs is waited for.
"""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum

from remit.aws.refusals import NotFoundError
from remit.aws.sso_admin import Action, Operation, SsoAdmin, Status
from remit.aws.statuses import IN_PROGRESS, Statuses
from remit.aws.time_limit import NO_LIMIT, TimeLimit
from remit.delta import split_key
from remit.errors import AwsError

DEFAULT_OUTSTANDING = 15
_TRIES = 4
_PASSING = re.compile(r"throttl|too many|concurrent|conflict|internal|timed? ?out", re.IGNORECASE)
_RACE = re.compile(r"assignment not found", re.IGNORECASE)  # of a creation, right after a removal


class Result(StrEnum):
    DONE = "done"
    FAILED = "failed"
    NOT_ATTEMPTED = "not attempted"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an operation. `reason` is AWS's, for FAILED, and says what came between for NOT_ATTEMPTED.

    `certain`: False where what was asked for may be true all the same: an answer of AWS was lost, or it failed a
    removal. Its reasons name accounts and roles that are "not found" as well as assignments, so that no word of them
    tells whether the assignment is gone.
    """

    operation: Operation
    result: Result
    reason: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one batch: operations done, of how many, and the seconds that the rest may take at the present pace."""

    done: int
    total: int
    seconds_left: float


def spread(operations: Sequence[Operation]) -> list[Operation]:
    """Creates, then deletes; neighbours in different accounts wherever possible.

    AWS answers ConflictException to concurrent operations on one permission set in one account.
    """
    turns: defaultdict[tuple[Action, str], int] = defaultdict(int)
    placed = []
    for operation in sorted(operations, key=lambda each: each.key):
        place = operation.action, split_key(operation.key)[0]
        placed.append((operation.action, turns[place], operation.key, operation))
        turns[place] += 1
    return [operation for *_, operation in sorted(placed, key=lambda each: each[:3])]


class _UnknownError(AwsError):
    """AWS took an operation, and can't be asked how it ended."""


class _Batch:
    def __init__(self, operations: Sequence[Operation], limit: TimeLimit, started: float) -> None:
        self.left = deque(operations)
        self.limit = limit
        self.total = len(operations)
        self.outcomes: list[Outcome] = []
        self.started = started
        self.error: Exception | None = None
        self.finished = threading.Event()


class Scheduler:
    """Thread-safe: each resource calls `run` from its own thread."""

    def __init__(
        self,
        sso: SsoAdmin,
        *,
        outstanding: int = DEFAULT_OUTSTANDING,
        report_every: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sso = sso
        self._statuses = Statuses(sso, clock=clock, sleep=sleep)
        self._workers = ThreadPoolExecutor(outstanding, thread_name_prefix="assignments")
        self._batches: deque[_Batch] = deque()
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._report_every = report_every
        self._clock, self._sleep = clock, sleep

    def run(
        self,
        operations: Sequence[Operation],
        report: Callable[[Progress], None] = lambda _: None,
        limit: TimeLimit = NO_LIMIT,
    ) -> list[Outcome]:
        """Carries the operations out and returns one outcome for each, in the order in which they ended.

        Creates start before deletes: whoever moves from one group to another keeps access.

        `report` is called every few seconds while it lasts. A failed operation is an outcome, not an error.
        """
        if not operations:
            return []
        batch = _Batch(spread(operations), limit, self._clock())
        with self._lock:
            self._batches.append(batch)
        for _ in operations:
            self._workers.submit(self._work)
        while not batch.finished.wait(self._report_every):
            report(self._progress(batch))
        if batch.error is not None:
            raise batch.error
        return batch.outcomes

    def cancel(self) -> None:
        """From now on nothing is submitted; what is running is waited for, the rest is NOT_ATTEMPTED."""
        self._cancelled.set()

    def waiting(self) -> list[int]:
        """How many operations each batch has that no worker has taken yet."""
        with self._lock:
            return [len(batch.left) for batch in self._batches]

    def _work(self) -> None:
        """One worker's turn: the next operation of the batch whose turn it is."""
        with self._lock:
            batch = self._batches.popleft()
            operation = batch.left.popleft()
            if batch.left:
                self._batches.append(batch)
        try:
            stopped = self._stopped(batch.limit)
            outcome = Outcome(operation, Result.NOT_ATTEMPTED, stopped) if stopped else self._perform(operation, batch)
        except Exception as error:
            batch.error = error
            outcome = Outcome(operation, Result.FAILED, repr(error))
            raise
        finally:
            with self._lock:
                batch.outcomes.append(outcome)
                if len(batch.outcomes) == batch.total:
                    batch.finished.set()

    def _stopped(self, limit: TimeLimit) -> str:
        """Why nothing new may be submitted; "" while it may."""
        return "interrupted" if self._cancelled.is_set() else limit.reason()

    def _perform(self, operation: Operation, batch: _Batch) -> Outcome:
        unanswered: list[Operation] = []
        try:
            outcome = self._attempt(operation, batch.limit, lambda: unanswered.append(operation))
        except _UnknownError as error:
            return Outcome(operation, Result.FAILED, f"the outcome is not known: {error}", certain=False)
        done = outcome.result is Result.DONE
        return outcome if done or not unanswered else replace(outcome, certain=False)

    def _attempt(self, operation: Operation, limit: TimeLimit, unanswered: Callable[[], None]) -> Outcome:
        reason = ""
        for attempt in range(_TRIES):
            if attempt:
                self._sleep(5 * attempt / self._sso.throttle.bucket.full_rate)
            try:
                status = self._sso.start(operation, give_up=lambda: bool(self._stopped(limit)), unanswered=unanswered)
            except NotFoundError as error:
                return _failed(operation, str(error))
            except AwsError as error:
                if stopped := self._stopped(limit):
                    return Outcome(operation, Result.NOT_ATTEMPTED, stopped)
                return Outcome(operation, Result.FAILED, str(error))
            status = self._settled(operation, status, limit)
            if status.state == "SUCCEEDED":
                return Outcome(operation, Result.DONE)
            reason = status.reason
            if self._stopped(limit) or not _worth_repeating(operation, reason):
                break
        return _failed(operation, reason)

    def _settled(self, operation: Operation, status: Status, limit: TimeLimit) -> Status:
        """The final status. Raises _UnknownError."""
        try:
            if status.state == IN_PROGRESS:
                return self._statuses.wait(operation.action, operation.instance, status.request, limit)
            if status.state == "FAILED" and not status.reason:
                return self._sso.status(operation.action, operation.instance, status.request)
        except AwsError as error:
            raise _UnknownError(str(error)) from error
        return status

    def _progress(self, batch: _Batch) -> Progress:
        done = len(batch.outcomes)
        pace = done / max(self._clock() - batch.started, 0.001)
        return Progress(done, batch.total, (batch.total - done) / pace if pace else float("inf"))


def _failed(operation: Operation, reason: str) -> Outcome:
    return Outcome(operation, Result.FAILED, reason, certain=operation.action is Action.CREATE)


def _worth_repeating(operation: Operation, reason: str) -> bool:
    race = operation.action is Action.CREATE and _RACE.search(reason)
    return bool(race or _PASSING.search(reason))
