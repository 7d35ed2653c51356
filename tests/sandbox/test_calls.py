"""What the sandbox tells of calls: who made them, on what, and what IAM's conditions would see."""

from __future__ import annotations

import json
from typing import Any

from tests.sandbox.cloud import ALLOW, DEV, INSTANCE, Cloud


def asked(cloud: Cloud, operation: str) -> dict[str, Any]:
    (found,) = [each for each in cloud.control("GET", "asked")["asked"] if each["operation"] == operation]
    return dict(found)


def test_a_call_is_told_with_the_role_that_made_it_and_the_resource_that_it_is_about(cloud: Cloud):
    iam = cloud.client("iam", DEV)
    document = json.dumps(ALLOW)
    arn = iam.create_policy(PolicyName="Logs", Path="/remit/", PolicyDocument=document)["Policy"]["Arn"]
    assert asked(cloud, "CreatePolicy") == {
        "caller": "RemitSpoke",
        "account": DEV,
        "service": "iam",
        "operation": "CreatePolicy",
        "resources": [arn],
        "policy": "",
    }
    iam.create_role(RoleName="legacy", AssumeRolePolicyDocument=document)
    iam.attach_role_policy(RoleName="legacy", PolicyArn=arn)
    attached = asked(cloud, "AttachRolePolicy")
    assert (attached["resources"], attached["policy"]) == ([f"arn:aws:iam::{DEV}:role/legacy"], arn)
    iam.get_policy(PolicyArn=arn)
    assert asked(cloud, "GetPolicy")["resources"] == [arn]


def test_a_static_key_is_told_as_it_is_and_an_assignment_with_all_that_it_ties(cloud: Cloud):
    permission_set = cloud.permission_set()
    cloud.client("sso-admin", key="somebody").list_accounts_for_provisioned_permission_set(
        InstanceArn=INSTANCE, PermissionSetArn=permission_set
    )
    assert asked(cloud, "ListAccountsForProvisionedPermissionSet")["caller"] == "somebody"
    cloud.assign(permission_set)
    assert asked(cloud, "CreateAccountAssignment")["resources"] == [
        INSTANCE,
        permission_set,
        f"arn:aws:sso:::account/{DEV}",
    ]
    role = f"arn:aws:iam::{DEV}:role/RemitSpoke"
    cloud.assume(role)
    assert asked(cloud, "AssumeRole")["resources"] == [role]


def test_what_was_asked_outlives_the_counts(cloud: Cloud):
    cloud.client("organizations").list_roots()
    cloud.control("DELETE", "calls")
    assert cloud.control("GET", "calls") == {}
    assert asked(cloud, "ListRoots")["resources"] == []
