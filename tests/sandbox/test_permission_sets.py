"""Permission sets of sso-admin, and what hangs on them."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.cloud import ALLOW, AUDIT, DEV, INSTANCE, MANAGEMENT, PROD, Cloud, refused, running

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def provision(cloud: Cloud, arn: str) -> dict[str, str]:
    sso = cloud.client("sso-admin")
    started = sso.provision_permission_set(
        InstanceArn=INSTANCE, PermissionSetArn=arn, TargetType="ALL_PROVISIONED_ACCOUNTS"
    )
    request = started["PermissionSetProvisioningStatus"]["RequestId"]
    return sso.describe_permission_set_provisioning_status(
        InstanceArn=INSTANCE, ProvisionPermissionSetRequestId=request
    )["PermissionSetProvisioningStatus"]


def reserved_role(cloud: Cloud, account: str) -> dict[str, str]:
    """The one AWSReservedSSO role of an account."""
    (role,) = cloud.client("iam", account).list_roles()["Roles"]
    return role


def test_arns_are_those_of_aws(cloud: Cloud):
    assert cloud.permission_set().startswith("arn:aws:sso:::permissionSet/ssoins-7223b0f6c9e4a1d8/ps-")


def test_a_name_is_taken_once(cloud: Cloud):
    cloud.permission_set("Engineer")
    with refused("ConflictException", "PermissionSet with name Engineer already exists."):
        cloud.permission_set("Engineer")


@pytest.mark.parametrize("fields", [{"Name": "no spaces"}, {"Name": "x" * 33}, {"SessionDuration": "PT13H"}])
def test_what_breaks_the_limits_is_refused(cloud: Cloud, fields: dict[str, str]):
    with refused("ValidationException"):
        cloud.client("sso-admin").create_permission_set(**{"InstanceArn": INSTANCE, "Name": "Engineer"} | fields)


def test_an_update_clears_a_relay_state_that_is_left_out_and_nothing_else(cloud: Cloud):
    arn = cloud.permission_set(Description="d", RelayState="https://example.com/", SessionDuration="PT2H")
    sso = cloud.client("sso-admin")
    sso.update_permission_set(InstanceArn=INSTANCE, PermissionSetArn=arn)
    found = sso.describe_permission_set(InstanceArn=INSTANCE, PermissionSetArn=arn)["PermissionSet"]
    assert "RelayState" not in found
    assert (found["Description"], found["SessionDuration"]) == ("d", "PT2H")


def test_tags_are_kept(cloud: Cloud):
    arn = cloud.permission_set(Tags=[{"Key": "team", "Value": "core"}])
    sso = cloud.client("sso-admin")
    sso.tag_resource(InstanceArn=INSTANCE, ResourceArn=arn, Tags=[{"Key": "stage", "Value": "dev"}])
    sso.untag_resource(InstanceArn=INSTANCE, ResourceArn=arn, TagKeys=["team"])
    tags = sso.list_tags_for_resource(InstanceArn=INSTANCE, ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "stage", "Value": "dev"}]


def test_a_permission_set_in_use_cannot_be_deleted(cloud: Cloud):
    arn = cloud.permission_set()
    cloud.assign(arn)
    sso = cloud.client("sso-admin")
    with refused("ConflictException", "Could not delete"):
        sso.delete_permission_set(InstanceArn=INSTANCE, PermissionSetArn=arn)
    cloud.unassign(arn)
    sso.delete_permission_set(InstanceArn=INSTANCE, PermissionSetArn=arn)
    with refused("ResourceNotFoundException"):
        sso.describe_permission_set(InstanceArn=INSTANCE, PermissionSetArn=arn)


def test_an_assignment_leaves_a_role_with_all_policies_and_its_removal_takes_it_away(cloud: Cloud):
    guardrail = cloud.policy(DEV)
    arn = cloud.permission_set()
    target = {"InstanceArn": INSTANCE, "PermissionSetArn": arn}
    sso = cloud.client("sso-admin")
    reference = {"Name": "Guardrail", "Path": "/remit/"}
    sso.attach_managed_policy_to_permission_set(**target, ManagedPolicyArn=READ_ONLY)
    sso.attach_customer_managed_policy_reference_to_permission_set(**target, CustomerManagedPolicyReference=reference)
    sso.put_inline_policy_to_permission_set(**target, InlinePolicy=json.dumps(ALLOW))
    boundary = {"CustomerManagedPolicyReference": reference}
    sso.put_permissions_boundary_to_permission_set(**target, PermissionsBoundary=boundary)
    assert cloud.assign(arn)["Status"] == "SUCCEEDED"

    iam = cloud.client("iam", DEV)
    name = reserved_role(cloud, DEV)["RoleName"]
    assert name.startswith("AWSReservedSSO_Engineer_")
    attached = {each["PolicyArn"] for each in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]}
    assert attached == {READ_ONLY, guardrail}
    assert iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == guardrail
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["AwsSSOInlinePolicy"]
    with refused("DeleteConflict"):
        iam.delete_policy(PolicyArn=guardrail)
    with refused("UnmodifiableEntity"):
        iam.detach_role_policy(RoleName=name, PolicyArn=guardrail)

    cloud.unassign(arn)
    assert iam.list_roles()["Roles"] == []
    iam.delete_policy(PolicyArn=guardrail)


@pytest.mark.parametrize("as_boundary", [False, True])
def test_an_assignment_fails_where_a_customer_managed_policy_is_missing(cloud: Cloud, as_boundary: bool):
    cloud.policy(DEV)
    arn = cloud.permission_set()
    target = {"InstanceArn": INSTANCE, "PermissionSetArn": arn}
    reference = {"Name": "Guardrail", "Path": "/remit/"}
    sso = cloud.client("sso-admin")
    if as_boundary:
        boundary = {"CustomerManagedPolicyReference": reference}
        sso.put_permissions_boundary_to_permission_set(**target, PermissionsBoundary=boundary)
    else:
        sso.attach_customer_managed_policy_reference_to_permission_set(
            **target, CustomerManagedPolicyReference=reference
        )
    assert cloud.assign(arn, DEV)["Status"] == "SUCCEEDED"
    failed = cloud.assign(arn, PROD)
    assert failed["Status"] == "FAILED"
    assert f"arn:aws:iam::{PROD}:policy/remit/Guardrail does not exist" in failed["FailureReason"]
    assert sso.list_account_assignments(**target, AccountId=PROD)["AccountAssignments"] == []


def test_a_change_reaches_accounts_when_it_is_provisioned(cloud: Cloud):
    arn = cloud.permission_set()
    cloud.assign(arn)
    target = {"InstanceArn": INSTANCE, "PermissionSetArn": arn}
    sso = cloud.client("sso-admin")
    sso.attach_managed_policy_to_permission_set(**target, ManagedPolicyArn=READ_ONLY)
    iam, role = cloud.client("iam", DEV), reserved_role(cloud, DEV)["RoleName"]
    outdated = {"ProvisioningStatus": "LATEST_PERMISSION_SET_NOT_PROVISIONED"}
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    assert sso.list_accounts_for_provisioned_permission_set(**target, **outdated)["AccountIds"] == [DEV]
    assert provision(cloud, arn)["Status"] == "SUCCEEDED"
    assert len(iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]) == 1
    assert sso.list_accounts_for_provisioned_permission_set(**target, **outdated)["AccountIds"] == []


def test_provisioning_fails_with_the_reason_of_the_account_that_fails(cloud: Cloud):
    arn = cloud.permission_set()
    cloud.assign(arn)
    reference = {"Name": "Missing", "Path": "/"}
    cloud.client("sso-admin").attach_customer_managed_policy_reference_to_permission_set(
        InstanceArn=INSTANCE, PermissionSetArn=arn, CustomerManagedPolicyReference=reference
    )
    status = provision(cloud, arn)
    assert status["Status"] == "FAILED"
    assert "policy/Missing does not exist" in status["FailureReason"]


def test_a_policy_of_aws_that_does_not_exist_fails_too(cloud: Cloud):
    arn = cloud.permission_set()
    cloud.client("sso-admin").attach_managed_policy_to_permission_set(
        InstanceArn=INSTANCE, PermissionSetArn=arn, ManagedPolicyArn="arn:aws:iam::aws:policy/NoSuchAccess"
    )
    assert cloud.assign(arn)["Status"] == "FAILED"


def test_a_permission_set_holds_25_policies(cloud: Cloud):
    arn = cloud.permission_set()
    sso = cloud.client("sso-admin")

    def attach(number: int) -> None:
        reference = {"Name": f"p{number}", "Path": "/"}
        sso.attach_customer_managed_policy_reference_to_permission_set(
            InstanceArn=INSTANCE, PermissionSetArn=arn, CustomerManagedPolicyReference=reference
        )

    for number in range(25):
        attach(number)
    with refused("ServiceQuotaExceededException"):
        attach(25)


def test_where_a_permission_set_is_provisioned_is_known_from_both_ends(cloud: Cloud):
    one, two = cloud.permission_set("One"), cloud.permission_set("Two")
    cloud.assign(one, DEV)
    cloud.assign(one, PROD)
    cloud.assign(two, PROD)
    sso = cloud.client("sso-admin")
    found = sso.list_permission_sets_provisioned_to_account(InstanceArn=INSTANCE, AccountId=PROD)["PermissionSets"]
    assert set(found) == {one, two}
    accounts = sso.list_accounts_for_provisioned_permission_set(InstanceArn=INSTANCE, PermissionSetArn=one)
    assert set(accounts["AccountIds"]) == {DEV, PROD}


def test_a_delegated_administrator_keeps_off_the_management_account(cloud: Cloud):
    shared, own = cloud.permission_set("Shared"), cloud.permission_set("Own")
    cloud.assign(shared, MANAGEMENT)
    cloud.delegate(AUDIT)
    delegate = cloud.client("sso-admin", AUDIT)
    delegate.update_permission_set(InstanceArn=INSTANCE, PermissionSetArn=own, Description="mine")
    with refused("AccessDeniedException"):
        delegate.update_permission_set(InstanceArn=INSTANCE, PermissionSetArn=shared, Description="mine")
    with refused("AccessDeniedException"):
        delegate.delete_permission_set(InstanceArn=INSTANCE, PermissionSetArn=shared)


def test_member_accounts_see_no_instance(cloud: Cloud):
    member = cloud.client("sso-admin", DEV)
    assert member.list_instances()["Instances"] == []
    with refused("AccessDeniedException"):
        member.list_permission_sets(InstanceArn=INSTANCE)


def test_an_instance_is_seen_in_its_own_region_and_while_it_is_on(cloud: Cloud):
    def seen(region: str) -> int:
        return len(cloud.client("sso-admin", region=region).list_instances()["Instances"])

    assert (seen("us-east-1"), seen("eu-central-1")) == (1, 0)
    cloud.control("PUT", "identity-center", {"on": False})
    assert seen("us-east-1") == 0


def test_a_key_whose_session_is_over_signs_nothing(cloud: Cloud):
    cloud.control("PUT", "keys/sandbox", {"expired": True})
    with refused("ExpiredToken"):
        cloud.client("sts").get_caller_identity()
    with refused("ExpiredTokenException"):
        cloud.client("organizations").describe_organization()
    cloud.control("PUT", "keys/sandbox", {"expired": False})
    assert cloud.client("sts").get_caller_identity()["Account"] == MANAGEMENT


def test_permission_sets_that_the_snapshot_knows_exist():
    arn = "arn:aws:sso:::permissionSet/ssoins-7223b0f6c9e4a1d8/ps-0123456789abcdef"
    with running(permission_sets={"Engineer": arn}) as cloud:
        found = cloud.client("sso-admin").describe_permission_set(InstanceArn=INSTANCE, PermissionSetArn=arn)
        assert found["PermissionSet"]["Name"] == "Engineer"
