from __future__ import annotations

from typing import Any

from remit.retirement import retire, without_permission_sets

HERE, GONE = "111111111111", "222222222222"
STACK = "urn:pulumi:prod::remit::pulumi:pulumi:Stack::remit-prod"
SET = "urn:pulumi:prod::remit::remit:index:PermissionSets$aws-native:sso:PermissionSet::Engineer"


def component(account: str) -> str:
    return f"urn:pulumi:prod::remit::remit:index:AccountPolicies::{account}"


def policy(account: str) -> str:
    return f"urn:pulumi:prod::remit::remit:index:AccountPolicies$aws-native:iam:ManagedPolicy::{account}/Guardrail"


def exported() -> dict[str, Any]:
    resources: list[dict[str, Any]] = [{"urn": STACK}]
    for account in (HERE, GONE):
        resources.append({"urn": component(account), "parent": STACK})
        resources.append({"urn": policy(account), "parent": component(account)})
    needs = [policy(HERE), policy(GONE)]
    resources.append({"urn": SET, "parent": STACK, "dependencies": needs, "propertyDependencies": {"name": needs}})
    return {"version": 3, "deployment": {"manifest": {"magic": "m"}, "resources": resources}}


def test_what_lies_in_a_departed_account_leaves_the_state() -> None:
    retirement = retire(exported(), {HERE})
    urns = [resource["urn"] for resource in retirement.deployment["deployment"]["resources"]]
    assert urns == [STACK, component(HERE), policy(HERE), SET]
    assert retirement.retired == {GONE: 2}


def test_nobody_refers_to_what_left() -> None:
    last = retire(exported(), {HERE}).deployment["deployment"]["resources"][-1]
    assert last["dependencies"] == [policy(HERE)]
    assert last["propertyDependencies"] == {"name": [policy(HERE)]}


def test_an_active_account_keeps_everything() -> None:
    retirement = retire(exported(), {HERE, GONE})
    assert retirement.deployment == exported()
    assert retirement.retired == {}


def test_an_empty_state_stays_empty() -> None:
    assert retire({"version": 3, "deployment": {}}, {HERE}).retired == {}
    assert retire({"version": 3}, {HERE}).retired == {}


def test_the_pooled_policies_of_a_departed_account_leave_the_state() -> None:
    pooled = "urn:pulumi:prod::remit::remit:index:PooledPolicies$remit:index:ManagedPolicies::"
    barrier = {"urn": "urn:barrier", "dependencies": [f"{pooled}{HERE}", f"{pooled}{GONE}"]}
    resources = [{"urn": STACK}, {"urn": f"{pooled}{HERE}"}, {"urn": f"{pooled}{GONE}"}, barrier]
    retirement = retire({"version": 3, "deployment": {"resources": resources}}, {HERE})
    assert retirement.retired == {GONE: 1}
    assert retirement.deployment["deployment"]["resources"][-1]["dependencies"] == [f"{pooled}{HERE}"]


def test_what_left_the_catalog_and_is_not_deleted_is_told_when_nobody_knows_of_it_any_more() -> None:
    old, done = {"path": "/remit/", "id": "ANPA1"}, {"path": "/remit/", "id": "ANPA2"}
    pooled = {
        "urn": f"urn:pulumi:prod::remit::remit:index:PooledPolicies$remit:index:ManagedPolicies::{GONE}",
        "type": "remit:index:ManagedPolicies",
        "inputs": {"account": GONE},
        "outputs": {"account": GONE, "leaving": {"Old": old, "Done": done, "Held": old}},
    }
    removal = {
        "urn": "urn:removal",
        "type": "remit:index:PolicyRemoval",
        "inputs": {"leaving": {GONE: {"Done": done, "Held": old}}},
        "outputs": {"left": {GONE: {"Held": "/remit/"}}},
    }
    state = {"version": 3, "deployment": {"resources": [{"urn": STACK}, pooled, removal]}}
    assert retire(state, {HERE}).forgotten == {GONE: ["/remit/Held", "/remit/Old"]}
    assert retire(state, {HERE, GONE}).forgotten == {}


def test_a_permission_set_leaves_with_its_assignments_and_nobody_refers_to_them() -> None:
    below = "urn:pulumi:prod::remit::remit:index:PermissionSets$aws-native:sso:PermissionSet::"
    access = "urn:pulumi:prod::remit::remit:index:Access$remit:index:AccountAssignments::"
    last = "urn:pulumi:prod::remit::remit:index:Barrier::everything"
    ours, theirs = [f"{below}Mine", f"{access}Mine"], [f"{below}Theirs", f"{access}Theirs"]
    policy = "urn:pulumi:prod::remit::remit:index:AccountPolicies$aws-native:iam:ManagedPolicy::111111111111/Theirs"
    resources = [
        {"urn": STACK},
        {"urn": policy},
        *({"urn": each} for each in (*ours, *theirs)),
        {"urn": last, "dependencies": [*ours, *theirs]},
    ]
    state = {"version": 3, "deployment": {"manifest": {}, "resources": resources}}
    left, found = without_permission_sets(state, ["Theirs", "Nobodys"])
    assert found == {"Theirs"}
    assert [each["urn"] for each in left["deployment"]["resources"]] == [STACK, policy, *ours, last]
    assert left["deployment"]["resources"][-1]["dependencies"] == ours
