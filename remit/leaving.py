"""Policies on their way out: they left the catalog, and are to be deleted once nothing of the stack needs them. Pure.

The state of each account says which they are, until a read shows that they are gone; `PolicyRemoval` deletes them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from remit.managed_policy import LivePolicy, by_name
from remit.resource_types import MANAGED_POLICIES, POLICY_REMOVAL

Told = Mapping[str, Mapping[str, Any]]
"""As properties of a resource: {policy name: {"path", "id"?, "detachOnDelete"?}}"""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where a policy is, and how it goes. `id`: IAM's own, which no other policy ever gets; "" before it was read."""

    path: str
    id: str = ""
    detach: bool = False

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Self:
        return cls(properties["path"], properties.get("id") or "", bool(properties.get("detachOnDelete")))

    def properties(self) -> dict[str, Any]:
        more = {"id": self.id, "detachOnDelete": self.detach}
        return {"path": self.path, **{name: value for name, value in more.items() if value}}

    def read(self, name: str, live: LivePolicy) -> Self | None:
        """With the id of the live policy; None where that is another one, or is elsewhere."""
        same = (live.name, live.policy.path) == (name, self.path) and self.id in {"", live.id}
        return replace(self, id=live.id) if same else None


class Found(NamedTuple):
    """What a read of the account shows: those that are `there`, and by name who has the name of another now."""

    there: dict[str, Leaving]
    others: dict[str, LivePolicy]


def going(shapes: Told, before: Mapping[str, Leaving], wanted: Iterable[str]) -> dict[str, Leaving]:
    """By name, what the state has (`shapes`, and what is leaving already) and nobody wants, whatever the case."""
    staying = {name.lower() for name in wanted}
    known = {**before, **{name: Leaving.of({**shape, "id": ""}) for name, shape in shapes.items()}}
    return {name: each for name, each in sorted(known.items()) if name.lower() not in staying}


def look(leaving: Mapping[str, Leaving], live: Iterable[LivePolicy]) -> Found:
    """What of it is there still. What is gone is in neither map."""
    everything, found = by_name(live), Found({}, {})
    for name, each in leaving.items():
        policy = everything.get(name.lower())
        if policy is None:
            continue
        if (read := each.read(name, policy)) is not None:
            found.there[name] = read
        else:
            found.others[name] = policy
    return found


def undone(
    leaving: Mapping[str, Told], before: Mapping[str, Told], left: Mapping[str, Collection[str]]
) -> dict[str, dict[str, Leaving]]:
    """{account: what is still to be deleted there}.

    `leaving`: what the accounts say; `before`: what they said when the last removal was done; `left`: of that, what
    could not be deleted. An account may go on saying so of a policy that is deleted, until it is read again.
    """
    found: dict[str, dict[str, Leaving]] = {}
    for account, policies in sorted(leaving.items()):
        known, failed = before.get(account) or {}, left.get(account) or ()
        todo = {
            name: Leaving.of(told)
            for name, told in sorted(policies.items())
            if name in failed or known.get(name) != told
        }
        if todo:
            found[account] = todo
    return found


def undone_in(resources: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Leaving]]:
    """The same of an exported state, of its `resources`."""
    leaving: dict[str, Told] = {}
    before: Mapping[str, Told] = {}
    left: Mapping[str, Collection[str]] = {}
    for each in resources:
        inputs, outputs = each.get("inputs") or {}, each.get("outputs") or {}
        if each.get("type") == MANAGED_POLICIES:
            leaving[inputs["account"]] = outputs.get("leaving") or {}
        elif each.get("type") == POLICY_REMOVAL:
            before, left = {**inputs, **outputs}.get("leaving") or {}, outputs.get("left") or {}
    return undone(leaving, before, left)
