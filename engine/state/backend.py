"""Where stacks lie: the layout of Pulumi's file backend.

.pulumi/meta.yaml                            version: 1
.pulumi/stacks/PROJECT/STACK.json            the checkpoint
.pulumi/stacks/PROJECT/STACK.json.bak        the one before
.pulumi/stacks/PROJECT/STACK.journal         what a run has done since (ours; gone when the run ends)
.pulumi/locks/organization/PROJECT/STACK/    a file for each process that holds the stack
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from engine.errors import ConfigurationError, EngineError, StackNotFoundError
from engine.state.checkpoint import Snapshot, read_checkpoint, read_deployment, write_checkpoint
from engine.state.journal import FileJournal, fingerprint, read_journal
from engine.state.ledger import Ledger
from engine.state.lock import StackLock
from engine.state.secrets import Sealer

_NAME = re.compile(r"^[A-Za-z0-9_.-]{1,100}$")


def backend_directory(environment: Mapping[str, str], project: Path) -> Path:
    """The folder that PULUMI_BACKEND_URL names; the project's own by default."""
    url = environment.get("PULUMI_BACKEND_URL", "")
    if not url:
        return project
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise ConfigurationError(f"PULUMI_BACKEND_URL is {url}: the embedded engine keeps state in files (file://…)")
    path = unquote(parts.netloc + parts.path)
    return project / Path(path).expanduser()


class Backend:
    """The stacks of one project."""

    def __init__(self, directory: Path, project: str, sealer: Sealer) -> None:
        self._root = directory / ".pulumi"
        self.sealer = sealer
        self._project = project

    def stacks(self) -> list[str]:
        """Their names, sorted."""
        return sorted(path.stem for path in self._folder().glob("*.json"))

    def create(self, stack: str) -> None:
        """Make an empty stack; EngineError if there is one of that name."""
        if not _NAME.match(stack):
            raise ConfigurationError(f"a stack's name is letters, digits, '-', '_' and '.': not {stack!r}")
        if self._file(stack).exists():
            raise EngineError(f"stack '{stack}' already exists")
        self._folder().mkdir(parents=True, exist_ok=True)
        meta = self._root / "meta.yaml"
        if not meta.exists():
            meta.write_text("version: 1\n", encoding="utf-8")
        self.save(stack, Snapshot())

    def remove(self, stack: str, *, force: bool) -> None:
        """Forget a stack. EngineError if it still has resources, unless forced."""
        snapshot = self.load(stack)
        if snapshot.resources and not force:
            raise EngineError(f"stack '{stack}' still has resources; removal rejected (--force forgets them)")
        with self.lock(stack):
            for path in (self._file(stack), self._journal(stack)):
                path.unlink(missing_ok=True)

    def export(self, stack: str) -> dict[str, Any] | None:
        """The deployment as the file has it, for which no key is needed; None if a journal knows more."""
        data = self._read(stack)
        if any(True for _ in read_journal(self._journal(stack), fingerprint(data))):
            return None
        return read_deployment(data, where=str(self._file(stack))) or None

    def load(self, stack: str) -> Snapshot:
        """The stack as its checkpoint and its journal have it, without writing anything."""
        data = self._read(stack)
        base = read_checkpoint(data, self.sealer, where=str(self._file(stack)))
        ledger = Ledger(base)
        entries = list(read_journal(self._journal(stack), fingerprint(data)))
        ledger.replay(entries)
        return ledger.snapshot() if entries else base

    def save(self, stack: str, snapshot: Snapshot) -> None:
        """Write the checkpoint in one move, and keep the one before."""
        path = self._file(stack)
        data = write_checkpoint(snapshot, self.sealer, stack=self.full_name(stack), now=datetime.now(UTC))
        temporary = path.with_suffix(".json.new")
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            backup = path.with_suffix(".json.bak")
            backup.unlink(missing_ok=True)
            os.link(path, backup)
        temporary.replace(path)

    @contextlib.contextmanager
    def session(self, stack: str) -> Iterator[Ledger]:
        """Hold the stack, settle a journal that was left behind, and write the checkpoint at the end, come what may."""
        self._read(stack)
        with self.lock(stack):
            snapshot = self.load(stack)
            if self._journal(stack).exists():
                self.save(stack, snapshot)
            journal = FileJournal(self._journal(stack), fingerprint(self._read(stack)))
            ledger = Ledger(snapshot, journal)
            saved = False
            try:
                yield ledger
            finally:
                try:
                    self.save(stack, ledger.snapshot())
                    saved = True
                finally:
                    journal.close(remove=saved)

    def lock(self, stack: str) -> StackLock:
        """The stack's lock."""
        return StackLock(self._locks(stack))

    def unlock(self, stack: str) -> int:
        """Delete every lock of the stack; returns how many."""
        paths = list(self._locks(stack).glob("*.json"))
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def full_name(self, stack: str) -> str:
        """`organization/PROJECT/STACK`: the file backend has one organization."""
        return f"organization/{self._project}/{stack}"

    def _read(self, stack: str) -> bytes:
        try:
            return self._file(stack).read_bytes()
        except FileNotFoundError:
            raise StackNotFoundError(stack) from None

    def _folder(self) -> Path:
        return self._root / "stacks" / self._project

    def _file(self, stack: str) -> Path:
        return self._folder() / f"{stack}.json"

    def _journal(self, stack: str) -> Path:
        return self._folder() / f"{stack}.journal"

    def _locks(self, stack: str) -> Path:
        return self._root / "locks" / "organization" / self._project / stack
