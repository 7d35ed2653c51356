"""What Identity Center does asynchronously: started now, done when its time comes, remembered for who asks.

An operation is due `latency` after it was started, and is carried out before the next request is answered. So the
answer that starts it says IN_PROGRESS, and with no latency the first poll sees the end.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum
from heapq import heappop, heappush

from sandbox.sso_admin.instance import AssignmentKey

_REMEMBERED = 50_000  # finished operations of a kind; AWS forgets them too, after some weeks


class Kind(StrEnum):
    CREATE = "CREATE"
    DELETE = "DELETE"
    PROVISION = "PROVISION"


class Status(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(slots=True)
class Operation:
    """`key`: the assignment; of a provisioning, the permission set with its account ("" for all accounts)."""

    id: str
    kind: Kind
    key: AssignmentKey
    caller: str
    created: float
    status: Status = Status.IN_PROGRESS
    reason: str | None = None


class OperationFailed(Exception):  # noqa: N818  not an error of ours: an outcome
    """Raised while an operation is carried out; the text is AWS's FailureReason."""


class Operations:
    """All operations of one instance."""

    def __init__(self, carry_out: Callable[[Operation], None]) -> None:
        self._carry_out = carry_out
        self._queue: list[tuple[float, int, Operation]] = []
        self._started = 0
        self._by_id: dict[str, Operation] = {}
        self._outstanding: dict[Kind, dict[str, Operation]] = {kind: {} for kind in Kind}
        self._finished: dict[Kind, dict[str, Operation]] = {kind: {} for kind in Kind}
        self._busy: dict[Hashable, int] = {}

    def start(self, operation: Operation, due: float) -> None:
        """`due`: epoch seconds."""
        self._started += 1
        self._by_id[operation.id] = operation
        self._outstanding[operation.kind][operation.id] = operation
        self._busy[operation.key] = self._busy.get(operation.key, 0) + 1
        heappush(self._queue, (due, self._started, operation))

    def settle(self, now: float) -> None:
        """Carries out every operation that is due."""
        while self._queue and self._queue[0][0] <= now:
            self._finish(heappop(self._queue)[2])

    def _finish(self, operation: Operation) -> None:
        try:
            self._carry_out(operation)
            operation.status = Status.SUCCEEDED
        except OperationFailed as failure:
            operation.status, operation.reason = Status.FAILED, str(failure)
        del self._outstanding[operation.kind][operation.id]
        self._busy[operation.key] -= 1
        if not self._busy[operation.key]:
            del self._busy[operation.key]
        finished = self._finished[operation.kind]
        finished[operation.id] = operation
        if len(finished) > _REMEMBERED:
            oldest = next(iter(finished))
            del finished[oldest], self._by_id[oldest]

    def get(self, operation_id: str, *kinds: Kind) -> Operation | None:
        operation = self._by_id.get(operation_id)
        return operation if operation and operation.kind in kinds else None

    def outstanding(self, *kinds: Kind) -> int:
        return sum(len(self._outstanding[kind]) for kind in kinds)

    def busy(self, key: AssignmentKey) -> bool:
        """Whether an operation on this very assignment is outstanding."""
        return key in self._busy

    def listed(self, kind: Kind, status: str | None) -> list[Operation]:
        """Newest first; `status` None: all."""
        outstanding = list(reversed(self._outstanding[kind].values()))
        if status == Status.IN_PROGRESS:
            return outstanding
        finished = list(reversed(self._finished[kind].values()))
        if status is None:
            return outstanding + finished
        return [operation for operation in finished if operation.status == status]
