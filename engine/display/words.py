"""The symbol, the colour and the verbs of each operation."""

from __future__ import annotations

from dataclasses import dataclass

from engine.deploy.events import Op, Step


@dataclass(frozen=True, slots=True)
class Words:
    """`mark` is two columns wide; `plan`, `doing`, `done` fill "to …", "… (0s)" and "… (1s)"."""

    mark: str
    style: str
    plan: str
    doing: str
    done: str


WORDS: dict[Op, Words] = {
    "same": Words("  ", "", "unchanged", "", "unchanged"),
    "create": Words("+ ", "green", "create", "creating", "created"),
    "update": Words("~ ", "yellow", "update", "updating", "updated"),
    "replace": Words("+-", "magenta", "replace", "replacing", "replaced"),
    "create-replacement": Words("++", "green", "create replacement", "creating replacement", "created replacement"),
    "delete": Words("- ", "red", "delete", "deleting", "deleted"),
    "delete-replaced": Words("--", "red", "delete original", "deleting original", "deleted original"),
    "discard": Words("< ", "red", "discard", "discarding", "discarded"),
    "forget": Words("- ", "red", "forget", "forgetting", "forgotten"),
    "read": Words("> ", "cyan", "read", "reading", "read"),
    "refresh": Words("~ ", "yellow", "refresh", "refreshing", "refresh"),
    "import": Words("= ", "cyan", "import", "importing", "imported"),
}


def refreshed_op(step: Step) -> Op:
    """What a refresh found: the resource as it was, changed, or gone."""
    if step.new is None:
        return "delete"
    return "update" if step.diff and step.diff.changes else "same"


def counted(op: Op) -> Op | None:
    """Under which heading the summary counts an operation; None for the halves of a replacement."""
    return None if op in ("create-replacement", "delete-replaced") else op
