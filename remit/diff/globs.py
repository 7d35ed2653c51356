"""Whether one list of IAM's globs covers another, as far as that can be told for sure."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from remit.diff.values import Direction, together

_VARIABLE = re.compile(r"\$\{[^}]*\}")
_MARK = "\0"


@lru_cache(maxsize=8192)
def _whole(text: str) -> str:
    """`${aws:username}`, and `${*}` for a star that is none, in signs of which no wildcard takes a part."""
    return _VARIABLE.sub(lambda found: f"{_MARK}{found[0].encode().hex()}{_MARK}", text)


@lru_cache(maxsize=8192)
def _matcher(pattern: str) -> re.Pattern[str]:
    """`*` of the other glob is text like any other to `*`; `?` must stand neither for it nor for a variable."""
    signs = {"*": ".*", "?": f"[^*{_MARK}]"}
    return re.compile("".join(signs.get(letter) or re.escape(letter) for letter in _whole(pattern)), re.DOTALL)


def covers(wide: Collection[str], narrow: Collection[str]) -> bool:
    """Whether whatever matches `narrow` surely matches `wide`."""
    return all(any(_matcher(pattern).fullmatch(_whole(text)) for pattern in wide) for text in narrow)


def direction_of(before: Collection[str], after: Collection[str]) -> Direction:
    """Whether the globs match more or less than before."""
    more, less = covers(after, before), covers(before, after)
    if more and less:
        return Direction.NEUTRAL
    return Direction.WIDENS if more else Direction.NARROWS if less else Direction.EITHER


def values_direction(before: Collection[str], after: Collection[str]) -> Direction:
    """The same for values that are no globs: more of them is wider."""
    parts = [Direction.WIDENS] * bool(set(after) - set(before)) + [Direction.NARROWS] * bool(set(before) - set(after))
    return together(parts)
