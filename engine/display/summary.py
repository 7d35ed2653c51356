"""The counts at the end. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.deploy.events import Op
from engine.display.words import WORDS

_ORDER: tuple[Op, ...] = ("create", "update", "delete", "replace", "import", "discard", "forget", "refresh")


def summary_lines(counts: Counter[Op], *, errored: int, preview: bool) -> Iterator[str]:
    """`Resources:` with a line for each kind of change, and how many were not touched."""
    changes = {op: counts[op] for op in _ORDER if counts[op]}
    same = counts["same"]
    yield "Resources:"
    for op, count in changes.items():
        words = WORDS[op]
        verb = f"to {words.plan}" if preview else words.done
        yield f"    {words.mark}{count} {verb}" if words.mark[1] != " " else f"    {words.mark[0]} {count} {verb}"
    total = sum(changes.values())
    if len(changes) > 1 and same:
        yield f"    {total} changes. {same} unchanged"
    elif len(changes) > 1:
        yield f"    {total} changes"
    elif same:
        yield f"    {same} unchanged"
    if errored:
        yield f"    {errored} errored"


def changed(counts: Counter[Op]) -> int:
    """How many resources changed, or would."""
    return sum(count for op, count in counts.items() if op not in ("same", "read"))


def duration_line(seconds: float) -> str:
    """`Duration: 4s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"Duration: {f'{minutes}m' if minutes else ''}{rest}s"
