"""What a plan finds wrong or odd. One thing that is wrong in many accounts is told once, with the accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from remit.errors import BadValue, Problem, Source, in_order
from remit.selectors import AccountIndex, describe_all

Told = tuple[str, str, Source | None]


@dataclass(slots=True)
class Findings:
    """Gathers problems; `problems` and `warnings` give them in order."""

    index: AccountIndex
    _problems: list[Problem] = field(default_factory=list)
    _warnings: list[Problem] = field(default_factory=list)
    _by_account: defaultdict[Told, set[str]] = field(default_factory=lambda: defaultdict(set))

    def wrong(self, message: str, remedy: str = "", source: Source | None = None) -> None:
        self._problems.append(Problem(message, remedy, source))

    def refuse(self, error: BadValue, source: Source | None) -> None:
        self._problems.append(error.at(source))

    def refuse_all(self, problems: Iterable[Problem]) -> None:
        self._problems.extend(problems)

    def wrong_in(self, account: str, message: str, remedy: str, source: Source | None) -> None:
        """Something is wrong in this account, and perhaps likewise in others."""
        self._by_account[message, remedy, source].add(account)

    def odd(self, message: str, remedy: str = "", source: Source | None = None) -> None:
        self._warnings.append(Problem(message, remedy, source))

    def warn(self, problems: Iterable[Problem]) -> None:
        self._warnings.extend(problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        in_accounts = [
            Problem(f"{message} in account {describe_all(self.index, accounts)}", remedy, source)
            for (message, remedy, source), accounts in self._by_account.items()
        ]
        return in_order([*self._problems, *in_accounts])

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return in_order(self._warnings)
