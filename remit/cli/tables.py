"""Tables that fit a terminal, and are plain text without colours or borders when they go elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

_NO_LIMIT = 100_000  # in a pipe a row stays one line


def make_console() -> Console:
    """A console on stdout: as wide as the terminal; in a pipe, as wide as it takes."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_NO_LIMIT)


def print_table(console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A titled table; nothing at all when there are no rows. The last column, a file and line, is never broken."""
    found = list(rows)
    if not found:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name, overflow="fold", no_wrap=not console.is_terminal or name == columns[-1])
    for row in found:
        table.add_row(*[Text(cell) for cell in row])
    console.print()
    console.print(Text(title, style="bold"))
    console.print(table)
