"""Who called what: every request to AWS is counted, so that a test can say what a run costs."""

from __future__ import annotations

from collections import Counter

from sandbox.wire import Call


class CallLog:
    """Counts by caller account, service and operation since the last reset."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def note(self, call: Call) -> None:
        self._counts[call.account, call.service, call.operation] += 1

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
