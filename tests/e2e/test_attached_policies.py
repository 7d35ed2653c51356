"""Policies that somebody has: what is told and what AWS refuses, and how a policy that is made anew comes to them."""

from __future__ import annotations

import json

from tests.e2e.test_adoption import TRUST, attached
from tests.e2e.world import AUDIT, PAY_DEV, PAY_PROD, SHOP_DEV, SHOP_PROD, World

WORKLOADS = (SHOP_PROD, PAY_PROD, SHOP_DEV, PAY_DEV)
STANDALONE = f"arn:aws:iam::{SHOP_DEV}:policy/remit/Standalone"


def test_whoever_has_a_policy_that_goes_is_named_and_the_other_accounts_are_completed(fresh: World) -> None:
    world = fresh
    world.configure(fanOut="aliases")
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

    world.edit("managed.yaml", "description: Attached to a role", "description: Attached to nothing")
    world.up()


def test_other_words_of_the_same_meaning_are_no_drift_and_a_change_among_them_is(fresh: World) -> None:
    world = fresh
    world.configure(fanOut="aliases", ownedPath="/remit/")
    world.up()
    document = world.policies()[AUDIT, "Guardrail"]["document"]
    other = [{**statement, "Action": [statement["Action"]]} for statement in document["Statement"]]
    world.client("iam", AUDIT).create_policy_version(
        PolicyArn=f"arn:aws:iam::{AUDIT}:policy/remit/Guardrail",
        PolicyDocument=json.dumps({**document, "Statement": other}),
        SetAsDefault=True,
    )
    world.up("--refresh")
    assert world.steps() == world.steps("--refresh") == set(), "once a refresh has taken the words over"
    assert world.policies()[AUDIT, "Guardrail"]["document"]["Statement"] == other, "nobody wrote it anew"

    world.edit("managed.yaml", 'Action: "s3:Get*"', 'Action: "s3:List*"')
    everywhere = {("update", f"{account}/Guardrail") for account in (*WORKLOADS, AUDIT)}
    assert world.steps() == world.steps("--refresh") == everywhere
    world.up()
    world.assert_converged()

    iam = world.client("iam", SHOP_DEV)
    iam.create_policy(PolicyName="Stray", Path="/remit/", PolicyDocument=json.dumps(document))
    words = f"account {SHOP_DEV} has a policy that nobody manages, left as it is: /remit/Stray"
    world.refresh()
    world.forget_calls()
    assert words in " ".join(world.preview("--expect-no-changes").text.split())
    assert not {call for call in world.calls() if call.startswith(("sts:Assume", "iam:"))}, "from the state alone"


def test_what_says_so_is_taken_from_whoever_has_it_when_it_goes_and_only_then(fresh: World) -> None:
    world = fresh
    world.configure(fanOut="aliases")
    world.edit("managed.yaml", "description: Attached to nothing", f"description: Attached{DETACH}")
    world.up()
    attach(world)
    world.edit("managed.yaml", DETACH, "")
    world.up()
    world.edit("managed.yaml", "description: Attached", f"description: Attached{DETACH}")
    world.up()
    assert attached(world) == ["Standalone"], "it stays: whether it says so makes no difference"

    world.edit("managed.yaml", "targets: ou:Workloads/Dev\n    statements", "targets: account:pay-dev\n    statements")
    words = f"account {SHOP_DEV}: policy Standalone is to be deleted, and before that it is taken from role legacy"
    assert words in " ".join(world.preview().text.split())
    assert attached(world) == ["Standalone"], "a preview takes nothing away"
    world.up()
    world.assert_converged()
    assert attached(world) == []
    assert world.steps("--refresh") == set()

    iam = world.client("iam", PAY_DEV)
    iam.create_user(UserName="ada")
    iam.attach_user_policy(UserName="ada", PolicyArn=STANDALONE.replace(SHOP_DEV, PAY_DEV))
    world.destroy()
    assert world.policies() == {}, "and on the way out as well"


def test_a_policy_that_is_made_anew_goes_to_whoever_had_it(fresh: World) -> None:
    fresh.configure(fanOut="pooled")
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


DETACH = "\n    detach_on_delete: true"


def attach(world: World) -> None:
    iam = world.client("iam", SHOP_DEV)
    iam.create_role(RoleName="legacy", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="legacy", PolicyArn=STANDALONE)
