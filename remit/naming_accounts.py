"""Sets of accounts as a person says them: 12 accounts: all of Workloads/Prod but payments."""

from __future__ import annotations

from collections.abc import Collection

from remit.account_sets import AccountSets
from remit.errors import listed
from remit.organization import Organization
from remit.selectors import ALL, MANAGEMENT, AccountIndex, Kind

_MOST = 6
"""Names in one list; what is left over is counted."""


class AccountNames:
    """Names sets of account ids. Without an organization, and for accounts that it does not have, by their ids."""

    def __init__(self, organization: Organization | None) -> None:
        self.by_id = {account.id: account.name for account in organization.accounts} if organization else {}
        index = AccountIndex(organization) if organization else None
        self._active = index.active if index else frozenset[str]()
        self._sets = AccountSets(index) if index else None

    def name(self, account: str) -> str:
        """payments-prod, or the id of an account that nobody knows."""
        return self.by_id.get(account, account)

    def __call__(self, accounts: Collection[str]) -> str:
        """One account's name; else how many there are, and which, in the fewest words."""
        if len(accounts) == 1:
            return self.name(next(iter(accounts)))
        return f"{len(accounts)} accounts: {self._words(accounts)}"

    def _words(self, accounts: Collection[str]) -> str:
        known = frozenset(accounts)
        if self._sets is None or not known <= self._active:
            return listed(sorted(map(self.name, accounts)), _MOST)
        found = self._sets.selection(known)
        targets, without = list(found.targets), list(found.without)
        if ALL in targets and MANAGEMENT in targets:
            targets.remove(MANAGEMENT)
        elif ALL in targets:
            without.insert(0, MANAGEMENT)
        but = f" but {listed(map(phrase, without), _MOST)}" if without else ""
        return f"{listed(map(phrase, targets), _MOST)}{but}"


def phrase(selector: str) -> str:
    """A selector in words: `ou:Workloads/Prod` is all of Workloads/Prod."""
    if selector == ALL:
        return "every account"
    if selector == MANAGEMENT:
        return "the management account"
    kind, _, value = selector.partition(":")
    if kind == Kind.ACCOUNT:
        return value
    if kind == Kind.TAG:
        return f"all with {value}"
    return f"all of {value}" if kind == Kind.OU else f"all directly in {value}"
