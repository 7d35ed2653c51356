"""A run on the screen: the parts that both views share."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

from engine import urn as urns
from engine.deploy.events import Op, Severity, Step
from engine.display.changes import output_lines
from engine.display.console import Lines
from engine.display.diagnostics import Diagnostics
from engine.display.summary import duration_line, summary_lines
from engine.display.words import counted, refreshed_op
from engine.state.resource import Resource
from engine.values import Value

Heading = Mapping[str, tuple[str, str]]
HEADINGS: Heading = {
    "up": ("Previewing update", "Updating"),
    "refresh": ("Previewing refresh", "Refreshing"),
    "destroy": ("Previewing destroy", "Destroying"),
    "import": ("Previewing import", "Importing"),
}


class View:
    """Counts, collects diagnostics, and prints the beginning and the end of a run."""

    def __init__(self, lines: Lines, *, stack_urn: str, preview: bool, refreshing: bool = False) -> None:
        self.lines = lines
        self.preview = preview
        self.counts: Counter[Op] = Counter()
        self.diagnostics = Diagnostics(stack_urn)
        self._lock = threading.Lock()
        self._count_refreshes = refreshing
        self._errored = 0
        self._parents: dict[str, str] = {}
        self._shown: set[str] = set()
        self._old_outputs: Mapping[str, Value] = {}
        self._outputs: Mapping[str, Value] = {}

    def heading(self, kind: str, stack: str) -> None:
        """`Updating (sandbox):`."""
        self.lines.print([f"{HEADINGS[kind][0 if self.preview else 1]} ({stack}):"], "bold magenta")

    def count(self, step: Step) -> None:
        """Count a finished step, unless it is of a provider that nobody wrote down."""
        if urns.is_default_provider(step.urn):
            return
        if step.op == "refresh" and not self._count_refreshes:
            return
        op = counted(refreshed_op(step) if step.op == "refresh" else step.op)
        if op is not None:
            with self._lock:
                self.counts[op] += 1

    def begin(self, step: Step) -> None:
        """A step starts."""
        with self._lock:
            self._parents[step.urn] = step.resource.parent

    def end(self, step: Step, seconds: float) -> None:
        """A step is done."""
        self.count(step)

    def fail(self, step: Step, message: str, seconds: float) -> None:
        """A step failed."""
        with self._lock:
            self._errored += 1
        self.diagnostics.add("error", message, step.urn)

    def outputs(self, resource: Resource, old: Mapping[str, Value]) -> None:
        """Outputs were registered; the stack's are shown at the end."""
        if resource.type == urns.STACK_TYPE:
            self._outputs, self._old_outputs = resource.outputs, old

    def status(self, message: str, urn: str) -> None:
        """How far a running step is."""

    def log(self, severity: Severity, message: str, urn: str = "") -> None:
        """Something to read."""
        self.diagnostics.add(severity, message, urn)

    def finish(self, seconds: float) -> None:
        """The end: diagnostics, outputs, counts, how long it took."""
        self.lines.print(self.diagnostics.lines())
        old, new = dict(self._old_outputs), dict(self._outputs)
        if (old or new) and (not self.preview or old != new):
            self.lines.print(["Outputs:", *output_lines(old, new, 4), ""])
        self.lines.print(summary_lines(self.counts, errored=self._errored, preview=self.preview))
        if not self.preview:
            self.lines.print(["", duration_line(seconds), ""])

    def depth(self, urn: str, parent: str) -> int:
        """How deep to indent a resource that is shown now: under those of its ancestors that were shown."""
        with self._lock:
            self._shown.add(urn)
            depth = 0
            while parent:
                depth += parent in self._shown
                parent = self._parents.get(parent, "")
            return depth
