"""What to do with a registered resource: old state + goal + diff → action. Pure, the heart of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from engine.deploy.goal import Goal
from engine.plugins.answers import Diff
from engine.state.resource import Resource


class Action(Enum):
    """The steps that follow."""

    CREATE = "create"
    SAME = "same"
    UPDATE = "update"
    CREATE_BEFORE_DELETE = "create-before-delete"
    DELETE_BEFORE_REPLACE = "delete-before-replace"
    RECREATE = "recreate"
    """It was deleted earlier in this run, with a resource that it depends on; now it is made again."""
    TAKE_OVER = "take-over"
    """It was only read before; now there is to be one of our own."""
    IMPORTED = "imported"
    """It was just imported, and is as the program wants it."""
    LEAVE = "leave"
    """Not a target: it stays as it is."""
    SKIP_CREATE = "skip-create"
    """Not a target, and not there."""


class ProtectedError(Exception):
    """The resource would be replaced, and it is protected."""


class ImportedError(Exception):
    """The resource would be replaced, and the program still says which existing one it is to be."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a decision rests on, besides the diff. `diff` is asked for only if `needs_diff` says so."""

    old: Resource | None
    goal: Goal
    recreating: bool = False
    targeted: bool = True
    imported: bool = False


def decide_without_diff(known: Known) -> Action | None:
    """The action where no diff is needed; None where it is."""
    old = known.old
    action: Action | None = None
    if known.recreating:
        action = Action.RECREATE
    elif old is None:
        action = Action.CREATE if known.targeted else Action.SKIP_CREATE
    elif old.external and known.goal.custom:
        action = Action.TAKE_OVER if known.targeted else Action.LEAVE
    elif not known.targeted:
        action = Action.LEAVE
    return action


def decide(known: Known, diff: Diff) -> Action:
    """The action for a resource that is there already. `diff` has the options applied (`with_replacements`)."""
    old = known.old
    if old is None:
        return Action.CREATE
    if not (diff.changes or old.pending_replacement):
        # What was done in part is not finished: an update with an empty diff lets the provider go on from there.
        if old.init_errors:
            return Action.UPDATE
        return Action.IMPORTED if known.imported else Action.SAME
    if not (diff.replace or old.pending_replacement):
        return Action.UPDATE
    _refuse_replacement(known)
    before = known.goal.delete_before_replace
    if before is None:
        before = diff.delete_before_replace
    return Action.DELETE_BEFORE_REPLACE if before or old.pending_replacement else Action.CREATE_BEFORE_DELETE


def _refuse_replacement(known: Known) -> None:
    if known.old and known.old.protect and known.goal.protect:
        raise ProtectedError
    if known.goal.import_id:
        raise ImportedError


def is_import(goal: Goal, old: Resource | None) -> bool:
    """Whether the goal's import ID asks for a resource that is not the one in the state."""
    if not (goal.custom and goal.import_id):
        return False
    return old is None or old.external or (old.import_id or old.id) != goal.import_id
