"""IAM as AWS enforces it: versions, attachments, names, documents, what listings tell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.limits import Limits
from tests.sandbox.cloud import ALLOW, DEV, MANAGEMENT, PROD, SUSPENDED, Clock, Cloud, refused, running

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def statement(**changes: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{**ALLOW["Statement"][0], **changes}]}  # type: ignore[dict-item]


def created(iam: Any, name: str, **more: str) -> str:
    return str(iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(ALLOW), **more)["Policy"]["Arn"])


# --- policies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (statement(Principal="*"), "should not specify a principal"),
        (statement(Sid="not alphanumeric"), "must be alpha-numeric"),
        (statement(Action="GetObject"), "prefaced by a vendor"),
        (statement(Resource="bucket"), "must be in ARN format"),
        ({"Version": "2008-10-17", "Statement": ALLOW["Statement"]}, "2012-10-17 or greater"),
        ({"Version": "2012-10-17", "Statement": []}, "Syntax errors"),
    ],
)
def test_a_document_that_iam_cannot_read_is_malformed_wherever_it_comes_from(
    cloud: Cloud, document: dict[str, Any], words: str
) -> None:
    iam, arn = cloud.client("iam"), cloud.policy("1" * 12)
    with refused("MalformedPolicyDocument", words):
        iam.create_policy(PolicyName="bad", PolicyDocument=json.dumps(document))
    with refused("MalformedPolicyDocument", words):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document))
    model = {"ManagedPolicyName": "bad", "PolicyDocument": document}
    control = cloud.client("cloudcontrol")
    token = control.create_resource(TypeName="AWS::IAM::ManagedPolicy", DesiredState=json.dumps(model))
    event = control.get_resource_request_status(RequestToken=token["ProgressEvent"]["RequestToken"])["ProgressEvent"]
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "InvalidRequest")
    assert words in event["StatusMessage"]


@pytest.mark.parametrize(
    ("field", "words"),
    [({"Path": "remit/"}, "path is invalid"), ({"Description": "x" * 1001}, "'description' failed")],
)
def test_paths_and_descriptions_follow_the_api(cloud: Cloud, field: dict[str, str], words: str) -> None:
    with refused("ValidationError", words):
        cloud.client("iam").create_policy(PolicyName="p", PolicyDocument=json.dumps(ALLOW), **field)


def test_names_differ_by_more_than_their_case(cloud: Cloud) -> None:
    cloud.policy(DEV, "Guardrail")
    with refused("EntityAlreadyExists"):
        cloud.policy(DEV, "guardrail")


def test_a_version_that_is_not_the_default_leaves_the_default_alone(cloud: Cloud) -> None:
    iam, arn = cloud.client("iam", DEV), cloud.policy(DEV)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(statement(Action="s3:Put*")))
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    assert policy["DefaultVersionId"] == "v1"
    assert policy["UpdateDate"] > policy["CreateDate"]


def test_attaching_twice_is_attaching_once_and_ten_are_enough(cloud: Cloud) -> None:
    iam, arn = cloud.client("iam", DEV), cloud.policy(DEV)
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)
    for _ in range(2):
        iam.attach_role_policy(RoleName="reader", PolicyArn=arn)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    for number in range(9):
        iam.attach_role_policy(RoleName="reader", PolicyArn=created(iam, f"P{number}"))
    with refused("LimitExceeded", "PoliciesPerRole: 10"):
        iam.attach_role_policy(RoleName="reader", PolicyArn=created(iam, "Eleventh"))
    iam.detach_role_policy(RoleName="reader", PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)


def test_a_policy_that_somebody_attached_by_hand_is_not_deleted_by_cloud_control_either(cloud: Cloud) -> None:
    iam, arn = cloud.client("iam"), cloud.policy("1" * 12)
    iam.create_user(UserName="ada")
    iam.attach_user_policy(UserName="ada", PolicyArn=arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(ALLOW), SetAsDefault=True)
    control = cloud.client("cloudcontrol")

    def delete() -> dict[str, Any]:
        token = control.delete_resource(TypeName="AWS::IAM::ManagedPolicy", Identifier=arn)["ProgressEvent"]
        event: dict[str, Any] = control.get_resource_request_status(RequestToken=token["RequestToken"])["ProgressEvent"]
        return event

    assert "Cannot delete a policy attached to entities." in delete()["StatusMessage"]
    iam.detach_user_policy(UserName="ada", PolicyArn=arn)
    assert delete()["OperationStatus"] == "SUCCESS"  # versions and all


# --- listings ------------------------------------------------------------------------------------------------------


def test_account_details_come_by_the_page_with_every_version(cloud: Cloud) -> None:
    iam = cloud.client("iam", DEV)
    arns = [created(iam, f"P{number}", Description="why") for number in range(5)]
    iam.create_policy_version(PolicyArn=arns[0], PolicyDocument=json.dumps(statement(Action="s3:Put*")))
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arns[1])
    iam.attach_role_policy(RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    pages = iam.get_paginator("get_account_authorization_details").paginate(
        Filter=["LocalManagedPolicy"], PaginationConfig={"PageSize": 2}
    )
    found = [list(page["Policies"]) for page in pages]
    assert [len(page) for page in found] == [2, 2, 1]
    policies = {policy["Arn"]: policy for page in found for policy in page}
    assert list(policies) == arns
    assert not any("Description" in each for each in policies.values()), "GetPolicy alone tells it"
    assert not any("Description" in each for each in iam.list_policies(Scope="Local")["Policies"])
    assert iam.get_policy(PolicyArn=arns[0])["Policy"]["Description"] == "why"
    versions = policies[arns[0]]["PolicyVersionList"]
    assert [(each["VersionId"], each["IsDefaultVersion"]) for each in versions] == [("v1", True), ("v2", False)]
    assert versions[1]["Document"] == statement(Action="s3:Put*")
    assert policies[arns[1]]["PermissionsBoundaryUsageCount"] == 1
    everything = iam.get_account_authorization_details()
    assert [role["RoleName"] for role in everything["RoleDetailList"]] == ["reader"]
    assert len(everything["Policies"]) == 6  # and AWS's own, since somebody holds it
    with refused("ValidationError", "Invalid Marker"):
        iam.get_account_authorization_details(Marker="99")


def test_who_holds_a_policy(cloud: Cloud) -> None:
    iam, arn = cloud.client("iam", DEV), cloud.policy(DEV)
    iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn)
    for name in ("b", "a"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    iam.create_group(GroupName="team")
    iam.attach_group_policy(GroupName="team", PolicyArn=arn)

    def roles(**wanted: Any) -> list[str]:
        answer = iam.list_entities_for_policy(PolicyArn=arn, **wanted)
        return [role["RoleName"] for role in answer["PolicyRoles"]]

    assert roles() == ["a", "b", "bounded"]
    assert roles(PolicyUsageFilter="PermissionsBoundary") == ["bounded"]
    assert roles(EntityFilter="Group") == []
    first = iam.list_entities_for_policy(PolicyArn=arn, MaxItems=1)
    assert (first["IsTruncated"], [group["GroupName"] for group in first["PolicyGroups"]]) == (True, ["team"])
    with refused("NoSuchEntity"):
        iam.list_entities_for_policy(PolicyArn=arn + "x")


# --- roles, sessions, rates ----------------------------------------------------------------------------------------


def test_a_role_can_be_assumed_where_it_exists(cloud: Cloud) -> None:
    role = f"arn:aws:iam::{DEV}:role/team/Deployer"
    with refused("AccessDenied", f"sts:AssumeRole on resource: {role}"):
        cloud.assume(role)
    cloud.client("iam", DEV).create_role(RoleName="Deployer", Path="/team/", AssumeRolePolicyDocument=TRUST)
    cloud.assume(role)
    with refused("AccessDenied"):
        cloud.assume(f"arn:aws:iam::{PROD}:role/team/Deployer")
    with refused("AccessDenied"):
        cloud.assume(f"arn:aws:iam::{SUSPENDED}:role/RemitSpoke")


def test_a_role_that_asks_for_an_external_id_wants_that_one(cloud: Cloud) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "remit-7f3a"}}
    principal = {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    cloud.client("iam", DEV).create_role(RoleName="RemitSpoke", AssumeRolePolicyDocument=trust)
    sts, wanted = cloud.client("sts"), {"RoleArn": f"arn:aws:iam::{DEV}:role/RemitSpoke", "RoleSessionName": "test"}
    for said in ({}, {"ExternalId": "remit-7f3b"}):
        with refused("AccessDenied"):
            sts.assume_role(**wanted, **said)
    assert sts.assume_role(**wanted, ExternalId="remit-7f3a")["Credentials"]


def test_any_role_can_be_assumed_where_the_sandbox_is_told_so() -> None:
    with running(roles=frozenset({"*"})) as cloud:
        cloud.assume(f"arn:aws:iam::{DEV}:role/Anything")


def test_a_session_that_is_over_stays_so_and_a_new_one_works(cloud: Cloud) -> None:
    iam, other = cloud.client("iam", DEV), cloud.client("iam", PROD)
    cloud.control("PUT", f"accounts/{DEV}", {"expire_sessions": True})
    for _ in range(2):
        with refused("ExpiredToken", "security token included in the request is expired"):
            iam.list_policies(Scope="Local")
    other.list_policies(Scope="Local")
    cloud.client("iam", DEV).list_policies(Scope="Local")


def test_faults_hit_the_accounts_of_their_plan(cloud: Cloud) -> None:
    dev, prod = cloud.client("iam", DEV), cloud.client("iam", PROD)
    cloud.control("PUT", "faults", {"denied": 100, "calls": ["iam:*"], "accounts": [DEV]})
    with refused("AccessDenied", "not authorized to perform: iam:ListPolicies"):
        dev.list_policies()
    prod.list_policies()
    cloud.control("PUT", "faults", {"throttle": 100, "calls": ["sts:AssumeRole"], "accounts": [PROD]})
    with refused("Throttling", "Rate exceeded"):
        cloud.client("iam", PROD)
    cloud.client("iam", DEV)
    cloud.control("PUT", "faults", {"expired": 100, "calls": ["iam:Get*"]})
    with refused("ExpiredToken"):
        dev.get_account_authorization_details()
    cloud.control("DELETE", "faults")
    with refused("ExpiredToken"):
        dev.list_policies()


def test_iam_has_rates_for_each_account_and_call() -> None:
    limits = Limits(iam_reads_per_second=2, iam_writes_per_second=1, assume_role_per_second=3)
    with running(limits=limits, clock=Clock()) as cloud:
        dev, prod = cloud.client("iam", DEV), cloud.client("iam", PROD)
        for _ in range(4):
            dev.list_policies()
        with refused("Throttling", "Rate exceeded"):
            dev.list_policies()
        prod.list_policies()
        dev.list_roles()
        cloud.assume(f"arn:aws:iam::{DEV}:role/RemitSpoke")
        with refused("Throttling"):
            cloud.assume(f"arn:aws:iam::{DEV}:role/RemitSpoke")
