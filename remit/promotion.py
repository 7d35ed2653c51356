"""Which commit of the catalog each stack has, what waits for it, and whose turn it is. Pure.

A stack's state holds a resource `Applied` that depends on all others: the engine moves it on only in a run that made
everything. Its content counts, not the commit's id: see `remit.revision`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from remit.errors import CatalogError, Problem, RemitError
from remit.resource_types import APPLIED, REVOCATION_GUARD
from remit.revision import ATTEMPTED, Commit, Revision, revision_of
from remit.yaml_places import source_of

State = Literal["current", "waiting", "ahead", "dirty", "never", "unknown"]


class PromotionRefusedError(RemitError):
    """A stack that comes first has not got the catalog."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What a stack got last, and when (ISO 8601; "" where the engine does not say)."""

    revision: Revision
    at: str = ""


@dataclass(frozen=True, slots=True)
class StackStatus:
    """`stage` counts from 1; 0: in no order. `waiting` is None where it cannot be told; `problem` says why.

    State: current (it has the catalog of HEAD), waiting (it has an older one), ahead (a newer one, or a part of it),
    dirty (one that is in no commit), never (no run has succeeded yet), unknown. `begun`: the newer one that it has a
    part of.
    """

    name: str
    state: State
    stage: int = 0
    applied: Applied | None = None
    waiting: tuple[Commit, ...] | None = None
    problem: str = ""
    begun: Revision | None = None


def attempted_in(exported: Mapping[str, Any]) -> Revision | None:
    """What the last run that was let go ahead went by; without a commit where it was in none. None: no run said so."""
    for resource in (exported.get("deployment") or {}).get("resources") or ():
        if resource.get("type") == REVOCATION_GUARD and not resource.get("delete"):
            found = (resource.get("inputs") or {}).get(ATTEMPTED)
            return revision_of(found) if found else None
    return None


def begun_in(exported: Mapping[str, Any]) -> Revision | None:
    """What the last run went by, if it did not make everything of it: then the stack has some of it."""
    attempted, applied = attempted_in(exported), applied_in(exported)
    return None if attempted is None or (applied and attempted.says_what(applied.revision)) else attempted


def applied_in(exported: Mapping[str, Any]) -> Applied | None:
    """What an exported state (`pulumi stack export`) says; None when no run with a commit has succeeded."""
    for resource in (exported.get("deployment") or {}).get("resources") or ():
        if resource.get("type") == APPLIED and not resource.get("delete"):
            revision = revision_of(resource.get("inputs") or {})
            return Applied(revision, str(resource.get("modified") or resource.get("created") or ""))
    return None


def state_of(head: Revision, applied: Applied | None, *, newer: bool) -> State:
    """How a stack stands to HEAD. `newer`: what it has comes after HEAD."""
    if applied is None:
        return "never"
    if applied.revision.dirty:
        return "dirty"
    if (applied.revision.catalog, applied.revision.stack_file) == (head.catalog, head.stack_file):
        return "current"
    return "ahead" if newer else "waiting"


def stages(order: Sequence[str], stacks: Collection[str]) -> dict[str, int]:
    """{stack: its stage, from 1} of those that the order names; the first that names it counts.

    Raises CatalogError for a name or glob that no stack has.
    """
    lost = [each for each in order if not any(fnmatchcase(stack, each) for stack in stacks)]
    if lost:
        raise CatalogError(
            Problem(
                f"promotion names {str(each)!r}, and there is no Pulumi.{each}.yaml",
                f"there are {', '.join(sorted(stacks)) or 'none'}",
                source_of(each),
            )
            for each in lost
        )
    found: dict[str, int] = {}
    for number, pattern in enumerate(order, 1):
        for stack in sorted(stacks):
            if fnmatchcase(stack, pattern):
                found.setdefault(stack, number)
    return found


def waits_for(status: StackStatus, all_stacks: Collection[StackStatus]) -> tuple[StackStatus, ...]:
    """The stacks of earlier stages that have not got the catalog of HEAD."""
    earlier = (each for each in all_stacks if status.stage and 0 < each.stage < status.stage)
    return tuple(each for each in earlier if each.state != "current")


def refuse_to_jump(name: str, head: Revision | None, all_stacks: Collection[StackStatus]) -> None:
    """Raises PromotionRefusedError unless it is the stack's turn to get the catalog of HEAD.

    Where there is no order at all, there is nothing to jump over; a stack that an order leaves out has no turn.
    """
    if head is None:
        raise PromotionRefusedError("the catalog is in no git repository, so nobody knows which commit a stack has")
    if head.dirty:
        raise PromotionRefusedError(
            f"the catalog or Pulumi.{name}.yaml has changes that are in no commit (commit them, or leave --promote out)"
        )
    status = next((each for each in all_stacks if each.name == name), None)
    if status is None or (not status.stage and any(each.stage for each in all_stacks)):
        raise PromotionRefusedError(
            f"stack {name} has no place in the order (name it under promotion: in organization.yaml)"
        )
    if status.state == "ahead" and (newer := status.begun or (status.applied and status.applied.revision)):
        which = "a part of a newer catalog" if status.begun else "a newer catalog"
        raise PromotionRefusedError(
            f"stack {name} has {which} already, {newer.commit[:12]}: this run would take it back "
            "(to go back, revert the commit)"
        )
    if missing := waits_for(status, all_stacks):
        each = "; ".join(f"{other.name} {_says(other)}" for other in missing)
        raise PromotionRefusedError(f"stack {name} comes after {', '.join(o.name for o in missing)}: {each}")


def _says(status: StackStatus) -> str:
    words = {
        "waiting": "has not got this catalog: it failed there, or did not run yet",
        "ahead": "has a newer catalog",
        "dirty": "has a catalog that is in no commit",
        "never": "has never been applied with success",
        "unknown": f"cannot be read ({status.problem})",
    }
    return words.get(status.state, "")
