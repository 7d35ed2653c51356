"""The lock of a stack: a file for each process that holds it, as Pulumi's file backend writes them."""

from __future__ import annotations

import getpass
import json
import os
import socket
import uuid
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from engine.errors import LockedError


class StackLock:
    """Holds a stack for as long as the `with` lasts. LockedError names who holds it already.

    A lock that a process of this host left behind when it was killed is removed.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory / f"{uuid.uuid4()}.json"

    def __enter__(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        self._refuse()
        content = {
            "pid": os.getpid(),
            "username": getpass.getuser(),
            "hostname": socket.gethostname(),
            "timestamp": datetime.now(UTC).isoformat(),
        }
        self._path.write_text(json.dumps(content), encoding="utf-8")
        try:
            self._refuse()
        except LockedError:
            self._path.unlink(missing_ok=True)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._path.unlink(missing_ok=True)

    def _refuse(self) -> None:
        held = [line for path in sorted(self._directory.glob("*.json")) if (line := self._holder(path))]
        if held:
            raise LockedError(
                f"the stack is currently locked by {len(held)} lock(s). Either wait for the other process(es) to end "
                "or delete the lock file with `python -m engine cancel`.\n" + "\n".join(held)
            )

    def _holder(self, path: Path) -> str:
        if path == self._path:
            return ""
        try:
            lock = json.loads(path.read_text(encoding="utf-8"))
            pid, host, user, at = lock["pid"], lock["hostname"], lock["username"], lock["timestamp"]
        except FileNotFoundError:
            return ""
        except (ValueError, KeyError, TypeError):
            return f"  {path}: unreadable"
        if host == socket.gethostname() and not _alive(pid):
            path.unlink(missing_ok=True)
            return ""
        return f"  {path}: created by {user}@{host} (pid {pid}) at {at}"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
