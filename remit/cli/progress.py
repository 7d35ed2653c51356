"""How far a long reading has come: bars on a terminal; a line now and then anywhere else, such as in a job's log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

Told = Callable[[str, int, int], None]
"""What is read, how much of it is done, and how much there is. From any thread."""

_EVERY = 30.0  # seconds between lines


@contextmanager
def progress_on_terminal() -> Iterator[Told]:
    """Shows what it is told on stderr, a bar for each thing that is read."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines(lambda line: click.echo(line, err=True))
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        bars: dict[str, TaskID] = {}
        adding = Lock()

        def told(what: str, done: int, total: int) -> None:
            with adding:
                if what not in bars:
                    bars[what] = shown.add_task(what, total=total)
            shown.update(bars[what], completed=done)

        yield told


class Lines:
    """A line after thirty seconds, and then each thirty: nothing of what is done by then."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._begun: dict[str, tuple[float, int]] = {}
        self._said = clock()
        self._lock = Lock()

    def __call__(self, what: str, done: int, total: int) -> None:
        with self._lock:
            now = self._clock()
            began, before = self._begun.setdefault(what, (now, done))
            if now - self._said < _EVERY or done >= total:
                return
            self._said = now
            left = (now - began) / (done - before) * (total - done) if done > before else None
            self._say(f"{what}: {done} of {total}{'' if left is None else f', about {_duration(left)} left'}")


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
