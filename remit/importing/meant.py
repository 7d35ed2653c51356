"""Which accounts a change by hand means: just those where it was made, each by its name.

A unit or a tag would say something of accounts that come later, which nobody has changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from remit.account_sets import AccountSets, Selection
from remit.selectors import AccountIndex


class MeantAccounts(AccountSets):
    """`whole`: a set of accounts for which there are words already, and those."""

    def __init__(self, index: AccountIndex, whole: tuple[frozenset[str], Selection] | None = None) -> None:
        super().__init__(index)
        self._whole = whole

    def selection(self, accounts: Iterable[str]) -> Selection:
        wanted = frozenset(accounts)
        if self._whole and wanted == self._whole[0]:
            return self._whole[1]
        return self.one_by_one(wanted)
