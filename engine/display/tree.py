"""The view of `--diff`: each changed resource under its parents, with what changes in it."""

from __future__ import annotations

from collections.abc import Iterator

from engine import urn as urns
from engine.deploy.events import Op, Step
from engine.display.changes import change_lines
from engine.display.values import lines_of
from engine.display.view import View
from engine.display.words import WORDS, refreshed_op


class Tree(View):
    """Blocks of lines, one for each change, as they are done."""

    def end(self, step: Step, seconds: float) -> None:
        """The block of a step."""
        super().end(step, seconds)
        op = refreshed_op(step) if step.op == "refresh" else step.op
        is_stack = step.resource.type == urns.STACK_TYPE
        if urns.is_default_provider(step.urn) or (op == "same" and not is_stack):
            return
        if self.preview and op in ("create-replacement", "delete-replaced"):
            return
        depth = self.depth(step.urn, step.resource.parent)
        self.lines.print(self._block(op, step, depth), WORDS[op].style if depth == 0 else "")

    def fail(self, step: Step, message: str, seconds: float) -> None:
        """The block of a step that failed."""
        super().fail(step, message, seconds)
        depth = self.depth(step.urn, step.resource.parent)
        self.lines.print([*self._block(step.op, step, depth), f"{'    ' * (depth + 1)}**failed** {message}"])

    @staticmethod
    def _block(op: Op, step: Step, depth: int) -> Iterator[str]:
        resource = step.resource
        pad = "    " * depth
        word = "refresh" if step.op == "refresh" and op == "update" else op
        yield f"{pad}{WORDS[op].mark}{resource.type}: ({word})"
        if step.old is not None and step.old.id and op != "create-replacement":
            yield f"{pad}    [id={step.old.id}]"
        yield f"{pad}    [urn={resource.urn}]"
        if resource.provider and not urns.is_default_provider(urns.split_reference(resource.provider)[0]):
            yield f"{pad}    [provider={resource.provider}]"
        column = 4 * (depth + 1)
        if op in ("update", "replace"):
            yield from change_lines(step, column)
        elif op in ("create", "import", "read", "delete", "delete-replaced"):
            yield from lines_of(resource.inputs, column)
