"""Numbers and lists as people say them."""

from __future__ import annotations

from collections.abc import Sequence


def counted(count: int, noun: str, plural: str = "") -> str:
    """1 policy, 2 policies."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def span(names: Sequence[str], most: int) -> str:
    """One name; or how many there are and the first `most` of them: 12: a, b …"""
    if len(names) == 1:
        return names[0]
    shown = ", ".join(names[:most])
    return f"{len(names)}: {shown}{' …' if len(names) > most else ''}" if shown else str(len(names))
