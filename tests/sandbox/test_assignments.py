"""Account assignments of sso-admin: asynchronous, exact, indexed."""

from __future__ import annotations

from tests.sandbox.cloud import (
    ALICE,
    AUDIT,
    AUDITORS,
    DEV,
    ENGINEERS,
    INSTANCE,
    MANAGEMENT,
    PROD,
    STORE,
    SUSPENDED,
    Clock,
    Cloud,
    assignment,
    refused,
    running,
)


def holders(cloud: Cloud, permission_set: str, account: str = DEV) -> list[str]:
    found = cloud.client("sso-admin").list_account_assignments(
        InstanceArn=INSTANCE, PermissionSetArn=permission_set, AccountId=account
    )
    return [each["PrincipalId"] for each in found["AccountAssignments"]]


def test_an_operation_is_in_progress_before_it_is_done(cloud: Cloud):
    arn = cloud.permission_set()
    started = cloud.client("sso-admin").create_account_assignment(**assignment(arn, DEV, ENGINEERS))
    assert started["AccountAssignmentCreationStatus"]["Status"] == "IN_PROGRESS"
    assert holders(cloud, arn) == [ENGINEERS]


def test_with_a_latency_it_stays_in_progress_that_long():
    clock = Clock()
    with running(latency_ms=5000, clock=clock) as cloud:
        arn = cloud.permission_set()
        assert cloud.assign(arn)["Status"] == "IN_PROGRESS"
        sso = cloud.client("sso-admin")
        filters = {"InstanceArn": INSTANCE, "Filter": {"Status": "IN_PROGRESS"}}
        assert len(sso.list_account_assignment_creation_status(**filters)["AccountAssignmentsCreationStatus"]) == 1
        assert holders(cloud, arn) == []
        clock.now += 5
        assert sso.list_account_assignment_creation_status(**filters)["AccountAssignmentsCreationStatus"] == []
        assert holders(cloud, arn) == [ENGINEERS]


def test_a_duplicate_succeeds_and_is_stored_once(cloud: Cloud):
    arn = cloud.permission_set()
    assert [cloud.assign(arn)["Status"] for _ in range(2)] == ["SUCCEEDED", "SUCCEEDED"]
    assert holders(cloud, arn) == [ENGINEERS]


def test_unknown_principals_and_accounts_fail(cloud: Cloud):
    arn = cloud.permission_set()
    nobody = "a1b2c3d4-0000-4000-8000-00000000dead"
    assert "GROUP not found" in cloud.assign(arn, principal=nobody)["FailureReason"]
    assert "USER not found" in cloud.assign(arn, principal=ENGINEERS, kind="USER")["FailureReason"]
    assert "999999999999 not found" in cloud.assign(arn, account="999999999999")["FailureReason"]


def test_a_suspended_account_takes_no_assignment_and_gives_none_back(cloud: Cloud):
    arn = cloud.permission_set()
    failed = cloud.assign(arn, account=SUSPENDED)
    assert failed["Status"] == "FAILED"
    assert "unable to complete your request" in failed["FailureReason"]
    cloud.assign(arn)
    cloud.control("PUT", f"accounts/{DEV}", {"state": "SUSPENDED"})
    assert cloud.unassign(arn)["Status"] == "FAILED"
    assert holders(cloud, arn) == [ENGINEERS]


def test_removing_what_is_not_there_is_not_found(cloud: Cloud):
    arn = cloud.permission_set()
    with refused("ResourceNotFoundException"):
        cloud.unassign(arn)
    with refused("ResourceNotFoundException"):
        cloud.assign(arn + "x")


def test_two_removals_at_once_race_and_one_loses():
    clock = Clock()
    with running(latency_ms=1000, clock=clock) as cloud:
        arn = cloud.permission_set()
        cloud.assign(arn)
        clock.now += 1
        sso = cloud.client("sso-admin")
        for _ in range(2):
            sso.delete_account_assignment(**assignment(arn, DEV, ENGINEERS))
        clock.now += 1
        listed = sso.list_account_assignment_deletion_status(InstanceArn=INSTANCE)["AccountAssignmentsDeletionStatus"]
        assert sorted(each["Status"] for each in listed) == ["FAILED", "SUCCEEDED"]
        (lost,) = [each["RequestId"] for each in listed if each["Status"] == "FAILED"]
        status = sso.describe_account_assignment_deletion_status(
            InstanceArn=INSTANCE, AccountAssignmentDeletionRequestId=lost
        )["AccountAssignmentDeletionStatus"]
        assert status["FailureReason"] == "Received a 404 status error: Assignment not found."


def test_a_deleted_groups_assignments_stay(cloud: Cloud):
    arn = cloud.permission_set()
    cloud.assign(arn)
    cloud.client("identitystore").delete_group(IdentityStoreId=STORE, GroupId=ENGINEERS)
    assert holders(cloud, arn) == [ENGINEERS]
    assert cloud.unassign(arn)["Status"] == "SUCCEEDED"


def test_an_account_that_leaves_takes_its_assignments_along(cloud: Cloud):
    arn = cloud.permission_set()
    cloud.assign(arn)
    cloud.client("organizations").remove_account_from_organization(AccountId=DEV)
    assert holders(cloud, arn) == []
    cloud.client("sso-admin").delete_permission_set(InstanceArn=INSTANCE, PermissionSetArn=arn)


def test_a_principals_assignments_are_listed_for_the_management_account_alone(cloud: Cloud):
    arn = cloud.permission_set()
    for account in (DEV, PROD):
        cloud.assign(arn, account)
    cloud.assign(arn, DEV, AUDITORS)
    query = {"InstanceArn": INSTANCE, "PrincipalId": ENGINEERS, "PrincipalType": "GROUP"}
    found = cloud.client("sso-admin").list_account_assignments_for_principal(**query)["AccountAssignments"]
    assert {each["AccountId"] for each in found} == {DEV, PROD}
    cloud.delegate(AUDIT)
    with refused("AccessDeniedException"):
        cloud.client("sso-admin", AUDIT).list_account_assignments_for_principal(**query)


def test_a_users_list_has_those_of_its_groups(cloud: Cloud):
    arn = cloud.permission_set()
    cloud.assign(arn)
    store = cloud.client("identitystore")
    store.create_group_membership(IdentityStoreId=STORE, GroupId=ENGINEERS, MemberId={"UserId": ALICE})
    found = cloud.client("sso-admin").list_account_assignments_for_principal(
        InstanceArn=INSTANCE, PrincipalId=ALICE, PrincipalType="USER"
    )["AccountAssignments"]
    assert [(each["PrincipalType"], each["PrincipalId"]) for each in found] == [("GROUP", ENGINEERS)]


def test_a_delegated_administrator_assigns_everywhere_but_in_the_management_account(cloud: Cloud):
    arn = cloud.permission_set()
    cloud.delegate(AUDIT)
    delegate = cloud.client("sso-admin", AUDIT)
    delegate.create_account_assignment(**assignment(arn, DEV, ENGINEERS))
    with refused("AccessDeniedException"):
        delegate.create_account_assignment(**assignment(arn, MANAGEMENT, ENGINEERS))


def test_lists_come_in_pages_of_at_most_a_hundred(cloud: Cloud):
    arn = cloud.permission_set()
    cloud.assign(arn)
    cloud.assign(arn, principal=AUDITORS)
    query = {"InstanceArn": INSTANCE, "PermissionSetArn": arn, "AccountId": DEV}
    sso = cloud.client("sso-admin")
    pages = list(sso.get_paginator("list_account_assignments").paginate(**query, PaginationConfig={"PageSize": 1}))
    assert [len(page["AccountAssignments"]) for page in pages] == [1, 1]
    with refused("ValidationException"):
        sso.list_account_assignments(**query, MaxResults=101)
    with refused("ValidationException"):
        sso.list_account_assignments(**query, NextToken="bm90LWEtdG9rZW4=")
