"""How much one run may take away: `remit:maxRevoke`. Apart from the other settings: the provider needs this alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from remit.errors import BadValue

_PERCENT = re.compile(r"(\d{1,3}) ?%")


@dataclass(frozen=True, slots=True)
class MaxRevoke:
    """How many assignments one run may take away: a share of those in the stack, or a number.

    A share never forbids `at_least` of them, so that a small stack can be worked with.
    """

    percent: int | None = 20
    count: int | None = None
    at_least: int = 10

    def most(self, total: int) -> int:
        """The largest number that may go, of `total` assignments that the stack holds."""
        if self.count is not None:
            return self.count
        return max(self.at_least, total * (self.percent or 0) // 100)

    def allows(self, revoked: int, total: int) -> bool:
        return revoked <= self.most(total)

    def __str__(self) -> str:
        return f"{self.percent}%" if self.count is None else str(self.count)


def read_max_revoke(value: object) -> MaxRevoke:
    """A share ("20%") or a number. Raises BadValue."""
    text = str(value).strip()
    share = _PERCENT.fullmatch(text)
    if share and int(share[1]) <= 100:
        return MaxRevoke(percent=int(share[1]))
    if text.isdecimal():
        return MaxRevoke(percent=None, count=int(text))
    raise BadValue(f"{text!r} is neither a share nor a number", 'write "20%" or 50')
