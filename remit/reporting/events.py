"""The engine's event log: lines of JSON, in Pulumi's apitype.EngineEvent, as `--event-log` writes them. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Properties = Mapping[str, Any]
_COLOUR = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class State:
    """What a resource was, or is."""

    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One step that ended. `refresh`: it only read. `failed`: its end was an error, whose words are diagnostics."""

    op: str
    urn: str
    type: str
    old: State | None
    new: State | None
    paths: tuple[str, ...] = ()
    failed: bool = False
    refresh: bool = False

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Words of the engine, a plugin or the program. `urn` is empty where they are about no resource."""

    severity: str
    message: str
    urn: str = ""


@dataclass(slots=True)
class EventLog:
    """All that a run told. `ended`: its last line is there, so that nobody killed it."""

    steps: list[Step] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    preview: bool = False
    ended: bool = False


def read_events(text: str) -> EventLog:
    """What a log says. A last line that was cut off, and events that nobody here knows, are passed over."""
    log = EventLog()
    refreshing: set[str] = set()
    for event in _parsed(text.splitlines()):
        if begun := event.get("resourcePreEvent"):
            log.preview = log.preview or bool(begun.get("planning"))
            if begun["metadata"]["op"] == "refresh":
                refreshing.add(begun["metadata"]["urn"])
        for key in ("resOutputsEvent", "resOpFailedEvent"):
            if done := event.get(key):
                urn = done["metadata"]["urn"]
                step = _step(done["metadata"], failed=key == "resOpFailedEvent", refresh=urn in refreshing)
                refreshing.discard(urn)
                log.steps.append(step)
        if told := event.get("diagnosticEvent"):
            _keep(log, told)
        log.ended = log.ended or "summaryEvent" in event or "cancelEvent" in event
    return log


def _parsed(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def _step(metadata: Mapping[str, Any], *, failed: bool, refresh: bool) -> Step:
    return Step(
        op=metadata["op"],
        urn=metadata["urn"],
        type=metadata.get("type") or "",
        old=_state(metadata.get("old")),
        new=_state(metadata.get("new")),
        paths=tuple(metadata.get("detailedDiff") or metadata.get("diffs") or ()),
        failed=failed,
        refresh=refresh,
    )


def _state(state: Mapping[str, Any] | None) -> State | None:
    return None if state is None else State(state.get("inputs") or {}, state.get("outputs") or {})


def _keep(log: EventLog, told: Mapping[str, Any]) -> None:
    message = _COLOUR.sub("", told.get("message") or "").strip()
    severity = told.get("severity") or "info"
    if message and not told.get("ephemeral") and severity in {"warning", "error"}:
        log.diagnostics.append(Diagnostic(severity, message, told.get("urn") or ""))
