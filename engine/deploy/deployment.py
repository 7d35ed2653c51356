"""What the parts of one run share: the ledger, the providers, who was seen, what failed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine import urn as urns
from engine.deploy.events import Events
from engine.deploy.options import Options
from engine.errors import CancelledError, EngineError
from engine.plugins.provider import Provider
from engine.plugins.registry import Registry
from engine.state.checkpoint import timestamp
from engine.state.ledger import Ledger
from engine.state.resource import Resource


@dataclass(slots=True)
class Old:
    """An entry of the state as it was: its number in the ledger, and what it says."""

    number: int
    resource: Resource


@dataclass(slots=True)
class Progress:
    """What has happened in this run, by URN. Guarded by the deployment's lock."""

    seen: set[str] = field(default_factory=set)
    news: dict[str, tuple[int, Resource]] = field(default_factory=dict)
    """Number and state of what this run has put into the ledger."""
    replaced: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    """Deleted so far and not made again."""
    gone: set[int] = field(default_factory=set)
    """Numbers of entries for which a delete was issued already."""
    renamed: dict[str, str] = field(default_factory=dict)
    """New URN → the one that it had."""
    skipped: set[str] = field(default_factory=set)
    """Failed, or not done because something that they need failed."""
    not_created: set[str] = field(default_factory=set)
    """Not targets, and not there."""
    failures: int = 0


class Deployment:
    """One run over one stack. Safe to use from several threads."""

    def __init__(
        self,
        *,
        project: str,
        stack: str,
        options: Options,
        ledger: Ledger,
        registry: Registry,
        events: Events,
        now: Callable[[], datetime],
    ) -> None:
        self.project = project
        self.stack = stack
        self.options = options
        self.ledger = ledger
        self.registry = registry
        self.events = events
        self._now = now
        self.lock = threading.RLock()
        self.progress = Progress()
        self.workers = threading.BoundedSemaphore(options.parallel)
        self._stopping = threading.Event()
        self.bailed = False
        self._olds: dict[str, Old] = {}
        self._entries: dict[int, Resource] = {}
        self.reload()

    def reload(self) -> None:
        """Take the ledger as it stands now for the old state: at the start, and after a refresh."""
        self._entries = self.ledger.entries()
        self._olds = {
            resource.urn: Old(number, resource) for number, resource in self._entries.items() if not resource.delete
        }

    @property
    def entries(self) -> Mapping[int, Resource]:
        """The old state, entry by entry, in the checkpoint's order."""
        return self._entries

    def old(self, urn: str) -> Old | None:
        """What the state said of `urn`, unless it is only waiting to be deleted."""
        return self._olds.get(urn)

    def timestamp(self) -> str:
        """The time, as states write it."""
        return timestamp(self._now())

    def provider(self, resource: Resource) -> Provider:
        """The provider instance that serves a resource; one that only the old state knows is started."""
        urn, id_ = urns.split_reference(resource.provider)
        if self.registry.has(resource.provider):
            return self.registry.get(resource.provider)
        entry = next((r for r in self._entries.values() if r.urn == urn and r.id == id_), None)
        if entry is None:
            raise EngineError(f"unknown provider '{resource.provider}' for resource '{resource.urn}'")
        return self.registry.ensure(entry)

    def stop(self) -> None:
        """Begin no more steps."""
        self._stopping.set()

    def bail(self) -> None:
        """What the program asks for cannot be: begin no more steps, and delete nothing, whatever the options say."""
        self.bailed = True
        self.stop()

    @property
    def stopping(self) -> bool:
        """Whether steps may no longer begin."""
        return self._stopping.is_set()

    def refuse_if_stopping(self) -> None:
        """CancelledError once the run is being stopped."""
        if self.stopping:
            raise CancelledError("the run is being stopped")

    def failed(self, urn: str) -> None:
        """Note a failure; by default it holds up only what depends on it."""
        with self.lock:
            self.progress.failures += 1
            self.progress.skipped.add(urn)
        if not self.options.continue_on_error:
            self.stop()

    def record(self, number: int, resource: Resource) -> None:
        """Note the entry that this run made for a resource."""
        with self.lock:
            self.progress.news[resource.urn] = (number, resource)

    def done(self, urn: str) -> Resource | None:
        """What this run has made of `urn` so far."""
        with self.lock:
            entry = self.progress.news.get(urn)
        return entry[1] if entry else None

    def outputs_of(self, urn: str) -> Mapping[str, Any]:
        """The old outputs of `urn`, or none."""
        old = self.old(urn)
        return old.resource.outputs if old else {}
