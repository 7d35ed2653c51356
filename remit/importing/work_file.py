"""What a long reading has come to so far, a part a line, so that one that was interrupted goes on from there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

FORMAT = 1
MOST_HOURS = 12
"""Older than this, what was read is no longer what is there: the reading begins anew."""
MOST_HOURS_AFTER = 1
"""The same once an import has come to its end, as far as it could: people go on to change what is there."""
_ENDED = "ended"


class WorkFile:
    """Parts by name. What is kept is on the disk before `keep` returns. Thread-safe."""

    def __init__(self, path: Path, instance: str, now: datetime) -> None:
        """`instance`: the ARN of the Identity Center instance that is read; parts of another are not used."""
        self._path = path
        self._lock = Lock()
        self._head: dict[str, Any] = {"format": FORMAT, "instance": instance, "begun": now.isoformat()}
        self._parts = self._read(now)
        self.begun: str = self._head["begun"]
        """When the oldest part was read, or this run began; ISO 8601."""
        self.resumed = len(self._parts.keys() - {_ENDED})

    def part(self, name: str, read: Callable[[], Any]) -> Any:  # noqa: ANN401  JSON
        """The part as it was kept, else as it is read now. JSON values; what `read` raises goes through."""
        if name not in self._parts:
            value = read()
            self._keep(name, value)
        return self._parts[name]

    def discard(self) -> None:
        """The reading is whole: nothing to go on from."""
        self._path.unlink(missing_ok=True)

    def end(self, now: datetime) -> None:
        """The reading has come to its end, and something of it could not be read."""
        if _ENDED not in self._parts:
            self._keep(_ENDED, now.isoformat())

    def _keep(self, name: str, value: Any) -> None:  # noqa: ANN401  JSON
        with self._lock:
            lines = [[name, value]] if self._parts else [self._head, [name, value]]
            mode = "a" if self._parts else "w"
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open(mode, encoding="utf-8") as file:
                file.writelines(f"\n{json.dumps(line)}" for line in lines)  # what was cut off ends before a line
            self._parts[name] = value

    def _read(self, now: datetime) -> dict[str, Any]:
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return {}
        head, *parts = [value for line in lines if (value := _json(line)) is not None] or [{}]
        if not isinstance(head, dict) or {**head, "begun": ""} != {**self._head, "begun": ""}:
            return {}
        known: dict[str, Any] = dict(parts)
        if now - datetime.fromisoformat(head["begun"]) > timedelta(hours=MOST_HOURS):
            return {}
        if _ENDED in known and now - datetime.fromisoformat(known[_ENDED]) > timedelta(hours=MOST_HOURS_AFTER):
            return {}
        self._head = head
        return known


def _json(line: str) -> Any:  # noqa: ANN401  JSON
    """The last line of a run that was killed may be cut off: it is read again."""
    try:
        return json.loads(line)
    except ValueError:
        return None
