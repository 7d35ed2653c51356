"""Globs as IAM writes them: * for any text, ? for one character."""

from __future__ import annotations

import re
from functools import lru_cache

_SEGMENT = "\0"
"""Stands in a pattern for a name that holds no slash, such as a bucket's."""


@lru_cache(maxsize=4096)
def glob(pattern: str) -> re.Pattern[str]:
    """An IAM glob as an expression that matches the whole text, in any case."""
    parts = (".*" if letter == "*" else "." if letter == "?" else re.escape(letter) for letter in pattern)
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def has_wildcard(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


@lru_cache(maxsize=16_384)
def globs_meet(one: str, other: str) -> bool:
    """Whether some text matches both globs. A NUL in a glob stands for any text without a slash."""
    reachable = {(0, 0)}
    stack = [(0, 0)]
    while stack:
        at_one, at_other = stack.pop()
        if at_one == len(one) and at_other == len(other):
            return True
        for following in _steps(one, at_one, other, at_other):
            if following not in reachable:
                reachable.add(following)
                stack.append(following)
    return False


def arns_meet(one: str, other: str) -> bool:
    """Whether some ARN matches both globs. A wildcard stays between its colons, unless it ends the ARN early."""
    first, second = one.split(":", 5), other.split(":", 5)
    if len(first) < 6 or len(second) < 6:
        return globs_meet(one, other)
    return all(globs_meet(part, against) for part, against in zip(first, second, strict=True))


def _steps(one: str, i: int, other: str, j: int) -> list[tuple[int, int]]:
    first, second = one[i : i + 1], other[j : j + 1]
    steps = []
    if first in _ANY:
        steps.append((i + 1, j))
    if second in _ANY:
        steps.append((i, j + 1))
    if first and second and _agree(first, second):
        steps.append((i if first in _ANY else i + 1, j if second in _ANY else j + 1))
    return steps


_ANY = frozenset({"*", _SEGMENT})


def _agree(first: str, second: str) -> bool:
    """Whether one character can stand for both."""
    if first == second or (first in "*?" and second in "*?"):
        return True
    for wild, letter in ((first, second), (second, first)):
        if wild in "*?":
            return True
        if wild == _SEGMENT:
            return letter != "/"
    return False
