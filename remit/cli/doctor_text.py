"""Findings for people: by check, the remedy below; many accounts with the same trouble in a few lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from remit.cli.words import counted
from remit.doctor.finding import Finding, Grade

_STYLES = {
    Grade.OK: "green",
    Grade.NOTE: "cyan",
    Grade.WARNING: "yellow",
    Grade.ERROR: "bold red",
    Grade.UNCHECKED: "magenta",
}
_INDENT = 2 + len(Grade.UNCHECKED) + 2
_MOST = 3
"""Accounts that are shown one by one, of those with the same remedy."""


def print_findings(console: Console, findings: Sequence[Finding]) -> None:
    order = list(dict.fromkeys(each.check for each in findings))
    for number, check in enumerate(order):
        if number:
            console.print()
        console.print(Text(check, style="bold"))
        for each in _shortened([each for each in findings if each.check == check]):
            _print(console, each)
    console.print()
    console.print(Text(summary(findings)))


def summary(findings: Sequence[Finding]) -> str:
    """2 errors, 1 warning, 3 notes, 12 fine, 1 not checked."""
    counts = {grade: sum(each.grade is grade for each in findings) for grade in Grade}
    parts = [counted(counts[grade], grade.value) for grade in (Grade.ERROR, Grade.WARNING, Grade.NOTE) if counts[grade]]
    parts.append(f"{counts[Grade.OK]} fine")
    if counts[Grade.UNCHECKED]:
        parts.append(f"{counts[Grade.UNCHECKED]} not checked")
    return ", ".join(parts)


def _print(console: Console, finding: Finding) -> None:
    subject = f"{finding.subject}: " if finding.subject else ""
    body = Text(f"{subject}{finding.message}")
    if finding.remedy:
        body.append(f"\n→ {finding.remedy}" if console.is_terminal else f" ({finding.remedy})")
    word = Text(f"  {finding.grade.value:<{_INDENT - 2}}", style=_STYLES[finding.grade])
    if not console.is_terminal:
        console.print(Text.assemble(word, body))
        return
    lines = body.wrap(console, max(20, console.width - _INDENT))
    console.print(Text.assemble(word, lines[0]))
    if len(lines) > 1:
        console.print(Padding(Text("\n").join(lines[1:]), (0, 0, 0, _INDENT), expand=False))


def _shortened(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The first of the accounts that share a remedy, and the names of all others."""
    for (_, remedy, has_subject), same in groupby(findings, lambda each: (each.grade, each.remedy, bool(each.subject))):
        found = list(same)
        if not has_subject or len(found) <= _MOST + 1:
            yield from found
            continue
        yield from found[:_MOST]
        rest = [each.subject for each in found[_MOST:]]
        message = f"and {len(rest)} more: {', '.join(rest)}"
        yield Finding(found[0].check, found[0].grade, message, remedy)
