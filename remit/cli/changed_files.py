"""The lines of files that change, as a unified diff."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path

import click

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def print_diff(texts: Mapping[Path, str | None], before: Mapping[Path, str]) -> None:
    """From what was (in `before`) to the new text; None: the file goes."""
    for path, text in texts.items():
        old = before[path].splitlines()
        new = text.splitlines() if text is not None else []
        to_file = str(path) if text is not None else "/dev/null"
        for line in unified_diff(old, new, str(path), to_file, n=2, lineterm=""):
            click.secho(line, fg=_COLOURS.get(line[:1]))
