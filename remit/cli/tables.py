"""Tables that fit a terminal, and are plain text without colours or borders when they go elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

_BELOW = "\n  "
_NO_LIMIT = 100_000  # in a pipe a row stays one line


def make_console() -> Console:
    """A console on stdout: as wide as the terminal; in a pipe, as wide as it takes."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_NO_LIMIT)


def print_table(console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A titled table; nothing at all when there are no rows.

    The last column is a file and line. In a terminal too narrow for a row it stands below the first, in one piece.
    """
    found = [tuple(row) for row in rows]
    if not found:
        return
    fits = not console.is_terminal or _width(columns, found) <= console.width
    first_width = None
    if not fits:
        found = [(f"{first}{_BELOW}{last.replace(', ', _BELOW)}", *between) for first, *between, last in found]
        columns = columns[:-1]
        first_width = min(max(len(line) for row in found for line in row[0].splitlines()), console.width * 2 // 3)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for number, name in enumerate(columns):
        table.add_column(name, overflow="fold", no_wrap=fits, width=None if number else first_width)
    for row in found:
        table.add_row(*[Text(cell) for cell in row])
    console.print()
    console.print(Text(title, style="bold"))
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    console.out("\n".join(line.rstrip() for line in captured.get().splitlines()), highlight=False)


def _width(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Of the widest cell in each column, and the gaps between."""
    return sum(max(map(len, column)) for column in zip(columns, *rows, strict=True)) + 2 * len(columns)
