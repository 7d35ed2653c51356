"""`# remit: ignore RULE reason`: findings that somebody looked at and keeps.

It stands at the end of the line of the finding, or on lines of its own right above. Several rules are joined by
commas. The reason is required: it is what the next reader needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from remit.errors import Source

_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*remit:\s*ignore\b(?P<rest>.*)$")
_REST = re.compile(r"\s+(?P<rules>[\w-]+(?:\s*,\s*[\w-]+)*)(?:\s+(?P<reason>\S.*?))?\s*$")


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment at `source`, about the findings of `rules` on `line` of that file. Without a reason it hides none."""

    rules: tuple[str, ...]
    reason: str
    source: Source
    line: int

    def hides(self, rule: str, source: Source) -> bool:
        return bool(self.reason) and rule in self.rules and (source.file, source.line) == (self.source.file, self.line)


def ignores_in(files: Iterable[Path]) -> Iterator[Ignore]:
    """Every such comment of these files, which have been read before."""
    for file in files:
        text = file.read_text(encoding="utf-8-sig", errors="replace")
        if "remit:" in text and "ignore" in text:
            yield from ignores_of(text, str(file))


def ignores_of(text: str, file: str) -> Iterator[Ignore]:
    """Every such comment of a YAML text."""
    lines = text.splitlines()
    quoted = _quoted(text)
    for number, line in enumerate(lines, start=1):
        found = _COMMENT.search(line)
        if found and not any(start <= (number, found.start()) < end for start, end in quoted):
            rest = _REST.match(found["rest"])
            rules = tuple(re.split(r"\s*,\s*", rest["rules"])) if rest else ()
            reason = (rest["reason"] or "") if rest else ""
            about = _next_line(lines, number) if not line[: found.start()].strip() else number
            yield Ignore(rules, reason, Source(file, number, found.start() + 1), about)


def _next_line(lines: Sequence[str], number: int) -> int:
    """The first line after this one (from 1) that is neither empty nor a comment."""
    for position in range(number, len(lines)):
        if (text := lines[position].strip()) and not text.startswith("#"):
            return position + 1
    return number


def _quoted(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the scalars stand: a # in one of them is text, not a comment."""
    return [
        ((token.start_mark.line + 1, token.start_mark.column), (token.end_mark.line + 1, token.end_mark.column))
        for token in yaml.scan(text, Loader=yaml.CSafeLoader)
        if isinstance(token, yaml.ScalarToken)
    ]
