"""Policies that somebody has: what is told and what AWS refuses, and how a policy that is made anew comes to them."""

from __future__ import annotations

import json

from tests.e2e.test_adoption import TRUST, configure
from tests.e2e.world import AUDIT, PAY_DEV, SHOP_DEV, World

STANDALONE = f"arn:aws:iam::{SHOP_DEV}:policy/remit/Standalone"


def test_whoever_has_a_policy_that_goes_is_named_and_the_other_accounts_are_completed(fresh: World) -> None:
    world = fresh
    configure(world, fanOut="aliases")
    world.up()
    iam = world.client("iam", SHOP_DEV)
    iam.create_role(RoleName="legacy", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="legacy", PolicyArn=STANDALONE)
    assert world.steps("--refresh") == set()  # who has a policy is no drift

    world.edit("managed.yaml", "description: Attached to nothing", "description: Attached to a role")
    words = f"account {SHOP_DEV}: policy Standalone gets another description, which IAM fixes at creation"
    for run in (world.run("preview"), world.run("up", "--yes", "--skip-preview")):
        text = " ".join(run.text.split())
        assert words in text
        assert "AWS refuses while it is held by role legacy" in text
    assert run.code != 0
    described = {
        account: policy["description"] for (account, name), policy in world.policies().items() if name[0] == "S"
    }
    assert described == {SHOP_DEV: "Attached to nothing", PAY_DEV: "Attached to a role"}
    iam.detach_role_policy(RoleName="legacy", PolicyArn=STANDALONE)
    world.up()
    world.assert_converged()

    # IAM keeps a document as it was written: what a run wrote is no drift, other words of the same meaning are.
    document = world.policies()[AUDIT, "Guardrail"]["document"]
    other = [{**statement, "Action": [statement["Action"]]} for statement in document["Statement"]]
    world.client("iam", AUDIT).create_policy_version(
        PolicyArn=f"arn:aws:iam::{AUDIT}:policy/remit/Guardrail",
        PolicyDocument=json.dumps({**document, "Statement": other}),
        SetAsDefault=True,
    )
    assert world.steps("--refresh") == {("update", f"{AUDIT}/Guardrail")}


def test_a_policy_that_is_made_anew_goes_to_whoever_had_it(fresh: World) -> None:
    configure(fresh, fanOut="pooled")
    fresh.edit(
        "managed.yaml",
        "targets: ou:Workloads/Dev\n    st",
        "targets: ou:Workloads/Dev\n    detach_on_delete: true\n    st",
    )
    fresh.up()
    iam = fresh.client("iam", SHOP_DEV)
    iam.create_role(RoleName="legacy", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="legacy", PolicyArn=STANDALONE)
    iam.create_user(UserName="ada")
    iam.attach_user_policy(UserName="ada", PolicyArn=STANDALONE)
    iam.create_group(GroupName="operators")
    iam.attach_group_policy(GroupName="operators", PolicyArn=STANDALONE)
    for number in range(3):
        statement = {"Effect": "Allow", "Action": f"logs:Get{number}*", "Resource": "*"}
        fresh.write_policy(SHOP_DEV, "/remit/Standalone", statement)

    fresh.edit("managed.yaml", "description: Attached to nothing", "description: Attached to all")
    fresh.up("--refresh")
    fresh.assert_converged()
    assert fresh.policies()[SHOP_DEV, "Standalone"]["description"] == "Attached to all"
    held = iam.list_entities_for_policy(PolicyArn=STANDALONE)
    assert [len(held[kind]) for kind in ("PolicyRoles", "PolicyUsers", "PolicyGroups")] == [1, 1, 1]
