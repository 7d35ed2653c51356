"""Property paths, `a.b[0]["x/y"]`: parse, write, contain, read and reset."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from engine.values import Value

Path = tuple[str | int, ...]
_TOKEN = re.compile(
    r"""\.?(?P<name>[^.\[\]"]+)          # .name
      | \[(?P<index>\d+)\]               # [0]
      | \[(?P<star>\*)\]                 # [*]
      | \[(?P<quoted>"(?:[^"\\]|\\.)*")\]  # ["a/b"]
    """,
    re.VERBOSE,
)
_PLAIN = re.compile(r"^[A-Za-z_$][A-Za-z0-9_$]*$")


def parse(text: str) -> Path:
    """The path that `text` writes; ValueError if it is none."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"not a property path: {text!r}")
        at = match.end()
        if match["index"] is not None:
            parts.append(int(match["index"]))
        elif match["quoted"] is not None:
            parts.append(str(json.loads(match["quoted"])))
        else:
            parts.append(match["star"] or match["name"])
    return tuple(parts)


def write(path: Path) -> str:
    """A path as text, such that `parse` reads it back."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN.match(part):
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part, ensure_ascii=False)}]"
    return text


def contains(outer: Path, inner: Path) -> bool:
    """Whether `inner` lies at or under `outer`; `*` in `outer` is any key or index, quoted or not (as in Pulumi)."""
    return len(outer) <= len(inner) and all(o in ("*", i) for o, i in zip(outer, inner, strict=False))


class Missing:
    """What `get` answers where there is nothing (None is a value)."""


MISSING = Missing()


def get(value: Value, path: Path) -> Value:
    """The value at `path`, or MISSING."""
    for part in path:
        in_list = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if in_list or (isinstance(value, Mapping) and part in value):
            value = value[part]
        else:
            return MISSING
    return value


def reset(old: Value, new: Value, path: Path) -> tuple[Any, bool]:
    """`new` with what lies at `path` as it is in `old`, and whether that could be done.

    A key of a map may be absent on either side; an element of a list must be there on both.
    """
    if not path:
        return old, old is not MISSING
    head, rest = path[0], path[1:]
    if head == "*":
        return _reset_each(old, new, rest)
    if isinstance(new, Mapping) or new is MISSING:
        return _reset_key(old, new, str(head), rest)
    if isinstance(new, list) and isinstance(head, int) and isinstance(old, list):
        if head >= len(new) or head >= len(old):
            return new, False
        item, ok = reset(old[head], new[head], rest)
        return [*new[:head], item, *new[head + 1 :]], ok
    return new, False


def _reset_key(old: Value, new: Value, key: str, rest: Path) -> tuple[Any, bool]:
    before = old.get(key, MISSING) if isinstance(old, Mapping) else MISSING
    after = new.get(key, MISSING) if isinstance(new, Mapping) else MISSING
    if before is MISSING and after is MISSING:
        return new, True
    base = dict(new) if isinstance(new, Mapping) else {}
    if not rest:
        base.pop(key, None)
        return (base if before is MISSING else base | {key: before}), True
    if before is MISSING or after is MISSING:
        return new, False
    item, ok = reset(before, after, rest)
    return base | {key: item}, ok


def _reset_each(old: Value, new: Value, rest: Path) -> tuple[Any, bool]:
    keys: list[str | int]
    if isinstance(new, Mapping) and isinstance(old, Mapping):
        keys = sorted({*new, *old})
    elif isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        keys = list(range(len(new)))
    else:
        return new, False
    ok = True
    for key in keys:
        new, done = reset(old, new, (key, *rest))
        ok = ok and done
    return new, ok
