"""From aliases to pooled policies and back, in an exported state."""

from __future__ import annotations

import json
from typing import Any

import pytest

from remit.documents import fingerprint
from remit.spoke_role import SpokeRole
from remit.switching.switch import SwitchError, Way, switched

PREFIX = "urn:pulumi:prod::remit::"
STACK = f"{PREFIX}pulumi:pulumi:Stack::remit-prod"
ACCESS = f"{PREFIX}remit:index:Access::access"
PROVIDER = f"{PREFIX}remit:index:Access$pulumi:providers:remit::identity-center"
GUARD = f"{PREFIX}remit:index:Access$remit:index:RevocationGuard::revocation-guard"
SETS = f"{PREFIX}remit:index:PermissionSets::permission-sets"
SET = f"{PREFIX}remit:index:PermissionSets$aws-native:sso:PermissionSet::Engineer"
REMOVAL = f"{PREFIX}remit:index:PooledPolicies$remit:index:PolicyRemoval::policy-removal"
ONE, TWO = "111111111111", "222222222222"
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"},
        {"Effect": "Deny", "Action": ["iam:*"], "Resource": "*"},
    ],
}
SETTINGS = {"region": "eu-west-1", "version": "1.84.0", "skipRegionValidation": "true"}


WATCHED = {"path": "/remit/", "description": "why", "detachOnDelete": True, "document": fingerprint(DOCUMENT)}


def alias_of(account: str) -> list[dict[str, Any]]:
    component = f"{PREFIX}remit:index:AccountPolicies::{account}"
    alias = f"{PREFIX}remit:index:AccountPolicies$pulumi:providers:aws-native::{account}"
    arn = f"arn:aws:iam::{account}:role/platform/RemitSpoke"
    role = json.dumps({"externalId": "remit-7f3a", "roleArn": arn, "sessionName": "remit"})
    values = {"managedPolicyName": "Guardrail", "path": "/remit/", "description": "why", "policyDocument": DOCUMENT}
    arn = f"arn:aws:iam::{account}:policy/remit/Guardrail"
    inputs = {**SETTINGS, "assumeRole": role}
    return [
        {"urn": component, "custom": False, "type": "remit:index:AccountPolicies", "parent": STACK},
        {
            "urn": watch_urn(account),
            "custom": True,
            "id": account,
            "type": "remit:index:PolicyWatch",
            "inputs": {
                "account": account,
                "role": "platform/RemitSpoke",
                "externalId": "remit-7f3a",
                "policies": {"Guardrail": WATCHED},
            },
            "parent": component,
            "provider": f"{PROVIDER}::r",
            "dependencies": [GUARD],
        },
        {
            "urn": alias,
            "custom": True,
            "id": f"id-{account}",
            "type": "pulumi:providers:aws-native",
            "inputs": inputs,
            "outputs": inputs,
            "parent": component,
            "dependencies": [GUARD],
        },
        {
            "urn": policy_urn(account),
            "custom": True,
            "id": arn,
            "type": "aws-native:iam:ManagedPolicy",
            "inputs": values,
            "outputs": {**values, "policyArn": arn, "attachmentCount": 2},
            "parent": component,
            "provider": f"{alias}::id-{account}",
            "dependencies": [watch_urn(account)],
            "created": "2026-06-01T00:00:00Z",
        },
        {
            "urn": f"{PREFIX}remit:index:AccountPolicies$remit:index:PolicyRelease::{account}",
            "custom": True,
            "id": account,
            "type": "remit:index:PolicyRelease",
            "inputs": {
                "account": account,
                "role": "platform/RemitSpoke",
                "policies": {"Guardrail": "/remit/"},
                "detachOnDelete": ["Guardrail"],
            },
            "parent": component,
            "provider": f"{PROVIDER}::r",
            "dependencies": [policy_urn(account)],
        },
    ]


def watch_urn(account: str) -> str:
    return f"{PREFIX}remit:index:AccountPolicies$remit:index:PolicyWatch::{account}"


def policy_urn(account: str) -> str:
    return f"{PREFIX}remit:index:AccountPolicies$aws-native:iam:ManagedPolicy::{account}/Guardrail"


def pooled_urn(account: str) -> str:
    return f"{PREFIX}remit:index:PooledPolicies$remit:index:ManagedPolicies::{account}"


def exported() -> dict[str, Any]:
    own = {**SETTINGS, "id": "x"}
    del own["id"]
    resources = [
        {"urn": STACK, "custom": False, "type": "pulumi:pulumi:Stack"},
        {"urn": ACCESS, "custom": False, "type": "remit:index:Access", "parent": STACK},
        {
            "urn": PROVIDER,
            "custom": True,
            "id": "r",
            "type": "pulumi:providers:remit",
            "inputs": {"region": "eu-west-1"},
        },
        {
            "urn": GUARD,
            "custom": True,
            "id": "revocation-guard",
            "type": "remit:index:RevocationGuard",
            "inputs": {"held": "", "count": 0},
            "parent": ACCESS,
            "provider": f"{PROVIDER}::r",
        },
        *alias_of(ONE),
        *alias_of(TWO),
        {
            "urn": f"{PREFIX}remit:index:PermissionSets$pulumi:providers:aws-native::identity-center",
            "custom": True,
            "id": "n",
            "type": "pulumi:providers:aws-native",
            "inputs": own,
        },
        {
            "urn": SET,
            "custom": True,
            "id": "s",
            "type": "aws-native:sso:PermissionSet",
            "dependencies": [policy_urn(ONE), policy_urn(TWO)],
            "propertyDependencies": {"name": [policy_urn(ONE)]},
        },
    ]
    return {"version": 3, "deployment": {"manifest": {}, "resources": resources}}


def resources_of(deployment: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["urn"]: each for each in deployment["deployment"]["resources"]}


def move(deployment: dict[str, Any], to: Way) -> dict[str, Any]:
    return switched(deployment, to, lambda: "new-id").deployment


def test_all_that_is_known_of_a_policy_goes_along() -> None:
    moved = switched(exported(), "pooled", lambda: "new-id")
    assert (moved.policies, moved.accounts) == (2, 2)
    pooled = resources_of(moved.deployment)[pooled_urn(ONE)]
    assert pooled["id"] == ONE
    assert SpokeRole.of(pooled["inputs"]) == SpokeRole("platform/RemitSpoke", "remit-7f3a")
    assert pooled["inputs"]["policies"]["Guardrail"]["statements"].keys() == {"Read", "#2"}
    assert pooled["inputs"]["policies"]["Guardrail"]["detachOnDelete"] is True
    assert pooled["provider"] == f"{PROVIDER}::r"
    removal = resources_of(moved.deployment)[REMOVAL]
    assert SpokeRole.of(removal["inputs"]) == SpokeRole("platform/RemitSpoke", "remit-7f3a")
    assert removal["inputs"]["leaving"] == {}
    assert resources_of(moved.deployment)[GUARD]["inputs"]["fanOut"] == "pooled"


def test_nothing_is_left_of_the_other_way_and_parents_and_what_is_needed_come_first() -> None:
    for deployment in (move(exported(), "pooled"), move(move(exported(), "pooled"), "aliases")):
        seen: set[str] = set()
        for resource in deployment["deployment"]["resources"]:
            needed = {resource.get("parent", STACK), *resource.get("dependencies", ())} - {SETS}
            assert needed - seen <= ({STACK} if resource["urn"] == STACK else set()), resource["urn"]
            seen.add(resource["urn"])
    assert not [urn for urn in resources_of(move(exported(), "pooled")) if "AccountPolicies" in urn]
    assert not [urn for urn in seen if "Pooled" in urn]


def test_there_and_back_is_the_same_but_for_ids_and_what_aws_counts() -> None:
    before, after = resources_of(exported()), resources_of(move(move(exported(), "pooled"), "aliases"))
    assert before.keys() == after.keys()
    for urn in before:
        assert before[urn].get("inputs", {}).items() <= after[urn].get("inputs", {}).items(), urn
        assert before[urn].get("dependencies", []) == after[urn].get("dependencies", []), urn
    kept = after[policy_urn(ONE)]["outputs"]["__inputs"]
    assert json.loads(kept["plaintext"]) == before[policy_urn(ONE)]["inputs"]
    assert after[policy_urn(ONE)]["provider"].endswith(f"{ONE}::new-id")


def test_an_account_without_a_policy_gets_no_alias() -> None:
    state = move(exported(), "pooled")
    resources_of(state)[pooled_urn(TWO)]["inputs"]["policies"] = {}
    moved = switched(state, "aliases", lambda: "new-id")
    assert (moved.policies, moved.accounts) == (1, 1)
    assert not [urn for urn in resources_of(moved.deployment) if TWO in urn]


def test_whoever_waited_for_a_policy_waits_for_what_stands_for_it() -> None:
    waiting = resources_of(move(exported(), "pooled"))[SET]
    assert waiting["dependencies"] == [pooled_urn(ONE), pooled_urn(TWO)]
    assert waiting["propertyDependencies"] == {"name": [pooled_urn(ONE)]}


def half_done() -> dict[str, Any]:
    state = move(exported(), "pooled")
    resources_of(state)[pooled_urn(ONE)]["outputs"] = {"account": ONE, "policies": {}}
    return state


def refreshed() -> dict[str, Any]:
    """Somebody changed a policy, and a refresh has taken that into the state."""
    state = exported()
    resources_of(state)[policy_urn(ONE)]["inputs"]["policyDocument"] = {**DOCUMENT, "Statement": []}
    return state


def leaving(*, deleted: bool) -> dict[str, Any]:
    """A policy has left the catalog, and no read has shown yet that it is gone."""
    state, going = move(exported(), "pooled"), {"Old": {"path": "/remit/", "id": "ANPA1"}}
    resources_of(state)[pooled_urn(ONE)]["outputs"] = {"account": ONE, "leaving": going}
    if deleted:
        resources_of(state)[REMOVAL]["inputs"]["leaving"] = {ONE: going}
    return state


def test_what_is_deleted_already_holds_up_no_switch() -> None:
    move(leaving(deleted=True), "aliases")


@pytest.mark.parametrize(
    ("state", "to", "message"),
    [
        ({"version": 3, "deployment": {}}, "pooled", "its next `up` makes them"),
        (exported(), "aliases", "has its policies aliases already"),
        (
            {**exported(), "deployment": {**exported()["deployment"], "pending_operations": [{}]}},
            "pooled",
            "was killed",
        ),
        (refreshed(), "pooled", f"would pass for the stack's own: .* first: Guardrail in {ONE}"),
        (half_done(), "aliases", f"{ONE} is half done since an earlier run"),
        (leaving(deleted=False), "aliases", f"is to be deleted first, by `remit up`: Old in {ONE}"),
    ],
)
def test_a_state_that_is_not_ready_is_left_as_it_is(state: dict[str, Any], to: Way, message: str) -> None:
    with pytest.raises(SwitchError, match=message):
        move(state, to)
