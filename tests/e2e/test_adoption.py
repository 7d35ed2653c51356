"""What exists already is taken over without a change, and what will differ is said first."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.by_hand import INSTANCE
from tests.e2e.world import AUDIT, PAY_DEV, SHOP_DEV, World

ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def make_by_hand(world: World) -> None:
    """A policy that a role has, one at another path, and a permission set."""
    shop, pay, center = world.client("iam", SHOP_DEV), world.client("iam", PAY_DEV), world.client("sso-admin")
    made = shop.create_policy(
        PolicyName="Guardrail",
        Path="/remit/",
        Description="What developers may do",
        PolicyDocument=json.dumps(ALLOW_ALL),
    )
    shop.create_role(RoleName="legacy", AssumeRolePolicyDocument=TRUST)
    shop.attach_role_policy(RoleName="legacy", PolicyArn=made["Policy"]["Arn"])
    pay.create_policy(PolicyName="standalone", Path="/old/", PolicyDocument=json.dumps(ALLOW_ALL))
    center.create_permission_set(InstanceArn=INSTANCE, Name="Auditor", Description="By hand", SessionDuration="PT2H")


STEPS = {
    "aliases": {("update", "Auditor"), ("update", f"{SHOP_DEV}/Guardrail"), ("replace", f"{PAY_DEV}/Standalone")},
    "pooled": {("update", "Auditor"), ("update", SHOP_DEV), ("update", PAY_DEV)},
}


def attached(world: World) -> list[str]:
    answer = world.client("iam", SHOP_DEV).list_attached_role_policies(RoleName="legacy")
    return [policy["PolicyName"] for policy in answer["AttachedPolicies"]]


@pytest.mark.parametrize("mode", ["aliases", "pooled"])
def test_what_exists_is_adopted_as_it_is_and_changed_by_the_run_without_the_setting(fresh: World, mode: str) -> None:
    fresh.configure(fanOut=mode)
    make_by_hand(fresh)
    fresh.paths = ("/remit/", "/old/")
    before = fresh.policies(), fresh.permission_sets()["Auditor"]
    refused = fresh.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert re.search("already exists|a policy Guardrail at /remit/ already", refused.text)
    assert fresh.policies().items() >= before[0].items()

    fresh.configure(adopt=True, fanOut=mode)
    text = " ".join(fresh.preview().text.split())
    assert f"policy Guardrail in {SHOP_DEV} is taken over as it is; it differs in statement All, statement" in text
    assert (
        f"policy Standalone in {PAY_DEV} is taken over as it is; it differs in name 'standalone', path '/old/'" in text
    )
    assert "permission set Auditor is taken over as it is; it differs in description, session_duration" in text
    for times in (1, 2):
        told = " ".join(fresh.up().text.split())
        assert f"policy Guardrail in {SHOP_DEV} is taken over as it is; it differs in" in told, times
        assert fresh.policies().items() >= before[0].items(), f"run {times} with the setting"
        assert fresh.permission_sets()["Auditor"] == before[1]
        assert (AUDIT, "Guardrail") in fresh.policies()
        assert fresh.steps() == set()

    fresh.configure(fanOut=mode)
    assert fresh.steps() >= STEPS[mode]
    fresh.up()
    fresh.assert_converged()
    assert attached(fresh) == ["Guardrail"]
