"""From provider aliases to pooled policies and back, in the state alone: the same policies, known in the other way.

The engine would delete the policies of the one way and make those of the other: people would lose what they have
meanwhile, and a policy that is attached could not go at all. So the resources of the one way leave the state without a
call, and those of the other take their place with all that is known of them; the next preview shows no change.

Pure: an exported deployment in, the deployment for `stack import` out. `remit.cli` exports and imports.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from remit.documents import fingerprint
from remit.errors import RemitError, listed
from remit.kept_fan_out import GUARD
from remit.leaving import undone_in
from remit.managed_policy import Policy
from remit.policy_shape import policy_of, shaped
from remit.spoke_role import SpokeRole

Way = Literal["aliases", "pooled"]
Resource = Mapping[str, Any]

_ALIASES, _ALIAS, _POLICY = "remit:index:AccountPolicies", "pulumi:providers:aws-native", "aws-native:iam:ManagedPolicy"
_POOL, _POOLED = "remit:index:PooledPolicies", "remit:index:ManagedPolicies"
_WATCH, _RELEASE = "remit:index:PolicyWatch", "remit:index:PolicyRelease"
_REMOVAL, _BARRIER = "remit:index:PolicyRemoval", "remit:index:Barrier"
# How an exported state marks a secret that is still to be encrypted. The stock plugin keeps its inputs so.
_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


class SwitchError(RemitError):
    """The state cannot be moved over as it is. The message says what to do first."""


@dataclass(frozen=True, slots=True)
class Switched:
    """`deployment` is what `stack import` takes; `policies` and `accounts` count what moved over."""

    deployment: dict[str, Any]
    policies: int
    accounts: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What the state knows of one account."""

    account: str
    spoke: SpokeRole
    policies: tuple[Policy, ...]
    times: Mapping[str, str]


def switched(exported: Mapping[str, Any], to: Way, new_id: Callable[[], str]) -> Switched:
    """`exported` is the JSON of `stack export`. `new_id` makes the id of a provider: a UUID.

    Raises SwitchError where there is nothing to switch, or a run has left something open.
    """
    resources = _resources(exported)
    guard = _guard_of(resources)
    if _way(guard) == to:
        raise SwitchError(f"the state of this stack has its policies {to} already")
    _refuse_open(exported, resources)
    known = _aliased(resources) if to == "pooled" else _pooled(resources)
    gone = {each["urn"] for each in resources if _is_of_policies(each)}
    if to == "pooled":
        made, instead = _as_pooled(known, guard, _stack_urn(resources))
    else:
        made, instead = _as_aliases(known, guard, resources, new_id)
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
        if resource["type"] == GUARD:
            return resource
    raise SwitchError("this stack has no policies in its state: its next `up` makes them as remit:fanOut says")


def _way(guard: Resource) -> Way:
    return "pooled" if (guard.get("inputs") or {}).get("fanOut") == "pooled" else "aliases"


def _is_of_policies(resource: Resource) -> bool:
    parents = resource["urn"].split("::")[2].split("$")
    return parents[0] in {_ALIASES, _POOL} or parents[-1] == _BARRIER


def _refuse_open(exported: Mapping[str, Any], resources: Sequence[Resource]) -> None:
    if exported["deployment"].get("pending_operations"):
        raise SwitchError("a run of this stack was killed and may have left something: see docs/operations.md first")
    if waiting := [f"{name} in {account}" for account, going in undone_in(resources).items() for name in going]:
        raise SwitchError(f"what left the catalog is to be deleted first, by `remit up`: {listed(waiting)}")
    for resource in resources:
        if not _is_of_policies(resource):
            continue
        outputs = resource.get("outputs") or {}
        left = resource["type"] != _REMOVAL and outputs.get("left")
        half_done = left or (resource["type"] == _POOLED and "policies" in outputs)
        if half_done or any(resource.get(key) for key in ("initErrors", "delete", "pendingReplacement")):
            name = resource["urn"].rpartition("::")[2]
            raise SwitchError(f"{name} is half done since an earlier run: let `remit up` finish it first")


def _aliased(resources: Iterable[Resource]) -> list[_Known]:
    roles: dict[str, SpokeRole] = {}
    policies: defaultdict[str, list[Policy]] = defaultdict(list)
    detached: defaultdict[str, set[str]] = defaultdict(set)
    times: dict[str, Mapping[str, str]] = {}
    for resource in resources:
        account = resource["urn"].rpartition("::")[2].partition("/")[0]
        if not _is_of_policies(resource):
            continue
        if resource["type"] == _ALIAS:
            assumed = json.loads(resource["inputs"]["assumeRole"])
            name = assumed["roleArn"].partition(":role/")[2]
            roles[account] = SpokeRole(name, assumed.get("externalId") or "")
        elif resource["type"] == _RELEASE:
            detached[account].update(resource["inputs"]["detachOnDelete"])
        elif resource["type"] == _POLICY:
            policies[account].append(_policy_of_alias(resource["inputs"]))
            times[account] = _times(resource)
    return [
        _Known(
            account,
            roles[account],
            tuple(replace(each, detach_on_delete=each.name in detached[account]) for each in found),
            times[account],
        )
        for account, found in policies.items()
    ]


def _policy_of_alias(inputs: Mapping[str, Any]) -> Policy:
    return Policy(
        inputs["managedPolicyName"], inputs.get("path") or "/", inputs.get("description", ""), inputs["policyDocument"]
    )


def _pooled(resources: Iterable[Resource]) -> list[_Known]:
    """Without those accounts where the stack owns a path and has no policy: they get no alias."""
    known = [
        _Known(
            resource["inputs"]["account"],
            SpokeRole.of(resource["inputs"]),
            tuple(
                policy_of(name, shape)
                for name, shape in resource["inputs"]["policies"].items()
                if not shape.get("unmanaged")
            ),
            _times(resource),
        )
        for resource in resources
        if resource["type"] == _POOLED
    ]
    return [each for each in known if each.policies]


def _as_pooled(known: Collection[_Known], guard: Resource, stack: str) -> tuple[list[Resource], dict[str, list[str]]]:
    """The resources, and by the URN of each policy's old one the URNs of what stands for it."""
    urn = _urns(guard)
    pool = urn(_POOL, "policies")
    made: list[Resource] = [{"urn": pool, "custom": False, "type": _POOL, "parent": stack}]
    instead: dict[str, list[str]] = {}
    spoke: Resource = {}
    for each in known:
        spoke = each.spoke.properties()
        mine = urn(f"{_POOL}${_POOLED}", each.account)
        shapes = {policy.name: shaped(policy) for policy in each.policies}
        inputs = {"account": each.account, **spoke, "policies": shapes, "unmanaged": "report"}
        outputs = {"account": each.account}
        made.append(_custom(mine, each.account, inputs, outputs, pool, guard["provider"], guard["urn"], each.times))
        for policy in each.policies:
            instead[urn(f"{_ALIASES}${_POLICY}", f"{each.account}/{policy.name}")] = [mine]
    if known:
        inputs = {**spoke, "leaving": {}}
        removal = urn(f"{_POOL}${_REMOVAL}", "policy-removal")
        made.append(_custom(removal, "policy-removal", inputs, {}, pool, guard["provider"], guard["urn"], {}))
    return made, instead


def _as_aliases(
    known: Sequence[_Known], guard: Resource, resources: Sequence[Resource], new_id: Callable[[], str]
) -> tuple[list[Resource], dict[str, list[str]]]:
    """As `_as_pooled`."""
    urn, stack = _urns(guard), _stack_urn(resources)
    settings = _alias_settings(resources)
    made: list[Resource] = []
    instead: defaultdict[str, list[str]] = defaultdict(list)
    barrier = urn(f"{_POOL}${_BARRIER}", "policies")
    for each in known:
        watch = urn(f"{_ALIASES}${_WATCH}", each.account)
        shapes = {policy.name: _watched(policy) for policy in each.policies}
        watching = {"account": each.account, **each.spoke.properties(), "policies": shapes}
        component, id_ = urn(_ALIASES, each.account), new_id()
        alias = urn(f"{_ALIASES}${_ALIAS}", each.account)
        role = {"roleArn": each.spoke.arn(each.account), "sessionName": "remit"}
        if each.spoke.external_id:
            role = {"externalId": each.spoke.external_id, **role}
        inputs = {**settings, "assumeRole": json.dumps(role)}
        outputs = {name: value for name, value in inputs.items() if name != "__internal"}
        made.append({"urn": component, "custom": False, "type": _ALIASES, "parent": stack})
        seen: Resource = {"documents": {}}
        made.append(
            _custom(watch, each.account, watching, seen, component, guard["provider"], guard["urn"], each.times)
        )
        made.append(_custom(alias, id_, inputs, outputs, component, "", guard["urn"], each.times))
        for policy in each.policies:
            mine = urn(f"{_ALIASES}${_POLICY}", f"{each.account}/{policy.name}")
            arn = f"arn:aws:iam::{each.account}:policy{policy.path}{policy.name}"
            values = {
                "managedPolicyName": policy.name,
                "path": policy.path,
                "description": policy.description,
                "policyDocument": policy.document,
            }
            kept = {**_SECRET, "plaintext": json.dumps(values)}
            state = {**{key: value for key, value in values.items() if value}, "policyArn": arn, "__inputs": kept}
            made.append(_custom(mine, arn, values, state, component, f"{alias}::{id_}", watch, each.times))
            instead[urn(f"{_POOL}${_POOLED}", each.account)].append(mine)
            instead[barrier].append(mine)
        made.append(_releasing(each, urn, component, guard["provider"]))
    return made, dict(instead)


def _watched(policy: Policy) -> dict[str, Any]:
    detach = {"detachOnDelete": True} if policy.detach_on_delete else {}
    shape = {"path": policy.path, "description": policy.description, "document": fingerprint(policy.document)}
    return {**shape, **detach}


def _releasing(known: _Known, urn: Callable[[str, str], str], component: str, provider: str) -> Resource:
    inputs = {
        "account": known.account,
        **known.spoke.properties(),
        "policies": {policy.name: policy.path for policy in known.policies},
        "detachOnDelete": [policy.name for policy in known.policies if policy.detach_on_delete],
    }
    policies = [urn(f"{_ALIASES}${_POLICY}", f"{known.account}/{policy.name}") for policy in known.policies]
    release = urn(f"{_ALIASES}${_RELEASE}", known.account)
    made = _custom(release, known.account, inputs, {}, component, provider, "", known.times)
    return {**made, "dependencies": policies}


def _alias_settings(resources: Iterable[Resource]) -> dict[str, Any]:
    """The inputs that all aliases share: those of the permission sets' own, or as far as the remit provider's go."""
    region: dict[str, Any] = {}
    for resource in resources:
        if resource["type"] == _ALIAS and not _is_of_policies(resource):
            return dict(resource["inputs"])
        if resource["type"] == "pulumi:providers:remit" and "region" in resource["inputs"]:
            region = {"region": resource["inputs"]["region"]}
    return region


def _custom(
    urn: str,
    id_: str,
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    parent: str,
    provider: str,
    after: str,
    times: Mapping[str, str],
) -> Resource:
    return {
        "urn": urn,
        "custom": True,
        "id": id_,
        "type": urn.split("::")[2].rpartition("$")[2],
        "inputs": inputs,
        **({"outputs": outputs} if outputs else {}),
        "parent": parent,
        **({"dependencies": [after]} if after else {}),
        **({"provider": provider} if provider else {}),
        **times,
    }


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


def _urns(guard: Resource) -> Callable[[str, str], str]:
    """Makes a URN of the same stack: of types from the component down, and a name."""
    prefix = "::".join(guard["urn"].split("::")[:2])
    return lambda types, name: f"{prefix}::{types}::{name}"


def _stack_urn(resources: Iterable[Resource]) -> str:
    return next(str(each["urn"]) for each in resources if each["type"] == "pulumi:pulumi:Stack")


def _times(resource: Resource) -> dict[str, str]:
    return {key: resource[key] for key in ("created", "modified") if key in resource}
