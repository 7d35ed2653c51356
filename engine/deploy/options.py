"""What the command line asks of a run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`parallel` is how many provider calls may run at once; targets are URNs or globs of them."""

    preview: bool
    parallel: int = 16
    targets: tuple[str, ...] = ()
    target_dependents: bool = False
    replace: tuple[str, ...] = ()
    continue_on_error: bool = True

    def is_target(self, urn: str) -> bool:
        """Whether `urn` is to be touched."""
        return not self.targets or matches(self.targets, urn)


def matches(patterns: Iterable[str], urn: str) -> bool:
    """Whether a pattern names `urn`: `*` stands for anything but ':', `**` for anything."""
    return any(_compiled(pattern).fullmatch(urn) for pattern in patterns)


def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*?)", pattern)
    return re.compile("".join({"**": ".*", "*": "[^:]*"}.get(part, re.escape(part)) for part in parts), re.DOTALL)
