"""How far a long reading has come: bars on a terminal, nothing anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

Told = Callable[[str, int, int], None]
"""What is read, how much of it is done, and how much there is. From any thread."""


@contextmanager
def progress_on_terminal() -> Iterator[Told]:
    """Shows what it is told on stderr, a bar for each thing that is read."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        bars: dict[str, TaskID] = {}
        adding = Lock()

        def told(what: str, done: int, total: int) -> None:
            with adding:
                if what not in bars:
                    bars[what] = shown.add_task(what, total=total)
            shown.update(bars[what], completed=done)

        yield told
