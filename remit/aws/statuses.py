"""Waits for operations together: one listing of statuses instead of one Describe for each operation.

A listing tells SUCCEEDED from FAILED for up to 100 requests but not why one failed, so only failures and
requests that the listing leaves out cost a Describe. AWS does not document the listing's order: when it
names none of ours three times running, or the caller may not list, every request is described instead.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass, field

from remit.aws.sso_admin import Action, SsoAdmin, Status
from remit.aws.status_times import StatusTimes
from remit.aws.time_limit import NO_LIMIT, TimeLimit
from remit.errors import AccessDeniedError, AwsError

IN_PROGRESS = "IN_PROGRESS"
_PATIENCE_WITH_LISTINGS = 3
_Group = tuple[Action, str]


@dataclass(frozen=True, slots=True)
class _Waiting:
    since: float
    limit: TimeLimit
    status: Future[Status] = field(default_factory=Future)


class Statuses:
    """`wait` from any number of threads; one thread of its own asks AWS while somebody waits."""

    def __init__(
        self,
        sso: SsoAdmin,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sso = sso
        self._clock, self._sleep = clock, sleep
        self._waiting: dict[_Group, dict[str, _Waiting]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._times = StatusTimes(sso.throttle.bucket.full_rate)
        self._misses = 0  # listings in a row that named none of ours

    def wait(self, action: Action, instance: str, request: str, limit: TimeLimit = NO_LIMIT) -> Status:
        """The final status. Raises AwsError when the outcome is not known: AWS can't be asked, or `limit` is spent."""
        waiting = _Waiting(self._clock(), limit)
        with self._changed:
            self._waiting.setdefault((action, instance), {})[request] = waiting
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._poll_for_ever, name="statuses", daemon=True)
                self._thread.start()
        return waiting.status.result()

    def _poll_for_ever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: any(self._waiting.values()))
            try:
                self._poll_when_due()
            except Exception as error:  # noqa: BLE001 - those who wait raise it; this thread has to go on
                for group, request in self._begun():
                    self._settle(group, request, error)
            self._give_up()

    def _poll_when_due(self) -> None:
        bucket = self._sso.throttle.bucket
        while not self._times.due(now := self._clock(), self._begun().values(), self._cost(), bucket):
            self._sleep(self._times.pause(now))
        begun = self._begun()
        for group in {group for group, _ in begun}:
            self._poll(group, {request for other, request in begun if other == group})
        ended = begun.keys() - self._begun().keys()
        self._times.polled(self._clock(), [begun[each] for each in ended])

    def _begun(self) -> dict[tuple[_Group, str], float]:
        """When each operation began that somebody waits for."""
        with self._changed:
            return {
                (group, request): each.since
                for group, requests in self._waiting.items()
                for request, each in requests.items()
            }

    def _cost(self) -> int:
        """Calls of one poll."""
        with self._changed:
            return sum(
                len(requests) if self._describes(requests) else 1 for requests in self._waiting.values() if requests
            )

    def _describes(self, requests: Collection[str]) -> bool:
        return len(requests) == 1 or self._misses >= _PATIENCE_WITH_LISTINGS

    def _poll(self, group: _Group, requests: set[str]) -> None:
        states = self._list(group, requests)
        for request in requests:
            if states.get(request) == "SUCCEEDED":
                self._settle(group, request, Status(request, "SUCCEEDED"))
            elif states.get(request) != IN_PROGRESS:
                self._describe(group, request)

    def _list(self, group: _Group, requests: set[str]) -> dict[str, str]:
        if self._describes(requests):
            return {}
        try:
            states = self._sso.latest_statuses(*group)
        except AccessDeniedError:
            states = {}
        self._misses = self._misses + 1 if requests.isdisjoint(states) else 0
        return states

    def _describe(self, group: _Group, request: str) -> None:
        try:
            status = self._sso.status(*group, request)
        except AwsError as error:
            self._settle(group, request, error)
            return
        if status.state != IN_PROGRESS:
            self._settle(group, request, status)

    def _give_up(self) -> None:
        """Those whose limit is spent are told that nobody knows."""
        with self._changed:
            spent = [
                (group, request, each.limit.reason())
                for group, requests in self._waiting.items()
                for request, each in requests.items()
                if each.limit.exhausted()
            ]
        for group, request, reason in spent:
            self._settle(group, request, AwsError(f"{reason}, and AWS is still at work on it"))

    def _settle(self, group: _Group, request: str, result: Status | Exception) -> None:
        with self._changed:
            status = self._waiting[group].pop(request).status
        if isinstance(result, Status):
            status.set_result(result)
        else:
            status.set_exception(result)
