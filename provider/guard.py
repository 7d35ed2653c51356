"""What this run takes away so far, over all resources of the process: the guard that each revocation passes.

The whole stack is told at once, before anything is written (`RevocationGuard`); each resource then corrects its
own part by what it knows better: the state after a refresh or a partial failure (Diff), and what is live (before
each write). The sum is held against the limit every time, so that no way leads around it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from provider.inputs import Inputs, Unmanaged
from remit.delta import split_key
from remit.revocation import Caller, Holding, Limits, refuse_lockout, refuse_too_many


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far this run reaches. The state of a resource that goes only says how far the last one did."""

    scope: frozenset[str]
    unmanaged: Unmanaged

    def around(self, recorded: Inputs) -> Inputs:
        """What of a resource the run may remove: the less of both."""
        unmanaged = Unmanaged.REPORT if Unmanaged.REPORT in {self.unmanaged, recorded.unmanaged} else Unmanaged.REMOVE
        return replace(recorded, scope=recorded.scope & self.scope, unmanaged=unmanaged)

    def beyond(self, recorded: Inputs) -> dict[str, str]:
        """The assignments that it lets go of, in accounts that are none of its own any more."""
        return {key: label for key, label in recorded.assignments.items() if split_key(key)[0] not in self.scope}


class Guard:
    """Thread-safe. `find_caller` is asked once, and only when something is to be taken away.

    `bounds`: None in a run that does not pass the stack's guard, such as a `destroy`.
    """

    def __init__(self, limits: Limits, find_caller: Callable[[], Caller | None] = lambda: None) -> None:
        self._limits = limits
        self._find_caller = find_caller
        self._lock = threading.RLock()
        self._caller: Caller | None = None
        self._caller_known = False
        self._holdings: dict[str, Holding] = {}
        self._seen: dict[str, Mapping[str, str]] = {}
        self._account_names: Mapping[str, str] = {}
        self._whole_stack = False
        self.bounds: Bounds | None = None

    def saw(self, name: str, assignments: Mapping[str, str]) -> None:
        """A refresh found these assignments (key to label) of a permission set: newer than any state."""
        with self._lock:
            self._seen[name] = assignments

    def is_of_a_refresh(self, name: str) -> bool:
        """Whether a diff is a refresh's, which shows what it has just read and takes nothing away: a run that does
        passes the stack's guard between its refresh and its own diffs."""
        with self._lock:
            return name in self._seen and not self._whole_stack

    @property
    def seen(self) -> Mapping[str, Mapping[str, str]]:
        with self._lock:
            return dict(self._seen)

    def expect_all(self, holdings: Mapping[str, Holding], account_names: Mapping[str, str]) -> None:
        """The whole run. Raises RevocationRefusedError, or AwsError when the caller can't be found out."""
        with self._lock:
            self._account_names = account_names
            self._holdings = dict(holdings)
            self._whole_stack = True
            for name, holding in holdings.items():
                self._refuse_lockout(name, holding)
            refuse_too_many(self._holdings, self._limits, account_names)

    def expect(self, name: str, holding: Holding) -> None:
        """One permission set, by whoever knows it best so far. Raises as `expect_all`."""
        with self._lock:
            self._refuse_lockout(name, holding)
            told = {**self._holdings, name: holding}
            refuse_too_many(told, self._limits, self._account_names)
            self._holdings = told

    def expect_deletion(self, name: str, holding: Holding) -> None:
        """A resource goes as a whole. `destroy`, which asks by itself, only keeps the caller from locking out."""
        if self._whole_stack:
            self.expect(name, holding)
        else:
            self._refuse_lockout(name, holding)

    def _refuse_lockout(self, name: str, holding: Holding) -> None:
        if not holding.going or self._limits.allow_self_lockout:
            return
        with self._lock:
            if not self._caller_known:
                self._caller, self._caller_known = self._find_caller(), True
            refuse_lockout(name, holding, self._limits, self._caller)
