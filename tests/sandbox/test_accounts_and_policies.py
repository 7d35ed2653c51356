"""STS and IAM: who one is after AssumeRole, and the limits of policies."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.cloud import ALLOW, DEV, MANAGEMENT, PROD, SUSPENDED, Cloud, refused, running


def role(account: str) -> str:
    return f"arn:aws:iam::{account}:role/RemitSpoke"


@pytest.mark.parametrize("key", ["sandbox", "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"])
def test_any_static_key_is_the_management_accounts_administrator(cloud: Cloud, key: str):
    identity = cloud.client("sts", key=key).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (MANAGEMENT, f"arn:aws:iam::{MANAGEMENT}:user/administrator")


def test_an_assumed_role_is_in_its_account_and_can_go_on_from_there(cloud: Cloud):
    identity = cloud.client("sts", DEV).get_caller_identity()
    assert identity["Account"] == DEV
    assert identity["Arn"].startswith(f"arn:aws:sts::{DEV}:assumed-role/")
    onwards = cloud.client("sts", DEV).assume_role(RoleArn=role(PROD), RoleSessionName="test")
    assert onwards["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{PROD}:assumed-role/RemitSpoke/test"


@pytest.mark.parametrize("account", [SUSPENDED, "999999999999"])
def test_a_role_of_a_suspended_or_foreign_account_cannot_be_assumed(cloud: Cloud, account: str):
    with refused("AccessDenied", f"sts:AssumeRole on resource: {role(account)}"):
        cloud.assume(role(account))


def test_a_role_can_be_missing():
    with running(missing_roles=frozenset({DEV})) as cloud:
        with refused("AccessDenied"):
            cloud.assume(role(DEV))
        cloud.control("PUT", f"accounts/{DEV}", {"missing_role": False})
        cloud.assume(role(DEV))


def test_policies_of_one_account_are_not_those_of_another(cloud: Cloud):
    cloud.policy(DEV)
    assert len(cloud.client("iam", DEV).list_policies(Scope="Local")["Policies"]) == 1
    assert cloud.client("iam", PROD).list_policies(Scope="Local")["Policies"] == []


def test_names_are_unique_whatever_the_path(cloud: Cloud):
    cloud.policy(DEV, "Guardrail", "/remit/")
    with refused("EntityAlreadyExists"):
        cloud.policy(DEV, "Guardrail", "/other/")


def test_a_policy_has_6144_characters_and_whitespace_is_free(cloud: Cloud):
    iam = cloud.client("iam")
    bare = len(json.dumps(_padded(0), separators=(",", ":")))
    fits = json.dumps(_padded(6144 - bare), separators=(",", ":"))
    iam.create_policy(PolicyName="fits", PolicyDocument=fits.replace(",", ",\n" + " " * 100))
    with refused("LimitExceeded", "PolicySize: 6144"):
        iam.create_policy(PolicyName="too-long", PolicyDocument=json.dumps(_padded(6145 - bare)))


def _padded(length: int) -> dict[str, object]:
    return {**ALLOW, "Id": "x" * length}


def test_a_sixth_version_needs_a_deletion_first(cloud: Cloud):
    iam, arn = cloud.client("iam", DEV), cloud.policy(DEV)
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(ALLOW), SetAsDefault=True)
    with refused("LimitExceeded"):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(ALLOW))
    with refused("DeleteConflict", "more than one version"):
        iam.delete_policy(PolicyArn=arn)


@pytest.mark.parametrize("name", ["a policy", "", "x" * 129])
def test_names_follow_the_pattern(cloud: Cloud, name: str):
    with pytest.raises(Exception, match=r"ValidationError|validation"):
        cloud.client("iam").create_policy(PolicyName=name, PolicyDocument=json.dumps(ALLOW))


def test_a_policy_that_somebody_holds_cannot_be_deleted(cloud: Cloud):
    iam, arn = cloud.client("iam", DEV), cloud.policy(DEV)
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument="{}", PermissionsBoundary=arn)
    with refused("DeleteConflict", "attached to entities"):
        iam.delete_policy(PolicyArn=arn)


def test_policies_of_aws_can_be_read(cloud: Cloud):
    found = cloud.client("iam").get_policy(PolicyArn="arn:aws:iam::aws:policy/job-function/SupportUser")
    assert found["Policy"]["PolicyName"] == "SupportUser"
