"""What differs between two states of an account's policies: by policy, and within a policy by statement. Pure.

`pulumi preview --diff` shows each path of a change with the values on both sides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from provider.changes import Change, Kind
from provider.inputs import Properties, Unmanaged, kept_in
from provider.managed_policies_inputs import Inputs
from remit.policy_shape import policy_of, same_statement

_FIXED = ("path", "description")
_WHOLE = ("version", "id", "detachOnDelete")


def changes(old_inputs: Properties, old_outputs: Properties, news: Properties) -> dict[str, Change]:
    """{property path: change}; empty when there is nothing to do."""
    found: dict[str, Change] = {}
    if old_inputs.get("account") != news["account"]:
        found["account"] = Change(Kind.REPLACE)
    for name in ("role", "externalId", "ownedPath", "unmanaged"):
        if (old_inputs.get(name) or _default(name)) != (news.get(name) or _default(name)):
            found[name] = Change(Kind.UPDATE)
    of_input = "policies" not in old_outputs  # after a partial failure they tell what is live
    for path, kind in policy_changes(known(old_inputs, old_outputs, news), _without(news["policies"], kept_in(news))):
        found[path] = Change(kind, of_input)
    going = Inputs.of(news).going(Inputs.of(old_inputs)) if old_inputs else ()
    return found | {f'policies["{name}"]': Change(Kind.DELETE) for name in going}


def known(old_inputs: Properties, old_outputs: Properties, news: Properties) -> Mapping[str, Any]:
    """What the state says is ours; without what the run leaves as it is."""
    told = old_outputs.get("policies", old_inputs.get("policies")) or {}
    ours = {name: shape for name, shape in told.items() if not shape.get("unmanaged")}
    return _without(ours, kept_in(news))


def _without(policies: Mapping[str, Any], names: Collection[str]) -> Mapping[str, Any]:
    return {name: shape for name, shape in policies.items() if name not in names}


def policy_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Kind]]:
    """Of two maps of policies, as `remit.policy_shape` makes them."""
    for name in sorted(new.keys() - old.keys()):
        yield f'policies["{name}"]', Kind.ADD
    for name in sorted(old.keys() - new.keys()):
        yield f'policies["{name}"]', Kind.DELETE
    for name in sorted(old.keys() & new.keys()):
        yield from _within(name, old[name], new[name])


def replaced(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[str]]:
    """{policy: which of path and description change}: IAM has to delete those and make them anew."""
    return {
        name: differing
        for name in sorted(old.keys() & new.keys())
        if (differing := [key for key in _FIXED if old[name][key] != new[name][key]])
    }


def _within(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Kind]]:
    path = f'policies["{name}"]'
    for key in _FIXED:
        if old[key] != new[key]:
            yield f"{path}.{key}", Kind.UPDATE
    for key in _WHOLE:
        if old.get(key) != new.get(key):
            yield f"{path}.{key}", _kind(old, new, key)
    if not policy_of(name, {**old, "path": new["path"], "description": new["description"]}).same(policy_of(name, new)):
        for at, kind in _statements(old["statements"], new["statements"]):
            yield f"{path}.statements{at}", kind


def _statements(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Kind]]:
    """Statements without a Sid stand under their place: one that only moved makes no difference."""
    moved_from = [key for key in old if key.startswith("#") and not _same_at(key, old, new)]
    moved_to = [key for key in new if key.startswith("#") and not _same_at(key, old, new)]
    still: set[str] = set()
    for key in moved_to:
        origin = next((each for each in moved_from if same_statement(old[each], new[key])), None)
        if origin is not None:
            moved_from.remove(origin)
            still |= {f"from {origin}", f"to {key}"}
    for key in sorted(old.keys() | new.keys()):
        gone, come = f"from {key}" not in still and key in old, f"to {key}" not in still and key in new
        if gone and come:
            yield from ((f'["{key}"].{part}', kind) for part, kind in _parts(old[key], new[key]))
        elif gone or come:
            yield f'["{key}"]', Kind.DELETE if gone else Kind.ADD


def _same_at(key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return key in old and key in new and same_statement(old[key], new[key])


def _parts(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Kind]]:
    for part in sorted(old.keys() | new.keys()):
        if part not in old or part not in new or not same_statement({part: old[part]}, {part: new[part]}):
            yield part, _kind(old, new, part)


def _kind(old: Mapping[str, Any], new: Mapping[str, Any], key: str) -> Kind:
    return Kind.ADD if key not in old else Kind.DELETE if key not in new else Kind.UPDATE


def _default(name: str) -> str:
    return Unmanaged.REPORT.value if name == "unmanaged" else ""
