"""Drift for people: tables in a terminal, Markdown for an issue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from rich.text import Text

from remit.cli.tables import make_console, print_table
from remit.cli.words import counted
from remit.drift.values import Deed, Drift, Finding
from remit.drift.words import lines_of

_TITLES = {"permission_set": "Permission sets", "assignment": "Assignments", "managed_policy": "Policies"}
_WIDE = 60  # a value that is longer stands on lines of its own


def print_drift(drift: Drift) -> None:
    console = make_console()
    console.print(Text(_headline(drift)))
    for kind, title in _TITLES.items():
        mine = [each for each in drift.findings if each.kind == kind]
        rows = (_row(each, with_who=False) for each in mine)
        print_table(console, title, ("change", "what", "then", "catalog"), rows)
    for each in drift.findings:
        who = [f"{deed.event} by {_deed(deed)}" for deed in each.deeds or ()]
        if each.deeds == ():
            who = ["nobody in CloudTrail's last 90 days"]
        if each.differences or who:
            console.print()
            console.print(Text(each.title, style="bold"))
            for line in [*(line for difference in each.differences for line in lines_of(difference, _WIDE)), *who]:
                console.print(Text(f"  {line}"))
    print_table(
        console,
        "Not read",
        ("account", "why"),
        ((f"{each.account_name} ({each.account})", each.reason) for each in drift.unread),
    )


def _headline(drift: Drift) -> str:
    told = _against(drift)
    if not drift.findings:
        return f"No drift in stack {drift.stack}{', as far as it could be read' if drift.unread else ''} ({told})."
    counts = drift.count()
    parts = [f"{counts[word]} {word}" for word in ("missing", "changed", "unmanaged") if counts[word]]
    enforced = f"remit repair reverts {counts['enforce']}" if drift.applied else f"{counts['enforce']} to enforce"
    then = [enforced] if counts["enforce"] else []
    then += (
        [f"{counts['report']} {'waits' if counts['report'] == 1 else 'wait'} for a person"] if counts["report"] else []
    )
    then += [f"{counts['adopt']} to adopt into the catalog"] if counts["adopt"] else []
    return f"Drift in stack {drift.stack} ({told}): {', '.join(parts)}: {'; '.join(then)}."


def _against(drift: Drift) -> str:
    commit = f" at {drift.commit[:12]}" if drift.commit else ""
    return f"{drift.folder}{commit}{', as applied' if drift.applied else ''}"


def _row(finding: Finding, *, with_who: bool) -> Sequence[str]:
    who = [_deed(finding.deeds[0]) if finding.deeds else "?"] if with_who else []
    return (finding.change, finding.title, finding.mode, *who, str(finding.source or ""))


def _deed(deed: Deed) -> str:
    who = deed.by.partition(":assumed-role/")[2] or deed.by.rpartition("/")[2] or deed.by
    return f"{who}, {deed.time:%Y-%m-%d %H:%M}Z"


def markdown(drift: Drift) -> str:
    """An issue's text: what, who, what to do about it; each difference folded away."""
    return "\n".join([*_markdown(drift), ""])


def _markdown(drift: Drift) -> Iterator[str]:
    yield _headline(drift)
    with_who = any(each.deeds is not None for each in drift.findings)
    for kind, title in _TITLES.items():
        mine = [each for each in drift.findings if each.kind == kind]
        if not mine:
            continue
        columns = ["change", "what", "then", *(["who"] if with_who else []), "catalog"]
        yield from ("", f"### {title}", "", _cells(columns), _cells(["---"] * len(columns)))
        yield from (_cells(_row(each, with_who=with_who)) for each in mine)
        for each in mine:
            if each.differences:
                lines = [line for difference in each.differences for line in lines_of(difference, _WIDE)]
                count = counted(len(each.differences), "difference")
                yield from ("", f"<details><summary>{escape(each.title, quote=False)}: {count}</summary>", "")
                yield from ("````diff", *map(_as_diff, lines), "````", "", "</details>")
    if drift.unread:
        yield from ("", "### Not read", "", _cells(["account", "why"]), _cells(["---"] * 2))
        yield from (_cells([f"{each.account_name} ({each.account})", each.reason]) for each in drift.unread)


def _cells(cells: Sequence[str]) -> str:
    safe = (escape(cell, quote=False).replace("|", r"\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(safe)} |"


def _as_diff(line: str) -> str:
    """A sign in the first column is what colours a line."""
    bare = line.lstrip()
    return bare if bare.startswith(("- ", "+ ")) else f"  {line}"
