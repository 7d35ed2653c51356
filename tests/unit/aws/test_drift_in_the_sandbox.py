"""What a drift report is read from: all of it, with no call more than its plan, and told as it goes."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from remit.aws.drift import LiveReader, look_up_for_drift
from remit.aws.iam import Iam
from remit.aws.member_calls import MemberCalls, member_client
from remit.aws.member_sessions import MemberSessions
from remit.aws.session import Aws
from remit.managed_policy import Policy
from remit.plan import make_plan
from remit.stack import Stack
from tests.sandbox.cloud import ALICE, AUDIT, AUDITORS, DEV, PROD, Cloud, running
from tests.unit.small_world import AT, catalog_of

CATALOG = catalog_of("""
managed_policies:
  - {name: Guard, path: /remit/, description: why, targets: "*",
     statements: [{Effect: Allow, Action: "s3:Get*", Resource: "*"}]}
permission_sets: [{name: Engineer}, {name: Auditor}]
access: [{groups: [engineers], permission_sets: [Engineer], targets: [account:dev, account:prod]}]
""")
STACK = Stack("test", owned_path="/remit/")


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with running(fleet=0) as cloud:
        yield cloud


def test_everything_is_read_once_and_told_as_it_goes(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in cloud.sandbox.environment().items():
        monkeypatch.setenv(name, value)
    arns = {name: cloud.permission_set(name) for name in ("Engineer", "Auditor", "ByHand")}
    cloud.assign(arns["Engineer"], DEV)
    cloud.assign(arns["Engineer"], PROD)
    cloud.assign(arns["ByHand"], DEV, ALICE, kind="USER")
    cloud.assign(arns["Auditor"], AUDIT, AUDITORS)
    cloud.policy(DEV, "Stray")
    for account, description in ((DEV, "why"), (PROD, "why"), (AUDIT, "because")):
        cloud.policy(account, "Guard", description=description)
    known = {
        (account, "Guard"): Policy("Guard", "/remit/", text, {}) for account, text in ((DEV, "why"), (PROD, "old"))
    }
    cloud.control("DELETE", "calls")

    aws = Aws("us-east-1", session=boto3.session.Session, sleep=lambda _: None)
    told: list[tuple[str, int, int]] = []
    organization = look_up_for_drift(aws, CATALOG, STACK)
    plan = make_plan(CATALOG, organization, at=AT, stack=STACK)
    iam = Iam(MemberCalls(MemberSessions(aws), lambda: member_client(aws.region)))
    reader = LiveReader(aws, iam, organization, progress=lambda *each: told.append(each))
    live = reader.read(plan, CATALOG.settings, known)

    assert {name: len(keys) for name, keys in live.assignments.items()} == {"Engineer": 2, "Auditor": 1, "ByHand": 1}
    found = {
        account: {each.name: each.policy.description for each in live.policies[account]}
        for account in (DEV, PROD, AUDIT)
    }
    assert found == {
        DEV: {"Guard": "why", "Stray": None},  # as the state says; and not asked for
        PROD: {"Guard": "why"},
        AUDIT: {"Guard": "because"},
    }
    calls = cloud.control("GET", "calls")
    pairs, sets, of_catalog = 4, 3, 2
    assert calls["sso-admin:ListAccountAssignments"] == pairs
    assert calls["sso-admin:ListPermissionSets"] == 1
    assert calls["sso-admin:DescribePermissionSet"] == sets + of_catalog, "a name each, and the whole of ours"
    assert calls["sso-admin:ListManagedPoliciesInPermissionSet"] == of_catalog
    assert calls["iam:GetPolicy"] == 2, "where the state does not say what the plan says"
    accounts = len(live.policies)
    assert live.policies.keys() == {*plan.scope} - {organization.management_account}, "where nobody may have a role"
    assert calls["iam:GetAccountAuthorizationDetails"] == calls["sts:AssumeRole"] == accounts
    assert {(what, total) for what, _, total in told} == {
        ("permission sets", of_catalog),
        ("assignments", sets),
        ("accounts", accounts),
    }
    assert all(any(each == (what, total, total) for each in told) for what, _, total in told)
