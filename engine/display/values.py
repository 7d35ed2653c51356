"""Property values as indented lines. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.values import UNKNOWN, Value


def lines_of(properties: Mapping[str, Any], column: int, mark: str = "") -> Iterator[str]:
    """The entries of a bag, their keys at `column` (from 0). A mark stands two columns before."""
    shown = {key: value for key, value in properties.items() if not key.startswith("__")}
    width = max((len(key) for key in shown), default=0)
    for key in sorted(shown):
        yield from value_lines(f"{key.ljust(width)}: ", shown[key], column, mark)


def value_lines(title: str, value: Value, column: int, mark: str = "") -> Iterator[str]:
    """One value under a title, at `column`."""
    start = lead(column, mark) + title
    parsed = _parsed(value)
    if parsed is not None:
        yield from value_lines(title + "(json) ", parsed, column, mark)
        yield ""
    elif isinstance(value, Mapping) and value:
        yield start + "{"
        yield from lines_of(value, column + 4, mark)
        yield " " * column + "}"
    elif isinstance(value, list) and value:
        yield start + "["
        for index, item in enumerate(value):
            yield from _element(index, item, column, mark)
        yield " " * column + "]"
    else:
        yield start + scalar(value)


def _element(index: int, item: Value, column: int, mark: str) -> Iterator[str]:
    title = f"[{index}]: "
    start = lead(column, mark) + " " * 4 + title
    if isinstance(item, Mapping) and item:
        yield start + "{"
        yield from lines_of(item, column + 8, mark)
        yield " " * (column + 4) + "}"
    elif isinstance(item, list) and item:
        yield from value_lines(title, item, column + 4, mark)
    else:
        yield start + scalar(item)


def lead(column: int, mark: str) -> str:
    """The blanks before `column`, with the mark in the last two of them."""
    return " " * column if not mark else " " * max(column - 2, 0) + f"{mark} "


def scalar(value: Value) -> str:
    """A value on one line."""
    if value is UNKNOWN:
        return "[unknown]"
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list):
        return "[]"
    return "<null>" if value is None else json.dumps(value, ensure_ascii=False)


def _parsed(value: Value) -> Value:
    """What a string holds, if it is a JSON object or list; None otherwise."""
    if not (isinstance(value, str) and value[:1] in ("{", "[")):
        return None
    try:
        parsed = json.loads(value)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict | list) and parsed else None
