"""What exists under the names of a plan, and how it differs."""

from __future__ import annotations

from dataclasses import replace

from remit.adoption import NOTHING, adoption_of, policy_differences
from remit.managed_policy import LivePolicy, Policy
from remit.permission_set import LivePermissionSet
from tests.unit.small_world import LAB, PAYMENTS, SHOP, plan_of

PLAN = plan_of("""\
managed_policies:
  - {name: Guard, path: /remit/, description: d, targets: [account:lab, account:Shop],
     statements: [{Sid: A, Effect: Deny, Action: ["iam:*", "sts:*"], Resource: "*"}]}
permission_sets:
  - {name: Engineer, description: e, aws_managed_policies: [ReadOnlyAccess, SecurityAudit],
     inline_policy: {statements: [{Effect: Deny, Action: "sqs:*", Resource: "*"}]}}
access: [{groups: [engineers], permission_sets: [Engineer], targets: account:lab}]
""")
WANTED = next(
    Policy(each.name, each.path, each.description, each.document)
    for each in PLAN.managed_policies
    if each.account == LAB
)
PLANNED_SET = PLAN.permission_sets[0]
OTHER_WORDS = {
    "Version": "2012-10-17",
    "Statement": {"Resource": ["*"], "Action": ["STS:*", "iam:*"], "Effect": "Deny", "Sid": "A"},
}


def live(account: str, **changes: object) -> LivePolicy:
    policy = replace(WANTED, **changes)  # type: ignore[arg-type]
    return LivePolicy(f"arn:aws:iam::{account}:policy{policy.path}{policy.name}", policy)


def live_set(**changes: object) -> LivePermissionSet:
    planned = PLANNED_SET
    same = LivePermissionSet(
        planned.name,
        planned.description,
        planned.session_duration,
        planned.relay_state,
        tuple(reversed(planned.aws_managed_policies)),
        planned.customer_managed_policies,
        {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": ["SQS:*"], "Resource": ["*"]}},
        planned.permissions_boundary,
        planned.tags,
        "arn:set",
    )
    return replace(same, **changes)  # type: ignore[arg-type]


def test_only_names_of_the_plan_are_adopted_whatever_their_case_and_path() -> None:
    there = {LAB: [live(LAB, name="guard", path="/old/"), live(LAB, name="Other")], PAYMENTS: [live(PAYMENTS)]}
    found = adoption_of(PLAN, there, [live_set(), live_set(name="Stranger")])
    assert {key: live.arn for key, live in found.policies.items()} == {
        (LAB, "Guard"): f"arn:aws:iam::{LAB}:policy/old/guard"
    }
    assert found.permission_sets == {"Engineer": "arn:set"}


def test_a_plan_with_an_adoption_has_what_exists_as_it_is_and_nothing_else_changes() -> None:
    there = {LAB: [live(LAB, name="guard", path="/old/")], SHOP: [live(SHOP, document=OTHER_WORDS)]}
    adopted = adoption_of(PLAN, there, []).applied_to(PLAN)
    known = {each.account: (each.name, each.path, each.document) for each in adopted.managed_policies}
    assert known == {LAB: ("guard", "/old/", WANTED.document), SHOP: ("Guard", "/remit/", WANTED.document)}
    assert replace(adopted, managed_policies=PLAN.managed_policies) == PLAN
    assert NOTHING.applied_to(PLAN) == PLAN


def test_a_policy_keeps_its_description_as_everything_else_that_is_there() -> None:
    found = adoption_of(PLAN, {LAB: [live(LAB, description="By hand")]}, [])
    assert [each.description for each in found.applied_to(PLAN).managed_policies if each.account == LAB] == ["By hand"]
    assert "differs in description 'By hand' (made anew then" in found.remarks[0]


def test_what_means_the_same_differs_in_nothing() -> None:
    assert adoption_of(PLAN, {LAB: [live(LAB, description=None)]}, []).remarks == (), (
        "what is not known does not differ"
    )
    assert adoption_of(PLAN, {LAB: [live(LAB, document=OTHER_WORDS)]}, [live_set()]).remarks == ()
    assert adoption_of(PLAN, {}, []) == NOTHING


def test_accounts_with_the_same_differences_share_a_line() -> None:
    there = {account: [live(account, path="/old/")] for account in (LAB, SHOP)}
    (remark,) = adoption_of(PLAN, there, []).remarks
    assert remark == (
        f"policy Guard in {SHOP}, {LAB} is taken over as it is; it differs in path '/old/' (made anew then: IAM fixes "
        "that at creation)"
    )


def test_differences_name_statements_and_fields() -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "B", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
    }
    assert policy_differences(replace(WANTED, document=document), WANTED) == ("statement A", "statement B")
    (remark,) = adoption_of(PLAN, {}, [live_set(session_duration="PT9H", tags={"a": "b"})]).remarks
    assert remark == "permission set Engineer is taken over as it is; it differs in session_duration, tags"
