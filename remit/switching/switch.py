"""From provider aliases to pooled policies and back, in the state alone: the same policies, known in the other way.

The engine would delete the policies of the one way and make those of the other: people would lose what they have
meanwhile, and a policy that is attached could not go at all. So the resources of the one way leave the state without a
call, and those of the other take their place with all that is known of them; the next preview shows no change.

Pure: an exported deployment in, the deployment for `stack import` out. `remit.cli` exports and imports.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from remit.drift.recorded import Recorded
from remit.errors import RemitError, listed
from remit.leaving import undone_in
from remit.resource_types import MANAGED_POLICIES, POLICY_REMOVAL, REVOCATION_GUARD
from remit.switching.known import Resource, aliased, is_of_policies, pooled
from remit.switching.making import as_aliases, as_pooled, stack_urn

Way = Literal["aliases", "pooled"]


class SwitchError(RemitError):
    """The state cannot be moved over as it is. The message says what to do first."""


@dataclass(frozen=True, slots=True)
class Switched:
    """`deployment` is what `stack import` takes; `policies` and `accounts` count what moved over."""

    deployment: dict[str, Any]
    policies: int
    accounts: int


def switched(exported: Mapping[str, Any], to: Way, new_id: Callable[[], str]) -> Switched:
    """`exported` is the JSON of `stack export`. `new_id` makes the id of a provider: a UUID.

    Raises SwitchError where there is nothing to switch, or a run has left something open.
    """
    resources = _resources(exported)
    guard = _guard_of(resources)
    if _way(guard) == to:
        raise SwitchError(f"the state of this stack has its policies {to} already")
    _refuse_open(exported, resources)
    known = aliased(resources) if to == "pooled" else pooled(resources)
    gone = {each["urn"] for each in resources if is_of_policies(each)}
    if to == "pooled":
        made, instead = as_pooled(known, guard, stack_urn(resources))
    else:
        made, instead = as_aliases(known, guard, resources, new_id)
    kept = [_marked(each, guard, to) for each in resources if each["urn"] not in gone]
    position = next(number for number, each in enumerate(kept, 1) if each["urn"] == guard["urn"])
    result = [*kept[:position], *made, *(_repointed(each, gone, instead) for each in kept[position:])]
    deployment = {**exported["deployment"], "resources": result}
    count = sum(len(each.policies) for each in known)
    return Switched({**exported, "deployment": deployment}, count, len(known))


def _resources(exported: Mapping[str, Any]) -> Sequence[Resource]:
    return (exported.get("deployment") or {}).get("resources") or []


def _guard_of(resources: Iterable[Resource]) -> Resource:
    for resource in resources:
        if resource["type"] == REVOCATION_GUARD:
            return resource
    raise SwitchError("this stack has no policies in its state: its next `up` makes them as remit:fanOut says")


def _way(guard: Resource) -> Way:
    return "pooled" if (guard.get("inputs") or {}).get("fanOut") == "pooled" else "aliases"


def _refuse_open(exported: Mapping[str, Any], resources: Sequence[Resource]) -> None:
    if exported["deployment"].get("pending_operations"):
        raise SwitchError("a run of this stack was killed and may have left something: see docs/operations.md first")
    if waiting := [f"{name} in {account}" for account, going in undone_in(resources).items() for name in going]:
        raise SwitchError(f"what left the catalog is to be deleted first, by `remit up`: {listed(waiting)}")
    recorded = Recorded.of(exported)  # only aliases say beside what is live what the stack gave
    if others := [f"{name} in {account}" for account, name in recorded.policies if recorded.refreshed(account, name)]:
        raise SwitchError(
            "what the last run did not want, and a refresh has shown, would pass for the stack's own: adopt it by "
            f"`remit sync`, or take it back by `remit up`, first: {listed(others)}"
        )
    for resource in resources:
        if not is_of_policies(resource):
            continue
        outputs = resource.get("outputs") or {}
        left = resource["type"] != POLICY_REMOVAL and outputs.get("left")
        half_done = left or (resource["type"] == MANAGED_POLICIES and "policies" in outputs)
        if half_done or any(resource.get(key) for key in ("initErrors", "delete", "pendingReplacement")):
            name = resource["urn"].rpartition("::")[2]
            raise SwitchError(f"{name} is half done since an earlier run: let `remit up` finish it first")


def _marked(resource: Resource, guard: Resource, to: Way) -> Resource:
    if resource["urn"] != guard["urn"]:
        return resource
    return {**resource, "inputs": {**resource["inputs"], "fanOut": to}}


def _repointed(resource: Resource, gone: Collection[str], instead: Mapping[str, Sequence[str]]) -> Resource:
    """The resource with what it depends on as that is called now: so that a `destroy` keeps the order."""

    def now(urns: Iterable[str]) -> list[str]:
        found = [name for urn in urns for name in ([urn] if urn not in gone else instead.get(urn, ()))]
        return list(dict.fromkeys(found))

    kept = dict(resource)
    if "dependencies" in kept:
        kept["dependencies"] = now(kept["dependencies"])
    if "propertyDependencies" in kept:
        kept["propertyDependencies"] = {name: now(urns or ()) for name, urns in kept["propertyDependencies"].items()}
    return kept
