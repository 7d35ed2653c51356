"""The resources of one way, from what the state knew in the other."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from remit.documents import fingerprint
from remit.managed_policy import Policy
from remit.policy_shape import shaped
from remit.resource_types import (
    ACCOUNT_POLICIES,
    BARRIER,
    MANAGED_POLICIES,
    POLICY_RELEASE,
    POLICY_REMOVAL,
    POLICY_WATCH,
    POOLED_POLICIES,
    REMIT_PROVIDER,
    STACK,
    STOCK_MANAGED_POLICY,
    STOCK_PROVIDER,
)
from remit.switching.known import Known, Resource, is_of_policies

# How an exported state marks a secret that is still to be encrypted. The stock plugin keeps its inputs so.
_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def as_pooled(known: Collection[Known], guard: Resource, stack: str) -> tuple[list[Resource], dict[str, list[str]]]:
    """The resources, and by the URN of each policy's old one the URNs of what stands for it."""
    urn = _urns(guard)
    pool = urn(POOLED_POLICIES, "policies")
    made: list[Resource] = [{"urn": pool, "custom": False, "type": POOLED_POLICIES, "parent": stack}]
    instead: dict[str, list[str]] = {}
    spoke: Resource = {}
    for each in known:
        spoke = each.spoke.properties()
        mine = urn(f"{POOLED_POLICIES}${MANAGED_POLICIES}", each.account)
        shapes = {policy.name: shaped(policy) for policy in each.policies}
        inputs = {"account": each.account, **spoke, "policies": shapes, "unmanaged": "report"}
        outputs = {"account": each.account}
        made.append(_custom(mine, each.account, inputs, outputs, pool, guard["provider"], guard["urn"], each.times))
        for policy in each.policies:
            instead[urn(f"{ACCOUNT_POLICIES}${STOCK_MANAGED_POLICY}", f"{each.account}/{policy.name}")] = [mine]
    if known:
        inputs = {**spoke, "leaving": {}}
        removal = urn(f"{POOLED_POLICIES}${POLICY_REMOVAL}", "policy-removal")
        made.append(_custom(removal, "policy-removal", inputs, {}, pool, guard["provider"], guard["urn"], {}))
    return made, instead


def as_aliases(
    known: Sequence[Known], guard: Resource, resources: Sequence[Resource], new_id: Callable[[], str]
) -> tuple[list[Resource], dict[str, list[str]]]:
    """As `as_pooled`."""
    urn, stack = _urns(guard), stack_urn(resources)
    settings = _alias_settings(resources)
    made: list[Resource] = []
    instead: defaultdict[str, list[str]] = defaultdict(list)
    barrier = urn(f"{POOLED_POLICIES}${BARRIER}", "policies")
    for each in known:
        watch = urn(f"{ACCOUNT_POLICIES}${POLICY_WATCH}", each.account)
        shapes = {policy.name: _watched(policy) for policy in each.policies}
        watching = {"account": each.account, **each.spoke.properties(), "policies": shapes}
        component, id_ = urn(ACCOUNT_POLICIES, each.account), new_id()
        alias = urn(f"{ACCOUNT_POLICIES}${STOCK_PROVIDER}", each.account)
        role = {"roleArn": each.spoke.arn(each.account), "sessionName": "remit"}
        if each.spoke.external_id:
            role = {"externalId": each.spoke.external_id, **role}
        inputs = {**settings, "assumeRole": json.dumps(role)}
        outputs = {name: value for name, value in inputs.items() if name != "__internal"}
        made.append({"urn": component, "custom": False, "type": ACCOUNT_POLICIES, "parent": stack})
        seen: Resource = {"documents": {}}
        made.append(
            _custom(watch, each.account, watching, seen, component, guard["provider"], guard["urn"], each.times)
        )
        made.append(_custom(alias, id_, inputs, outputs, component, "", guard["urn"], each.times))
        for policy in each.policies:
            mine = urn(f"{ACCOUNT_POLICIES}${STOCK_MANAGED_POLICY}", f"{each.account}/{policy.name}")
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
            instead[urn(f"{POOLED_POLICIES}${MANAGED_POLICIES}", each.account)].append(mine)
            instead[barrier].append(mine)
        made.append(_releasing(each, urn, component, guard["provider"]))
    return made, dict(instead)


def _watched(policy: Policy) -> dict[str, Any]:
    detach = {"detachOnDelete": True} if policy.detach_on_delete else {}
    shape = {"path": policy.path, "description": policy.description, "document": fingerprint(policy.document)}
    return {**shape, **detach}


def _releasing(known: Known, urn: Callable[[str, str], str], component: str, provider: str) -> Resource:
    inputs = {
        "account": known.account,
        **known.spoke.properties(),
        "policies": {policy.name: policy.path for policy in known.policies},
        "detachOnDelete": [policy.name for policy in known.policies if policy.detach_on_delete],
    }
    policies = [
        urn(f"{ACCOUNT_POLICIES}${STOCK_MANAGED_POLICY}", f"{known.account}/{policy.name}") for policy in known.policies
    ]
    release = urn(f"{ACCOUNT_POLICIES}${POLICY_RELEASE}", known.account)
    made = _custom(release, known.account, inputs, {}, component, provider, "", known.times)
    return {**made, "dependencies": policies}


def _alias_settings(resources: Iterable[Resource]) -> dict[str, Any]:
    """The inputs that all aliases share: those of the permission sets' own, or as far as the remit provider's go."""
    region: dict[str, Any] = {}
    for resource in resources:
        if resource["type"] == STOCK_PROVIDER and not is_of_policies(resource):
            return dict(resource["inputs"])
        if resource["type"] == REMIT_PROVIDER and "region" in resource["inputs"]:
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


def _urns(guard: Resource) -> Callable[[str, str], str]:
    """Makes a URN of the same stack: of types from the component down, and a name."""
    prefix = "::".join(guard["urn"].split("::")[:2])
    return lambda types, name: f"{prefix}::{types}::{name}"


def stack_urn(resources: Iterable[Resource]) -> str:
    """Of the stack itself, under which components stand."""
    return next(str(each["urn"]) for each in resources if each["type"] == STACK)
