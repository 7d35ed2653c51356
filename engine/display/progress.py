"""The default view: a line when a step starts and when it ends; in a preview, a line for each change."""

from __future__ import annotations

from engine import urn as urns
from engine.deploy.events import Op, Step
from engine.display.changes import changed_keys
from engine.display.view import View
from engine.display.words import WORDS, refreshed_op


class Progress(View):
    """Lines as they come."""

    def begin(self, step: Step) -> None:
        """`~  type name updating (0s)`, for what takes time."""
        super().begin(step)
        if self.preview or not self._visible(step) or step.op == "refresh":
            return
        self._line(step.op, step, f"{WORDS[step.op].doing} (0s)")

    def end(self, step: Step, seconds: float) -> None:
        """`~  type name updated (0.51s) [diff: ~path]`."""
        super().end(step, seconds)
        op = refreshed_op(step) if step.op == "refresh" else step.op
        if not self._visible(step) or op == "same":
            return
        if self.preview and op in ("create-replacement", "delete-replaced"):
            return
        words = WORDS[op]
        self._line(op, step, words.plan if self.preview else f"{words.done} ({seconds:.2f}s)")

    def fail(self, step: Step, message: str, seconds: float) -> None:
        """The first line of the error at once, all of it in the diagnostics."""
        super().fail(step, message, seconds)
        self._line(step.op, step, f"**{WORDS[step.op].doing or step.op} failed** error: {message.splitlines()[0]}")

    def status(self, message: str, urn: str) -> None:
        """A line under the step that it belongs to."""
        if urn and not self.preview:
            self.lines.print([f"    {urns.type_of(urn)} {urns.name_of(urn)} {line}" for line in message.splitlines()])

    @staticmethod
    def _visible(step: Step) -> bool:
        return step.op != "same" and not urns.is_default_provider(step.urn)

    def _line(self, op: Op, step: Step, text: str) -> None:
        words = WORDS[op]
        keys = changed_keys(step) if op in ("update", "replace", "create-replacement") else []
        diff = f" [diff: {','.join(keys)}]" if keys else ""
        name = urns.name_of(step.urn)
        self.lines.print([f" {words.mark} {urns.type_of(step.urn)} {name} {text}{diff}"], words.style)
