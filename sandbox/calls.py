"""Who called what: every request to AWS is counted, so that a test can say what a run costs, and what it needs."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass

from sandbox.resources import policy_of, resources_of
from sandbox.wire import Call, JsonObject


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """What IAM decides about: who wants to do what with which resources.

    `caller`: the name of the role that was assumed, or a static key itself; `account` is the caller's. `policy`: what
    IAM's condition key iam:PolicyARN has, where the call has one.
    """

    caller: str
    account: str
    service: str
    operation: str
    resources: tuple[str, ...]
    policy: str


class CallLog:
    """Counts by caller account, service and operation since the last reset; and what was asked since the start."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._asked: set[Asked] = set()

    def note(self, call: Call, caller: str) -> None:
        self._counts[call.account, call.service, call.operation] += 1
        self._asked.add(
            Asked(caller, call.account, call.service, call.operation, resources_of(call), policy_of(call)),
        )

    def reset(self) -> None:
        self._counts.clear()

    def by_operation(self) -> dict[str, int]:
        """`service:Operation` to count, sorted."""
        totals: Counter[str] = Counter()
        for (_, service, operation), count in self._counts.items():
            totals[f"{service}:{operation}"] += count
        return dict(sorted(totals.items()))

    def by_account(self) -> dict[str, dict[str, int]]:
        """The same for each caller's account."""
        totals: dict[str, dict[str, int]] = {}
        for (account, service, operation), count in sorted(self._counts.items()):
            totals.setdefault(account, {})[f"{service}:{operation}"] = count
        return totals

    def asked(self) -> list[JsonObject]:
        """Each different call, once, sorted."""
        return [asdict(each) for each in sorted(self._asked)]
