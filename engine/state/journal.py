"""An append-only file of what a run did to the ledger, one JSON document a line.

The first line names the checkpoint it starts from by its hash. Each line is handed to the operating system before the
next step begins, so a kill at any moment loses nothing that was finished; a torn last line is left out on replay.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from engine.errors import StateError

Entry = Mapping[str, Any]


class Journal(Protocol):
    """Where a ledger writes its entries."""

    def append(self, entry: Entry) -> None:
        """Keep one entry."""


class NoJournal:
    """Keeps nothing: for previews."""

    def append(self, entry: Entry) -> None:
        """Forget the entry."""


def fingerprint(checkpoint: bytes) -> str:
    """The hash by which a journal names its checkpoint."""
    return hashlib.sha256(checkpoint).hexdigest()


class FileJournal:
    """The journal of one run. Callers serialize their appends (the ledger's lock does)."""

    def __init__(self, path: Path, base: str) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        self.append({"journal": 1, "base": base})

    def append(self, entry: Entry) -> None:
        """Write one line in one system call."""
        data = json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def close(self, *, remove: bool) -> None:
        """Close the file, and remove it once its checkpoint is written."""
        os.close(self._descriptor)
        if remove:
            self._path.unlink(missing_ok=True)


def read_journal(path: Path, base: str) -> Iterator[Entry]:
    """The entries to replay onto the checkpoint of hash `base`.

    None if there is no journal, or if it belongs to another checkpoint: then the checkpoint is the later one, since a
    run writes it last and removes the journal after. A line in the middle that is no JSON is a StateError.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    whole = lines[:-1]  # what follows the last newline was torn off
    entries = [_parse(line, path, number) for number, line in enumerate(whole, 1)]
    if not entries or entries[0].get("base") != base:
        return
    yield from entries[1:]


def _parse(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise StateError(f"{path}:{number} is damaged ({error}); move the file away to go on without it") from error
    if not isinstance(entry, dict):
        raise StateError(f"{path}:{number} is damaged; move the file away to go on without it")
    return entry
