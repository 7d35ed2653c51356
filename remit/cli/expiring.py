"""`remit expiring`: what ends soon, and what has ended."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import click

from remit.cli.durations import Duration, span
from remit.cli.inputs import now, options, read_inputs
from remit.cli.tables import make_console, print_table
from remit.cli.words import counted
from remit.endings import Ending, ending_within, endings

_COLUMNS = ("expires", "in", "what", "reason", "where")
_WIDE = 120  # columns, from which on there is room for the reason


@click.command()
@options("catalog", "stack")
@click.option("--within", type=Duration(), default="14d", show_default=True, help="How far to look: 36h, 14d, 6w.")
@options("at", "json")
def expiring(catalog: Path | None, stack: str | None, within: timedelta, at: datetime | None, *, as_json: bool) -> None:
    """List what ends soon, the soonest first, and what has ended already and `remit prune` can take out.

    Access rules, permission sets, policies, statements and attached policies. Nothing is asked of AWS.
    """
    found, moment = read_inputs(catalog, stack).catalog, at or now()
    soon = ending_within(found, moment, within)
    over = tuple(each for each in endings(found) if each.is_over(moment))
    if as_json:
        shown = {"ending": [_json(each, moment) for each in soon], "ended": [_json(each, moment) for each in over]}
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    console = make_console()
    ends = counted(len(soon), "entry ends", "entries end")
    console.print(f"{ends} by {moment + within:%Y-%m-%d %H:%M} UTC, {len(over)} ended before {moment:%Y-%m-%d %H:%M}")
    for title, entries in (("Ending", soon), ("Ended (`remit prune` takes them out)", over)):
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in _rows(entries, moment)]
        shown_columns = [name for name in _COLUMNS if name != "reason" or console.width >= _WIDE]
        print_table(console, title, shown_columns, ([row[name] for name in shown_columns] for row in rows))


def _rows(found: Iterable[Ending], at: datetime) -> Iterable[tuple[str, ...]]:
    for each in found:
        yield (
            str(each.expires),
            span(each.expires.end - at),
            f"{each.kind} {each.subject}",
            each.reason,
            str(each.source),
        )


def _json(each: Ending, at: datetime) -> dict[str, object]:
    return {
        "kind": each.kind,
        "subject": each.subject,
        "expires": each.expires.text,
        "end": each.expires.end.isoformat(),
        "seconds_left": int((each.expires.end - at).total_seconds()),
        "reason": each.reason,
        "file": each.source.file,
        "line": each.source.line,
    }
