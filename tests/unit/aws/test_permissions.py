"""The table of what the roles must be allowed, held against AWS's own lists, and the policies that follow from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from remit.aws.permissions import TABLE, Feature, Role, hub_apply_policy, hub_preview_policy, spoke_policy
from remit.aws.permissions.reference import PAGE, with_tables
from remit.aws.permissions.table import HANDLER
from remit.linting import iam_facts

FIXTURE = Path(__file__).parents[2] / "fixtures" / "handler_permissions.json"
HANDLERS: dict[str, Any] = json.loads(FIXTURE.read_text())
# The handler makes these for Roles, Users and Groups of a policy, which Remit never sets.
NEVER_MADE = {f"iam:{verb}{kind}Policy" for verb in ("Attach", "Detach") for kind in ("Role", "User", "Group")}
READS = ("Describe", "Get", "List", "Lookup", "Validate", "Check", "AssumeRole")


def actions(document: Any) -> set[str]:
    return {action for statement in document["Statement"] for action in statement["Action"]}


def test_the_tables_of_the_docs_are_fresh_and_each_action_stands_there() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_tables(page), "run: python -m remit.aws.permissions.reference"
    assert not [each.action for each in TABLE if f"`{each.action}`" not in page]


@pytest.mark.parametrize("action", sorted({each.action for each in TABLE}))
def test_iam_knows_every_action(action: str) -> None:
    assert [f"{each.service}:{each.name}" for each in iam_facts.matching(action)] == [action]


def test_what_takes_no_resource_is_asked_for_any_and_nothing_else_is_narrowed_in_vain() -> None:
    narrowed = [s for s in spoke_policy(detach_on_delete=True)["Statement"] if s["Resource"] != ["*"]]
    narrowed += [
        s for s in hub_apply_policy(topics=["arn:aws:sns:us-east-1:1:t"])["Statement"] if s["Resource"] != ["*"]
    ]
    narrow = {action for statement in narrowed for action in statement["Action"]}
    assert not {action for action in narrow if not iam_facts.matching(action)[0].resource_types}


def test_the_preview_role_only_reads() -> None:
    found = actions(hub_preview_policy(features=frozenset(Feature)))
    assert not {action for action in found if not action.partition(":")[2].startswith(READS)}
    assert found < actions(hub_apply_policy(features=frozenset(Feature)))


@pytest.mark.parametrize(
    ("kind", "document", "never"),
    [
        ("AWS::SSO::PermissionSet", hub_apply_policy(features=()), set()),
        ("AWS::IAM::ManagedPolicy", spoke_policy(pooled=False), NEVER_MADE),
    ],
)
def test_a_role_may_do_what_the_cloud_control_handlers_do(kind: str, document: Any, never: set[str]) -> None:
    needed = set(HANDLERS[kind])
    assert never <= needed
    assert needed - never <= actions(document)
    assert not needed & never & actions(document)
    behind = {each.action for each in TABLE if each.behind == HANDLER and each.why == kind}
    assert behind <= needed, "no more is said to be the handler's than AWS says"


def test_the_spoke_role_touches_policies_under_its_paths_alone() -> None:
    document: Any = spoke_policy(paths=["/remit/", "/shop/"], account="111122223333", detach_on_delete=True)
    own = ["arn:aws:iam::111122223333:policy/remit/*", "arn:aws:iam::111122223333:policy/shop/*"]
    for statement in document["Statement"]:
        if statement["Sid"] == "Any":
            writes = {each for each in statement["Action"] if each.startswith("iam:")}
            assert writes == {"iam:GetAccountAuthorizationDetails", "iam:GetAccountSummary", "iam:GetPolicy"}
        elif statement["Sid"] == "Holders":
            assert statement["Condition"] == {"ArnLike": {"iam:PolicyARN": own}}
        else:
            assert statement["Resource"] == own


def test_what_is_not_used_is_not_allowed() -> None:
    pooled = actions(spoke_policy(aliases=False))
    assert not {action for action in pooled if action.startswith("cloudformation:") or "Attach" in action}
    assert "iam:CreateSAMLProvider" not in actions(hub_apply_policy(features=()))
    assert "cloudtrail:LookupEvents" not in actions(hub_apply_policy())


def test_a_partition_and_an_instance_narrow_the_hub() -> None:
    instance = "arn:aws-us-gov:sso:::instance/ssoins-1"
    document: Any = hub_apply_policy(partition="aws-us-gov", spoke_role="Reach", instance_arn=instance)
    places = {each["Sid"]: each["Resource"] for each in document["Statement"]}
    assert places["IdentityCenter"][:2] == [instance, "arn:aws-us-gov:sso:::permissionSet/ssoins-1/*"]
    assert places["SpokeRoles"] == ["arn:aws-us-gov:iam::*:role/Reach"]


def test_every_policy_fits_an_inline_policy_of_a_role() -> None:
    every = frozenset(Feature)
    for document in (
        hub_apply_policy(features=every, topics=["arn:aws:sns:us-east-1:1:t"]),
        spoke_policy(features=every),
    ):
        assert len(json.dumps(document, separators=(",", ":"))) < 6_144
    assert {each.role for each in TABLE} == set(Role)
