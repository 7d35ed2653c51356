"""What was logged during a run, by resource, for the `Diagnostics:` section."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from engine import urn as urns
from engine.deploy.events import Severity


class Diagnostics:
    """Collects messages; `stack` is the URN that those of no resource are put under."""

    def __init__(self, stack: str) -> None:
        self._stack = stack
        self._lock = threading.Lock()
        self._messages: dict[str, list[tuple[Severity, str]]] = {}

    def add(self, severity: Severity, message: str, urn: str) -> None:
        """Keep a message; debug ones are not for people."""
        if severity != "debug":
            with self._lock:
                self._messages.setdefault(urn or self._stack, []).append((severity, message))

    def count(self, severity: Severity) -> int:
        """How many messages of a severity there are."""
        with self._lock:
            return sum(s == severity for messages in self._messages.values() for s, _ in messages)

    def lines(self) -> Iterator[str]:
        """The section, or nothing."""
        with self._lock:
            messages = {urn: list(found) for urn, found in self._messages.items()}
        if not messages:
            return
        yield "Diagnostics:"
        for urn, found in messages.items():
            yield f"  {urns.type_of(urn)} ({urns.name_of(urn)}):"
            for severity, message in found:
                prefix = "" if severity == "info" else f"{severity}: "
                yield from (f"    {line}".rstrip() for line in f"{prefix}{message}".rstrip().split("\n"))
            yield ""
