"""`--event-log FILE`: every event of a run as a line of JSON, in the Pulumi CLI's own words (its apitype.EngineEvent).

The CLI has the flag too, when PULUMI_DEBUG_COMMANDS is true. Each line is written at once, so that a run that is
killed leaves what it did until then.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import IO, Any

from engine.deploy.events import Events, Op, Severity, Step
from engine.display.words import refreshed_op
from engine.plugins.answers import Diff
from engine.state.resource import Resource
from engine.values import UNKNOWN, UNKNOWN_STRING, Secret, Value

_PARTIAL, _FAILED = 1, 0  # of what a failed step left: something, or nothing that is known


class EventLog:
    """A watcher that writes. `refreshing`: the verb is `refresh`, whose steps are told by what they found."""

    def __init__(
        self, file: IO[str], *, preview: bool, refreshing: bool, clock: Callable[[], float] = time.time
    ) -> None:
        self._file, self._preview, self._refreshing, self._clock = file, preview, refreshing, clock
        self._lock = threading.Lock()
        self._sequence = 0

    def begin(self, step: Step) -> None:
        """`resourcePreEvent`"""
        self._write(resourcePreEvent={"metadata": _metadata(step, step.op), "planning": self._preview})

    def end(self, step: Step, seconds: float) -> None:
        """`resOutputsEvent`"""
        op = refreshed_op(step) if self._refreshing and step.op == "refresh" else step.op
        self._write(resOutputsEvent={"metadata": _metadata(step, op), "planning": self._preview})

    def fail(self, step: Step, message: str, seconds: float) -> None:
        """Why, and then `resOpFailedEvent`"""
        self.log("error", message, step.urn)
        status = _PARTIAL if step.new is not None and step.new.init_errors else _FAILED
        self._write(resOpFailedEvent={"metadata": _metadata(step, step.op), "status": status, "steps": 0})

    def outputs(self, resource: Resource, old: Mapping[str, Value]) -> None:
        """Components and the stack: nothing that anybody acts on."""

    def status(self, message: str, urn: str) -> None:
        """Progress is not kept."""

    def log(self, severity: Severity, message: str, urn: str = "") -> None:
        """`diagnosticEvent`"""
        told = {"urn": urn, "prefix": f"{severity}: ", "message": message, "color": "raw", "severity": severity}
        self._write(diagnosticEvent=told)

    def finish(self, seconds: float, changes: Mapping[Op, int]) -> None:
        """`summaryEvent` and `cancelEvent`, the last two of a run that came to its end."""
        self._write(
            summaryEvent={
                "maybeCorrupt": False,
                "durationSeconds": round(seconds),
                "resourceChanges": dict(changes),
                "policyPacks": {},
            }
        )
        self._write(cancelEvent={})

    def _write(self, **event: Any) -> None:  # noqa: ANN401 - JSON
        with self._lock:
            line = {"sequence": self._sequence, "timestamp": int(self._clock()), **event}
            self._sequence += 1
            self._file.write(json.dumps(line, ensure_ascii=False, default=_plain) + "\n")
            self._file.flush()


class Watchers:
    """Several watchers as one."""

    def __init__(self, *watchers: Events) -> None:
        self._watchers = watchers

    def begin(self, step: Step) -> None:
        """A step starts."""
        for each in self._watchers:
            each.begin(step)

    def end(self, step: Step, seconds: float) -> None:
        """A step is done."""
        for each in self._watchers:
            each.end(step, seconds)

    def fail(self, step: Step, message: str, seconds: float) -> None:
        """A step failed."""
        for each in self._watchers:
            each.fail(step, message, seconds)

    def outputs(self, resource: Resource, old: Mapping[str, Value]) -> None:
        """Outputs were registered."""
        for each in self._watchers:
            each.outputs(resource, old)

    def status(self, message: str, urn: str) -> None:
        """How far a running step is."""
        for each in self._watchers:
            each.status(message, urn)

    def log(self, severity: Severity, message: str, urn: str = "") -> None:
        """Something to read."""
        for each in self._watchers:
            each.log(severity, message, urn)


def _metadata(step: Step, op: Op) -> dict[str, Any]:
    return {
        "op": op,
        "urn": step.urn,
        "type": step.resource.type,
        "old": _state(step.old),
        "new": _state(step.new),
        "diffs": list(step.diff.changed) if step.diff else None,
        "detailedDiff": _detailed(step.diff),
        "provider": step.resource.provider,
    }


def _state(resource: Resource | None) -> dict[str, Any] | None:
    if resource is None:
        return None
    written = {
        "type": resource.type,
        "urn": resource.urn,
        "custom": resource.custom,
        "id": resource.id,
        "parent": resource.parent,
        "inputs": resource.inputs,
        "outputs": resource.outputs,
        "provider": resource.provider,
    }
    return written | ({"initErrors": list(resource.init_errors)} if resource.init_errors else {})


def _detailed(diff: Diff | None) -> dict[str, Any] | None:
    if diff is None or diff.detailed is None:
        return None
    return {
        path: {"diffKind": f"{each.kind}{'-replace' if each.replace else ''}", "inputDiff": each.input}
        for path, each in diff.detailed.items()
    }


def _plain(value: object) -> object:
    """What JSON has no word for: no secret is ever written."""
    if isinstance(value, Secret):
        return "[secret]"
    if value is UNKNOWN:
        return UNKNOWN_STRING
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not a property value: {value!r}")
