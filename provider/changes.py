"""What differs between the state and the program, entry by entry. Pure.

`pulumi preview --diff` shows one line for each assignment that comes or goes. Assignments in an account that
leaves the scope are not listed: they are let go of, not revoked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from provider.inputs import Inputs, Properties, Unmanaged, kept_in
from remit.delta import by_strangers, split_key
from remit.revocation import Holding


class Kind(Enum):
    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"
    REPLACE = "UPDATE_REPLACE"


@dataclass(frozen=True, slots=True)
class Change:
    """`of_input` says where the old value stands: in the old inputs, or in the old outputs."""

    kind: Kind
    of_input: bool = True


def changes(old_inputs: Properties, old_outputs: Properties, news: Properties) -> dict[str, Change]:
    """{property path: change}; empty when there is nothing to do.

    `news` may hold unknown values in a preview: an unknown is a change.
    """
    found: dict[str, Change] = {}
    for name in ("instanceArn", "permissionSetArn"):
        if old_inputs.get(name) != news.get(name):
            found[name] = Change(Kind.REPLACE)
    if old_inputs.get("unmanaged", Unmanaged.REMOVE) != news["unmanaged"]:
        found["unmanaged"] = Change(Kind.UPDATE)
    found.update(_scope(old_inputs.get("scope"), news["scope"]))
    of_input = "assignments" not in old_outputs  # after a partial failure they tell what is live
    old = _ours(old_inputs.get("assignments") if of_input else old_outputs["assignments"], news)
    found.update(_assignments(old, news["assignments"], news["scope"], of_input=of_input))
    found.update(_no_longer_reported(old_outputs, news))
    kept = {_path(name, key) for name in ("assignments", "unmanagedAssignments") for key in kept_in(news)}
    return {path: change for path, change in found.items() if path not in kept}


def revoked(old_inputs: Properties, old_outputs: Properties, news: Properties) -> Holding | None:
    """What an update would take away, as far as the state knows; None where that is not known or not an update."""
    scope, wanted = news.get("scope"), news.get("assignments")
    same = all(old_inputs.get(name) == news.get(name) for name in ("instanceArn", "permissionSetArn"))
    if not same or not isinstance(scope, list) or UNKNOWN in scope or not isinstance(wanted, Mapping):
        return None
    had = _ours(old_outputs.get("assignments", old_inputs.get("assignments")) or {}, news)
    if news["unmanaged"] == Unmanaged.REMOVE:
        had = {**(old_outputs.get("unmanagedAssignments") or {}), **had}
    within = {key: label for key, label in had.items() if _in_scope(key, scope)}
    staying = wanted.keys() | kept_in(news)
    return Holding(len(within), {key: label for key, label in within.items() if key not in staying})


def joined(old_inputs: Properties, news: Properties) -> Inputs | None:
    """The accounts that an update brings into scope, where no refresh has looked; None where nothing goes there.

    Of news that `revoked` knows the whole of.
    """
    accounts = frozenset(news["scope"]) - frozenset(old_inputs.get("scope") or ())
    if not accounts or news["unmanaged"] != Unmanaged.REMOVE:
        return None
    return Inputs.of({**news, "scope": accounts}).holding(
        {key: label for key, label in news["assignments"].items() if split_key(key)[0] in accounts}
    )


def _ours(assignments: Any, news: Properties) -> Any:  # noqa: ANN401 - as it comes
    """Without what a refresh found of strangers, where the program leaves that alone from now on."""
    if news["unmanaged"] != Unmanaged.REPORT or not isinstance(assignments, Mapping):
        return assignments
    return {key: label for key, label in assignments.items() if key in news["assignments"] or not by_strangers(label)}


def _scope(old: object, new: object) -> Iterator[tuple[str, Change]]:
    if not isinstance(old, list) or not isinstance(new, list) or UNKNOWN in new:
        if old != new:
            yield "scope", Change(Kind.UPDATE)
        return
    gone = {index for index, account in enumerate(old) if account not in new}
    come = {index for index, account in enumerate(new) if account not in old}
    for index in sorted(gone | come):
        kind = Kind.UPDATE if index in gone & come else Kind.ADD if index in come else Kind.DELETE
        yield f"scope[{index}]", Change(kind)


def _assignments(old: object, new: object, scope: object, *, of_input: bool) -> Iterator[tuple[str, Change]]:
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        if old != new:
            yield "assignments", Change(Kind.UPDATE, of_input)
        return
    for key in sorted(new.keys() - old.keys()):
        yield _path("assignments", key), Change(Kind.ADD, of_input)
    for key in sorted(old.keys() - new.keys()):
        if _in_scope(key, scope):
            yield _path("assignments", key), Change(Kind.DELETE, of_input)


def _no_longer_reported(old_outputs: Properties, news: Properties) -> Iterator[tuple[str, Change]]:
    """What was only reported so far, and is now to be removed."""
    if news["unmanaged"] == Unmanaged.REMOVE:
        for key in sorted(old_outputs.get("unmanagedAssignments") or ()):
            if _in_scope(key, news["scope"]) and key not in news["assignments"]:
                yield _path("unmanagedAssignments", key), Change(Kind.DELETE, of_input=False)


def _in_scope(key: str, scope: object) -> bool:
    return not isinstance(scope, list) or UNKNOWN in scope or split_key(key)[0] in scope


def _path(name: str, key: str) -> str:
    return f'{name}["{key}"]'
