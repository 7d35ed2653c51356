"""Waits for operations together: one listing of statuses instead of one Describe for each operation.

A listing tells SUCCEEDED from FAILED for up to 100 requests but not why one failed, so only failures and
requests that the listing leaves out cost a Describe. AWS does not document the listing's order: when it
names none of ours three times running, or the caller may not list, every request is described instead.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from remit.aws.sso_admin import Action, SsoAdmin, Status
from remit.errors import AccessDeniedError, AwsError

IN_PROGRESS = "IN_PROGRESS"
_PATIENCE_WITH_LISTINGS = 3
_SHORTEST_PAUSE = 0.005  # seconds
_Group = tuple[Action, str]


class Statuses:
    """`wait` from any number of threads; one thread of its own asks AWS while somebody waits.

    Whoever waits holds one of the few `places` for outstanding operations, so it asks often: with the calls
    that filling all of them leaves over, at most twenty times in the mean life of an operation. A twelfth of
    the request rate is for listings even when filling the places could use it all (half of it for Describes).
    It never rests longer than two seconds.
    """

    def __init__(
        self,
        sso: SsoAdmin,
        *,
        places: int = 15,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sso = sso
        self._places = places
        self._clock, self._sleep = clock, sleep
        self._waiting: dict[_Group, dict[str, tuple[Future[Status], float]]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._mean_life = 0.0
        self._misses = 0  # listings in a row that named none of ours

    def wait(self, action: Action, instance: str, request: str) -> Status:
        """The final status. Raises AwsError when AWS can't be asked: the outcome is then unknown."""
        future: Future[Status] = Future()
        with self._changed:
            self._waiting.setdefault((action, instance), {})[request] = future, self._clock()
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._poll_for_ever, name="statuses", daemon=True)
                self._thread.start()
        return future.result()

    def _poll_for_ever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: any(self._waiting.values()))
            self._sleep(self._pause())
            with self._changed:
                groups = {group: set(requests) for group, requests in self._waiting.items() if requests}
            for group, requests in groups.items():
                self._poll(group, requests)

    def _pause(self) -> float:
        """Seconds until the next poll."""
        with self._changed:
            waiting, life = sum(map(len, self._waiting.values())), self._mean_life
        rate = self._sso.throttle.bucket.full_rate
        if self._misses >= _PATIENCE_WITH_LISTINGS:
            return min(2.0, max(2 * waiting / rate, life / 6))
        left_over = rate - self._places / life if life else 0.0
        return min(2.0, max(1 / max(left_over, rate / 12), life / 20, _SHORTEST_PAUSE))

    def _poll(self, group: _Group, requests: set[str]) -> None:
        try:
            states = self._list(group, requests)
            for request in requests:
                if states.get(request) == "SUCCEEDED":
                    self._settle(group, request, Status(request, "SUCCEEDED"))
                elif states.get(request) != IN_PROGRESS:
                    self._describe(group, request)
        except Exception as error:  # noqa: BLE001 - those who wait raise it; this thread has to go on
            with self._changed:
                left = requests & self._waiting[group].keys()
            for request in left:
                self._settle(group, request, error)

    def _list(self, group: _Group, requests: set[str]) -> dict[str, str]:
        if len(requests) == 1 or self._misses >= _PATIENCE_WITH_LISTINGS:
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

    def _settle(self, group: _Group, request: str, result: Status | Exception) -> None:
        with self._changed:
            future, since = self._waiting[group].pop(request)
            life = self._clock() - since
            self._mean_life = life if not self._mean_life else 0.9 * self._mean_life + 0.1 * life
        if isinstance(result, Status):
            future.set_result(result)
        else:
            future.set_exception(result)
