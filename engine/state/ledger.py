"""The checkpoint in memory, as a run changes it: entry by entry, each one journaled first.

An entry of the ledger has a number that it keeps. What a run touches moves to the end, in the order in which it was
finished; what it has not touched follows. That order is the one Pulumi writes: a resource stands after what it
depends on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.state.checkpoint import Operation, Snapshot
from engine.state.journal import Entry, Journal, NoJournal
from engine.state.normal import normalize
from engine.state.resource import Resource, from_json, to_json
from engine.values import Value


class Ledger:
    """The state of one stack. Safe to use from several threads."""

    def __init__(self, base: Snapshot, journal: Journal | None = None) -> None:
        self._base = base
        self._lock = threading.Lock()
        self._journal: Journal = journal or NoJournal()
        self._olds: dict[int, Resource] = dict(enumerate(base.resources))
        self._news: dict[int, Resource] = {}
        self._next = len(base.resources)
        self._begun: dict[int, Operation] = {}
        # A create whose end nobody saw stays on record until a refresh or a person settles it, as in Pulumi.
        self._unsettled = [operation for operation in base.pending if operation.type == "creating"]

    @property
    def interrupted(self) -> tuple[Operation, ...]:
        """What earlier runs began and nobody saw end."""
        return self._base.pending

    def entries(self) -> dict[int, Resource]:
        """Every entry by its number, in the order of the checkpoint."""
        with self._lock:
            return {**self._news, **self._olds}

    def begin(self, type_: str, resource: Resource) -> int:
        """Record that an operation starts; returns its number."""
        return self._apply({"k": "begin", "type": type_, "state": to_json(resource)})

    def end(
        self,
        operation: int | None = None,
        *,
        add: Resource | None = None,
        remove: Iterable[int] = (),
        condemn: Iterable[int] = (),
        replace_in_place: int | None = None,
    ) -> int:
        """Record that `operation` ended: entries go, one comes (at the end, or in the place of another).

        `condemn` are entries that stay, marked for deletion: their replacement is there.

        Returns the number of the entry that was added, or -1.
        """
        entry: dict[str, Any] = {"k": "end", "op": operation, "remove": sorted(remove), "condemn": sorted(condemn)}
        if add is not None:
            entry["state"] = to_json(add)
        if replace_in_place is not None:
            entry["at"] = replace_in_place
        return self._apply(entry)

    def keep(self, number: int) -> None:
        """Move an unchanged entry to the end."""
        self._apply({"k": "keep", "n": number})

    def change(self, number: int, **fields: Value) -> None:
        """Change fields of an entry where it stands."""
        with self._lock:
            changed = replace(self._at(number), **fields)
        self._apply({"k": "end", "op": None, "remove": [], "state": to_json(changed), "at": number})

    def settle(self) -> None:
        """Forget the creates that an earlier run left open."""
        self._apply({"k": "settle"})

    def replay(self, entries: Iterable[Entry]) -> None:
        """Do again what a journal says, without journaling it."""
        for entry in entries:
            with self._lock:
                self._do(entry)

    def snapshot(self) -> Snapshot:
        """What the checkpoint is to say now."""
        with self._lock:
            resources = [*self._news.values(), *self._olds.values()]
            pending = [*self._unsettled, *self._begun.values()]
        return replace(self._base, resources=tuple(normalize(resources)), pending=tuple(pending))

    def _apply(self, entry: Mapping[str, Any]) -> int:
        with self._lock:
            self._journal.append(entry)
            return self._do(entry)

    def _do(self, entry: Mapping[str, Any]) -> int:
        kind = entry["k"]
        if kind == "begin":
            self._begun[self._next] = Operation(from_json(entry["state"]), entry["type"])
        elif kind == "keep":
            self._news[entry["n"]] = self._pop(entry["n"])
            return int(entry["n"])
        elif kind == "settle":
            self._unsettled = []
        else:
            return self._end(entry)
        self._next += 1
        return self._next - 1

    def _end(self, entry: Mapping[str, Any]) -> int:
        self._begun.pop(entry["op"], None)
        for number in entry["remove"]:
            self._pop(number)
        for number in entry.get("condemn", ()):
            side = self._news if number in self._news else self._olds
            side[number] = replace(side[number], delete=True)
        if "state" not in entry:
            return -1
        resource = from_json(entry["state"])
        if "at" in entry:
            side = self._news if entry["at"] in self._news else self._olds
            side[entry["at"]] = resource
            return int(entry["at"])
        self._news[self._next] = resource
        self._next += 1
        return self._next - 1

    def _at(self, number: int) -> Resource:
        return self._news[number] if number in self._news else self._olds[number]

    def _pop(self, number: int) -> Resource:
        return self._news.pop(number) if number in self._news else self._olds.pop(number)
