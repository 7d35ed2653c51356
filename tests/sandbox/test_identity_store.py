"""The identity store."""

from __future__ import annotations

from tests.sandbox.cloud import ALICE, DEV, ENGINEERS, STORE, Cloud, refused


def by_name(path: str, value: str) -> dict[str, object]:
    return {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}


def test_seeded_principals_are_found_by_name_with_their_own_ids(cloud: Cloud):
    store = cloud.client("identitystore")
    group = store.get_group_id(IdentityStoreId=STORE, AlternateIdentifier=by_name("displayName", "engineers"))
    user = store.get_user_id(IdentityStoreId=STORE, AlternateIdentifier=by_name("userName", "alice"))
    assert (group["GroupId"], user["UserId"]) == (ENGINEERS, ALICE)
    filters = [{"AttributePath": "DisplayName", "AttributeValue": "engineers"}]
    assert [each["GroupId"] for each in store.list_groups(IdentityStoreId=STORE, Filters=filters)["Groups"]] == [
        ENGINEERS
    ]


def test_lists_come_in_pages(cloud: Cloud):
    store = cloud.client("identitystore")
    first = store.list_groups(IdentityStoreId=STORE, MaxResults=1)
    second = store.list_groups(IdentityStoreId=STORE, MaxResults=1, NextToken=first["NextToken"])
    names = [group["DisplayName"] for page in (first, second) for group in page["Groups"]]
    assert sorted(names) == ["auditors", "engineers"]
    assert "NextToken" not in second


def test_a_group_lives_and_dies(cloud: Cloud):
    store = cloud.client("identitystore")
    group = store.create_group(IdentityStoreId=STORE, DisplayName="sre", Description="d")["GroupId"]
    with refused("ConflictException"):
        store.create_group(IdentityStoreId=STORE, DisplayName="sre")
    operations = [{"AttributePath": "displayName", "AttributeValue": "reliability"}]
    store.update_group(IdentityStoreId=STORE, GroupId=group, Operations=operations)
    assert store.describe_group(IdentityStoreId=STORE, GroupId=group)["DisplayName"] == "reliability"
    with refused("ResourceNotFoundException"):
        store.get_group_id(IdentityStoreId=STORE, AlternateIdentifier=by_name("DisplayName", "sre"))
    store.delete_group(IdentityStoreId=STORE, GroupId=group)
    with refused("ResourceNotFoundException", "GROUP not found"):
        store.describe_group(IdentityStoreId=STORE, GroupId=group)


def test_a_name_that_breaks_the_model_is_refused(cloud: Cloud):
    store = cloud.client("identitystore")
    with refused("ValidationException", "displayName"):
        store.create_group(IdentityStoreId=STORE, DisplayName="x" * 1025)


def test_memberships_go_with_their_user(cloud: Cloud):
    store = cloud.client("identitystore")
    user = store.create_user(IdentityStoreId=STORE, UserName="bob", DisplayName="Bob")["UserId"]
    for_bob = {"IdentityStoreId": STORE, "GroupId": ENGINEERS, "MemberId": {"UserId": user}}
    store.create_group_membership(**for_bob)
    with refused("ConflictException"):
        store.create_group_membership(**for_bob)
    members = store.list_group_memberships(IdentityStoreId=STORE, GroupId=ENGINEERS)["GroupMemberships"]
    assert [each["MemberId"]["UserId"] for each in members] == [user]
    store.delete_user(IdentityStoreId=STORE, UserId=user)
    assert store.list_group_memberships(IdentityStoreId=STORE, GroupId=ENGINEERS)["GroupMemberships"] == []


def test_member_accounts_are_denied(cloud: Cloud):
    with refused("AccessDeniedException"):
        cloud.client("identitystore", DEV).list_groups(IdentityStoreId=STORE)
