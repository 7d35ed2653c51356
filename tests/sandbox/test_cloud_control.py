"""The Cloud Control API, as the aws-native provider uses it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.cloud import (
    ALLOW,
    AUDIT,
    DEV,
    ENGINEERS,
    INSTANCE,
    MANAGEMENT,
    PROD,
    SUSPENDED,
    Clock,
    Cloud,
    assignment,
    refused,
    running,
)

POLICY, SET, ASSIGNMENT = "AWS::IAM::ManagedPolicy", "AWS::SSO::PermissionSet", "AWS::SSO::Assignment"
GUARDRAIL = {"ManagedPolicyName": "Guardrail", "Path": "/remit/", "Description": "d", "PolicyDocument": ALLOW}
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


class Resources:
    """Cloud Control in one account: each write is followed to its end."""

    def __init__(self, cloud: Cloud, account: str = MANAGEMENT) -> None:
        self.api = cloud.client("cloudcontrol", account)

    def create(self, kind: str, model: dict[str, Any], **other: str) -> dict[str, Any]:
        return self.end(self.api.create_resource(TypeName=kind, DesiredState=json.dumps(model), **other))

    def update(self, kind: str, identifier: str, *patch: dict[str, Any]) -> dict[str, Any]:
        return self.end(self.api.update_resource(TypeName=kind, Identifier=identifier, PatchDocument=json.dumps(patch)))

    def delete(self, kind: str, identifier: str) -> dict[str, Any]:
        return self.end(self.api.delete_resource(TypeName=kind, Identifier=identifier))

    def end(self, answer: dict[str, Any]) -> dict[str, Any]:
        token = answer["ProgressEvent"]["RequestToken"]
        event: dict[str, Any] = self.api.get_resource_request_status(RequestToken=token)["ProgressEvent"]
        return event

    def read(self, kind: str, identifier: str) -> dict[str, Any]:
        found = self.api.get_resource(TypeName=kind, Identifier=identifier)["ResourceDescription"]
        assert found["Identifier"] == identifier
        model: dict[str, Any] = json.loads(found["Properties"])
        return model


def replace(path: str, value: object) -> dict[str, object]:
    return {"op": "replace", "path": path, "value": value}


def outcome(event: dict[str, Any]) -> tuple[str, str]:
    return event["OperationStatus"], event.get("ErrorCode", "")


# --- requests ------------------------------------------------------------------------------------------------------


def test_a_request_is_in_progress_and_says_when_to_ask_again(cloud: Cloud):
    api = cloud.client("cloudcontrol")
    event = api.create_resource(TypeName=POLICY, DesiredState=json.dumps(GUARDRAIL))["ProgressEvent"]
    assert (event["OperationStatus"], event["Operation"]) == ("IN_PROGRESS", "CREATE")
    assert event["RetryAfter"] > event["EventTime"]
    listed = api.list_resource_requests(ResourceRequestStatusFilter={"OperationStatuses": ["SUCCESS"]})
    assert [each["RequestToken"] for each in listed["ResourceRequestStatusSummaries"]] == [event["RequestToken"]]


def test_a_client_token_makes_one_request(cloud: Cloud):
    resources = Resources(cloud)
    first = resources.create(POLICY, GUARDRAIL, ClientToken="one")
    assert resources.create(POLICY, GUARDRAIL, ClientToken="one")["RequestToken"] == first["RequestToken"]
    with refused("ClientTokenConflictException"):
        resources.create(POLICY, GUARDRAIL | {"Path": "/"}, ClientToken="one")


def test_a_pending_request_can_be_cancelled_and_blocks_others():
    clock = Clock()
    with running(latency_ms=1000, clock=clock) as cloud:
        arn = cloud.policy(MANAGEMENT)
        resources = Resources(cloud)
        event = resources.delete(POLICY, arn)
        with refused("ConcurrentOperationException"):
            resources.delete(POLICY, arn)
        resources.api.cancel_resource_request(RequestToken=event["RequestToken"])
        clock.now += 1
        assert outcome(resources.end({"ProgressEvent": event})) == ("CANCEL_COMPLETE", "")
        resources.read(POLICY, arn)


def test_what_is_unknown_is_said_so_at_once(cloud: Cloud):
    api = cloud.client("cloudcontrol")
    with refused("TypeNotFoundException"):
        api.create_resource(TypeName="AWS::S3::Bucket", DesiredState="{}")
    with refused("RequestTokenNotFoundException"):
        api.get_resource_request_status(RequestToken="a1b2c3d4-0000-4000-8000-000000000000")
    with refused("ResourceNotFoundException"):
        api.get_resource(TypeName=POLICY, Identifier=f"arn:aws:iam::{MANAGEMENT}:policy/none")
    with refused("UnsupportedActionException"):
        api.update_resource(TypeName=ASSIGNMENT, Identifier="x", PatchDocument="[]")


# --- AWS::IAM::ManagedPolicy ---------------------------------------------------------------------------------------


def test_a_policy_lands_in_the_account_of_the_caller(cloud: Cloud):
    created = Resources(cloud, DEV).create(POLICY, GUARDRAIL)
    assert created["OperationStatus"] == "SUCCESS"
    assert created["Identifier"] == f"arn:aws:iam::{DEV}:policy/remit/Guardrail"
    model = Resources(cloud, DEV).read(POLICY, created["Identifier"])
    assert {name: model[name] for name in GUARDRAIL} == GUARDRAIL
    assert (model["PolicyArn"], model["DefaultVersionId"], model["AttachmentCount"]) == (created["Identifier"], "v1", 0)
    with refused("ResourceNotFoundException"):
        Resources(cloud, PROD).read(POLICY, created["Identifier"])


def test_a_name_exists_whatever_its_path(cloud: Cloud):
    resources = Resources(cloud)
    resources.create(POLICY, GUARDRAIL)
    assert outcome(resources.create(POLICY, GUARDRAIL | {"Path": "/other/"})) == ("FAILED", "AlreadyExists")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Sid": "x" * 6200}]}}, "ServiceLimitExceeded"),
        ({"PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps"}]}}, "InvalidRequest"),
        ({"ManagedPolicyName": "no spaces"}, "InvalidRequest"),
        ({"Colour": "red"}, "InvalidRequest"),
        ({"PolicyId": "A1"}, "InvalidRequest"),
    ],
)
def test_a_bad_policy_fails_with_its_reason(cloud: Cloud, change: dict[str, Any], code: str):
    event = Resources(cloud).create(POLICY, GUARDRAIL | change)
    assert outcome(event) == ("FAILED", code)
    assert event["StatusMessage"]


def test_an_update_is_a_new_default_version_and_there_are_never_more_than_five(cloud: Cloud):
    resources = Resources(cloud)
    arn = resources.create(POLICY, GUARDRAIL)["Identifier"]
    for number in range(6):
        document = DENY | {"Id": str(number)}
        assert resources.update(POLICY, arn, replace("/PolicyDocument", document))["OperationStatus"] == "SUCCESS"
    versions = cloud.client("iam").list_policy_versions(PolicyArn=arn)["Versions"]
    assert [each["VersionId"] for each in versions if each["IsDefaultVersion"]] == ["v7"]
    assert len(versions) == 5
    assert resources.read(POLICY, arn)["PolicyDocument"]["Id"] == "5"


@pytest.mark.parametrize(
    ("path", "code"), [("/Path", "NotUpdatable"), ("/Description", "NotUpdatable"), ("/PolicyId", "InvalidRequest")]
)
def test_what_is_fixed_at_creation_cannot_be_patched(cloud: Cloud, path: str, code: str):
    resources = Resources(cloud)
    arn = resources.create(POLICY, GUARDRAIL)["Identifier"]
    assert outcome(resources.update(POLICY, arn, replace(path, "/x/"))) == ("FAILED", code)


def test_a_deleted_policy_is_gone_and_deleting_it_again_is_not_found(cloud: Cloud):
    resources = Resources(cloud)
    arn = resources.create(POLICY, GUARDRAIL)["Identifier"]
    resources.update(POLICY, arn, replace("/PolicyDocument", DENY))
    assert resources.delete(POLICY, arn)["OperationStatus"] == "SUCCESS"
    assert outcome(resources.delete(POLICY, arn)) == ("FAILED", "NotFound")
    assert outcome(resources.update(POLICY, arn, replace("/PolicyDocument", DENY))) == ("FAILED", "NotFound")


def test_a_policy_that_an_assignment_needs_cannot_be_deleted(cloud: Cloud):
    arn = Resources(cloud, DEV).create(POLICY, GUARDRAIL)["Identifier"]
    reference = {"Name": "Guardrail", "Path": "/remit/"}
    model = {"Name": "Engineer", "InstanceArn": INSTANCE, "CustomerManagedPolicyReferences": [reference]}
    permission_set = Resources(cloud).create(SET, model)["Identifier"].partition("|")[2]
    cloud.assign(permission_set)
    event = Resources(cloud, DEV).delete(POLICY, arn)
    assert outcome(event) == ("FAILED", "InvalidRequest")
    assert "Cannot delete a policy attached to entities" in event["StatusMessage"]
    assert "Roles" not in Resources(cloud, DEV).read(POLICY, arn)
    cloud.unassign(permission_set)
    assert Resources(cloud, DEV).delete(POLICY, arn)["OperationStatus"] == "SUCCESS"


def test_roles_hold_the_policy_as_long_as_the_model_says(cloud: Cloud):
    cloud.client("iam").create_role(RoleName="reader", AssumeRolePolicyDocument="{}")
    resources = Resources(cloud)
    arn = resources.create(POLICY, GUARDRAIL | {"Roles": ["reader"]})["Identifier"]
    assert resources.read(POLICY, arn)["Roles"] == ["reader"]
    resources.update(POLICY, arn, {"op": "remove", "path": "/Roles"})
    assert cloud.client("iam").list_attached_role_policies(RoleName="reader")["AttachedPolicies"] == []


def test_policies_are_listed(cloud: Cloud):
    resources = Resources(cloud)
    arn = resources.create(POLICY, GUARDRAIL)["Identifier"]
    found = resources.api.list_resources(TypeName=POLICY)["ResourceDescriptions"]
    assert [each["Identifier"] for each in found] == [arn]


# --- AWS::SSO::PermissionSet ---------------------------------------------------------------------------------------

FULL = {
    "Name": "Engineer",
    "InstanceArn": INSTANCE,
    "Description": "d",
    "SessionDuration": "PT8H",
    "RelayStateType": "https://example.com/",
    "ManagedPolicies": [READ_ONLY],
    "CustomerManagedPolicyReferences": [{"Name": "Guardrail", "Path": "/remit/"}],
    "InlinePolicy": ALLOW,
    "PermissionsBoundary": {"ManagedPolicyArn": READ_ONLY},
    "Tags": [{"Key": "team", "Value": "core"}],
}


def test_a_permission_set_reads_as_it_was_written(cloud: Cloud):
    resources = Resources(cloud)
    identifier = resources.create(SET, FULL)["Identifier"]
    model = resources.read(SET, identifier)
    assert model.pop("PermissionSetArn") == identifier.partition("|")[2]
    assert model == FULL


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Description", "other"),
        ("SessionDuration", "PT1H"),
        ("RelayStateType", "https://example.org/"),
        ("ManagedPolicies", ["arn:aws:iam::aws:policy/PowerUserAccess"]),
        ("CustomerManagedPolicyReferences", []),
        ("InlinePolicy", DENY),
        ("PermissionsBoundary", {"CustomerManagedPolicyReference": {"Name": "B", "Path": "/"}}),
        ("Tags", [{"Key": "stage", "Value": "dev"}]),
    ],
)
def test_each_field_changes_alone(cloud: Cloud, name: str, value: object):
    resources = Resources(cloud)
    identifier = resources.create(SET, FULL)["Identifier"]
    before = resources.read(SET, identifier)
    assert resources.update(SET, identifier, replace(f"/{name}", value))["OperationStatus"] == "SUCCESS"
    assert resources.read(SET, identifier) == before | {name: value}


@pytest.mark.parametrize("name", ["RelayStateType", "InlinePolicy", "PermissionsBoundary"])
def test_a_field_that_is_removed_is_gone(cloud: Cloud, name: str):
    resources = Resources(cloud)
    identifier = resources.create(SET, FULL)["Identifier"]
    resources.update(SET, identifier, {"op": "remove", "path": f"/{name}"})
    assert name not in resources.read(SET, identifier)


def test_a_reference_without_a_path_is_one_to_the_root(cloud: Cloud):
    named = {"Name": "Guardrail"}
    change = {
        "CustomerManagedPolicyReferences": [named],
        "PermissionsBoundary": {"CustomerManagedPolicyReference": named},
    }
    resources = Resources(cloud)
    model = resources.read(SET, resources.create(SET, FULL | change)["Identifier"])
    rooted = named | {"Path": "/"}
    assert model["CustomerManagedPolicyReferences"] == [rooted]
    assert model["PermissionsBoundary"] == {"CustomerManagedPolicyReference": rooted}


def test_the_name_is_fixed(cloud: Cloud):
    resources = Resources(cloud)
    identifier = resources.create(SET, FULL)["Identifier"]
    assert outcome(resources.update(SET, identifier, replace("/Name", "Other"))) == ("FAILED", "NotUpdatable")
    assert outcome(resources.create(SET, FULL)) == ("FAILED", "AlreadyExists")


def test_an_update_provisions_and_fails_where_provisioning_fails(cloud: Cloud):
    resources = Resources(cloud)
    identifier = resources.create(SET, {"Name": "Engineer", "InstanceArn": INSTANCE})["Identifier"]
    cloud.assign(identifier.partition("|")[2])
    resources.update(SET, identifier, replace("/ManagedPolicies", [READ_ONLY]))
    (role,) = cloud.client("iam", DEV).list_roles()["Roles"]
    attached = cloud.client("iam", DEV).list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [READ_ONLY]
    references = [{"Name": "Missing", "Path": "/"}]
    event = resources.update(SET, identifier, replace("/CustomerManagedPolicyReferences", references))
    assert outcome(event) == ("FAILED", "GeneralServiceException")
    assert "policy/Missing does not exist" in event["StatusMessage"]


def test_a_permission_set_with_assignments_is_not_deleted(cloud: Cloud):
    resources = Resources(cloud)
    identifier = resources.create(SET, FULL | {"CustomerManagedPolicyReferences": []})["Identifier"]
    cloud.assign(identifier.partition("|")[2])
    assert outcome(resources.delete(SET, identifier)) == ("FAILED", "ResourceConflict")
    cloud.unassign(identifier.partition("|")[2])
    assert resources.delete(SET, identifier)["OperationStatus"] == "SUCCESS"
    assert outcome(resources.delete(SET, identifier)) == ("FAILED", "NotFound")


def test_permission_sets_are_listed_by_instance(cloud: Cloud):
    resources = Resources(cloud)
    identifier = resources.create(SET, FULL)["Identifier"]
    model = json.dumps({"InstanceArn": INSTANCE})
    found = resources.api.list_resources(TypeName=SET, ResourceModel=model)["ResourceDescriptions"]
    assert [each["Identifier"] for each in found] == [identifier]
    with refused("InvalidRequestException"):
        resources.api.list_resources(TypeName=SET)


def test_member_accounts_have_no_permission_sets(cloud: Cloud):
    assert outcome(Resources(cloud, DEV).create(SET, FULL)) == ("FAILED", "AccessDenied")


# --- AWS::SSO::Assignment ------------------------------------------------------------------------------------------


def test_an_assignment_lives_and_dies(cloud: Cloud):
    resources = Resources(cloud)
    arn = cloud.permission_set()
    model = assignment(arn, DEV, ENGINEERS)
    created = resources.create(ASSIGNMENT, model)
    identifier = f"{INSTANCE}|{DEV}|AWS_ACCOUNT|{arn}|GROUP|{ENGINEERS}"
    assert created["Identifier"] == identifier
    assert resources.read(ASSIGNMENT, identifier) == model
    assert outcome(resources.create(ASSIGNMENT, model)) == ("FAILED", "AlreadyExists")
    assert resources.delete(ASSIGNMENT, identifier)["OperationStatus"] == "SUCCESS"
    assert outcome(resources.delete(ASSIGNMENT, identifier)) == ("FAILED", "NotFound")
    assert cloud.control("GET", "state")["assignments"] == []


def test_an_assignment_fails_for_the_reasons_of_sso_admin(cloud: Cloud):
    event = Resources(cloud).create(ASSIGNMENT, assignment(cloud.permission_set(), SUSPENDED, ENGINEERS))
    assert outcome(event) == ("FAILED", "GeneralServiceException")
    assert "unable to complete your request" in event["StatusMessage"]


def test_a_delegated_administrator_assigns_nobody_to_the_management_account(cloud: Cloud):
    cloud.delegate(AUDIT)
    event = Resources(cloud, AUDIT).create(ASSIGNMENT, assignment(cloud.permission_set(), MANAGEMENT, ENGINEERS))
    assert outcome(event) == ("FAILED", "AccessDenied")
