"""Where lines go: stdout, in colour on a terminal only, one writer at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text


class Lines:
    """Prints whole lines from any thread."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True, emoji=False, markup=False)
        self._lock = threading.Lock()

    def print(self, lines: Iterable[str], style: str = "") -> None:
        """Print lines together. `style` colours the mark that a line starts with, if it does."""
        with self._lock:
            for line in lines:
                self._console.print(_styled(line, style), soft_wrap=True)


def _styled(line: str, style: str) -> Text:
    """The mark of a line in its colour."""
    text = Text(line)
    start = len(line) - len(line.lstrip())
    mark = line[start : start + 2].rstrip()
    own = {"+": "green", "-": "red", "~": "yellow", "+-": "magenta", "++": "green", "--": "red"}.get(mark, "")
    if own or style:
        text.stylize(own or style, start, start + len(mark) if own else len(line))
    return text
