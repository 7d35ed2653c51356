"""Reads the live assignments: one read for all resources of an operation, by the cheapest complete plan.

Two plans are complete, for every caller: for each permission set, list the accounts where it is provisioned;
or for each account in scope, list its permission sets. Either way each pair of the two then costs one call.
Resources ask one by one, so how many will ask is not known in advance: the reader lists by permission set
until it has spent as much as listing by account would cost, and goes by account from then on. That is never
more than twice the calls of the better plan, and a targeted run reads its own permission sets alone.

ListAccountAssignmentsForPrincipal, group by group, would cost fewer calls, but it is blind to groups and users
that were deleted since: assignments that exclusive ownership has to see. So it is not used.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from remit.aws.refusals import NotFoundError
from remit.aws.sso_admin import SsoAdmin
from remit.aws.throttle import StoppedError

Name = TypeVar("Name")
Stop = Callable[[], str]
"""Why reading may not go on; "" while it may."""


class PermissionSetGoneError(NotFoundError):
    """The permission set does not exist: a call that names nothing else said so."""


class _Kept(Generic[Name]):
    """Sets that were read, by name, each for `max_age` seconds. Thread-safe."""

    def __init__(self, max_age: float, clock: Callable[[], float]) -> None:
        self._max_age, self._clock = max_age, clock
        self._sets: dict[Name, tuple[float, frozenset[str]]] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: Name) -> frozenset[str] | None:
        with self._lock:
            read, value = self._sets.get(name, (float("-inf"), None))
        return value if self._clock() - read <= self._max_age else None

    def read(self, name: Name, read: Callable[[], frozenset[str]]) -> frozenset[str]:
        value = self[name]
        if value is None:
            value = read()
            with self._lock:
                self._sets[name] = self._clock(), value
        return value

    def forget(self, name: Name) -> None:
        with self._lock:
            self._sets.pop(name, None)


class AssignmentReader:
    """What was read is kept for `max_age` seconds, less what `forget` names: a plugin process serves one operation.

    Thread-safe. At most 16 calls run at once; their rate is the throttle's affair. `unknown`: accounts that AWS did not
    find (closed, or out of the organization), and that are passed over: nobody can be assigned anything there.
    """

    def __init__(
        self,
        sso: SsoAdmin,
        instance: str,
        *,
        before: Callable[[Stop], None] = lambda _: None,
        max_age: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`before` is called before the first read, and before each `reread`: it waits for what is under way."""
        self._sso = sso
        self._instance = instance
        self._before = before
        self._begun = False
        self._beginning = threading.Lock()
        self._pool = ThreadPoolExecutor(16, thread_name_prefix="reader")
        self._assignments = _Kept[tuple[str, str]](max_age, clock)  # of (permission set, account)
        self._accounts = _Kept[str](max_age, clock)  # of a permission set
        self._permission_sets = _Kept[str](max_age, clock)  # of an account
        self._listed = 0  # permission sets
        self.unknown: set[str] = set()

    def live(
        self,
        permission_set: str,
        scope: Collection[str] | None,
        report: Callable[[int, int], None] = lambda _done, _total: None,
        stop: Stop = lambda: "",
    ) -> frozenset[str]:
        """Keys of all assignments of the permission set in the accounts of `scope` (None: everywhere).

        Raises PermissionSetGoneError, as far as AWS was asked for the permission set alone, and StoppedError.
        """
        self._begin(stop)
        accounts = sorted(self._provisioned(permission_set, scope, stop))
        keys: set[str] = set()
        found = self._in_parallel(lambda each: self._pair(permission_set, each), accounts, stop)
        for done, of_account in enumerate(found, 1):
            keys |= of_account
            report(done, len(accounts))
        return frozenset(keys)

    def reread(self, permission_set: str, accounts: Collection[str], stop: Stop = lambda: "") -> frozenset[str]:
        """As `live`, but what AWS still works on is waited for (until `stop`), and nothing is remembered."""
        self._before(stop)
        self.forget(permission_set, accounts)
        return self.live(permission_set, accounts)

    def forget(self, permission_set: str, accounts: Collection[str]) -> None:
        """What is known of the pairs no longer holds: something was written there."""
        self._accounts.forget(permission_set)
        for account in accounts:
            self._assignments.forget((permission_set, account))
            self._permission_sets.forget(account)

    def _begin(self, stop: Stop) -> None:
        with self._beginning:
            if not self._begun:
                self._before(stop)
                _go_on(stop)
                self._begun = True

    def _in_parallel(
        self, read: Callable[[str], frozenset[str]], accounts: Collection[str], stop: Stop
    ) -> Iterator[frozenset[str]]:
        def unless_stopped(account: str) -> frozenset[str]:
            _go_on(stop)
            return read(account)

        return self._pool.map(unless_stopped, accounts)

    def _provisioned(self, permission_set: str, scope: Collection[str] | None, stop: Stop) -> frozenset[str]:
        if scope is not None and self._by_account_is_cheaper(permission_set, scope):
            found = self._in_parallel(self._permission_sets_in, scope, stop)
            return frozenset(account for account, arns in zip(scope, found, strict=True) if permission_set in arns)
        accounts = self._accounts.read(permission_set, lambda: self._accounts_with(permission_set))
        return accounts if scope is None else accounts & frozenset(scope)

    def _by_account_is_cheaper(self, permission_set: str, scope: Collection[str]) -> bool:
        if self._accounts[permission_set] is not None:
            return False
        return sum(self._permission_sets[account] is None for account in scope) <= self._listed

    def _accounts_with(self, permission_set: str) -> frozenset[str]:
        self._listed += 1
        try:
            return self._sso.accounts_with(self._instance, permission_set)
        except NotFoundError as error:
            raise PermissionSetGoneError(str(error)) from error

    def _permission_sets_in(self, account: str) -> frozenset[str]:
        def read() -> frozenset[str]:
            try:
                return self._sso.permission_sets_in(self._instance, account)
            except NotFoundError:
                return self._nothing_in(account)

        return self._permission_sets.read(account, read)

    def _pair(self, permission_set: str, account: str) -> frozenset[str]:
        def read() -> frozenset[str]:
            try:
                return self._sso.assignments(self._instance, permission_set, account)
            except NotFoundError:
                self._accounts_with(permission_set)  # it is the account that was not found, if this finds something
                return self._nothing_in(account)

        return self._assignments.read((permission_set, account), read)

    def _nothing_in(self, account: str) -> frozenset[str]:
        self.unknown.add(account)
        return frozenset()


def _go_on(stop: Stop) -> None:
    if reason := stop():
        raise StoppedError(f"{reason}: the assignments that are there were not read to the end")
