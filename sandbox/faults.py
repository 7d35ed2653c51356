"""Faults on demand: seeded, so that a run can be repeated, and decided by what a request says, not by when it comes.

A request's fate hangs on the plan's seed, its operation, its body and how often that very request was made before:
two runs that make the same calls, in whatever order, meet the same faults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from hashlib import blake2b


class Fault(StrEnum):
    """What can happen to a request."""

    NONE = "none"
    THROTTLE = "throttle"
    CONFLICT = "conflict"
    ERROR = "error"
    DENIED = "denied"
    EXPIRED = "expired"  # the session of a role is over, for good
    RESET_BEFORE = "reset before"  # the connection drops, nothing happened
    RESET_AFTER = "reset after"  # it happened, and the answer is lost


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """Shares are percent of the requests that `calls` match (`service:Operation`, globs).

    `throttle`: Throttling(Exception); `conflict`: ConflictException that asks to try again (sso-admin writes);
    `failed`: an assignment or provisioning operation ends FAILED; `error`: HTTP 500; `reset`: the connection drops,
    half of the times before and half of the times after the request took effect; `denied`: AccessDenied; `expired`:
    the session of an assumed role ends here, and every later request with it is refused too; `slow_ms`:
    milliseconds that each answer waits.
    `accounts`: globs; only requests in these accounts, and AssumeRole into them, are hit.
    """

    seed: int = 0
    throttle: float = 0
    conflict: float = 0
    failed: float = 0
    error: float = 0
    reset: float = 0
    denied: float = 0
    expired: float = 0
    slow_ms: float = 0
    calls: tuple[str, ...] = ("sso-admin:*",)
    accounts: tuple[str, ...] = ("*",)


class Faults:
    """Deals out the faults of a plan. Call it under the sandbox's lock."""

    def __init__(self, plan: FaultPlan) -> None:
        self.plan = plan
        self._seen: Counter[Hashable] = Counter()

    def reset(self, plan: FaultPlan) -> None:
        self.plan = plan
        self._seen.clear()

    def matches(self, service: str, operation: str, account: str = "") -> bool:
        name = f"{service}:{operation}"
        return any(fnmatchcase(name, pattern) for pattern in self.plan.calls) and any(
            fnmatchcase(account, pattern) for pattern in self.plan.accounts
        )

    def of_request(self, service: str, operation: str, body: bytes, *, writes: bool, account: str = "") -> Fault:
        """The fault, if any, that this request meets. `account`: where it takes effect."""
        plan = self.plan
        shares = (plan.throttle, plan.conflict, plan.error, plan.reset, plan.denied, plan.expired)
        if not any(shares) or not self.matches(service, operation, account):
            return Fault.NONE
        share = self._draw((service, operation, body, *([account] if service == "iam" else [])))
        menu = (
            (Fault.THROTTLE, plan.throttle),
            (Fault.CONFLICT, plan.conflict if writes else 0),
            (Fault.ERROR, plan.error),
            (Fault.RESET_BEFORE, plan.reset / 2),
            (Fault.RESET_AFTER, plan.reset / 2),
            (Fault.DENIED, plan.denied),
            (Fault.EXPIRED, plan.expired),
        )
        for fault, percent in menu:
            share -= percent
            if share < 0:
                return fault
        return Fault.NONE

    def fails(self, operation: Hashable) -> bool:
        """Whether an asynchronous operation ends FAILED for no reason of the caller's."""
        return bool(self.plan.failed) and self._draw(("operation", operation)) < self.plan.failed

    def _draw(self, what: Hashable) -> float:
        """0 to 100, the same for the same seed, thing and number of times that it was seen."""
        self._seen[what] += 1
        text = f"{self.plan.seed}|{what!r}|{self._seen[what]}".encode()
        return int.from_bytes(blake2b(text, digest_size=8).digest()) / 2**64 * 100
